/** Reductions over axes, which stay with length 1. */
import { broadcastTo, cast, elementwise as ew, iota, reduce } from "../build.ts";
import type { DType } from "../dtype.ts";
import { type Shape, sizeOf } from "../layout.ts";
import type { Node } from "../node.ts";
import type { Reduce } from "../record.ts";
import { divide, multiply, where } from "./arithmetic.ts";
import { equal, logicalAnd, logicalOr, notEqual } from "./compare.ts";

const axesOf = (y: Node): readonly number[] => y.attrs.axes as readonly number[];

export const sum: Reduce = {
  kind: "reduce",
  name: "sum",
  doc: "The sum; 0 of nothing.",
  combine: "add",
  on: "number",
  identity: () => 0,
  reference: (v) => v.reduce((a, b) => a + b, 0),
  grad: (g, [x]) => [broadcastTo(g, x!.shape)],
};

/**
 * d/dx[i] is the product of the others, so: with no zero in the group y/x[i], with one zero the product of the rest
 * at that zero, and 0 elsewhere.
 */
export const prod: Reduce = {
  kind: "reduce",
  name: "prod",
  doc: "The product; 1 of nothing.",
  combine: "mul",
  on: "number",
  identity: () => 1,
  reference: (v) => v.reduce((a, b) => a * b, 1),
  grad: (g, [x], y) => {
    const spread = (n: Node): Node => broadcastTo(n, x!.shape);
    const isZero = ew(equal, x!, 0);
    const zeros = spread(reduce(sum, cast(isZero, x!.dtype), axesOf(y)));
    const nonzero = ew(where, isZero, 1, x!);
    const rest = spread(reduce(prod, nonzero, axesOf(y)));
    const atZero = ew(where, ew(logicalAnd, isZero, ew(equal, zeros, 1)), rest, 0);
    const others = ew(where, ew(equal, zeros, 0), ew(divide, spread(y), nonzero), atZero);
    return [ew(multiply, spread(g), others)];
  },
};

const least: { readonly [D in DType]: number } = {
  bool: 0,
  int32: -(2 ** 31),
  float32: -Infinity,
  float64: -Infinity,
};
const greatest: { readonly [D in DType]: number } = {
  bool: 1,
  int32: 2 ** 31 - 1,
  float32: Infinity,
  float64: Infinity,
};

/** Row-major rank of an element among the `axes` of `shape`, as strides over the whole index. */
export function rankStrides(shape: Shape, axes: readonly number[]): number[] {
  let step = 1;
  const strides = new Array<number>(shape.length).fill(0);
  for (const axis of [...axes].sort((a, b) => b - a)) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** The rank among `axes` of the first element equal to the extremum `y` (or of the first NaN), with `axes` kept. */
export function firstRank(x: Node, y: Node, axes: readonly number[]): Node {
  const ranks = iota(x.shape, rankStrides(x.shape, axes), "int32");
  const hit = ew(logicalOr, ew(equal, x, broadcastTo(y, x.shape)), ew(notEqual, x, x));
  const beyond = sizeOf(axes.map((a) => x.shape[a]!));
  return reduce(min, ew(where, hit, ranks, beyond), axes);
}

/** Only the first of several equal extrema gets the gradient. */
function toFirst(g: Node, x: Node, y: Node): Node[] {
  const first = broadcastTo(firstRank(x, y, axesOf(y)), x.shape);
  const mine = ew(equal, iota(x.shape, rankStrides(x.shape, axesOf(y)), "int32"), first);
  return [ew(where, mine, broadcastTo(g, x.shape), 0)];
}

export const max: Reduce = {
  kind: "reduce",
  name: "max",
  doc: "The largest; NaN where there is one.",
  combine: "max",
  on: "number",
  identity: (dtype) => least[dtype],
  reference: (v) => v.reduce((a, b) => Math.max(a, b)),
  grad: (g, [x], y) => toFirst(g, x!, y),
};

export const min: Reduce = {
  kind: "reduce",
  name: "min",
  doc: "The smallest; NaN where there is one.",
  combine: "min",
  on: "number",
  identity: (dtype) => greatest[dtype],
  reference: (v) => v.reduce((a, b) => Math.min(a, b)),
  grad: (g, [x], y) => toFirst(g, x!, y),
};

export const any: Reduce = {
  kind: "reduce",
  name: "any",
  doc: "Whether any holds; false of nothing.",
  combine: "or",
  on: "bool",
  identity: () => 0,
  reference: (v) => (v.some((x) => x !== 0) ? 1 : 0),
  grad: "zero",
};

export const all: Reduce = {
  kind: "reduce",
  name: "all",
  doc: "Whether all hold; true of nothing.",
  combine: "and",
  on: "bool",
  identity: () => 1,
  reference: (v) => (v.every((x) => x !== 0) ? 1 : 0),
  grad: "zero",
};
