/** Reductions, named as in NumPy. `axis` is null for all axes, a number, or a list. */
import { type DType, isFloat, toFloat } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/layout.ts";
import { where as whereOp } from "../ir/ops/arithmetic.ts";
import { equal as equalOp, logicalOr, notEqual } from "../ir/ops/compare.ts";
import * as ops from "../ir/ops/reduce.ts";
import { iotaOp } from "../ir/ops/source.ts";
import { copy } from "../ir/ops/unary.ts";
import { reshapeOp } from "../ir/ops/view.ts";
import type { Reduce, View } from "../ir/record.ts";
import { asTensor, broadcastNode, castNode, elementwiseNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxes, checkAxis } from "./axes.ts";
import { absolute, divide, exp, log, sqrt, square, subtract, where } from "./elementwise.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { Tensor } from "./tensor.ts";
import { recordConstant, recordView, TraceNode } from "./trace.ts";

/** One axis or several. */
export type AxisList = number | readonly number[];
/** One axis, several, or null for all. */
export type Axes = AxisList | null;

function axesOf(caller: string, axis: Axes, ndim: number): number[] {
  const all = Array.from({ length: ndim }, (_, k) => k);
  return axis === null ? all : checkAxes(caller, axis, ndim).sort((a, b) => a - b);
}

/** A reduction of a value over axes that stay with length 1. */
export function reduceNode(op: Reduce, x: TraceNode, axes: readonly number[]): TraceNode {
  if (axes.length === 0) return x;
  const shape = x.shape.map((d, k) => (axes.includes(k) ? 1 : d));
  return new TraceNode(op, [x], { axes }, shape, x.dtype);
}

/** Fresh memory for a reduced value, without the reduced axes unless they are kept. */
function finish(node: TraceNode, axes: readonly number[], keepdims: boolean): Tensor {
  if (keepdims || axes.length === 0) return Tensor.of(elementwiseNode(copy, node));
  const shape = node.shape.filter((_, k) => !axes.includes(k));
  return Tensor.of(elementwiseNode(copy, recordView(reshapeOp as View, node, { shape })));
}

function reduction(op: Reduce, x: TensorLike, axis: Axes, keepdims: boolean, dtype: (own: DType) => DType): Tensor {
  const t = asTensor(x);
  const axes = axesOf(op.name, axis, t.ndim);
  const extremum = op.combine === "max" || op.combine === "min";
  if (extremum && sizeOf(axes.map((a) => t.shape[a]!)) === 0 && axes.length > 0) {
    throw new ShapeError(
      `${op.name}: no elements to choose from along axis ${axes.join(", ")} of shape ${shapeText(t.shape)}; ` +
        "check for size 0 before",
    );
  }
  noteUses([t], op.grad !== "zero");
  return finish(reduceNode(op, castNode(t.node(op.name), dtype(t.dtype)), axes), axes, keepdims);
}

const counted = (own: DType): DType => (own === "bool" ? "int32" : own);

/** The sum; bool counts as int32. */
export function sum(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return reduction(ops.sum, x, axis, keepdims, counted);
}

/** The product; bool counts as int32. */
export function prod(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return reduction(ops.prod, x, axis, keepdims, counted);
}

/** @throws ShapeError where there are no elements to choose from */
export function max(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return asTensor(x).dtype === "bool" ? any(x, axis, keepdims) : reduction(ops.max, x, axis, keepdims, (d) => d);
}

/** @throws ShapeError where there are no elements to choose from */
export function min(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return asTensor(x).dtype === "bool" ? all(x, axis, keepdims) : reduction(ops.min, x, axis, keepdims, (d) => d);
}

/** Whether any element is not 0. */
export function any(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return reduction(ops.any, x, axis, keepdims, () => "bool");
}

/** Whether no element is 0. */
export function all(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  return reduction(ops.all, x, axis, keepdims, () => "bool");
}

const countOf = (shape: Shape, axes: readonly number[]): number => sizeOf(axes.map((a) => shape[a]!));

/** The mean, in a float dtype; NaN of nothing. */
export function mean(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  const t = asTensor(x);
  const axes = axesOf("mean", axis, t.ndim);
  const total = reduction(ops.sum, t, axes, keepdims, toFloat);
  return divide(total, countOf(t.shape, axes));
}

/** The variance: the mean square of the distance from the mean, with `ddof` less in the divisor. */
export function variance(x: TensorLike, axis: Axes = null, ddof = 0, keepdims = false): Tensor {
  const t = asTensor(x);
  const axes = axesOf("var", axis, t.ndim);
  const centered = subtract(t, mean(t, axes, true));
  return divide(sum(square(centered), axes, keepdims), Math.max(countOf(t.shape, axes) - ddof, 0));
}

/** The standard deviation: the square root of the variance. */
export function std(x: TensorLike, axis: Axes = null, ddof = 0, keepdims = false): Tensor {
  return sqrt(variance(x, axis, ddof, keepdims));
}

/** log Σ exp x, computed from the largest element, so that nothing overflows. */
export function logsumexp(x: TensorLike, axis: Axes = null, keepdims = false): Tensor {
  const t = asTensor(x);
  const axes = axesOf("logsumexp", axis, t.ndim);
  const top = max(t, axes, true).detach();
  // An infinite maximum would give ∞ - ∞: such rows are not shifted.
  const shift = where(equalFinite(top), top, 0);
  const shifted = log(sum(exp(subtract(t, shift)), axes, keepdims));
  const kept = shifted.shape.length === shift.shape.length ? shift : shift.reshape(shifted.shape);
  return shifted.add(kept);
}

function equalFinite(x: Tensor): Tensor {
  return absolute(x).lt(Number.POSITIVE_INFINITY);
}

function argExtremum(op: Reduce, name: string, x: TensorLike, axis: number | null): Tensor {
  const t = asTensor(x);
  const axes = axis === null ? axesOf(name, null, t.ndim) : [checkAxis(name, axis, t.ndim)];
  if (countOf(t.shape, axes) === 0) {
    throw new ShapeError(`${name}: no elements to choose from in shape ${shapeText(t.shape)}; check for size 0 before`);
  }
  const node = castNode(t.node(name), t.dtype === "bool" ? "int32" : t.dtype);
  const best = broadcastNode(reduceNode(op, node, axes), node.shape);
  const strides = ops.rankStrides(node.shape, axes);
  const ranks = new TraceNode(iotaOp, [], { strides, offset: 0, scale: 1 }, node.shape, "int32");
  const undefinedValue = elementwiseNode(notEqual, node, node);
  const hit = elementwiseNode(logicalOr, elementwiseNode(equalOp, node, best), undefinedValue);
  const beyond = broadcastNode(recordConstant(countOf(t.shape, axes), "int32"), node.shape);
  return finish(reduceNode(ops.min, elementwiseNode(whereOp, hit, ranks, beyond), axes), axes, false);
}

/** The position of the first largest element (or NaN) along an axis, or in the flattened array; int32. */
export function argmax(x: TensorLike, axis: number | null = null): Tensor {
  return argExtremum(ops.max, "argmax", x, axis);
}

/** The position of the first smallest element (or NaN) along an axis, or in the flattened array; int32. */
export function argmin(x: TensorLike, axis: number | null = null): Tensor {
  return argExtremum(ops.min, "argmin", x, axis);
}

/** @throws DTypeError unless the tensor is of floats */
export function requireFloat(caller: string, t: Tensor): void {
  if (!isFloat(t.dtype))
    throw new DTypeError(`${caller}: needs floats, not ${t.dtype}; convert with astype("float32")`);
}
