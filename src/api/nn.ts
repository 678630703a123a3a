/** Activations and normalizers: compositions that fusion turns into a few kernels. */
import { asTensor, type TensorLike } from "./apply.ts";
import {
  absolute,
  add,
  divide,
  exp,
  expm1,
  maximum,
  minimum,
  multiply,
  negative,
  subtract,
  where,
} from "./elementwise.ts";
import { type Axes, logsumexp, max, sum } from "./reductions.ts";
import type { Tensor } from "./tensor.ts";

/** exp x / Σ exp x along the axes. */
export function softmax(x: TensorLike, axis: Axes = -1): Tensor {
  const t = asTensor(x);
  const e = exp(subtract(t, max(t, axis, true).detach()));
  return divide(e, sum(e, axis, true));
}

/** log softmax, without forming the quotient. */
export function logSoftmax(x: TensorLike, axis: Axes = -1): Tensor {
  const t = asTensor(x);
  return subtract(t, logsumexp(t, axis, true));
}

/** max(x, 0), with gradient 0 at 0. */
export function relu(x: TensorLike): Tensor {
  return maximum(x, 0);
}

/** x where positive, otherwise slope·x. */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  const t = asTensor(x);
  return where(t.gt(0), t, multiply(t, slope));
}

/** x where positive, otherwise alpha·(exp x - 1). */
export function elu(x: TensorLike, alpha = 1): Tensor {
  const t = asTensor(x);
  return where(t.gt(0), t, multiply(expm1(minimum(t, 0)), alpha));
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** scale·elu(x, alpha), with the constants of Klambauer et al., "Self-Normalizing Neural Networks" (2017). */
export function selu(x: TensorLike): Tensor {
  return multiply(elu(x, SELU_ALPHA), SELU_SCALE);
}

/** x limited to the range from low to high. */
export function hardTanh(x: TensorLike, low = -1, high = 1): Tensor {
  return minimum(maximum(x, low), high);
}

/** x / (1 + |x|). */
export function softSign(x: TensorLike): Tensor {
  const t = asTensor(x);
  return divide(t, add(absolute(t), 1));
}

/** x·sigmoid(x). */
export function silu(x: TensorLike): Tensor {
  const t = asTensor(x);
  return divide(t, add(exp(negative(t)), 1));
}
