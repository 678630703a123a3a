/** The inputs of a model that is being compiled: their values are examples, which nothing may be decided by. */
import type { TypedArray } from "../../ir/dtype.ts";
import { GradloomError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { hasBackend } from "./backend.ts";
import type { TraceNode } from "./trace.ts";

let placeholders: ReadonlySet<TraceNode> | null = null;

/** Runs `body` with these values as a model's inputs. */
export function withPlaceholders<T>(nodes: ReadonlySet<TraceNode>, body: () => T): T {
  const before = placeholders;
  placeholders = nodes;
  try {
    return body();
  } finally {
    placeholders = before;
  }
}

/** Whether a value would differ for other inputs of the model. */
export function dependsOnPlaceholder(node: TraceNode): boolean {
  if (placeholders === null) return false;
  const seen = new Set<TraceNode>([node]);
  for (const n of seen) {
    if (placeholders.has(n)) return true;
    for (const x of n.inputs) seen.add(x);
  }
  return false;
}

/** The elements, for a check of them: null for a model's inputs, and where they would have to be computed and cannot be now. */
export function valuesIfKnown(t: Tensor): TypedArray | null {
  const node = t.valueNode();
  return (node.buffer !== null || hasBackend()) && !dependsOnPlaceholder(node) ? t.dataSync() : null;
}

/** @throws GradloomError where a mask, on which a shape depends, depends on a model's inputs */
export function maskInTrace(mask: Tensor, at: string): void {
  if (!dependsOnPlaceholder(mask.valueNode())) return;
  throw new GradloomError(
    `${at}: inside compile() a mask that depends on the model's inputs cannot select, because the result's shape would ` +
      "depend on values; use where(mask, x, 0)",
  );
}
