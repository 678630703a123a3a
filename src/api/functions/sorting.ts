/** Sorting, and what rests on it. NaN sorts after everything else. */
import { contiguousStrides, type Shape, sizeOf } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { add } from "../../ir/ops/arithmetic.ts";
import { argsortOp } from "../../ir/ops/sort.ts";
import { iotaOp } from "../../ir/ops/source.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { slice } from "../tensor/index-syntax.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { gatherNode, moveaxis, ravel } from "../tensor/views.ts";
import { TraceNode } from "../trace/trace.ts";
import { maskInTrace } from "../trace/tracing.ts";
import { asTensor, elementwiseNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxis } from "./axes.ts";
import { isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, where } from "./elementwise.ts";
import { concatenate } from "./join.ts";
import { checkOptions, isList, whatIs } from "./options.ts";
import { mean } from "./reductions.ts";

/** The options of a sort. */
export interface SortOptions {
  /** The axis to sort along: the last unless given; null for the flattened array. */
  readonly axis?: number | null;
  /** Whether the largest come first; equal elements stay in order, and NaN comes first. */
  readonly descending?: boolean;
}

/** The tensor with the sorted axis last, and how to move it back. */
function prepared(caller: string, x: TensorLike, axis: number | null): { moved: Tensor; back: (t: Tensor) => Tensor } {
  const t = asTensor(x, caller);
  if (axis === null) return { moved: ravel(t), back: (r) => r };
  const along = checkAxis(caller, axis, t.ndim);
  if (along === t.ndim - 1) return { moved: t, back: (r) => r };
  return { moved: moveaxis(t, along, -1), back: (r) => moveaxis(r, -1, along) };
}

/** The positions that sort the last axis. */
function orderNode(t: Tensor, caller: string, descending: boolean): TraceNode {
  const node = t.node(caller);
  if (!descending) return new TraceNode(argsortOp, [node], NO_ATTRS, node.shape, "int32");
  // Sorting the reversed axis and reversing the result keeps equal elements in order.
  const n = t.shape.at(-1) ?? 1;
  const reversed = t.get("...", slice(null, null, -1));
  const order = Tensor.of(orderNode(reversed, caller, false)).get("...", slice(null, null, -1));
  return order
    .mul(-1)
    .add(n - 1)
    .node(caller);
}

/** The elements at positions along the last axis. */
function takeLast(t: Tensor, positions: TraceNode): TraceNode {
  const strides = contiguousStrides(t.shape);
  const rows = positions.shape.map((_, k) => (k === positions.shape.length - 1 ? 0 : strides[k]!));
  const start = new TraceNode(iotaOp, [], { strides: rows, offset: 0, scale: 1 }, positions.shape, "int32");
  return gatherNode(t.node("sort"), elementwiseNode(add, start, positions));
}

/** The elements in ascending order along an axis. Gradients follow the elements. */
export function sort(x: TensorLike, options: SortOptions = {}): Tensor {
  const { axis = -1, descending = false } = checkOptions("sort", options, ["axis", "descending"]);
  const source = asTensor(x, "sort");
  const { moved, back } = prepared("sort", source, axis);
  const node = takeLast(moved, orderNode(moved, "sort", descending));
  noteUses([source], true);
  return back(Tensor.of(node));
}

/** The positions along an axis that sort it; int32. Equal elements stay in order. */
export function argsort(x: TensorLike, options: SortOptions = {}): Tensor {
  const { axis = -1, descending = false } = checkOptions("argsort", options, ["axis", "descending"]);
  const scalar = asTensor(x, "argsort").ndim === 0 && (axis === 0 || axis === -1);
  const { moved, back } = prepared("argsort", x, scalar ? null : axis);
  return back(Tensor.of(orderNode(moved, "argsort", descending), true));
}

/** The options of {@link topK}. */
export interface TopKOptions {
  readonly axis?: number;
  /** Whether the largest are taken (the default) or the smallest. */
  readonly largest?: boolean;
}

/** The `k` largest elements along an axis, the largest first, and their positions. Gradients follow the elements. */
export function topK(
  x: TensorLike,
  k: number,
  options: TopKOptions = {},
): { readonly values: Tensor; readonly indices: Tensor } {
  const { axis = -1, largest = true } = checkOptions("topK", options, ["axis", "largest"]);
  const t = asTensor(x, "topK");
  const along = checkAxis("topK", axis, t.ndim);
  if (!Number.isInteger(k) || k < 0 || k > t.shape[along]!) {
    throw new ShapeError(
      `topK: k is ${whatIs(k)} for ${t.shape[along]} elements along axis ${along} of shape ${shapeText(t.shape)}; ` +
        "it must be a whole number from 0 to that",
    );
  }
  const { moved, back } = prepared("topK", t, along);
  const order = Tensor.of(orderNode(moved, "topK", largest), true)
    .get("...", slice(0, k))
    .pos();
  const values = Tensor.of(takeLast(moved, order.node()));
  noteUses([t], true);
  return { values: back(values), indices: back(order) };
}

/**
 * The `q`-th percentile along an axis, linear between neighbours as NumPy's default; NaN where there is one. A list of `q`
 * adds an axis in front.
 *
 * @throws GradloomError where q is not from 0 to 100, ShapeError where there are no elements
 */
export function percentile(
  x: TensorLike,
  q: number | readonly number[],
  options: { readonly axis?: number | null; readonly keepdims?: boolean } = {},
): Tensor {
  const { axis = null, keepdims = false } = checkOptions("percentile", options, ["axis", "keepdims"]);
  return orderStatistic("percentile", x, q, 100, axis, keepdims);
}

/**
 * The `q`-th quantile along an axis: {@link percentile} with q from 0 to 1.
 *
 * @throws GradloomError where q is not from 0 to 1, ShapeError where there are no elements
 */
export function quantile(
  x: TensorLike,
  q: number | readonly number[],
  options: { readonly axis?: number | null; readonly keepdims?: boolean } = {},
): Tensor {
  const { axis = null, keepdims = false } = checkOptions("quantile", options, ["axis", "keepdims"]);
  return orderStatistic("quantile", x, q, 1, axis, keepdims);
}

/** The middle element along an axis, or the mean of the two in the middle; NaN where there is one. */
export function median(
  x: TensorLike,
  options: { readonly axis?: number | null; readonly keepdims?: boolean } = {},
): Tensor {
  const { axis = null, keepdims = false } = checkOptions("median", options, ["axis", "keepdims"]);
  const t = asTensor(x, "median");
  // Without elements both are NaN.
  const empty = t.size === 0 && (axis === null || t.shape.at(axis) === 0);
  return empty ? mean(t, axis, keepdims) : orderStatistic("median", t, 50, 100, axis, keepdims);
}

/** Between two numbers, counted from the nearer one: from an infinite one the way to the other cannot be told. */
const between = (a: Tensor, b: Tensor, weight: number): Tensor =>
  weight < 0.5 ? a.add(b.sub(a).mul(weight)) : b.sub(b.sub(a).mul(1 - weight));

function orderStatistic(
  caller: string,
  x: TensorLike,
  q: number | readonly number[],
  scale: number,
  axis: number | null,
  keepdims: boolean,
): Tensor {
  const t = asTensor(x, caller);
  const asked: readonly number[] = isList(q) ? q : [q];
  const bad = asked.findIndex((each) => !(typeof each === "number" && each >= 0 && each <= scale));
  if (bad >= 0)
    throw new GradloomError(
      `${caller}: q is ${whatIs(asked[bad])}; it must be a number from 0 to ${scale}, or a list of them`,
    );
  if (isList(q) && q.length === 0) throw new GradloomError(`${caller}: q is an empty list; pass a number, or some`);
  const along = axis === null ? 0 : checkAxis(caller, axis, t.ndim);
  const sorted = sort(t.dtype === "bool" ? t.astype("int32") : t, { axis });
  const n = sorted.shape[along] ?? 1;
  if (n === 0)
    throw new ShapeError(
      `${caller}: no elements along the axis in shape ${shapeText(t.shape)}; check for size 0 before`,
    );
  const at = (k: number): Tensor =>
    sorted.ndim === 0 ? sorted : sorted.get(...sorted.shape.map((_, a) => (a === along ? slice(k, k + 1) : ":")));
  const last = at(n - 1);
  const one = (each: number): Tensor => {
    const position = (each / scale) * (n - 1);
    const low = Math.floor(position);
    const weight = position - low;
    // In float, as differences of int32 may not be int32.
    const [a, b] = [at(low).div(1), at(Math.min(low + 1, n - 1)).div(1)];
    const value = weight === 0 ? a : caller === "median" ? a.mul(0.5).add(b.mul(0.5)) : between(a, b, weight);
    const known = t.dtype === "float32" || t.dtype === "float64" ? where(isnan(last), Number.NaN, value) : value;
    const dropped = axis === null ? [] : t.shape.filter((_, k) => k !== along);
    const kept: Shape = axis === null ? t.shape.map(() => 1) : t.shape.map((d, k) => (k === along ? 1 : d));
    return known.reshape(keepdims ? kept : dropped).pos();
  };
  if (typeof q === "number") return one(q);
  const parts = asked.map((each) => {
    const part = one(each);
    return part.reshape([1, ...part.shape]);
  });
  return concatenate(parts);
}

/** Where values would be inserted into a sorted list to keep it sorted: before equal elements, or after them. int32. */
export function searchsorted(
  sorted: TensorLike,
  values: TensorLike,
  options: { readonly side?: "left" | "right" } = {},
): Tensor {
  const { side = "left" } = checkOptions("searchsorted", options, ["side"]);
  const list = asTensor(sorted, "searchsorted");
  if (list.ndim !== 1)
    throw new ShapeError(
      `searchsorted: the list has shape ${shapeText(list.shape)}; it must have one axis: use ravel()`,
    );
  if (side !== "left" && side !== "right")
    throw new GradloomError(`searchsorted: the side is ${whatIs(side)}; it must be "left" or "right"`);
  const v = asTensor(values, "searchsorted");
  const n = list.size;
  let position = leafOf(new Int32Array(sizeOf(v.shape)), v.shape, "int32", true);
  if (n === 0) return position;
  const before = (element: Tensor): Tensor =>
    side === "left"
      ? logicalOr(less(element, v), logicalAnd(isnan(v), logicalNot(isnan(element))))
      : logicalOr(lessEqual(element, v), isnan(v));
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const next = position.add(step);
    const element = Tensor.of(gatherNode(list.detach().node(), next.sub(1).node()), true);
    position = where(logicalAnd(next.le(n), before(element)), next, position);
  }
  return position;
}

/** What {@link unique} returns. */
export interface Unique {
  /** The different elements, ascending; gradients go to the first of equal ones. */
  readonly values: Tensor;
  /** The position of the first of each in the flattened array; int32. */
  readonly indices: Tensor;
  /** For each element its position in `values`, in the shape of the array; int32. */
  readonly inverse: Tensor;
  /** How often each occurs; int32. */
  readonly counts: Tensor;
}

/** The different elements. Their number depends on the values, so this computes them now; all NaN count as one. */
export function unique(x: TensorLike): Unique {
  const t = asTensor(x, "unique");
  maskInTrace(t, "unique");
  const data = t.dataSync();
  const rank = (a: number, b: number): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a - b || 0;
  };
  const order = Array.from(data, (_, k) => k).sort((a, b) => rank(data[a]!, data[b]!) || a - b);
  const indices: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(data.length);
  order.forEach((at, k) => {
    const before = k === 0 ? undefined : data[order[k - 1]!]!;
    if (before === undefined || rank(before, data[at]!) !== 0) {
      indices.push(at);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[at] = counts.length - 1;
  });
  const whole = (list: readonly number[]): Tensor => leafOf(list, [list.length], "int32", true);
  const first = whole(indices);
  return {
    values: ravel(t).get(first),
    indices: first,
    inverse: leafOf(inverse, t.shape, "int32", true),
    counts: whole(counts),
  };
}
