/** Running sums and products along an axis. */
import { elementwise as ew, flip, full, scan, update, view } from "../build.ts";
import { contiguousStrides, sizeOf } from "../layout.ts";
import type { Node } from "../node.ts";
import type { Scan } from "../record.ts";
import { s } from "../scalar.ts";
import { multiply } from "./arithmetic.ts";
import { sliceOp } from "./view.ts";

const axisOf = (y: Node): number => y.attrs.axis as number;

/** The elements moved by one along an axis: the element at i is that at i - 1, and `first` at 0. */
function shifted(x: Node, axis: number, first: number): Node {
  if (sizeOf(x.shape) === 0) return x;
  const lengths = x.shape.map((d, k) => (k === axis ? d - 1 : d));
  const ones = x.shape.map(() => 1);
  const head = view(sliceOp, x, { starts: x.shape.map(() => 0), steps: ones, lengths });
  const strides = contiguousStrides(x.shape);
  return update(full(x.shape, first, x.dtype), head, strides, strides[axis]!);
}

/** Σ of what a reverse pass brings from later elements: h[i] = g[i] + a[i + 1]·h[i + 1]. */
function reverseRecurrence(a: Node, g: Node, axis: number): Node {
  const factors = shifted(flip(a, axis), axis, 0);
  return flip(scan(recurrenceOp, axis, factors, flip(g, axis)), axis);
}

/** Starts at -0, which is neutral for every float, -0 itself included. */
export const cumsumOp: Scan = {
  kind: "scan",
  name: "cumsum",
  doc: "The sums of the elements up to each one.",
  arity: 1,
  on: "number",
  start: (dtype) => (dtype === "int32" ? 0 : -0),
  step: (carry, x) => s.add(carry, x!),
  reference: (carry, x) => carry + x!,
  grad: (g, _x, y) => [flip(scan(cumsumOp, axisOf(y), flip(g, axisOf(y))), axisOf(y))],
};

/**
 * d y[j] / d x[i] is the product of the others up to j: the product before i, times Σ over j ≥ i of g[j] and the product
 * from i + 1 to j, which is a recurrence from the end. No division: any number of zeros is exact.
 */
export const cumprodOp: Scan = {
  kind: "scan",
  name: "cumprod",
  doc: "The products of the elements up to each one.",
  arity: 1,
  on: "number",
  start: () => 1,
  step: (carry, x) => s.mul(carry, x!),
  reference: (carry, x) => carry * x!,
  grad: (g, [x], y) => [ew(multiply, shifted(y, axisOf(y), 1), reverseRecurrence(x!, g, axisOf(y)))],
};

export const recurrenceOp: Scan = {
  kind: "scan",
  name: "recurrence",
  doc: "recurrence(a, b): y[i] = a[i]·y[i - 1] + b[i], from y[-1] = 0.",
  arity: 2,
  on: "float",
  start: () => 0,
  step: (carry, a, b) => s.add(s.mul(a!, carry), b!),
  reference: (carry, a, b) => a! * carry + b!,
  grad: (g, [a], y) => {
    const h = reverseRecurrence(a!, g, axisOf(y));
    return [ew(multiply, h, shifted(y, axisOf(y), 0)), h];
  },
};
