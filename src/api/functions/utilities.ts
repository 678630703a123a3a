/** Questions about arrays, and small tools: NumPy's functions that have no gradients. */
import { canCastSameKind, type DType, isFloat, promote } from "../../ir/dtype.ts";
import { sameShape, sizeOf } from "../../ir/layout.ts";
import { DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { assign } from "../tensor/inplace.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { maskInTrace } from "../trace/tracing.ts";
import {
  asTensor,
  broadcastShape,
  checkDType,
  checkTensor,
  noteUses,
  shapeText,
  type TensorLike,
  resultType as typeOf,
} from "./apply.ts";
import {
  absolute,
  add,
  equal,
  isfinite,
  isnan,
  lessEqual,
  logicalAnd,
  logicalOr,
  multiply,
  reciprocal,
  subtract,
} from "./elementwise.ts";
import { naming } from "./naming.ts";
import { checkNumber, checkOptions, checkWhole, whatIs } from "./options.ts";
import { all } from "./reductions.ts";

/** How near is near: |x - y| ≤ atol + rtol·|y|. */
export interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  /** Whether NaN counts as close to NaN. */
  readonly equalNan?: boolean;
}

/** Element by element, whether two arrays are close; infinities are where they are equal. */
export function isclose(x: TensorLike, y: TensorLike, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = checkOptions("isclose", options, ["rtol", "atol", "equalNan"]);
  const [a, b] = [asTensor(x, "isclose").detach(), asTensor(y, "isclose").detach()];
  checkNumber("isclose", "rtol", rtol);
  checkNumber("isclose", "atol", atol);
  broadcastShape("isclose", [a, b]);
  const near = lessEqual(absolute(subtract(floats(a), floats(b))), add(multiply(absolute(floats(b)), rtol), atol));
  const finite = logicalAnd(isfinite(b), near);
  const close = logicalOr(equal(a, b), finite);
  return equalNan ? logicalOr(close, logicalAnd(isnan(a), isnan(b))) : close;
}

const floats = (t: Tensor): Tensor => (isFloat(t.dtype) ? t : t.astype("float64"));

/** Whether two arrays are close everywhere. */
export function allclose(x: TensorLike, y: TensorLike, options?: CloseOptions): boolean {
  return naming("allclose", () => all(isclose(x, y, options)).item() !== 0);
}

/** Whether two arrays have the same shape and equal elements. */
export function arrayEqual(x: TensorLike, y: TensorLike, options: { readonly equalNan?: boolean } = {}): boolean {
  const { equalNan = false } = checkOptions("arrayEqual", options, ["equalNan"]);
  const [a, b] = [asTensor(x, "arrayEqual").detach(), asTensor(y, "arrayEqual").detach()];
  if (!sameShape(a.shape, b.shape)) return false;
  const same = equal(a, b);
  return all(equalNan ? logicalOr(same, logicalAnd(isnan(a), isnan(b))) : same).item() !== 0;
}

/**
 * How often each whole number from 0 occurs, or the sum of its weights. The length depends on the values, so this computes
 * them now. The result is constant.
 *
 * @throws DTypeError for floats, GradloomError for numbers below 0
 */
export function bincount(
  x: TensorLike,
  options: { readonly weights?: TensorLike; readonly minlength?: number } = {},
): Tensor {
  const { weights, minlength = 0 } = checkOptions("bincount", options, ["weights", "minlength"]);
  const given = asTensor(x, "bincount");
  const odd =
    x instanceof Tensor || !isFloat(given.dtype) ? undefined : given.dataSync().find((v) => !Number.isInteger(v));
  if (odd !== undefined) throw new DTypeError(`bincount: ${odd} is no whole number; convert x with astype("int32")`);
  const t = x instanceof Tensor ? given : given.astype("int32");
  checkWhole("bincount", "minlength", minlength, 0);
  if (isFloat(t.dtype))
    throw new DTypeError(`bincount: counts whole numbers, not ${t.dtype}; convert with astype("int32")`);
  if (t.ndim !== 1) throw new ShapeError(`bincount: shape ${shapeText(t.shape)} has not one axis; use ravel()`);
  maskInTrace(t, "bincount");
  const data = t.dataSync();
  const by = weights === undefined ? null : asTensor(weights, "bincount");
  if (by !== null && !sameShape(by.shape, t.shape))
    throw new ShapeError(
      `bincount: weights of shape ${shapeText(by.shape)} for x of shape ${shapeText(t.shape)}; both must be equal`,
    );
  const negative = data.find((v) => v < 0);
  if (negative !== undefined)
    throw new GradloomError(
      `bincount: ${negative} is below 0, which has no place in the result; shift the numbers, or leave it out`,
    );
  let length = minlength;
  for (const v of data) length = Math.max(length, v + 1);
  const counts = new Float64Array(length);
  const factors = by?.dataSync();
  data.forEach((v, k) => {
    counts[v]! += factors?.[k] ?? 1;
  });
  return leafOf(counts, [length], by === null ? "int32" : "float64", true);
}

/** The positions, one array an axis, of the elements that are not 0. Their number depends on the values: computed now. */
export function nonzero(x: TensorLike): Tensor[] {
  const t = asTensor(x, "nonzero");
  if (t.ndim === 0)
    throw new ShapeError(
      "nonzero: a scalar has no axes, and so no positions; use atleast1d(), or item() to ask for its value",
    );
  return positionsOf(t);
}

function positionsOf(t: Tensor): Tensor[] {
  maskInTrace(t, "nonzero");
  const found: number[] = [];
  t.dataSync().forEach((v, k) => {
    if (v !== 0) found.push(k);
  });
  return t.shape.map((d, axis) => {
    const step = sizeOf(t.shape.slice(axis + 1));
    return leafOf(
      Int32Array.from(found, (k) => Math.floor(k / step) % d),
      [found.length],
      "int32",
      true,
    );
  });
}

/** The positions of the elements that are not 0, as rows of an int32 matrix. Computed now, as {@link nonzero}. */
export function argwhere(x: TensorLike): Tensor {
  const t = asTensor(x, "argwhere");
  const found = positionsOf(t);
  const rows = new Int32Array((found[0]?.size ?? Number(t.item() !== 0)) * found.length);
  found.forEach((positions, axis) => {
    positions.dataSync().forEach((p, k) => {
      rows[k * found.length + axis] = p;
    });
  });
  return leafOf(rows, [found[0]?.size ?? Number(t.item() !== 0), found.length], "int32", true);
}

/** Stores a value, broadcast and converted, in all elements of a tensor. */
export function copyto(target: Tensor, value: TensorLike): void {
  checkTensor("copyto", target);
  naming("copyto", () => assign(target, value));
}

/** Whether two tensors share memory: whether one is a view of the other, or both are views of one. */
export function sharesMemory(x: Tensor, y: Tensor): boolean {
  return checkTensor("sharesMemory", x).sharesMemory(checkTensor("sharesMemory", y));
}

/** As `sharesMemory`: the answer is never uncertain here. */
export function mayShareMemory(x: Tensor, y: Tensor): boolean {
  return checkTensor("mayShareMemory", x).sharesMemory(checkTensor("mayShareMemory", y));
}

/** The dtype of an operation on the operands; plain numbers take the dtype of what they meet. */
export function resultType(...operands: readonly (TensorLike | DType)[]): DType {
  const dtypes = operands.filter((o): o is DType => typeof o === "string").map((o) => checkDType(o, "resultType"));
  const values = operands.filter((o): o is TensorLike => typeof o !== "string");
  if (operands.length === 0) throw new GradloomError("resultType: there are no operands; pass one at least");
  if (values.length === 0) return dtypes.reduce(promote);
  const own = naming("resultType", () => typeOf(values));
  const weak = values.every((v) => typeof v === "number" || typeof v === "boolean");
  if (!weak) return dtypes.reduce(promote, own);
  const [first, ...rest] = dtypes;
  if (first === undefined) return own;
  return typeOf([leafOf([0], [1], rest.reduce(promote, first), true), ...values]);
}

/** Whether a value of one dtype may be stored as another: without loss (`safe`), or within its kind (`same_kind`). */
export function canCast(from: DType, to: DType, casting: "safe" | "same_kind" | "unsafe" | "no" = "safe"): boolean {
  const [a, b] = [checkDType(from, "canCast"), checkDType(to, "canCast")];
  if (!["safe", "same_kind", "unsafe", "no"].includes(casting)) {
    throw new GradloomError(
      `canCast: the casting is ${whatIs(casting)}; it must be "safe", "same_kind", "unsafe" or "no"`,
    );
  }
  if (casting === "unsafe") return true;
  if (casting === "no") return a === b;
  return casting === "same_kind" ? canCastSameKind(a, b) : promote(a, b) === b;
}

/** The smallest dtype that holds a number; of a tensor, its own. */
export function minScalarType(value: number | boolean | Tensor): DType {
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number") return checkTensor("minScalarType", value).dtype;
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return "int32";
  return Object.is(Math.fround(value), value) || Number.isNaN(value) ? "float32" : "float64";
}

/** The shape of anything that operations take. */
export function shape(x: TensorLike): readonly number[] {
  return asTensor(x, "shape").shape;
}

/** Whether the sign bit is set: of negative numbers, -0, and NaN of that sign (which this cannot tell: false for NaN). */
export function signbit(x: TensorLike): Tensor {
  const t = asTensor(x, "signbit");
  noteUses([t], false);
  if (!isFloat(t.dtype)) return t.lt(0);
  // 1 / -0 is -∞.
  return logicalOr(t.lt(0), logicalAnd(t.eq(0), reciprocal(t.detach()).lt(0)));
}
