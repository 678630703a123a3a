/** Patterns over element-wise operations, and matching them against a graph. */
import { elementwise, full } from "../../ir/build.ts";
import type { Node } from "../../ir/node.ts";
import type { Elementwise } from "../../ir/record.ts";

/** A wildcard, a constant (whatever its shape), or an operation on patterns. */
export type Pattern =
  | { readonly kind: "any"; readonly index: number }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "op"; readonly op: Elementwise; readonly args: readonly Pattern[] };

export const any = (index: number): Pattern => ({ kind: "any", index });

/** `op(args…)`; numbers are constants. */
export function p(op: Elementwise, ...args: readonly (Pattern | number)[]): Pattern {
  return { kind: "op", op, args: args.map((a) => (typeof a === "number" ? { kind: "value", value: a } : a)) };
}

/** The number that every element of a node is known to be, or undefined. */
export function constantValue(node: Node): number | undefined {
  let n = node;
  while (n.op.kind === "view") n = n.inputs[0]!;
  return n.op.kind === "source" && n.op.name === "constant" ? (n.attrs.value as number) : undefined;
}

/** Binds the wildcards of `pattern` to parts of `node`, or says that it does not match. */
export function match(pattern: Pattern, node: Node, bind: Map<number, Node>): boolean {
  if (pattern.kind === "any") {
    const bound = bind.get(pattern.index);
    if (bound !== undefined) return bound === node;
    bind.set(pattern.index, node);
    return true;
  }
  if (pattern.kind === "value") {
    const value = constantValue(node);
    return value !== undefined && Object.is(value, pattern.value);
  }
  return node.op === pattern.op && pattern.args.every((a, k) => match(a, node.inputs[k]!, bind));
}

/** The node a pattern describes under bindings; constants take the type of `like`. */
export function substitute(pattern: Pattern, bind: ReadonlyMap<number, Node>, like: Node): Node {
  if (pattern.kind === "any") return bind.get(pattern.index)!;
  if (pattern.kind === "value") return full(like.shape, pattern.value, like.dtype);
  return elementwise(pattern.op, ...pattern.args.map((a) => substitute(a, bind, like)));
}

/** The value of a pattern for values of its wildcards, by the records' own definitions. */
export function evaluatePattern(pattern: Pattern, values: readonly number[]): number {
  if (pattern.kind === "any") return values[pattern.index]!;
  if (pattern.kind === "value") return pattern.value;
  return pattern.op.reference(...pattern.args.map((a) => evaluatePattern(a, values)));
}
