/** Activations and normalizers: compositions that fusion turns into a few kernels. */
import { toFloat } from "../../ir/dtype.ts";
import { ShapeError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { checkAxis } from "../functions/axes.ts";
import {
  absolute,
  add,
  astype,
  divide,
  erfc,
  exp,
  expm1,
  log,
  logaddexp,
  maximum,
  minimum,
  multiply,
  positive,
  sigmoid,
  subtract,
  tanh,
  where,
} from "../functions/elementwise.ts";
import { checkNumber, checkOptions } from "../functions/options.ts";
import { type Axes, axesOf, max, sum } from "../functions/reductions.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The operand in a float dtype. */
function floating(caller: string, x: TensorLike): Tensor {
  const t = asTensor(x, caller);
  const dtype = toFloat(t.dtype);
  return t.dtype === dtype ? t : astype(t, dtype);
}

/**
 * exp x / Σ exp x along the axes (null for all), from the largest element, so that nothing overflows. Any shape; integers
 * give float64. A scalar gives 1, as in MyGrad.
 *
 * @throws IndexError where there is no such axis
 */
export function softmax(x: TensorLike, axis: Axes = -1): Tensor {
  const t = floating("softmax", x);
  if (t.size === 0) return positive(t);
  const along = t.ndim === 0 ? null : axesOf("softmax", axis, t.ndim);
  const e = exp(subtract(t, max(t, along, true).detach()));
  // One division a sum, not one an element.
  return multiply(e, divide(1, sum(e, along, true)));
}

/**
 * log softmax along the axes (null for all), without forming the quotient: exact to rounding for logits of any size.
 * Integers give float64.
 *
 * @throws IndexError where there is no such axis
 */
export function logSoftmax(x: TensorLike, axis: Axes = -1): Tensor {
  const t = floating("logSoftmax", x);
  if (t.size === 0) return positive(t);
  const along = t.ndim === 0 ? null : axesOf("logSoftmax", axis, t.ndim);
  const top = max(t, along, true).detach();
  // An infinite maximum would give ∞ - ∞: such rows are not shifted.
  const shifted = subtract(t, where(absolute(top).lt(Number.POSITIVE_INFINITY), top, 0));
  return subtract(shifted, log(sum(exp(shifted), along, true)));
}

/** max(x, 0), with gradient 0 at 0. */
export function relu(x: TensorLike): Tensor {
  return maximum(asTensor(x, "relu"), 0);
}

/** max(x, 0) up to 6, with gradient 0 at 0 and at 6. */
export function relu6(x: TensorLike): Tensor {
  return minimum(maximum(asTensor(x, "relu6"), 0), 6);
}

/** x where positive, otherwise slope·x; the gradient at 0 is 0, as in MyGrad. */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  const t = asTensor(x, "leakyRelu");
  checkNumber("leakyRelu", "the slope", slope);
  return add(maximum(t, 0), multiply(minimum(t, 0), slope));
}

/** alpha·(exp x - 1) where x < 0, otherwise x; the gradient at 0 is 1, as in MyGrad. */
export function elu(x: TensorLike, alpha = 1): Tensor {
  const t = asTensor(x, "elu");
  checkNumber("elu", "alpha", alpha);
  return where(t.lt(0), multiply(expm1(minimum(t, 0)), alpha), t);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** scale·elu(x, alpha), with the constants of Klambauer et al., "Self-Normalizing Neural Networks" (2017). */
export function selu(x: TensorLike): Tensor {
  return multiply(elu(asTensor(x, "selu"), SELU_ALPHA), SELU_SCALE);
}

/** x limited to the range between the bounds, with gradient 0 at the bounds and beyond. */
export function hardTanh(x: TensorLike, lowerBound = -1, upperBound = 1): Tensor {
  checkNumber("hardTanh", "the lower bound", lowerBound);
  checkNumber("hardTanh", "the upper bound", upperBound);
  return maximum(minimum(asTensor(x, "hardTanh"), upperBound), lowerBound);
}

/** x / (1 + |x|). */
export function softSign(x: TensorLike): Tensor {
  const t = asTensor(x, "softSign");
  return divide(t, add(absolute(t), 1));
}

/** log(1 + exp x), a smooth relu. Nothing overflows. */
export function softplus(x: TensorLike): Tensor {
  return logaddexp(asTensor(x, "softplus"), 0);
}

/** x·sigmoid(x), also called swish. */
export function silu(x: TensorLike): Tensor {
  const t = asTensor(x, "silu");
  return multiply(t, sigmoid(t));
}

/** x·tanh(softplus(x)): Misra, "Mish: A Self Regularized Non-Monotonic Activation Function" (2019). */
export function mish(x: TensorLike): Tensor {
  const t = asTensor(x, "mish");
  return multiply(t, tanh(softplus(t)));
}

/** relu6(x + 3) / 6, a piecewise linear sigmoid: 0 up to -3, 1 from 3 on. */
export function hardSigmoid(x: TensorLike): Tensor {
  return divide(relu6(add(asTensor(x, "hardSigmoid"), 3)), 6);
}

/** x·hardSigmoid(x): Howard et al., "Searching for MobileNetV3" (2019). */
export function hardSwish(x: TensorLike): Tensor {
  const t = asTensor(x, "hardSwish");
  return multiply(t, hardSigmoid(t));
}

/**
 * The gated linear unit: the first half along the axis times the sigmoid of the second (Dauphin et al., "Language Modeling
 * with Gated Convolutional Networks", 2016). The axis comes out half as long.
 *
 * @throws ShapeError where the axis has an odd length, IndexError where there is no such axis
 */
export function glu(x: TensorLike, axis = -1): Tensor {
  const t = asTensor(x, "glu");
  const at = checkAxis("glu", axis, t.ndim);
  const length = t.shape[at]!;
  if (length % 2 !== 0) {
    throw new ShapeError(
      `glu: axis ${at} of shape ${shapeText(t.shape)} has the odd length ${length}; ` +
        "its halves are the values and their gates, so it must be even",
    );
  }
  const before = t.shape.slice(0, at).map(() => ":");
  const half = (range: string): Tensor => t.get(...before, range);
  return multiply(half(`:${length / 2}`), sigmoid(half(`${length / 2}:`)));
}

/** How `gelu` is computed. */
export interface GeluOptions {
  /** By tanh (the default), which differs from the exact form by up to 5e-4, or by the normal distribution itself. */
  readonly approximate?: boolean;
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);

/**
 * x·Φ(x), where Φ is the normal distribution's cumulative: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
 * Approximately, as there, x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). The exact form has a relative error of at most about
 * 1e-13 in float64.
 */
export function gelu(x: TensorLike, options: GeluOptions = {}): Tensor {
  const { approximate = true } = checkOptions("gelu", options, ["approximate"]);
  const t = floating("gelu", x);
  if (!approximate) return multiply(t, normalCdf(t));
  const cubic = multiply(t, add(multiply(multiply(t, t), 0.044715), 1));
  return multiply(multiply(t, 0.5), add(tanh(multiply(cubic, GELU_SCALE)), 1));
}

/** The normal distribution's cumulative, Φ(x) = erfc(-x/√2) / 2. */
function normalCdf(x: Tensor): Tensor {
  return multiply(erfc(multiply(x, -Math.SQRT1_2)), 0.5);
}
