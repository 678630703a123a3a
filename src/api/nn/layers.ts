/** Layers: convolution, pooling, normalization, dropout, embedding. Compositions of views, products and reductions. */

import { isFloat } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import { DTypeError, GradloomError, IndexError, ShapeError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { astype, multiply, positive, where } from "../functions/elementwise.ts";
import { matmul } from "../functions/matmul.ts";
import { naming } from "../functions/naming.ts";
import { checkNumber, checkOptions, isList, whatIs } from "../functions/options.ts";
import { pad } from "../functions/pad.ts";
import { max, mean, sum } from "../functions/reductions.ts";
import { random } from "../random/distributions.ts";
import type { RandomKey } from "../random/key.ts";
import type { IndexArray } from "../tensor/index-syntax.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reshape, slidingWindowView, transpose } from "../tensor/views.ts";
import { affine } from "./normalization.ts";

/** A whole number for all axes that windows slide over, or one for each. */
export type PerAxis = number | readonly number[];

/** The options of `convNd`. */
export interface ConvOptions {
  /** The distance between positions of the filter: 1 unless given. */
  readonly stride?: PerAxis;
  /** Zeros added on both sides of each spatial axis: none unless given. */
  readonly padding?: PerAxis;
  /** The distance between the elements that a filter meets: 1 unless given. */
  readonly dilation?: PerAxis;
  /** The groups that channels and filters are split into, each group of filters seeing its channels only. */
  readonly groups?: number;
}

/** One whole number, from `least`, for each of `count` axes. */
function perAxis(caller: string, name: string, given: PerAxis, count: number, least: number): readonly number[] {
  const all = isList(given) ? given : new Array<number>(count).fill(given);
  if (all.length !== count || !all.every((n) => Number.isInteger(n) && n >= least)) {
    throw new ShapeError(
      `${caller}: ${name} ${isList(given) ? `[${given.map(whatIs).join(", ")}]` : whatIs(given)} for ${count} axes; give one whole number from ${least}, or a list of ${count}`,
    );
  }
  return all;
}

/** How windows lie on axes. */
interface Windows {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly padding?: readonly number[];
  readonly dilation?: readonly number[];
}

/** How many windows there are along each of the last axes. @throws ShapeError where they do not end at an axis's end */
function gridOf(caller: string, shape: Shape, { window, stride, padding, dilation }: Windows): number[] {
  return window.map((size, k) => {
    const axis = shape.length - window.length + k;
    const padded = shape[axis]! + 2 * (padding?.[k] ?? 0);
    const reach = (size - 1) * (dilation?.[k] ?? 1) + 1;
    const steps = (padded - reach) / stride[k]!;
    if (Number.isInteger(steps) && steps >= 0 && reach > 0) return steps + 1;
    const whole = padding?.[k] ? `${padded} elements with the padding` : `${padded} elements`;
    throw new ShapeError(
      `${caller}: a window of ${reach} elements with stride ${stride[k]} ${steps < 0 ? "is longer than" : "does not tile"} ` +
        `axis ${axis} of x, of shape ${shapeText(shape)}: it has ${whole}; no end may be left over: ` +
        "change the window, the stride or the padding, or cut the array",
    );
  });
}

function checkConv(x: Tensor, filters: Tensor, groups: number): void {
  const at = `convNd: x of shape ${shapeText(x.shape)} and filters of shape ${shapeText(filters.shape)}`;
  if (x.ndim < 3 || x.ndim !== filters.ndim) {
    throw new ShapeError(
      `${at}: x must be (N, C, …) with one spatial axis at least, and filters (F, C / groups, …) with as many axes`,
    );
  }
  const [count, depth] = filters.shape as readonly [number, number];
  if (!Number.isInteger(groups) || groups < 1 || count % groups !== 0 || x.shape[1] !== depth * groups) {
    throw new ShapeError(
      `${at}, with groups ${groups}: the ${x.shape[1]} channels of x must be groups times the ${depth} channels of a filter, ` +
        `and groups must divide the ${count} filters`,
    );
  }
}

/**
 * Filters slid over the spatial axes of a batch: the products of each filter with the window under it, summed. As in MyGrad
 * and PyTorch, filters are not flipped, and only windows inside the (padded) array count.
 *
 * @param x shape (N, C, …) with any number of spatial axes from 1
 * @param filters shape (F, C / groups, …), as many axes as x
 * @returns shape (N, F, …), where an axis of length L and a filter of length K give
 *   (L + 2·padding - (K - 1)·dilation - 1) / stride + 1
 * @throws ShapeError where channels or ranks do not fit, and where the windows do not tile an axis exactly
 */
export function convNd(x: TensorLike, filters: TensorLike, options: ConvOptions = {}): Tensor {
  const {
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
  } = checkOptions("convNd", options, ["stride", "padding", "dilation", "groups"]);
  const [data, bank] = [asTensor(x, "convNd"), asTensor(filters, "convNd")];
  checkConv(data, bank, groups);
  const spatial = data.ndim - 2;
  const window = bank.shape.slice(2);
  const lie = {
    window,
    stride: perAxis("convNd", "stride", stride, spatial, 1),
    padding: perAxis("convNd", "padding", padding, spatial, 0),
    dilation: perAxis("convNd", "dilation", dilation, spatial, 1),
  };
  const grid = gridOf("convNd", data.shape, lie);
  const [n, channels] = data.shape as readonly [number, number];
  const [count, depth] = bank.shape as readonly [number, number];
  const widths = [0, 0, ...lie.padding].map((w) => [w, w] as const);
  const padded = lie.padding.some((w) => w > 0) ? pad(data, widths) : data;
  const places = grid.map((_, k) => 3 + k);
  const inside = grid.map((_, k) => 3 + spatial + k);
  // (N, groups, C / groups, …grid, …window), then a matrix for each group: a row for each place in the grid.
  const windows = slidingWindowView(reshape(padded, [n, groups, channels / groups, ...padded.shape.slice(2)]), window, {
    step: lie.stride,
    dilation: lie.dilation,
    axis: places,
  });
  if (depth === 1 && count / groups < PRODUCT_COLUMNS) {
    const factors = reshape(bank, [1, groups, count / groups, ...grid.map(() => 1), ...window]);
    return reshape(sum(multiply(windows, factors), inside), [n, count, ...grid]);
  }
  const terms = depth * sizeOf(window);
  const columns = reshape(
    transpose(windows, [0, 1, 2, ...inside, ...places]),
    groups === 1 ? [n, terms, sizeOf(grid)] : [n, groups, terms, sizeOf(grid)],
  );
  const rows = reshape(bank, groups === 1 ? [count, terms] : [groups, count / groups, terms]);
  return reshape(matmul(rows, columns), [n, count, ...grid]);
}

/** Depthwise convolutions with fewer filters a channel are sums of products: as a matrix product, most of a tile would be idle. */
const PRODUCT_COLUMNS = 8;

/** The windows of the last axes, as new axes at the end, and which axes those are. */
function poolWindows(caller: string, x: Tensor, pool: PerAxis, stride: PerAxis): { windows: Tensor; axes: number[] } {
  const given = isList(pool) ? pool : [pool];
  if (given.length === 0 || given.length > x.ndim) {
    throw new ShapeError(
      `${caller}: a pool of ${given.length} axes for x of shape ${shapeText(x.shape)}; ` +
        `give a window length for each of the last axes that are pooled, 1 to ${x.ndim} of them`,
    );
  }
  const window = perAxis(caller, "pool", given, given.length, 1);
  const step = perAxis(caller, "stride", stride, given.length, 1);
  gridOf(caller, x.shape, { window, stride: step });
  return { windows: slidingWindowView(x, window, { step }), axes: window.map((_, k) => x.ndim + k) };
}

/**
 * The largest element of each window over the last axes. Of equal ones the first, in row-major order, gets the gradient.
 *
 * @param x any shape; leading axes are kept
 * @param pool the window's length along each of the last axes, which says how many are pooled; a number pools the last one
 * @param stride the distance between windows: one number, or one an axis
 * @throws ShapeError where windows do not tile an axis exactly
 */
export function maxPool(x: TensorLike, pool: PerAxis, stride: PerAxis = 1): Tensor {
  const { windows, axes } = poolWindows("maxPool", asTensor(x, "maxPool"), pool, stride);
  return max(windows, axes);
}

/** The mean of each window over the last axes; otherwise as `maxPool`. @throws ShapeError where windows do not tile an axis */
export function avgPool(x: TensorLike, pool: PerAxis, stride: PerAxis = 1): Tensor {
  const { windows, axes } = poolWindows("avgPool", asTensor(x, "avgPool"), pool, stride);
  return mean(windows, axes);
}

/** The options of {@link dropout}. */
export interface DropoutOptions {
  /** Whether anything is dropped: true unless given. */
  readonly training?: boolean;
  /** Of the random number generator; the next one of the global generator unless given. */
  readonly key?: RandomKey;
  /** Makes the numbers from 0 to below 1 that decide, where the generator is not to. */
  readonly uniform?: (shape: Shape) => Tensor;
}

/**
 * Elements set to 0 with probability `rate`, the others divided by 1 - rate, so that the mean stays: Srivastava et al. (2014).
 *
 * @param rate from 0 to 1
 * @throws GradloomError for a rate outside
 */
export function dropout(x: TensorLike, rate = 0.5, options: DropoutOptions = {}): Tensor {
  const { training = true, key, uniform } = checkOptions("dropout", options, ["training", "key", "uniform"]);
  const t = asTensor(x, "dropout");
  checkNumber("dropout", "the rate", rate);
  if (!(rate >= 0 && rate <= 1))
    throw new GradloomError(`dropout: the rate is ${rate}; it is a probability, from 0 to 1`);
  if (rate === 0 || !training) return positive(t);
  const draw = (): Tensor => random(t.shape, { constant: true, ...(key === undefined ? {} : { key }) });
  const numbers = uniform?.(t.shape) ?? naming("dropout", draw);
  return where(numbers.ge(rate), multiply(t, rate === 1 ? 0 : 1 / (1 - rate)), 0);
}

/**
 * The rows of a table at integer positions, of shape indices.shape + table.shape[1:]. Gradients of a row named several times
 * add up.
 *
 * @param indices nested lists, a typed array or an int32 tensor, of any shape; negative ones count from the end
 * @throws DTypeError for a mask, ShapeError for a scalar table, IndexError for other than integers and where there is no
 *   such row
 */
export function embedding(table: TensorLike, indices: IndexArray): Tensor {
  const t = asTensor(table, "embedding");
  if (t.ndim === 0) throw new ShapeError("embedding: the table is a scalar; it must have rows, as (V, D)");
  if (indices instanceof Tensor && indices.dtype === "bool")
    throw new DTypeError("embedding: the indices are bool; pass the rows' positions, as int32");
  if (indices === null || indices === undefined)
    throw new IndexError(`embedding: the indices are ${indices}; pass the rows' positions, such as [0, 2]`);
  return naming("embedding", () => t.get(indices));
}

/**
 * x @ weight + bias.
 *
 * @param x shape (…, inputs)
 * @param weight shape (inputs, outputs): as in MyGrad's examples, and the transpose of PyTorch's
 * @param bias shape (outputs,)
 * @returns shape (…, outputs)
 * @throws ShapeError where the shapes do not fit
 */
export function linear(x: TensorLike, weight: TensorLike, bias: TensorLike | null = null): Tensor {
  return naming("linear", () => {
    const [a, w] = [asTensor(x, "linear"), asTensor(weight, "linear")];
    if (a.ndim === 0 || w.ndim !== 2 || a.shape[a.ndim - 1] !== w.shape[0]) {
      throw new ShapeError(
        `linear: x of shape ${shapeText(a.shape)} and weight of shape ${shapeText(w.shape)}; ` +
          "x must be (…, inputs) and weight (inputs, outputs)",
      );
    }
    const product = matmul(a, isFloat(w.dtype) || !isFloat(a.dtype) ? w : astype(w, a.dtype));
    return affine("linear", product, { beta: bias }, [w.shape[1]!], [w.shape[1]!], "bias");
  });
}
