/** Normalization: compositions of reductions. */
import { isFloat } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { tensor } from "../functions/create.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../functions/elementwise.ts";
import { naming } from "../functions/naming.ts";
import { checkNumber, checkOptions } from "../functions/options.ts";
import { type AxisList, axesOf, mean } from "../functions/reductions.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reshape } from "../tensor/views.ts";

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
function standardize(
  caller: string,
  x: Tensor,
  axes: readonly number[],
  eps: number,
): { y: Tensor; mean: Tensor; variance: Tensor } {
  checkNumber(caller, "eps", eps);
  const center = mean(x, axes, true);
  const centered = subtract(x, center);
  const variance = mean(square(centered), axes, true);
  return { y: multiply(centered, divide(1, sqrt(add(variance, eps)))), mean: center, variance };
}

/** x·gamma + beta, both of shape `own`, seen as `aligned`. */
export function affine(
  caller: string,
  x: Tensor,
  { gamma, beta }: AffineOptions,
  own: Shape,
  aligned: Shape,
  term = "beta",
): Tensor {
  const operand = (name: string, value: TensorLike): Tensor => {
    const make = (): Tensor => tensor(value, { dtype: x.dtype, constant: true });
    const t = value instanceof Tensor ? value : naming(`${caller}: ${name}`, make);
    if (shapeText(t.shape) !== shapeText(own))
      throw new ShapeError(
        `${caller}: ${name} has shape ${shapeText(t.shape)}; it must have shape ${shapeText(own)}, that of the features`,
      );
    return reshape(t, aligned);
  };
  const scaled = gamma === undefined || gamma === null ? x : multiply(x, operand("gamma", gamma));
  return beta === undefined || beta === null ? scaled : add(scaled, operand(term, beta));
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
export function batchnorm(x: TensorLike, given: BatchnormOptions = {}): Tensor {
  return naming("batchnorm", () => {
    const known = ["gamma", "beta", "eps", "running", "momentum", "training"] as const;
    const options: BatchnormOptions = checkOptions("batchnorm", given, known);
    const { eps = 1e-5, running = null, momentum = 0.1, training = true } = options;
    checkNumber("batchnorm", "momentum", momentum);
    const t = asTensor(x, "batchnorm");
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
    const { y, mean: center, variance } = standardize("batchnorm", t, axesBut(t.ndim, 1), eps);
    // The statistics come last: a call that fails leaves them as they were.
    const result = affine("batchnorm", y, options, own, aligned);
    if (running !== null) updateRunning(running, center, variance, t.size / own[0]!, momentum);
    return result;
  });
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
export function layerNorm(x: TensorLike, given: AffineOptions & { readonly axis?: AxisList } = {}): Tensor {
  return naming("layerNorm", () => {
    const { axis = -1, eps = 1e-5, ...options } = checkOptions("layerNorm", given, ["gamma", "beta", "eps", "axis"]);
    const t = asTensor(x, "layerNorm");
    const axes = axesOf("layerNorm", axis, t.ndim);
    const own = axes.map((k) => t.shape[k]!);
    const aligned = t.shape.map((d, k) => (axes.includes(k) ? d : 1));
    return affine("layerNorm", standardize("layerNorm", t, axes, eps).y, options, own, aligned);
  });
}

/**
 * Group normalization: the channels (axis 1) in groups of neighbours, each normalized over itself and all axes after; then
 * gamma and beta, of shape (C,): Wu and He (2018).
 *
 * @throws ShapeError where x has less than two axes, `groups` does not divide the channels, or gamma or beta is not (C,)
 */
export function groupNorm(x: TensorLike, groups: number, given: AffineOptions = {}): Tensor {
  return naming("groupNorm", () => {
    const { eps = 1e-5, ...options } = checkOptions("groupNorm", given, ["gamma", "beta", "eps"]);
    const t = asTensor(x, "groupNorm");
    const [n, channels] = t.shape;
    if (t.ndim < 2 || !Number.isInteger(groups) || groups < 1 || channels! % groups !== 0) {
      throw new ShapeError(
        `groupNorm: x of shape ${shapeText(t.shape)} in ${groups} groups; x must be (N, C, …), and groups must divide C`,
      );
    }
    const grouped = reshape(t, [n!, groups, sizeOf(t.shape.slice(1)) / groups]);
    const y = reshape(standardize("groupNorm", grouped, [2], eps).y, t.shape);
    const aligned = t.shape.map((d, k) => (k === 1 ? d : 1));
    return affine("groupNorm", y, options, [channels!], aligned);
  });
}
