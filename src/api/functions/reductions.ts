/** Reductions, named as in NumPy. The axis is null for all axes, a number, or a list; options may stand in its place. */

import { type DType, toQuotient } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import { where as whereOp } from "../../ir/ops/arithmetic.ts";
import { equal as equalOp, logicalOr, notEqual } from "../../ir/ops/compare.ts";
import * as ops from "../../ir/ops/reduce.ts";
import { iotaOp } from "../../ir/ops/source.ts";
import { copy } from "../../ir/ops/unary.ts";
import { reshapeOp } from "../../ir/ops/view.ts";
import type { Reduce, View } from "../../ir/record.ts";
import { GradloomError, IndexError, ShapeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { recordConstant, recordView, TraceNode } from "../trace/trace.ts";
import { asTensor, broadcastNode, castNode, elementwiseNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxes, checkAxis } from "./axes.ts";
import { absolute, divide, exp, isnan, log, sqrt, square, subtract, where } from "./elementwise.ts";
import { naming } from "./naming.ts";
import { checkOptions, whatIs } from "./options.ts";
import { checkFlag, withConstant } from "./ufunc.ts";

/** One axis or several. */
export type AxisList = number | readonly number[];
/** One axis, several, or null for all. */
export type Axes = AxisList | null;

/** The options of a reduction. */
export interface ReduceOptions {
  /** The axes that are reduced: null, the default, for all. */
  readonly axis?: Axes;
  /** Whether reduced axes stay, with length 1. */
  readonly keepdims?: boolean;
  /** Whether no gradient is ever asked of the result. */
  readonly constant?: boolean | null;
}

/** The options of a variance. */
export interface SpreadOptions extends ReduceOptions {
  /** What is subtracted from the count in the divisor: 0 unless given. */
  readonly ddof?: number;
}

/** The axis, or all options in its place. */
export type AxisArgument<O extends ReduceOptions = ReduceOptions> = Axes | O | undefined;

const isOptions = <O extends ReduceOptions>(axis: AxisArgument<O>): axis is O =>
  typeof axis === "object" && axis !== null && !Array.isArray(axis);

const KNOWN = ["axis", "keepdims", "constant"] as const;

/** What an axis argument and the arguments after it say. @throws GradloomError for an option that there is not */
export function reduceArguments(
  caller: string,
  axis: AxisArgument<SpreadOptions>,
  keepdims?: boolean,
  ddof?: number,
): { readonly axis: Axes; readonly keepdims: boolean; readonly ddof: number; readonly constant: boolean | null } {
  const known = caller === "var" || caller === "std" ? ([...KNOWN, "ddof"] as const) : KNOWN;
  const given: SpreadOptions = isOptions(axis) ? checkOptions(caller, axis, known) : { axis: axis ?? null };
  checkFlag(caller, given.constant);
  const keep = given.keepdims ?? keepdims ?? false;
  if (typeof keep !== "boolean") {
    throw new GradloomError(
      `${caller}: keepdims is ${whatIs(keep)}; it must be true or false, and several axes come in a list`,
    );
  }
  const less = given.ddof ?? ddof ?? 0;
  if (typeof less !== "number") throw new GradloomError(`${caller}: ddof is ${whatIs(less)}; it must be a number`);
  return {
    axis: given.axis ?? null,
    keepdims: keep,
    ddof: less,
    constant: given.constant ?? null,
  };
}

/** The axes, ascending. */
export function axesOf(caller: string, axis: Axes, ndim: number): number[] {
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

function requireElements(caller: string, t: Tensor, axes: readonly number[]): void {
  if (axes.length === 0 || countOf(t.shape, axes) > 0) return;
  throw new ShapeError(
    `${caller}: no elements to choose from along axis ${axes.join(", ")} of shape ${shapeText(t.shape)}; ` +
      "check for size 0 before",
  );
}

function reduction(
  op: Reduce,
  x: TensorLike,
  axis: AxisArgument,
  keepdims: boolean | undefined,
  dtype: (own: DType) => DType,
): Tensor {
  const t = asTensor(x, op.name);
  const options = reduceArguments(op.name, axis, keepdims);
  const axes = axesOf(op.name, options.axis, t.ndim);
  if (op.combine === "max" || op.combine === "min") requireElements(op.name, t, axes);
  noteUses([t], op.grad !== "zero");
  const result = finish(reduceNode(op, castNode(t.node(op.name), dtype(t.dtype)), axes), axes, options.keepdims);
  return withConstant(op.name, result, options.constant);
}

const counted = (own: DType): DType => (own === "bool" ? "int32" : own);
const same = (own: DType): DType => own;
const asBool = (): DType => "bool";

/** The sum; bool counts as int32. Sums of float32 are taken in float64. */
export function sum(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return reduction(ops.sum, x, axis, keepdims, counted);
}

/** The product; bool counts as int32. The gradient is exact with any number of zeros. */
export function prod(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return reduction(ops.prod, x, axis, keepdims, counted);
}

/** The largest element; NaN where there is one. Of equal ones the first gets the gradient. @throws ShapeError of nothing */
export function max(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return extremum(ops.max, ops.any, x, axis, keepdims);
}

/** The smallest element; NaN where there is one. Of equal ones the first gets the gradient. @throws ShapeError of nothing */
export function min(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return extremum(ops.min, ops.all, x, axis, keepdims);
}

function extremum(op: Reduce, logical: Reduce, x: TensorLike, axis: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, op.name);
  if (t.dtype !== "bool") return reduction(op, t, axis, keepdims, same);
  requireElements(op.name, t, axesOf(op.name, reduceArguments(op.name, axis).axis, t.ndim));
  return reduction(logical, t, axis, keepdims, same);
}

/** Whether any element is not 0. */
export function any(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return reduction(ops.any, x, axis, keepdims, asBool);
}

/** Whether no element is 0. */
export function all(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return reduction(ops.all, x, axis, keepdims, asBool);
}

const countOf = (shape: Shape, axes: readonly number[]): number => sizeOf(axes.map((a) => shape[a]!));

/** The mean, in a float dtype; NaN of nothing. */
export function mean(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, "mean");
  const options = reduceArguments("mean", axis, keepdims);
  const axes = axesOf("mean", options.axis, t.ndim);
  const total = reduction(ops.sum, t, axes, options.keepdims, toQuotient);
  return withConstant("mean", divide(total, countOf(t.shape, axes)), options.constant);
}

/** The variance: the mean square of the distance from the mean, with `ddof` less in the divisor. */
export function variance(x: TensorLike, axis?: AxisArgument<SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
  const t = asTensor(x, "var");
  const options = reduceArguments("var", axis, keepdims, ddof);
  const axes = axesOf("var", options.axis, t.ndim);
  const centered = subtract(t, mean(t, axes, true));
  const total = sum(square(centered), axes, options.keepdims);
  return withConstant("var", divide(total, Math.max(countOf(t.shape, axes) - options.ddof, 0)), options.constant);
}

/** The standard deviation: the square root of the variance. Where all elements are equal its gradient is 0. */
export function std(x: TensorLike, axis?: AxisArgument<SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
  const { constant } = reduceArguments("std", axis, keepdims, ddof);
  const spread = naming("std", () => variance(x, axis, ddof, keepdims));
  // At 0 the root has an infinite slope: its argument is replaced there, and so gets no gradient.
  const isZero = spread.eq(0);
  return withConstant("std", where(isZero, 0, sqrt(where(isZero, 1, spread))), constant);
}

/** log Σ exp x, computed from the largest element, so that nothing overflows; -∞ of nothing. */
export function logsumexp(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, "logsumexp");
  const options = reduceArguments("logsumexp", axis, keepdims);
  const axes = axesOf("logsumexp", options.axis, t.ndim);
  if (countOf(t.shape, axes) === 0) return log(sum(exp(t), axes, options.keepdims));
  const top = max(t, axes, true).detach();
  // An infinite maximum would give ∞ - ∞: such rows are not shifted.
  const shift = where(absolute(top).lt(Number.POSITIVE_INFINITY), top, 0);
  const shifted = log(sum(exp(subtract(t, shift)), axes, options.keepdims));
  const kept = shifted.shape.length === shift.shape.length ? shift : shift.reshape(shifted.shape);
  return withConstant("logsumexp", shifted.add(kept), options.constant);
}

/** The sum of what is not NaN; 0 of nothing. */
export function nansum(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, "nansum");
  return naming("nansum", () => sum(where(isnan(t), 0, t), axis, keepdims));
}

/** The mean of what is not NaN; NaN of nothing. */
export function nanmean(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, "nanmean");
  return naming("nanmean", () => {
    const total = nansum(t, axis, keepdims);
    return divide(total, sum(isnan(t).eq(false), axis, keepdims).astype(toQuotient(total.dtype)));
  });
}

function argExtremum(op: Reduce, name: string, x: TensorLike, axis: AxisArgument, keepdims?: boolean): Tensor {
  const t = asTensor(x, name);
  const options = reduceArguments(name, axis, keepdims);
  if (Array.isArray(options.axis))
    throw new IndexError(
      `${name}: axis is one number or null, not the list [${options.axis.join(", ")}]; use ravel() on several axes`,
    );
  const axes = options.axis === null ? axesOf(name, null, t.ndim) : [checkAxis(name, options.axis as number, t.ndim)];
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
  return finish(reduceNode(ops.min, elementwiseNode(whereOp, hit, ranks, beyond), axes), axes, options.keepdims);
}

/** The position of the first largest element (or NaN) along an axis, or in the flattened array; int32. */
export function argmax(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return argExtremum(ops.max, "argmax", x, axis, keepdims);
}

/** The position of the first smallest element (or NaN) along an axis, or in the flattened array; int32. */
export function argmin(x: TensorLike, axis?: AxisArgument, keepdims?: boolean): Tensor {
  return argExtremum(ops.min, "argmin", x, axis, keepdims);
}
