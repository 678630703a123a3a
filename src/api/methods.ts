/** The operations as methods of a tensor. Each is the function of the same name in `./elementwise.ts` and its neighbours. */
import type { DType } from "../ir/dtype.ts";
import type { Shape } from "../ir/layout.ts";
import { add, divide, multiply, power, subtract } from "../ir/ops/arithmetic.ts";
import { isAdvanced, resolveAdvanced } from "./advanced-index.ts";
import type { TensorLike } from "./apply.ts";
import * as copies from "./copies.ts";
import * as ew from "./elementwise.ts";
import { ShapeError } from "./errors.ts";
import type { BasicIndex, IndexItem } from "./index-syntax.ts";
import { assign, assignAt, updateInPlace } from "./inplace.ts";
import { flatten } from "./manipulation.ts";
import { matmul } from "./matmul.ts";
import * as nn from "./nn.ts";
import * as red from "./reductions.ts";
import type { ScanOptions } from "./scans.ts";
import * as scans from "./scans.ts";
import type { Tensor } from "./tensor.ts";
import * as views from "./views.ts";

/** The items of an index that may be one of them. */
const listOf = (index: IndexItem | readonly IndexItem[]): readonly IndexItem[] =>
  Array.isArray(index) ? (index as readonly IndexItem[]) : [index as IndexItem];

/** What {@link Tensor} inherits. */
export abstract class TensorMethods {
  // --- arithmetic --------------------------------------------------------------------------------------------------
  add(this: Tensor, y: TensorLike): Tensor {
    return ew.add(this, y);
  }
  sub(this: Tensor, y: TensorLike): Tensor {
    return ew.subtract(this, y);
  }
  mul(this: Tensor, y: TensorLike): Tensor {
    return ew.multiply(this, y);
  }
  div(this: Tensor, y: TensorLike): Tensor {
    return ew.divide(this, y);
  }
  pow(this: Tensor, y: TensorLike): Tensor {
    return ew.power(this, y);
  }
  floorDivide(this: Tensor, y: TensorLike): Tensor {
    return ew.floorDivide(this, y);
  }
  mod(this: Tensor, y: TensorLike): Tensor {
    return ew.remainder(this, y);
  }
  neg(this: Tensor): Tensor {
    return ew.negative(this);
  }
  /** A copy in fresh memory through which gradients flow: Python's `+x`. */
  pos(this: Tensor): Tensor {
    return ew.positive(this);
  }
  /** A leaf with the same elements, and with a copy of the gradient; no gradient flows to this tensor. */
  copy(this: Tensor, options?: { readonly constant?: boolean | null }): Tensor {
    return copies.copy(this, options);
  }
  abs(this: Tensor): Tensor {
    return ew.absolute(this);
  }
  maximum(this: Tensor, y: TensorLike): Tensor {
    return ew.maximum(this, y);
  }
  minimum(this: Tensor, y: TensorLike): Tensor {
    return ew.minimum(this, y);
  }
  exp(this: Tensor): Tensor {
    return ew.exp(this);
  }
  log(this: Tensor): Tensor {
    return ew.log(this);
  }
  sqrt(this: Tensor): Tensor {
    return ew.sqrt(this);
  }
  square(this: Tensor): Tensor {
    return ew.square(this);
  }
  tanh(this: Tensor): Tensor {
    return ew.tanh(this);
  }
  sigmoid(this: Tensor): Tensor {
    return ew.sigmoid(this);
  }
  relu(this: Tensor): Tensor {
    return nn.relu(this);
  }
  matmul(this: Tensor, y: TensorLike): Tensor {
    return matmul(this, y);
  }
  /** A copy in another dtype; from float to float, gradients flow. */
  astype(this: Tensor, dtype: DType): Tensor {
    return ew.astype(this, dtype);
  }

  // --- comparison --------------------------------------------------------------------------------------------------
  eq(this: Tensor, y: TensorLike): Tensor {
    return ew.equal(this, y);
  }
  ne(this: Tensor, y: TensorLike): Tensor {
    return ew.notEqual(this, y);
  }
  lt(this: Tensor, y: TensorLike): Tensor {
    return ew.less(this, y);
  }
  le(this: Tensor, y: TensorLike): Tensor {
    return ew.lessEqual(this, y);
  }
  gt(this: Tensor, y: TensorLike): Tensor {
    return ew.greater(this, y);
  }
  ge(this: Tensor, y: TensorLike): Tensor {
    return ew.greaterEqual(this, y);
  }

  // --- reductions --------------------------------------------------------------------------------------------------
  sum(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.sum(this, axis, keepdims);
  }
  prod(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.prod(this, axis, keepdims);
  }
  mean(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.mean(this, axis, keepdims);
  }
  /** The variance, with `ddof` less than the count in the divisor. */
  var(this: Tensor, axis?: red.AxisArgument<red.SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
    return red.variance(this, axis, ddof, keepdims);
  }
  std(this: Tensor, axis?: red.AxisArgument<red.SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
    return red.std(this, axis, ddof, keepdims);
  }
  max(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.max(this, axis, keepdims);
  }
  min(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.min(this, axis, keepdims);
  }
  any(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.any(this, axis, keepdims);
  }
  all(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.all(this, axis, keepdims);
  }
  argmax(this: Tensor, axis?: red.AxisArgument): Tensor {
    return red.argmax(this, axis);
  }
  argmin(this: Tensor, axis?: red.AxisArgument): Tensor {
    return red.argmin(this, axis);
  }

  cumsum(this: Tensor, axis?: number | null | ScanOptions): Tensor {
    return scans.cumsum(this, axis);
  }
  cumprod(this: Tensor, axis?: number | null | ScanOptions): Tensor {
    return scans.cumprod(this, axis);
  }

  // --- views -------------------------------------------------------------------------------------------------------
  /**
   * A view of the selected part: `t.get(0, "1:-1", newaxis)`, `t.get("..., ::2")`. As in NumPy, a single element named by
   * integers alone is a copy: to change it, use `set_`, or add `"..."` to the index.
   */
  get(this: Tensor, ...index: readonly IndexItem[]): Tensor {
    return views.getItem(this, index);
  }
  reshape(this: Tensor, ...shape: readonly number[] | readonly [Shape]): Tensor {
    return views.reshape(this, typeof shape[0] === "object" ? shape[0] : (shape as readonly number[]));
  }
  /** Axes reversed, or in the given order. */
  transpose(this: Tensor, ...axes: readonly number[] | readonly [readonly number[]]): Tensor {
    return views.transpose(this, typeof axes[0] === "object" ? axes[0] : (axes as readonly number[]));
  }
  /** Axes reversed. */
  get T(): Tensor {
    return views.transpose(this as unknown as Tensor);
  }
  swapaxes(this: Tensor, a: number, b: number): Tensor {
    return views.swapaxes(this, a, b);
  }
  moveaxis(this: Tensor, source: red.AxisList, destination: red.AxisList): Tensor {
    return views.moveaxis(this, source, destination);
  }
  squeeze(this: Tensor, axis?: red.Axes): Tensor {
    return views.squeeze(this, axis);
  }
  expandDims(this: Tensor, axis: red.AxisList): Tensor {
    return views.expandDims(this, axis);
  }
  ravel(this: Tensor): Tensor {
    return views.ravel(this);
  }
  broadcastTo(this: Tensor, shape: Shape): Tensor {
    return views.broadcastTo(this, shape);
  }
  /** The elements in one axis, always a copy. */
  flatten(this: Tensor): Tensor {
    return flatten(this);
  }
  clip(this: Tensor, low: TensorLike | null, high: TensorLike | null): Tensor {
    return ew.clip(this, low, high);
  }
  /** Whether any element equals a value: Python's `in`. */
  contains(this: Tensor, value: TensorLike): boolean {
    return red.any(ew.equal(this, value)).item() !== 0;
  }
  /** The length of the first axis. @throws ShapeError for a scalar */
  get length(): number {
    const { shape } = this as unknown as Tensor;
    if (shape.length === 0) throw new ShapeError("length: a scalar has no axes, and so no length; use item()");
    return shape[0]!;
  }
  /** The parts along the first axis. @throws ShapeError for a scalar */
  *[Symbol.iterator](this: Tensor): Iterator<Tensor> {
    if (this.ndim === 0) throw new ShapeError("iteration over a scalar: it has no axes; use item()");
    for (let k = 0; k < this.shape[0]!; k++) yield views.getItem(this, [k]);
  }
  /** The one element, so that `Number(t)` works. @throws ShapeError unless there is exactly one */
  [Symbol.toPrimitive](this: Tensor, hint: string): number | string {
    return hint === "string" ? this.toString() : this.item();
  }
  /** A copy through which no gradient flows. */
  detach(this: Tensor): Tensor {
    return views.detach(this);
  }

  // --- in place ----------------------------------------------------------------------------------------------------
  /** Adds in place: every view of the same memory shows it. Returns this tensor, as the others do. */
  add_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("add_", add, this, y);
  }
  sub_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("sub_", subtract, this, y);
  }
  mul_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("mul_", multiply, this, y);
  }
  div_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("div_", divide, this, y);
  }
  pow_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("pow_", power, this, y);
  }
  /**
   * Stores a value, broadcast and converted, into the selected part: `t.set_("1:, 0", 5)`, `t.set_([0, newaxis], v)`,
   * `t.set_(mask, 0)`. A list is the list of items: to index by a list of positions, wrap it, as in `t.set_([[0, 2]], v)`.
   */
  set_(this: Tensor, index: IndexItem | readonly IndexItem[], value: TensorLike): Tensor {
    const items = listOf(index);
    if (isAdvanced(items)) assignAt(this, resolveAdvanced(this.shape, items, "set_"), value);
    else assign(views.select(this, items as BasicIndex, "set_"), value);
    return this;
  }
  /** As `set_`, but adds the value to the selected part, as often as each element is named: NumPy's `add.at`. */
  addAt(this: Tensor, index: IndexItem | readonly IndexItem[], value: TensorLike): Tensor {
    assignAt(this, resolveAdvanced(this.shape, listOf(index), "addAt"), value, true);
    return this;
  }
}
