/** Attention. */

import { type DType, isFloat } from "../../ir/dtype.ts";
import { broadcastShapes, type Shape, sameShape } from "../../ir/layout.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { ones, tensor } from "../functions/create.ts";
import { add, divide, exp, multiply, subtract, where } from "../functions/elementwise.ts";
import { tril } from "../functions/linalg.ts";
import { matmul } from "../functions/matmul.ts";
import { naming } from "../functions/naming.ts";
import { checkNumber, checkOptions } from "../functions/options.ts";
import { max, sum } from "../functions/reductions.ts";
import { Tensor } from "../tensor/tensor.ts";
import { swapaxes } from "../tensor/views.ts";

/** The options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** What broadcasts to (…, L, S): bool, true where a query attends to a key; or floats, added to the scaled scores. */
  readonly mask?: TensorLike | null;
  /** The factor of the scores: 1 / √E unless given. */
  readonly scale?: number | null;
  /** Whether query i attends to keys 0 to i only. */
  readonly causal?: boolean;
}

function checkOperands(q: Tensor, k: Tensor, v: Tensor): Shape {
  const at =
    `scaledDotProductAttention: q of shape ${shapeText(q.shape)}, k of shape ${shapeText(k.shape)} and ` +
    `v of shape ${shapeText(v.shape)}`;
  if (q.ndim < 2 || k.ndim < 2 || v.ndim < 2)
    throw new ShapeError(`${at}: they must be (…, L, E), (…, S, E) and (…, S, F), with two axes at least`);
  const [queries, width] = q.shape.slice(-2) as [number, number];
  const [keys, depth] = k.shape.slice(-2) as [number, number];
  if (width !== depth) throw new ShapeError(`${at}: q and k must have the same last axis, E`);
  if (v.shape[v.ndim - 2] !== keys) throw new ShapeError(`${at}: k and v must have the same last axis but one, S`);
  const batch = broadcastShapes(q.shape.slice(0, -2), k.shape.slice(0, -2));
  if (batch === null || broadcastShapes(batch, v.shape.slice(0, -2)) === null)
    throw new ShapeError(`${at}: the axes before the last two do not broadcast; they must be equal, or 1`);
  return [...batch, queries, keys];
}

/** The scores with -∞ where a mask hides a key, or with a float mask added. */
function masked(scores: Tensor, given: TensorLike, dtype: DType): Tensor {
  const asked = given instanceof Tensor ? given : asTensor(given, "scaledDotProductAttention");
  const mask = given instanceof Tensor || asked.dtype === "bool" ? asked : tensor(given, { dtype, constant: true });
  const joint = broadcastShapes(scores.shape, mask.shape);
  if (joint === null || !sameShape(joint, scores.shape)) {
    throw new ShapeError(
      `scaledDotProductAttention: a mask of shape ${shapeText(mask.shape)} does not broadcast to ${shapeText(scores.shape)}, ` +
        "a score for each query and key; reshape it",
    );
  }
  if (mask.dtype === "bool") return where(mask, scores, Number.NEGATIVE_INFINITY);
  if (isFloat(mask.dtype)) return add(scores, mask);
  throw new DTypeError(
    `scaledDotProductAttention: the mask is ${mask.dtype}; pass bool (true where a query attends) or floats to be added`,
  );
}

/** Softmax over the last axis; zeros in rows where all is -∞. */
function weightsOf(scores: Tensor): Tensor {
  if (scores.size === 0) return scores;
  const top = max(scores, -1, true).detach();
  const e = exp(subtract(scores, where(top.gt(Number.NEGATIVE_INFINITY), top, 0)));
  const total = sum(e, -1, true);
  return divide(e, where(total.gt(0), total, 1));
}

/**
 * softmax(scale · q kᵀ + mask) v over the keys: Vaswani et al., "Attention Is All You Need" (2017). A query that may attend to
 * no key gives zeros.
 *
 * @param q queries, of shape (…, L, E); leading axes of all three broadcast
 * @param k keys, of shape (…, S, E)
 * @param v values, of shape (…, S, F)
 * @returns shape (…, L, F)
 * @throws ShapeError where shapes do not fit, DTypeError for a mask of integers
 */
export function scaledDotProductAttention(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options: AttentionOptions = {},
): Tensor {
  return naming("scaledDotProductAttention", () => {
    const {
      mask = null,
      scale = null,
      causal = false,
    } = checkOptions("scaledDotProductAttention", options, ["mask", "scale", "causal"]);
    if (scale !== null) checkNumber("scaledDotProductAttention", "the scale", scale);
    const [queries, keys, values] = [
      asTensor(q, "scaledDotProductAttention"),
      asTensor(k, "scaledDotProductAttention"),
      asTensor(v, "scaledDotProductAttention"),
    ];
    const shape = checkOperands(queries, keys, values);
    const width = queries.shape[queries.ndim - 1]!;
    const factor = scale ?? (width === 0 ? 1 : 1 / Math.sqrt(width));
    const plain = multiply(matmul(queries, swapaxes(keys, -1, -2)), factor);
    const scores = mask === null ? plain : masked(plain, mask, plain.dtype);
    const below = causal ? tril(ones(shape.slice(-2), "int32")).astype("bool") : null;
    const seen = below === null ? scores : where(below, scores, Number.NEGATIVE_INFINITY);
    return matmul(weightsOf(seen), values);
  });
}
