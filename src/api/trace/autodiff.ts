/** Switching the recording of gradients off. */
import { checkFunction } from "../functions/options.ts";
import { autodiff } from "./trace.ts";

/**
 * Runs `body` without recording anything for gradients: results are new leaves, writes leave no trace in the graph, and
 * `backward` does nothing. Gradients that are there stay, so that an optimizer can use them. May be nested; what was before is
 * restored also when `body` throws or, where it is asynchronous, when it is done.
 */
export function noAutodiff<T>(body: () => T): T {
  checkFunction("noAutodiff", "the body", body);
  const before = autodiff.enabled;
  autodiff.enabled = false;
  const restore = (): void => {
    autodiff.enabled = before;
  };
  let result: T;
  try {
    result = body();
  } catch (e) {
    restore();
    throw e;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

/** Whether operations are recorded for gradients now. */
export function isAutodiffOn(): boolean {
  return autodiff.enabled;
}
