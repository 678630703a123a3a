/** Functions that are being traced: the values of their arguments are examples, which nothing may be decided by. */
import type { TypedArray } from "../../ir/dtype.ts";
import { GradloomError } from "../errors.ts";
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { hasBackend } from "./backend.ts";
import type { TraceNode } from "./trace.ts";

/** A trace under way. */
export interface Tracing {
  /** The public function that traces. */
  readonly caller: "compile" | "jit";
  /** Operations with this number or a higher one belong to the trace. */
  readonly start: number;
  /** The values that stand for those of later calls. */
  readonly placeholders: Set<TraceNode>;
  /** The storages from outside that something was decided by, and their versions then. */
  readonly decidedBy: Map<Storage, number>;
  /** The words of the next key of the global generator, as values that every call gives anew; undefined for no such thing. */
  nextKey(): readonly [TraceNode, TraceNode] | undefined;
}

let tracing: Tracing | null = null;

/** The trace under way, if any. */
export function currentTracing(): Tracing | null {
  return tracing;
}

/** Runs `body` as a trace. */
export function whileTracing<T>(t: Tracing, body: () => T): T {
  const before = tracing;
  tracing = t;
  try {
    return body();
  } finally {
    tracing = before;
  }
}

/** Whether a value would differ for other arguments. */
export function dependsOnPlaceholder(node: TraceNode): boolean {
  if (tracing === null) return false;
  const seen = new Set<TraceNode>([node]);
  for (const n of seen) {
    if (tracing.placeholders.has(n)) return true;
    for (const x of n.inputs) seen.add(x);
  }
  return false;
}

/**
 * To be called before a value is computed or copied out: notes what the trace is decided by.
 *
 * @throws GradloomError where the value is none yet, because it depends on arguments of the function that is traced
 */
export function checkReadable(node: TraceNode, caller: string): void {
  if (tracing === null) return;
  if (dependsOnPlaceholder(node)) {
    throw new GradloomError(
      `${caller}: inside ${tracing.caller}() there are no values yet, because this one depends on the arguments; write it in ` +
        "terms of operations, such as where(), or return it and read it outside",
    );
  }
  const seen = new Set<TraceNode>([node]);
  for (const n of seen) {
    if (n.storage !== null && n.id < tracing.start) tracing.decidedBy.set(n.storage, n.storage.version);
    for (const x of n.inputs) seen.add(x);
  }
}

/** The elements, for a check of them: null for arguments of a traced function, and where they cannot be computed now. */
export function valuesIfKnown(t: Tensor): TypedArray | null {
  const node = t.valueNode();
  return (node.buffer !== null || hasBackend()) && !dependsOnPlaceholder(node) ? t.dataSync() : null;
}

/** @throws GradloomError where a mask, on which a shape depends, depends on arguments of the function that is traced */
export function maskInTrace(mask: Tensor, at: string): void {
  if (tracing === null || !dependsOnPlaceholder(mask.valueNode())) return;
  throw new GradloomError(
    `${at}: inside ${tracing.caller}() a mask that depends on the arguments cannot select, because the result's shape would ` +
      "depend on values; use where(mask, x, 0)",
  );
}
