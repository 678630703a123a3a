/** Layers: convolution, pooling, normalization, dropout, embedding. Compositions of views, products and reductions. */
import { isFloat } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/layout.ts";
import { asTensor, shapeText, type TensorLike } from "./apply.ts";
import { tensor } from "./create.ts";
import { add, astype, divide, multiply, positive, sqrt, square, subtract, where } from "./elementwise.ts";
import { DTypeError, GradloomError, ShapeError } from "./errors.ts";
import type { IndexArray } from "./index-syntax.ts";
import { pad } from "./manipulation.ts";
import { matmul } from "./matmul.ts";
import { random } from "./random/distributions.ts";
import type { RandomKey } from "./random/key.ts";
import { type AxisList, axesOf, max, mean } from "./reductions.ts";
import { Tensor } from "./tensor.ts";
import { reshape, slidingWindowView, transpose } from "./views.ts";

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
  const all = typeof given === "number" ? new Array<number>(count).fill(given) : given;
  if (all.length !== count || !all.every((n) => Number.isInteger(n) && n >= least)) {
    throw new ShapeError(
      `${caller}: ${name} ${JSON.stringify(given)} for ${count} axes; give one whole number from ${least}, or a list of ${count}`,
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
export function convNd(
  x: TensorLike,
  filters: TensorLike,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions = {},
): Tensor {
  const [data, bank] = [asTensor(x), asTensor(filters)];
  checkConv(data, bank, groups);
  const spatial = data.ndim - 2;
  const window = bank.shape.slice(2);
  const options = {
    window,
    stride: perAxis("convNd", "stride", stride, spatial, 1),
    padding: perAxis("convNd", "padding", padding, spatial, 0),
    dilation: perAxis("convNd", "dilation", dilation, spatial, 1),
  };
  const grid = gridOf("convNd", data.shape, options);
  const [n, channels] = data.shape as readonly [number, number];
  const [count, depth] = bank.shape as readonly [number, number];
  const widths = [0, 0, ...options.padding].map((w) => [w, w] as const);
  const padded = options.padding.some((w) => w > 0) ? pad(data, widths) : data;
  const places = grid.map((_, k) => 3 + k);
  const inside = grid.map((_, k) => 3 + spatial + k);
  // (N, groups, C / groups, …grid, …window), then a matrix for each group: a row for each place in the grid.
  const windows = slidingWindowView(reshape(padded, [n, groups, channels / groups, ...padded.shape.slice(2)]), window, {
    step: options.stride,
    dilation: options.dilation,
    axis: places,
  });
  const terms = depth * sizeOf(window);
  const rows = reshape(transpose(windows, [1, 0, ...places, 2, ...inside]), [groups, n * sizeOf(grid), terms]);
  const columns = transpose(reshape(bank, [groups, count / groups, terms]), [0, 2, 1]);
  const product = reshape(groupedProduct(rows, columns), [groups, n, ...grid, count / groups]);
  const ordered = transpose(product, [1, 0, product.ndim - 1, ...grid.map((_, k) => 2 + k)]);
  return reshape(ordered, [n, count, ...grid]);
}

/** A matrix product for each group; of one group, of plain matrices. */
function groupedProduct(a: Tensor, b: Tensor): Tensor {
  return a.shape[0] === 1 ? matmul(a.get(0), b.get(0)) : matmul(a, b);
}

/** The windows of the last axes, as new axes at the end, and which axes those are. */
function poolWindows(caller: string, x: Tensor, pool: PerAxis, stride: PerAxis): { windows: Tensor; axes: number[] } {
  const given = typeof pool === "number" ? [pool] : pool;
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
  const { windows, axes } = poolWindows("maxPool", asTensor(x), pool, stride);
  return max(windows, axes);
}

/** The mean of each window over the last axes; otherwise as `maxPool`. @throws ShapeError where windows do not tile an axis */
export function avgPool(x: TensorLike, pool: PerAxis, stride: PerAxis = 1): Tensor {
  const { windows, axes } = poolWindows("avgPool", asTensor(x), pool, stride);
  return mean(windows, axes);
}

/** A factor and a term that normalization ends with. */
export interface AffineOptions {
  readonly gamma?: TensorLike | null;
  readonly beta?: TensorLike | null;
  /** What is added to the variance: 1e-5 unless given. */
  readonly eps?: number;
}

/** The options of `batchnorm`. */
export interface BatchnormOptions extends AffineOptions {
  /** Statistics of the data so far, of shape (C,): updated in place in training, used instead of the batch's otherwise. */
  readonly running?: { readonly mean: Tensor; readonly variance: Tensor } | null;
  /** The weight of a new batch in the running statistics: 0.1 unless given. */
  readonly momentum?: number;
  /** Whether the batch's own statistics are used: true unless given. */
  readonly training?: boolean;
}

/** (x - mean) / √(variance + eps) over the axes, with what was subtracted and divided by. */
function standardize(x: Tensor, axes: readonly number[], eps: number): { y: Tensor; mean: Tensor; variance: Tensor } {
  const center = mean(x, axes, true);
  const centered = subtract(x, center);
  const variance = mean(square(centered), axes, true);
  return { y: divide(centered, sqrt(add(variance, eps))), mean: center, variance };
}

/** x·gamma + beta, both of shape `own`, seen as `aligned`. */
function affine(caller: string, x: Tensor, { gamma, beta }: AffineOptions, own: Shape, aligned: Shape): Tensor {
  const operand = (name: string, value: TensorLike): Tensor => {
    const t = value instanceof Tensor ? value : tensor(value, { dtype: x.dtype, constant: true });
    if (shapeText(t.shape) !== shapeText(own))
      throw new ShapeError(
        `${caller}: ${name} has shape ${shapeText(t.shape)}; it must have shape ${shapeText(own)}, that of the features`,
      );
    return reshape(t, aligned);
  };
  const scaled = gamma === undefined || gamma === null ? x : multiply(x, operand("gamma", gamma));
  return beta === undefined || beta === null ? scaled : add(scaled, operand("beta", beta));
}

/**
 * Batch normalization: gamma·(x - mean) / √(variance + eps) + beta, where mean and variance (divided by the count, not by one
 * less) are those of each channel of the batch: Ioffe and Szegedy (2015).
 *
 * Running statistics follow PyTorch: in training, running ← (1 - momentum)·running + momentum·batch, with the batch's
 * unbiased variance. No gradient flows through them.
 *
 * @param x shape (N, C, …); axis 1 is that of the channels
 * @throws ShapeError where x has less than two axes, where gamma, beta or a running statistic is not (C,), and where the
 *   variance of less than two values a channel would enter the running statistics; GradloomError where `training` is false
 *   and there are no running statistics
 */
export function batchnorm(x: TensorLike, options: BatchnormOptions = {}): Tensor {
  const t = asTensor(x);
  const { eps = 1e-5, running = null, momentum = 0.1, training = true } = options;
  if (t.ndim < 2)
    throw new ShapeError(`batchnorm: x has shape ${shapeText(t.shape)}; it must be (N, C) or (N, C, …): reshape it`);
  const own = [t.shape[1]!];
  const aligned = t.shape.map((d, k) => (k === 1 ? d : 1));
  if (running !== null) checkRunning(running, own);
  if (!training) {
    if (running === null)
      throw new GradloomError("batchnorm: training is false and there are no running statistics; pass running");
    const [center, variance] = [running.mean, running.variance].map((s) => reshape(s.detach(), aligned)) as [
      Tensor,
      Tensor,
    ];
    return affine("batchnorm", divide(subtract(t, center), sqrt(add(variance, eps))), options, own, aligned);
  }
  const { y, mean: center, variance } = standardize(t, axesBut(t.ndim, 1), eps);
  if (running !== null) updateRunning(running, center, variance, t.size / own[0]!, momentum);
  return affine("batchnorm", y, options, own, aligned);
}

const axesBut = (ndim: number, axis: number): number[] =>
  Array.from({ length: ndim }, (_, k) => k).filter((k) => k !== axis);

type Running = NonNullable<BatchnormOptions["running"]>;

function checkRunning(running: Running, own: Shape): void {
  for (const name of ["mean", "variance"] as const) {
    const t = running[name];
    if (t instanceof Tensor && isFloat(t.dtype) && shapeText(t.shape) === shapeText(own)) continue;
    throw new ShapeError(
      `batchnorm: running.${name} must be a float tensor of shape ${shapeText(own)}, one element a channel; ` +
        "begin with zeros for the mean and ones for the variance",
    );
  }
}

function updateRunning(running: Running, center: Tensor, variance: Tensor, count: number, momentum: number): void {
  if (!(count > 1)) {
    throw new ShapeError(
      `batchnorm: a batch with ${count || 0} values a channel has no variance to keep in the running statistics; ` +
        "take a larger batch, or pass training: false",
    );
  }
  const blend = (kept: Tensor, batch: Tensor): void => {
    const fresh = multiply(reshape(batch.detach(), kept.shape), momentum);
    kept.set_("...", add(multiply(kept.detach(), 1 - momentum), fresh));
  };
  blend(running.mean, center);
  blend(running.variance, multiply(variance, count / (count - 1)));
}

/**
 * Layer normalization: gamma·(x - mean) / √(variance + eps) + beta, with mean and variance over `axis` (the last unless given)
 * of each sample: Ba, Kiros and Hinton (2016). gamma and beta have the shape of those axes.
 *
 * @throws ShapeError where gamma or beta has another shape, IndexError where there is no such axis
 */
export function layerNorm(
  x: TensorLike,
  { axis = -1, eps = 1e-5, ...options }: AffineOptions & { readonly axis?: AxisList } = {},
): Tensor {
  const t = asTensor(x);
  const axes = axesOf("layerNorm", axis, t.ndim);
  const own = axes.map((k) => t.shape[k]!);
  const aligned = t.shape.map((d, k) => (axes.includes(k) ? d : 1));
  return affine("layerNorm", standardize(t, axes, eps).y, options, own, aligned);
}

/**
 * Group normalization: the channels (axis 1) in groups of neighbours, each normalized over itself and all axes after; then
 * gamma and beta, of shape (C,): Wu and He (2018).
 *
 * @throws ShapeError where x has less than two axes, `groups` does not divide the channels, or gamma or beta is not (C,)
 */
export function groupNorm(x: TensorLike, groups: number, { eps = 1e-5, ...options }: AffineOptions = {}): Tensor {
  const t = asTensor(x);
  const [n, channels] = t.shape;
  if (t.ndim < 2 || !Number.isInteger(groups) || groups < 1 || channels! % groups !== 0) {
    throw new ShapeError(
      `groupNorm: x of shape ${shapeText(t.shape)} in ${groups} groups; x must be (N, C, …), and groups must divide C`,
    );
  }
  const grouped = reshape(t, [n!, groups, sizeOf(t.shape.slice(1)) / groups]);
  const y = reshape(standardize(grouped, [2], eps).y, t.shape);
  const aligned = t.shape.map((d, k) => (k === 1 ? d : 1));
  return affine("groupNorm", y, options, [channels!], aligned);
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
export function dropout(x: TensorLike, rate = 0.5, { training = true, key, uniform }: DropoutOptions = {}): Tensor {
  const t = asTensor(x);
  if (!(rate >= 0 && rate <= 1))
    throw new GradloomError(`dropout: the rate is ${rate}; it is a probability, from 0 to 1`);
  if (rate === 0 || !training) return positive(t);
  const numbers = uniform?.(t.shape) ?? random(t.shape, { constant: true, ...(key === undefined ? {} : { key }) });
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
  const t = asTensor(table);
  if (t.ndim === 0) throw new ShapeError("embedding: the table is a scalar; it must have rows, as (V, D)");
  if (indices instanceof Tensor && indices.dtype === "bool")
    throw new DTypeError("embedding: the indices are bool; pass the rows' positions, as int32");
  return t.get(indices);
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
  const [a, w] = [asTensor(x), asTensor(weight)];
  if (a.ndim === 0 || w.ndim !== 2 || a.shape[a.ndim - 1] !== w.shape[0]) {
    throw new ShapeError(
      `linear: x of shape ${shapeText(a.shape)} and weight of shape ${shapeText(w.shape)}; ` +
        "x must be (…, inputs) and weight (inputs, outputs)",
    );
  }
  const product = matmul(a, isFloat(w.dtype) || !isFloat(a.dtype) ? w : astype(w, a.dtype));
  return affine("linear", product, { beta: bias }, [w.shape[1]!], [w.shape[1]!]);
}
