/** The page's side. */
import { BackendError } from "../errors.ts";
import { checkOptions } from "../functions/options.ts";
import type { TaskContext, Tasks } from "./expose.ts";
import { pack, type Request, type Response, unpack, unpackError } from "./message.ts";
import { type Channel, portOf } from "./port.ts";

/** The options of {@link Remote.run}. */
export interface RunOptions<P = unknown> {
  /** Is called with what the task says of its progress, in order. */
  readonly onProgress?: (value: P) => void;
  /** Cancels the task. */
  readonly signal?: AbortSignal;
}

type Argument<F> = F extends (argument: infer A, context: never) => unknown ? A : never;
type Progress<F> = F extends (argument: never, context: infer C) => unknown
  ? C extends TaskContext<infer P>
    ? P
    : unknown
  : never;
type Result<F> = F extends (argument: never, context: never) => infer R ? Awaited<R> : never;

/** A worker's tasks, as the page sees them. */
export interface Remote<T extends Tasks> {
  /**
   * Runs a task of the worker.
   *
   * @returns what the task returns; tensors in it are the caller's own
   * @throws what the task throws, of the same class where it is one of Gradloom's
   * @throws the signal's reason, at once, when it is aborted; the task ends at its next `progress`
   * @throws BackendError where the worker does not load, or has ended
   */
  run<K extends keyof T & string>(
    name: K,
    argument: Argument<T[K]>,
    options?: RunOptions<Progress<T[K]>>,
  ): Promise<Result<T[K]>>;
  /** Ends the worker; what still runs is rejected with an `AbortError`. */
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  progress(value: unknown): void;
}

/**
 * The tasks that a worker offers by `expose`.
 *
 * @param worker a `Worker` of the page or of Node's `worker_threads`, or a port
 */
export function connect<T extends Tasks>(worker: Channel): Remote<T> {
  const port = portOf("connect", worker);
  const waiting = new Map<number, Waiting>();
  /** Requests made before the worker listens. */
  let early: (() => void)[] | null = [];
  /** Why nothing can be asked any more. */
  let ended: unknown = null;
  let ids = 0;
  const send = (request: Request, transfer: ArrayBuffer[] = []): void => {
    const post = (): void => port.postMessage(request, transfer);
    if (early === null) post();
    else early.push(post);
  };
  const end = (reason: unknown): void => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  port.listen(
    (message) => {
      const response = message as Response;
      if (response.kind === "ready") {
        for (const post of early ?? []) post();
        early = null;
        return;
      }
      const caller = waiting.get(response.id);
      if (caller === undefined) return;
      if (response.kind === "progress") caller.progress(unpack(response.value));
      else if (response.kind === "result") caller.resolve(unpack(response.value));
      else caller.reject(unpackError(response.error));
    },
    (reason) => end(new BackendError(`connect: the worker failed: ${reason}`)),
  );
  return {
    run: async (name, argument, options) => {
      const { onProgress, signal } = checkOptions("run", options, ["onProgress", "signal"]);
      signal?.throwIfAborted();
      if (ended !== null) throw ended;
      const { value, transfer } = await pack(argument);
      signal?.throwIfAborted();
      if (ended !== null) throw ended;
      const id = ids++;
      const cancel = (): void => {
        send({ kind: "cancel", id });
        waiting.get(id)?.reject(signal?.reason);
      };
      try {
        return (await new Promise<unknown>((resolve, reject) => {
          waiting.set(id, { resolve, reject, progress: (said) => onProgress?.(said as never) });
          signal?.addEventListener("abort", cancel);
          send({ kind: "run", id, name, argument: value }, transfer);
        })) as never;
      } finally {
        waiting.delete(id);
        signal?.removeEventListener("abort", cancel);
      }
    },
    close: () => {
      end(new DOMException("the worker was closed", "AbortError"));
      port.close();
    },
  };
}
