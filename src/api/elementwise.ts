/** Element-wise functions, named as in NumPy. All broadcast; results have NumPy's dtype. */
import type { DType } from "../ir/dtype.ts";
import * as arithmetic from "../ir/ops/arithmetic.ts";
import * as compare from "../ir/ops/compare.ts";
import * as unary from "../ir/ops/unary.ts";
import type { Elementwise } from "../ir/record.ts";
import { OPS } from "../ir/table.ts";
import {
  applyElementwise,
  asTensor,
  castNode,
  checkDType,
  elementwiseNode,
  noteUses,
  type TensorLike,
} from "./apply.ts";
import { Tensor } from "./tensor.ts";

/** A function of one operand. */
export type Unary = (x: TensorLike) => Tensor;
/** A function of two operands, which broadcast. */
export type Binary = (x: TensorLike, y: TensorLike) => Tensor;

function bind(op: Elementwise): (...operands: readonly TensorLike[]) => Tensor {
  return (...operands) => applyElementwise(op, ...operands);
}

type Names<M> = { [K in keyof M]: M[K] extends Elementwise ? K : never }[keyof M];
type Elementwises = Names<typeof arithmetic> | Names<typeof compare> | Names<typeof unary>;

/** Every element-wise operation of the op table by its name, for those that have no function of their own below. */
export const ops: { readonly [Name in Elementwises]: (...operands: readonly TensorLike[]) => Tensor } =
  Object.fromEntries(
    OPS.flatMap((op) => (op.kind === "elementwise" && op.result !== "cast" ? [[op.name, bind(op)]] : [])),
  ) as { readonly [Name in Elementwises]: (...operands: readonly TensorLike[]) => Tensor };

export const add: Binary = bind(arithmetic.add);
export const subtract: Binary = bind(arithmetic.subtract);
export const multiply: Binary = bind(arithmetic.multiply);
/** True division: int32 operands give float64. */
export const divide: Binary = bind(arithmetic.divide);
export const floorDivide: Binary = bind(arithmetic.floorDivide);
/** The remainder with the sign of the divisor: Python's `%`. */
export const remainder: Binary = bind(arithmetic.remainder);
export const power: Binary = bind(arithmetic.power);
export const maximum: Binary = bind(arithmetic.maximum);
export const minimum: Binary = bind(arithmetic.minimum);
export const arctan2: Binary = bind(arithmetic.arctan2);
export const logaddexp: Binary = bind(arithmetic.logaddexp);
export const logaddexp2: Binary = bind(arithmetic.logaddexp2);

export const equal: Binary = bind(compare.equal);
export const notEqual: Binary = bind(compare.notEqual);
export const less: Binary = bind(compare.less);
export const lessEqual: Binary = bind(compare.lessEqual);
export const greater: Binary = bind(compare.greater);
export const greaterEqual: Binary = bind(compare.greaterEqual);
export const logicalAnd: Binary = bind(compare.logicalAnd);
export const logicalOr: Binary = bind(compare.logicalOr);
export const logicalXor: Binary = bind(compare.logicalXor);
export const logicalNot: Unary = bind(compare.logicalNot);
export const isnan: Unary = bind(compare.isnan);
export const isinf: Unary = bind(compare.isinf);
export const isfinite: Unary = bind(compare.isfinite);

export const copy: Unary = bind(unary.copy);
export const negative: Unary = bind(unary.negative);
export const absolute: Unary = bind(unary.absolute);
export const sign: Unary = bind(unary.sign);
export const reciprocal: Unary = bind(unary.reciprocal);
export const square: Unary = bind(unary.square);
export const sqrt: Unary = bind(unary.sqrt);
export const cbrt: Unary = bind(unary.cbrt);
export const exp: Unary = bind(unary.exp);
export const exp2: Unary = bind(unary.exp2);
export const expm1: Unary = bind(unary.expm1);
export const log: Unary = bind(unary.log);
export const log2: Unary = bind(unary.log2);
export const log10: Unary = bind(unary.log10);
export const log1p: Unary = bind(unary.log1p);
export const sin: Unary = bind(unary.sin);
export const cos: Unary = bind(unary.cos);
export const tan: Unary = bind(unary.tan);
export const arcsin: Unary = bind(unary.arcsin);
export const arccos: Unary = bind(unary.arccos);
export const arctan: Unary = bind(unary.arctan);
export const sinh: Unary = bind(unary.sinh);
export const cosh: Unary = bind(unary.cosh);
export const tanh: Unary = bind(unary.tanh);
export const arcsinh: Unary = bind(unary.arcsinh);
export const arccosh: Unary = bind(unary.arccosh);
export const arctanh: Unary = bind(unary.arctanh);
export const sigmoid: Unary = bind(unary.sigmoid);
export const floor: Unary = bind(unary.floor);
export const ceil: Unary = bind(unary.ceil);
export const trunc: Unary = bind(unary.trunc);
export const rint: Unary = bind(unary.rint);

/** `x` where the condition holds, otherwise `y`. */
export function where(condition: TensorLike, x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(arithmetic.where, condition, x, y);
}

/** `x` limited to the range from `low` to `high`; null leaves a side open. */
export function clip(x: TensorLike, low: TensorLike | null, high: TensorLike | null): Tensor {
  const raised = low === null ? asTensor(x) : maximum(x, low);
  return high === null ? raised : minimum(raised, high);
}

/** A copy in another dtype; between floats, gradients flow. */
export function astype(x: TensorLike, dtype: DType): Tensor {
  const t = asTensor(x);
  noteUses([t], true);
  const node = castNode(t.node(), checkDType(dtype, "astype"));
  return Tensor.of(t.dtype === dtype ? elementwiseNode(unary.copy, node) : node);
}
