/** Element-wise functions, named as in NumPy. All broadcast; results have NumPy's dtype. */
import type { DType } from "../../ir/dtype.ts";
import * as arithmetic from "../../ir/ops/arithmetic.ts";
import * as bits from "../../ir/ops/bits.ts";
import * as compare from "../../ir/ops/compare.ts";
import type * as randomOps from "../../ir/ops/random.ts";
import * as unary from "../../ir/ops/unary.ts";
import type { Elementwise } from "../../ir/record.ts";
import { OPS } from "../../ir/table.ts";
import { GradloomError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  applyElementwise,
  asTensor,
  castNode,
  checkDType,
  elementwiseNode,
  noteUses,
  type TensorLike,
} from "./apply.ts";
import { naming } from "./naming.ts";
import { checkOptions } from "./options.ts";
import { applyUfunc, type UfuncOptions } from "./ufunc.ts";
import { nonzero } from "./utilities.ts";

/** A function of one operand. */
export type Unary = (x: TensorLike, options?: UfuncOptions) => Tensor;
/** A function of two operands, which broadcast. */
export type Binary = (x: TensorLike, y: TensorLike, options?: UfuncOptions) => Tensor;
/** Operands, and perhaps options after them. */
export type Variadic = (...operands: readonly (TensorLike | UfuncOptions | undefined)[]) => Tensor;

function bind(op: Elementwise, name: string = op.name): Variadic {
  const apply: Variadic = (...given) => {
    const last = given.length > op.arity ? given[op.arity] : undefined;
    if (given.length === op.arity || (given.length === op.arity + 1 && isOptions(last)))
      return applyUfunc(op, given.slice(0, op.arity) as readonly TensorLike[], last as UfuncOptions | undefined);
    return applyElementwise(op, ...(given as readonly TensorLike[]));
  };
  return name === op.name ? apply : (...given) => naming(name, () => apply(...given));
}

const isOptions = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === "object" &&
    value !== null &&
    !(value instanceof Tensor) &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value));

type Names<M> = { [K in keyof M]: M[K] extends Elementwise ? K : never }[keyof M];
type Elementwises =
  | Names<typeof arithmetic>
  | Names<typeof bits>
  | Names<typeof randomOps>
  | Names<typeof compare>
  | Names<typeof unary>;

/** Every element-wise operation of the op table by its name, for those that have no function of their own below. */
export const ops: { readonly [Name in Elementwises]: Variadic } = Object.fromEntries(
  OPS.flatMap((op) => (op.kind === "elementwise" && op.result !== "cast" ? [[op.name, bind(op)]] : [])),
) as { readonly [Name in Elementwises]: Variadic };

/** x + y. */
export const add: Binary = bind(arithmetic.add);
/** x - y. */
export const subtract: Binary = bind(arithmetic.subtract);
/** x · y. */
export const multiply: Binary = bind(arithmetic.multiply);
/** True division: int32 operands give float64. */
export const divide: Binary = bind(arithmetic.divide);
/** The largest whole number not above x / y; for int32, 0 where y is 0. */
export const floorDivide: Binary = bind(arithmetic.floorDivide);
/** The remainder with the sign of the divisor: Python's `%`. */
export const remainder: Binary = bind(arithmetic.remainder);
/** x to the power y. */
export const power: Binary = bind(arithmetic.power);
/** The larger of x and y; NaN where either is. */
export const maximum: Binary = bind(arithmetic.maximum);
/** The smaller of x and y; NaN where either is. */
export const minimum: Binary = bind(arithmetic.minimum);
/** The angle of the point (y, x) = (first, second), in radians. int32 and bool operands are computed in float. */
export const arctan2: Binary = bind(arithmetic.arctan2);
/** log(exp(x) + exp(y)). int32 and bool operands are computed in float. */
export const logaddexp: Binary = bind(arithmetic.logaddexp);
/** log2(2**x + 2**y). int32 and bool operands are computed in float. */
export const logaddexp2: Binary = bind(arithmetic.logaddexp2);

/** x = y; NaN equals nothing. */
export const equal: Binary = bind(compare.equal);
/** x ≠ y. */
export const notEqual: Binary = bind(compare.notEqual);
/** x < y. */
export const less: Binary = bind(compare.less);
/** x ≤ y. */
export const lessEqual: Binary = bind(compare.lessEqual);
/** x > y. */
export const greater: Binary = bind(compare.greater);
/** x ≥ y. */
export const greaterEqual: Binary = bind(compare.greaterEqual);
/** Both. */
export const logicalAnd: Binary = bind(compare.logicalAnd);
/** Either or both. */
export const logicalOr: Binary = bind(compare.logicalOr);
/** Exactly one. */
export const logicalXor: Binary = bind(compare.logicalXor);
/** Not. */
export const logicalNot: Unary = bind(compare.logicalNot);
/** Is NaN. int32 and bool operands are computed in float. */
export const isnan: Unary = bind(compare.isnan);
/** Is infinite. int32 and bool operands are computed in float. */
export const isinf: Unary = bind(compare.isinf);
/** Is neither infinite nor NaN. int32 and bool operands are computed in float. */
export const isfinite: Unary = bind(compare.isfinite);

/** x in fresh memory, through which gradients flow: NumPy's `+x`. */
export const positive: Unary = bind(unary.copy, "positive");
/** -x. */
export const negative: Unary = bind(unary.negative);
/** |x|. */
export const absolute: Unary = bind(unary.absolute);
/** -1, 0 or 1; NaN of NaN. */
export const sign: Unary = bind(unary.sign);
/** 1 / x. int32 and bool operands are computed in float. */
export const reciprocal: Unary = bind(unary.reciprocal);
/** x². */
export const square: Unary = bind(unary.square);
/** The square root. int32 and bool operands are computed in float. */
export const sqrt: Unary = bind(unary.sqrt);
/** The cube root. int32 and bool operands are computed in float. */
export const cbrt: Unary = bind(unary.cbrt);
/** e to the x. int32 and bool operands are computed in float. */
export const exp: Unary = bind(unary.exp);
/** 2 to the x. int32 and bool operands are computed in float. */
export const exp2: Unary = bind(unary.exp2);
/** exp(x) - 1, exact near 0. int32 and bool operands are computed in float. */
export const expm1: Unary = bind(unary.expm1);
/** The natural logarithm. int32 and bool operands are computed in float. */
export const log: Unary = bind(unary.log);
/** The logarithm to base 2. int32 and bool operands are computed in float. */
export const log2: Unary = bind(unary.log2);
/** The logarithm to base 10. int32 and bool operands are computed in float. */
export const log10: Unary = bind(unary.log10);
/** log(1 + x), exact near 0. int32 and bool operands are computed in float. */
export const log1p: Unary = bind(unary.log1p);
/** The sine of x radians. int32 and bool operands are computed in float. */
export const sin: Unary = bind(unary.sin);
/** The cosine of x radians. int32 and bool operands are computed in float. */
export const cos: Unary = bind(unary.cos);
/** The tangent of x radians. int32 and bool operands are computed in float. */
export const tan: Unary = bind(unary.tan);
/** The angle in [-π/2, π/2] whose sine is x. int32 and bool operands are computed in float. */
export const arcsin: Unary = bind(unary.arcsin);
/** The angle in [0, π] whose cosine is x. int32 and bool operands are computed in float. */
export const arccos: Unary = bind(unary.arccos);
/** The angle in (-π/2, π/2) whose tangent is x. int32 and bool operands are computed in float. */
export const arctan: Unary = bind(unary.arctan);
/** The hyperbolic sine. int32 and bool operands are computed in float. */
export const sinh: Unary = bind(unary.sinh);
/** The hyperbolic cosine. int32 and bool operands are computed in float. */
export const cosh: Unary = bind(unary.cosh);
/** The hyperbolic tangent. int32 and bool operands are computed in float. */
export const tanh: Unary = bind(unary.tanh);
/** The inverse of sinh. int32 and bool operands are computed in float. */
export const arcsinh: Unary = bind(unary.arcsinh);
/** The inverse of cosh on [0, ∞). int32 and bool operands are computed in float. */
export const arccosh: Unary = bind(unary.arccosh);
/** The error function, 2/√π·∫exp(−t²) from 0 to x. int32 and bool operands are computed in float. */
export const erf: Unary = bind(unary.erf);
/** 1 − erf(x), exact also where erf(x) is nearly 1. int32 and bool operands are computed in float. */
export const erfc: Unary = bind(unary.erfc);
/** The inverse of tanh. int32 and bool operands are computed in float. */
export const arctanh: Unary = bind(unary.arctanh);
/** 1 / (1 + exp(-x)). int32 and bool operands are computed in float. */
export const sigmoid: Unary = bind(unary.sigmoid);
/** The largest whole number not above x. int32 and bool operands are computed in float. */
export const floor: Unary = bind(unary.floor);
/** The smallest whole number not below x. int32 and bool operands are computed in float. */
export const ceil: Unary = bind(unary.ceil);
/** x without its fraction. int32 and bool operands are computed in float. */
export const trunc: Unary = bind(unary.trunc);
/** The nearest whole number, halves to the even one. int32 and bool operands are computed in float. */
export const rint: Unary = bind(unary.rint);
/** sin(πx) / (πx); 1 at 0. int32 and bool operands are computed in float64. */
export const sinc: Unary = bind(unary.sinc);
/** |x|. */
export const abs: Unary = bind(unary.absolute, "abs");
/** True division: int32 operands give float64. */
export const trueDivide: Binary = bind(arithmetic.divide, "trueDivide");
/** The remainder with the sign of the dividend: JavaScript's and C's `%`. */
export const fmod: Binary = bind(arithmetic.fmod);
/** Quotient and remainder at once: `[floorDivide(x, y), remainder(x, y)]`. */
export function divmod(x: TensorLike, y: TensorLike): [quotient: Tensor, remainder: Tensor] {
  return naming("divmod", () => [floorDivide(x, y), remainder(x, y)]);
}
/** The remainder with the sign of the divisor: Python's `%`. */
export const mod: Binary = bind(arithmetic.remainder, "mod");

/** The bits set in both. On bool, logic. */
export const bitwiseAnd: Binary = bind(bits.bitwiseAnd);
/** The bits set in either or both. On bool, logic. */
export const bitwiseOr: Binary = bind(bits.bitwiseOr);
/** The bits set in exactly one. On bool, logic. */
export const bitwiseXor: Binary = bind(bits.bitwiseXor);
/** x moved up by y bits (the low five bits of y count). */
export const leftShift: Binary = bind(bits.leftShift);
/** x moved down by y bits; copies of the sign come after it. */
export const rightShift: Binary = bind(bits.rightShift);

/**
 * `x` where the condition holds, otherwise `y`. With the condition alone, the positions where it holds, one array an axis.
 *
 * @throws GradloomError where only one of both is given
 */
export function where(condition: TensorLike): Tensor[];
export function where(condition: TensorLike, x: TensorLike, y: TensorLike): Tensor;
export function where(condition: TensorLike, x?: TensorLike, y?: TensorLike): Tensor | Tensor[] {
  if (x === undefined && y === undefined) return naming("where", () => nonzero(condition));
  if (x === undefined || y === undefined)
    throw new GradloomError("where: pass both x and y, or neither for the positions where the condition holds");
  return applyElementwise(arithmetic.where, condition, x, y);
}

/** `x` limited to the range from `low` to `high`; null leaves a side open. At a bound the gradient is 0. */
export function clip(
  x: TensorLike,
  low: TensorLike | null = null,
  high: TensorLike | null = null,
  options: { readonly out?: Tensor | null } = {},
): Tensor {
  const { out = null } = checkOptions("clip", options, ["out"]);
  const into = out === null ? undefined : { out };
  return naming("clip", () => {
    if (low === null) return high === null ? positive(x, into) : minimum(x, high, into);
    return high === null ? maximum(x, low, into) : minimum(maximum(x, low), high, into);
  });
}

/** A copy in another dtype; between floats, gradients flow. */
export function astype(x: TensorLike, dtype: DType): Tensor {
  const t = asTensor(x, "astype");
  const wanted = checkDType(dtype, "astype");
  noteUses([t], true);
  const node = castNode(t.node("astype"), wanted);
  return Tensor.of(t.dtype === wanted ? elementwiseNode(unary.copy, node) : node);
}
