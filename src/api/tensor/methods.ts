/** The operations as methods of a tensor. Each is the function of the same name in `./elementwise.ts` and its neighbours. */
import type { DType } from "../../ir/dtype.ts";
import type { Shape } from "../../ir/layout.ts";
import { add, divide, multiply, power, subtract } from "../../ir/ops/arithmetic.ts";
import { ShapeError } from "../errors.ts";
import type { TensorLike } from "../functions/apply.ts";
import * as ew from "../functions/elementwise.ts";
import { flatten } from "../functions/manipulation.ts";
import { matmul } from "../functions/matmul.ts";
import { naming } from "../functions/naming.ts";
import * as red from "../functions/reductions.ts";
import type { ScanOptions } from "../functions/scans.ts";
import * as scans from "../functions/scans.ts";
import * as nn from "../nn/activations.ts";
import type { BackendName } from "../trace/backend.ts";
import { isAdvanced, resolveAdvanced } from "./advanced-index.ts";
import * as copies from "./copies.ts";
import type { BasicIndex, IndexItem } from "./index-syntax.ts";
import { assign, assignAt, updateInPlace } from "./inplace.ts";
import type { Tensor } from "./tensor.ts";
import * as views from "./views.ts";

/** The items of an index that may be one of them. */
const listOf = (index: IndexItem | readonly IndexItem[]): readonly IndexItem[] =>
  Array.isArray(index) ? (index as readonly IndexItem[]) : [index as IndexItem];

/** What {@link Tensor} inherits. */
export abstract class TensorMethods {
  // --- arithmetic --------------------------------------------------------------------------------------------------
  /** x + y. */
  add(this: Tensor, y: TensorLike): Tensor {
    return ew.add(this, y);
  }
  /** x − y. */
  sub(this: Tensor, y: TensorLike): Tensor {
    return naming("sub", () => ew.subtract(this, y));
  }
  /** x · y. */
  mul(this: Tensor, y: TensorLike): Tensor {
    return naming("mul", () => ew.multiply(this, y));
  }
  /** x / y: true division; int32 operands give float64. */
  div(this: Tensor, y: TensorLike): Tensor {
    return naming("div", () => ew.divide(this, y));
  }
  /** x to the power y. */
  pow(this: Tensor, y: TensorLike): Tensor {
    return naming("pow", () => ew.power(this, y));
  }
  /** The largest whole number not above x / y: Python's `//`. */
  floorDivide(this: Tensor, y: TensorLike): Tensor {
    return ew.floorDivide(this, y);
  }
  /** The remainder with the sign of y: Python's `%`. */
  mod(this: Tensor, y: TensorLike): Tensor {
    return naming("mod", () => ew.remainder(this, y));
  }
  /** −x. */
  neg(this: Tensor): Tensor {
    return naming("neg", () => ew.negative(this));
  }
  /** A copy in fresh memory through which gradients flow: Python's `+x`. */
  pos(this: Tensor): Tensor {
    return naming("pos", () => ew.positive(this));
  }
  /** A leaf with the same elements, and with a copy of the gradient; no gradient flows to this tensor. */
  copy(this: Tensor, options?: { readonly constant?: boolean | null }): Tensor {
    return copies.copy(this, options);
  }
  /**
   * A leaf with the same elements on another backend. What is computed from it is computed there, whatever `setBackend` says, and
   * stays there; operations on tensors that were moved to different backends are refused. No gradient flows to this tensor.
   *
   * Waits for the elements: `await` the `data()` before, where a graphics card should not hold up the thread.
   *
   * @param name a backend that was started, by `setBackend` or `loadBackend`
   * @throws BackendError for an unknown name, and for a backend that was not started
   */
  to(this: Tensor, name: BackendName): Tensor {
    return copies.moved(this, name);
  }
  /** Where the elements lie, or will be computed: a backend, `"host"` for JavaScript's own memory, `"auto"` where that is not decided. */
  get device(): BackendName | "host" | "auto" {
    return copies.deviceOf(this as unknown as Tensor);
  }
  /** |x|. */
  abs(this: Tensor): Tensor {
    return naming("abs", () => ew.absolute(this));
  }
  /** The larger of x and y; NaN where either is. */
  maximum(this: Tensor, y: TensorLike): Tensor {
    return ew.maximum(this, y);
  }
  /** The smaller of x and y; NaN where either is. */
  minimum(this: Tensor, y: TensorLike): Tensor {
    return ew.minimum(this, y);
  }
  /** e to the power x. */
  exp(this: Tensor): Tensor {
    return ew.exp(this);
  }
  /** The natural logarithm. */
  log(this: Tensor): Tensor {
    return ew.log(this);
  }
  /** The square root. */
  sqrt(this: Tensor): Tensor {
    return ew.sqrt(this);
  }
  /** x². */
  square(this: Tensor): Tensor {
    return ew.square(this);
  }
  /** The hyperbolic tangent. */
  tanh(this: Tensor): Tensor {
    return ew.tanh(this);
  }
  /** 1 / (1 + exp(−x)). */
  sigmoid(this: Tensor): Tensor {
    return ew.sigmoid(this);
  }
  /** max(x, 0). */
  relu(this: Tensor): Tensor {
    return nn.relu(this);
  }
  /** The matrix product: Python's `@`. */
  matmul(this: Tensor, y: TensorLike): Tensor {
    return matmul(this, y);
  }
  /** A copy in another dtype; from float to float, gradients flow. */
  astype(this: Tensor, dtype: DType): Tensor {
    return ew.astype(this, dtype);
  }

  // --- comparison --------------------------------------------------------------------------------------------------
  /** x = y, as bool. */
  eq(this: Tensor, y: TensorLike): Tensor {
    return naming("eq", () => ew.equal(this, y));
  }
  /** x ≠ y, as bool. */
  ne(this: Tensor, y: TensorLike): Tensor {
    return naming("ne", () => ew.notEqual(this, y));
  }
  /** x < y, as bool. */
  lt(this: Tensor, y: TensorLike): Tensor {
    return naming("lt", () => ew.less(this, y));
  }
  /** x ≤ y, as bool. */
  le(this: Tensor, y: TensorLike): Tensor {
    return naming("le", () => ew.lessEqual(this, y));
  }
  /** x > y, as bool. */
  gt(this: Tensor, y: TensorLike): Tensor {
    return naming("gt", () => ew.greater(this, y));
  }
  /** x ≥ y, as bool. */
  ge(this: Tensor, y: TensorLike): Tensor {
    return naming("ge", () => ew.greaterEqual(this, y));
  }

  // --- reductions --------------------------------------------------------------------------------------------------
  /** The sum over some or all axes. */
  sum(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.sum(this, axis, keepdims);
  }
  /** The product over some or all axes. */
  prod(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.prod(this, axis, keepdims);
  }
  /** The mean over some or all axes. */
  mean(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.mean(this, axis, keepdims);
  }
  /** The variance, with `ddof` less than the count in the divisor. */
  var(this: Tensor, axis?: red.AxisArgument<red.SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
    return red.variance(this, axis, ddof, keepdims);
  }
  /** The standard deviation, with `ddof` less than the count in the divisor. */
  std(this: Tensor, axis?: red.AxisArgument<red.SpreadOptions>, ddof?: number, keepdims?: boolean): Tensor {
    return red.std(this, axis, ddof, keepdims);
  }
  /** The largest element over some or all axes; NaN where there is one. */
  max(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.max(this, axis, keepdims);
  }
  /** The smallest element over some or all axes; NaN where there is one. */
  min(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.min(this, axis, keepdims);
  }
  /** Whether any element is not 0. */
  any(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.any(this, axis, keepdims);
  }
  /** Whether no element is 0. */
  all(this: Tensor, axis?: red.AxisArgument, keepdims?: boolean): Tensor {
    return red.all(this, axis, keepdims);
  }
  /** The position of the first largest element, along an axis or of all. */
  argmax(this: Tensor, axis?: red.AxisArgument): Tensor {
    return red.argmax(this, axis);
  }
  /** The position of the first smallest element, along an axis or of all. */
  argmin(this: Tensor, axis?: red.AxisArgument): Tensor {
    return red.argmin(this, axis);
  }

  /** The sums up to each element. */
  cumsum(this: Tensor, axis?: number | null | ScanOptions): Tensor {
    return scans.cumsum(this, axis);
  }
  /** The products up to each element. */
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
  /** The same elements, row-major, in another shape. */
  reshape(this: Tensor, ...shape: readonly number[] | readonly [Shape]): Tensor {
    return views.reshape(this, typeof shape[0] === "object" ? shape[0] : (shape as readonly number[]));
  }
  /** Axes reversed, or in the given order. */
  transpose(this: Tensor, ...axes: readonly number[] | readonly [readonly number[]]): Tensor {
    return views.transpose(this, typeof axes[0] === "object" ? axes[0] : (axes as readonly number[]));
  }
  /** Axes reversed. */
  get T(): Tensor {
    return views.reorder("T", this as unknown as Tensor);
  }
  /** Two axes exchanged. */
  swapaxes(this: Tensor, a: number, b: number): Tensor {
    return views.swapaxes(this, a, b);
  }
  /** Axes moved to other places; the others stay in order. */
  moveaxis(this: Tensor, source: red.AxisList, destination: red.AxisList): Tensor {
    return views.moveaxis(this, source, destination);
  }
  /** Without axes of length 1. */
  squeeze(this: Tensor, axis?: red.Axes): Tensor {
    return views.squeeze(this, axis);
  }
  /** With new axes of length 1. */
  expandDims(this: Tensor, axis: red.AxisList): Tensor {
    return views.expandDims(this, axis);
  }
  /** In one axis: a view where the elements lie so. */
  ravel(this: Tensor): Tensor {
    return views.ravel(this);
  }
  /** Stretched to a shape, as a view that can be read only. */
  broadcastTo(this: Tensor, shape: Shape): Tensor {
    return views.broadcastTo(this, shape);
  }
  /** The elements in one axis, always a copy. */
  flatten(this: Tensor): Tensor {
    return flatten(this);
  }
  /** Each element, or the bound that it is beyond. */
  clip(this: Tensor, low: TensorLike | null, high: TensorLike | null): Tensor {
    return ew.clip(this, low, high);
  }
  /** Whether any element equals a value: Python's `in`. */
  contains(this: Tensor, value: TensorLike): boolean {
    return naming("contains", () => red.any(ew.equal(this, value)).item() !== 0);
  }
  /** The length of the first axis. @throws ShapeError for a scalar */
  get length(): number {
    const { shape } = this as unknown as Tensor;
    if (shape.length === 0) throw new ShapeError("length: a scalar has no axes, and so no length; use item()");
    return shape[0]!;
  }
  /** The parts along the first axis. @throws ShapeError for a scalar */
  *[Symbol.iterator](this: Tensor): Iterator<Tensor> {
    if (this.ndim === 0) throw new ShapeError("iteration: a scalar has no axes; use item()");
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
  /** Subtracts in place. */
  sub_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("sub_", subtract, this, y);
  }
  /** Multiplies in place. */
  mul_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("mul_", multiply, this, y);
  }
  /** Divides in place. */
  div_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("div_", divide, this, y);
  }
  /** Raises to a power in place. */
  pow_(this: Tensor, y: TensorLike): Tensor {
    return updateInPlace("pow_", power, this, y);
  }
  /**
   * Stores a value, broadcast and converted, into the selected part: `t.set_("1:, 0", 5)`, `t.set_([0, newaxis], v)`,
   * `t.set_(mask, 0)`. A list is the list of items: to index by a list of positions, wrap it, as in `t.set_([[0, 2]], v)`.
   */
  set_(this: Tensor, index: IndexItem | readonly IndexItem[], value: TensorLike): Tensor {
    this.checkAlive("set_");
    const items = listOf(index);
    if (isAdvanced(items)) assignAt(this, resolveAdvanced(this.shape, items, "set_"), value);
    else assign(views.select(this, items as BasicIndex, "set_"), value);
    return this;
  }
  /** As `set_`, but adds the value to the selected part, as often as each element is named: NumPy's `add.at`. */
  addAt(this: Tensor, index: IndexItem | readonly IndexItem[], value: TensorLike): Tensor {
    this.checkAlive("addAt");
    assignAt(this, resolveAdvanced(this.shape, listOf(index), "addAt"), value, true);
    return this;
  }
}
