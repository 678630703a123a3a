/**
 * Losses. Those of MyGrad have its names, formulas and conventions: scores x of shape (N, C), N labels that name a class
 * each. All but the focal losses are means; the mean of no samples is NaN, as in NumPy.
 */

import { isFloat } from "../../ir/dtype.ts";
import { sameShape } from "../../ir/layout.ts";
import { DTypeError, GradloomError, IndexError, ShapeError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { arange, tensor } from "../functions/create.ts";
import {
  absolute,
  add,
  astype,
  divide,
  equal,
  expm1,
  log,
  maximum,
  minimum,
  multiply,
  negative,
  power,
  square,
  subtract,
  where,
} from "../functions/elementwise.ts";
import { naming } from "../functions/naming.ts";
import { checkOptions, whatIs } from "../functions/options.ts";
import { mean, sum } from "../functions/reductions.ts";
import { fromNested } from "../tensor/nested.ts";
import { Tensor } from "../tensor/tensor.ts";
import { expandDims, reshape } from "../tensor/views.ts";
import { valuesIfKnown } from "../trace/tracing.ts";
import { logSoftmax, softplus } from "./activations.ts";

/** The options of the focal losses. */
export interface FocalOptions {
  /** The factor of the whole loss: 1 unless given. */
  readonly alpha?: number;
  /** The focusing exponent, from 0; 0, the default, gives the cross-entropy. */
  readonly gamma?: number;
}

/** Labels as an int32 tensor. @throws DTypeError for anything but integers */
function integers(caller: string, labels: TensorLike): Tensor {
  const refuse = (what: string): DTypeError =>
    new DTypeError(
      `${caller}: the labels are ${what}; they name the class of each sample by an integer: ` +
        'pass integers, an Int32Array, or a tensor converted with astype("int32")',
    );
  if (labels instanceof Tensor) {
    if (labels.dtype !== "int32") throw refuse(labels.dtype);
    return labels;
  }
  const { data, shape, dtype } = naming(caller, () => fromNested(labels));
  const empty = data.length === 0 && !ArrayBuffer.isView(labels);
  const whole = ArrayBuffer.isView(labels) ? dtype === "int32" : dtype !== "bool" && data.every((v) => (v | 0) === v);
  if (!empty && !whole)
    throw refuse(ArrayBuffer.isView(labels) || dtype === "bool" ? dtype : "no integers that int32 holds");
  return reshape(tensor(Int32Array.from(data)), shape);
}

/**
 * Scores and labels that fit each other.
 *
 * @throws ShapeError where x is not (N, C) or the labels are not (N,), DTypeError where labels are not integers, IndexError
 *   where one of them is outside 0 to C - 1 (as far as their values are known: not for a model's inputs in compile())
 */
function checkLabels(caller: string, x: TensorLike, labels: TensorLike): { x: Tensor; labels: Tensor } {
  const scores = asTensor(x, caller);
  if (scores.ndim !== 2) {
    throw new ShapeError(
      `${caller}: x has shape ${shapeText(scores.shape)}; it must be (N, C), a row of C scores for each of N samples: reshape it`,
    );
  }
  const [n, classes] = scores.shape as readonly [number, number];
  const t = integers(caller, labels);
  if (t.ndim !== 1 || t.shape[0] !== n) {
    throw new ShapeError(
      `${caller}: labels of shape ${shapeText(t.shape)} for x of shape ${shapeText(scores.shape)}; ` +
        `they must have shape (${n},), one for each row of x`,
    );
  }
  const data = valuesIfKnown(t);
  const at = data?.findIndex((k) => k < 0 || k >= classes) ?? -1;
  if (data !== null && at >= 0) {
    throw new IndexError(
      `${caller}: label ${data[at]} at position ${at} names none of the ${classes} classes of x, of shape ` +
        `${shapeText(scores.shape)}; labels are 0 to ${classes - 1}`,
    );
  }
  return { x: scores, labels: t };
}

/** The element of each row that its label names. */
function atLabels(x: Tensor, labels: Tensor): Tensor {
  const rows = Int32Array.from({ length: x.shape[0]! }, (_, k) => k);
  return x.get(rows, labels);
}

/** An operand beside `x`: of its dtype unless it is a tensor of another float dtype. */
function beside(caller: string, x: Tensor, value: TensorLike): Tensor {
  const dtype = isFloat(x.dtype) ? x.dtype : "float64";
  if (!(value instanceof Tensor)) return naming(caller, () => tensor(value, { dtype, constant: true }));
  value.checkAlive(caller);
  return isFloat(value.dtype) ? value : astype(value, dtype);
}

/** Two operands of one shape. @throws ShapeError where they differ */
function alike(caller: string, x: TensorLike, y: TensorLike, what: string): [Tensor, Tensor] {
  const a = asTensor(x, caller);
  const b = beside(caller, a, y);
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      `${caller}: x has shape ${shapeText(a.shape)} and ${what} ${shapeText(b.shape)}; ` +
        "they are compared element by element, so that their shapes must be equal: reshape one of them",
    );
  }
  return [a, b];
}

/**
 * The mean cross-entropy of the labels under softmax(x): -mean(logSoftmax(x)[i, yTrue[i]]), of shape (). Exact for
 * logits of any size.
 *
 * @param x scores, of shape (N, C)
 * @param yTrue N integers from 0 to C - 1
 * @throws ShapeError where x is not (N, C) or the labels are not (N,), DTypeError where labels are not integers, IndexError
 *   where one of them names no class
 */
export function softmaxCrossentropy(x: TensorLike, yTrue: TensorLike): Tensor {
  const { x: scores, labels } = checkLabels("softmaxCrossentropy", x, yTrue);
  return negative(mean(atLabels(logSoftmax(scores), labels)));
}

/** The options of `negativeLogLikelihood`. */
export interface LikelihoodOptions {
  /** A factor for each class, of shape (C,). */
  readonly weights?: TensorLike | null;
}

/**
 * -mean(weights[yTrue[i]] · x[i, yTrue[i]]), of shape (): as in MyGrad (and unlike PyTorch) divided by N, not by the sum of
 * weights.
 *
 * @param x log-probabilities, of shape (N, C)
 * @param yTrue N integers from 0 to C - 1
 * @throws ShapeError, DTypeError and IndexError as `softmaxCrossentropy`; ShapeError where the weights are not (C,)
 */
export function negativeLogLikelihood(x: TensorLike, yTrue: TensorLike, options: LikelihoodOptions = {}): Tensor {
  return naming("negativeLogLikelihood", () => {
    const { weights = null } = checkOptions("negativeLogLikelihood", options, ["weights"]);
    const { x: scores, labels } = checkLabels("negativeLogLikelihood", x, yTrue);
    const chosen = atLabels(scores, labels);
    if (weights === null) return negative(mean(chosen));
    const factors = beside("negativeLogLikelihood", scores, weights);
    if (factors.ndim !== 1 || factors.shape[0] !== scores.shape[1]) {
      throw new ShapeError(
        `negativeLogLikelihood: weights of shape ${shapeText(factors.shape)} for x of shape ${shapeText(scores.shape)}; ` +
          `they must have shape (${scores.shape[1]},), one for each class`,
      );
    }
    return negative(mean(multiply(chosen, factors.get(labels))));
  });
}

/**
 * Σ over samples i and wrong classes j of max(x[i, j] - x[i, yTrue[i]] + hinge, 0), divided by N; of shape ().
 *
 * @param x scores, of shape (N, C)
 * @param yTrue N integers from 0 to C - 1
 * @throws ShapeError, DTypeError and IndexError as `softmaxCrossentropy`
 */
export function multiclassHinge(x: TensorLike, yTrue: TensorLike, hinge = 1): Tensor {
  if (typeof hinge !== "number")
    throw new GradloomError(`multiclassHinge: the hinge is ${whatIs(hinge)}; it must be a number`);
  const { x: scores, labels } = checkLabels("multiclassHinge", x, yTrue);
  const [n, classes] = scores.shape as readonly [number, number];
  const margins = add(subtract(scores, expandDims(atLabels(scores, labels), 1)), hinge);
  const right = equal(arange(0, classes, 1, "int32"), expandDims(labels, 1));
  return divide(sum(where(right, 0, maximum(margins, 0))), n);
}

/**
 * mean(max(margin - y·(x1 - x2), 0)), of shape ().
 *
 * @param x1 scores, of shape (N,) or (N, D)
 * @param x2 scores of the same shape
 * @param y 1 where x1 should be larger, -1 where x2 should: one number, or N
 * @param margin by how much, from 0
 * @throws ShapeError where shapes do not fit, DTypeError where x1 or x2 is no float, GradloomError for a negative margin
 */
export function marginRankingLoss(x1: TensorLike, x2: TensorLike, y: TensorLike, margin: number): Tensor {
  const caller = "marginRankingLoss";
  const [a, b] = [asTensor(x1, "marginRankingLoss"), asTensor(x2, "marginRankingLoss")];
  if (a.ndim < 1 || a.ndim > 2 || !sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      `${caller}: x1 has shape ${shapeText(a.shape)} and x2 ${shapeText(b.shape)}; both must be (N,) or (N, D), and equal`,
    );
  }
  for (const [name, t] of [["x1", a] as const, ["x2", b] as const]) {
    if (!isFloat(t.dtype))
      throw new DTypeError(`${caller}: ${name} is ${t.dtype}, not float; convert it with astype("float32")`);
  }
  if (typeof margin !== "number" || !(margin >= 0))
    throw new GradloomError(`${caller}: the margin is ${whatIs(margin)}; it must be a number from 0`);
  const signs = signsFor(caller, a, y);
  return mean(maximum(subtract(margin, multiply(signs, subtract(a, b))), 0));
}

/** The signs, to be broadcast along the rows of x. */
function signsFor(caller: string, x: Tensor, y: TensorLike): Tensor {
  const make = (): Tensor => tensor(y, { dtype: x.dtype, constant: true });
  const given = y instanceof Tensor ? asTensor(y, caller) : naming(caller, make);
  const t = given.dtype === x.dtype ? given : astype(given, x.dtype);
  if (t.size === 1) return reshape(t, []);
  if (t.ndim !== 1 || t.shape[0] !== x.shape[0]) {
    throw new ShapeError(
      `${caller}: y has shape ${shapeText(t.shape)} beside x1 of shape ${shapeText(x.shape)}; ` +
        `it must be one number, or (${x.shape[0]},), one for each row`,
    );
  }
  return x.ndim === 2 ? expandDims(t, 1) : t;
}

/** -alpha·(1 - p)^gamma·log p; the gradient of the power at p = 1 is 0. */
function focal(caller: string, logP: Tensor, complement: Tensor, options: FocalOptions): Tensor {
  const { alpha = 1, gamma = 0 } = checkOptions(caller, options, ["alpha", "gamma"]);
  if (typeof gamma !== "number" || !(gamma >= 0))
    throw new GradloomError(`${caller}: gamma is ${whatIs(gamma)}; it must be a number from 0`);
  if (typeof alpha !== "number") throw new GradloomError(`${caller}: alpha is ${whatIs(alpha)}; it must be a number`);
  if (gamma === 0) return multiply(logP, -alpha);
  const positive = complement.gt(0);
  const factor = where(positive, power(where(positive, complement, 1), gamma), 0);
  return multiply(multiply(factor, logP), -alpha);
}

/**
 * The focal loss of each sample, of shape (N,): -alpha·(1 - p)^gamma·log p with p = classProbs[i, targets[i]], from Lin et
 * al., "Focal Loss for Dense Object Detection" (2017).
 *
 * @param classProbs probabilities in (0, 1], of shape (N, C)
 * @param targets N integers from 0 to C - 1
 * @throws ShapeError, DTypeError and IndexError as `softmaxCrossentropy`; GradloomError for a negative gamma
 */
export function focalLoss(classProbs: TensorLike, targets: TensorLike, options: FocalOptions = {}): Tensor {
  return naming("focalLoss", () => {
    const { x, labels } = checkLabels("focalLoss", classProbs, targets);
    const p = atLabels(x, labels);
    return focal("focalLoss", log(p), subtract(1, p), options);
  });
}

/**
 * `focalLoss(softmax(x), targets)`, computed from logSoftmax(x), so that it stays finite for scores of any size.
 *
 * @param x scores, of shape (N, C)
 * @param targets N integers from 0 to C - 1
 * @throws as `focalLoss`
 */
export function softmaxFocalLoss(x: TensorLike, targets: TensorLike, options: FocalOptions = {}): Tensor {
  return naming("softmaxFocalLoss", () => {
    const { x: scores, labels } = checkLabels("softmaxFocalLoss", x, targets);
    const logP = atLabels(logSoftmax(scores), labels);
    return focal("softmaxFocalLoss", logP, negative(expm1(logP)), options);
  });
}

/** mean((x - target)²), of shape (). @throws ShapeError where the shapes differ */
export function mseLoss(x: TensorLike, target: TensorLike): Tensor {
  const [a, b] = alike("mseLoss", x, target, "the target");
  return mean(square(subtract(a, b)));
}

/**
 * The mean of -t·log σ(x) - (1 - t)·log(1 - σ(x)), of shape (), where σ is the sigmoid: exact for logits of any size.
 *
 * @param x logits
 * @param target probabilities from 0 to 1, of the same shape
 * @throws ShapeError where the shapes differ
 */
export function binaryCrossentropyWithLogits(x: TensorLike, target: TensorLike): Tensor {
  const [a, t] = alike("binaryCrossentropyWithLogits", x, target, "the target");
  return mean(add(multiply(t, softplus(negative(a))), multiply(subtract(1, t), softplus(a))));
}

/** The Huber losses of differences: e²/2 where |e| ≤ delta, otherwise delta·(|e| - delta/2). */
function huber(difference: Tensor, delta: number): Tensor {
  const size = absolute(difference);
  const limited = minimum(size, delta);
  return multiply(limited, subtract(size, multiply(limited, 0.5)));
}

/**
 * The mean of e²/2 where |e| ≤ delta and of delta·(|e| - delta/2) elsewhere, for e = x - target; of shape (): Huber, "Robust
 * Estimation of a Location Parameter" (1964).
 *
 * @throws ShapeError where the shapes differ, GradloomError unless delta is positive
 */
export function huberLoss(x: TensorLike, target: TensorLike, options: { readonly delta?: number } = {}): Tensor {
  const { delta = 1 } = checkOptions("huberLoss", options, ["delta"]);
  if (!(typeof delta === "number" && delta > 0))
    throw new GradloomError(`huberLoss: delta is ${whatIs(delta)}; it must be a positive number`);
  const [a, b] = alike("huberLoss", x, target, "the target");
  return mean(huber(subtract(a, b), delta));
}

/**
 * As `huberLoss` with delta = beta, divided by beta; with beta 0, the mean of |x - target|. PyTorch's convention.
 *
 * @throws ShapeError where the shapes differ, GradloomError for a negative beta
 */
export function smoothL1Loss(x: TensorLike, target: TensorLike, options: { readonly beta?: number } = {}): Tensor {
  const { beta = 1 } = checkOptions("smoothL1Loss", options, ["beta"]);
  if (!(typeof beta === "number" && beta >= 0))
    throw new GradloomError(`smoothL1Loss: beta is ${whatIs(beta)}; it must be a number from 0`);
  const [a, b] = alike("smoothL1Loss", x, target, "the target");
  const difference = subtract(a, b);
  return mean(beta === 0 ? absolute(difference) : divide(huber(difference, beta), beta));
}
