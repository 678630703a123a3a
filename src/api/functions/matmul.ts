/** The matrix product, as NumPy's `matmul`. */
import { canCastSameKind, type DType, toFloat } from "../../ir/dtype.ts";
import { broadcastShapes, sizeOf } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { matmul as matmulOp } from "../../ir/ops/matmul.ts";
import { copy } from "../../ir/ops/unary.ts";
import { reshapeOp } from "../../ir/ops/view.ts";
import type { View } from "../../ir/record.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { recordView, TraceNode } from "../trace/trace.ts";
import {
  asTensor,
  broadcastNode,
  castNode,
  checkDType,
  elementwiseNode,
  noteUses,
  resultType,
  shapeText,
  type TensorLike,
} from "./apply.ts";
import { astype, positive } from "./elementwise.ts";
import { naming } from "./naming.ts";
import { checkOptions } from "./options.ts";
import { checkFlag, withConstant } from "./ufunc.ts";

/** The options of {@link matmul}. */
export interface MatmulOptions {
  /** The tensor that the result is written into, and that is returned. */
  readonly out?: Tensor | null;
  /** The dtype that is computed in; operands are converted to it. */
  readonly dtype?: DType;
  readonly constant?: boolean | null;
}

/**
 * `a @ b`: shapes (…, m, k) and (…, k, n) give (…, m, n), batch axes broadcast. A vector counts as a row on the left and
 * as a column on the right, and its axis is dropped from the result. int32 operands are computed in float64.
 *
 * @throws ShapeError for scalars, inner sizes that differ, and batch axes that do not broadcast
 */
export function matmul(a: TensorLike, b: TensorLike, options?: MatmulOptions): Tensor {
  if (options === undefined) return product(a, b);
  const { out = null, dtype, constant } = checkOptions("matmul", options, ["out", "dtype", "constant"]);
  checkFlag("matmul", constant);
  const result = dtype === undefined ? product(a, b) : product(converted(a, dtype), converted(b, dtype));
  if (out === null) return withConstant("matmul", result, constant);
  return naming("matmul", () => positive(result, { out }));
}

function converted(x: TensorLike, dtype: DType): Tensor {
  const t = asTensor(x, "matmul");
  const wanted = checkDType(dtype, "matmul");
  if (wanted === "bool" || !canCastSameKind(t.dtype, wanted)) {
    throw new DTypeError(
      `matmul: dtype "${wanted}" does not fit operands of ${t.dtype}; leave it out, or convert them with astype`,
    );
  }
  return t.dtype === wanted ? t : astype(t, wanted);
}

function product(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a, "matmul"), asTensor(b, "matmul")];
  if (x.ndim === 0 || y.ndim === 0) {
    throw new ShapeError(
      `matmul: shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}: a scalar has no matrix product; use multiply`,
    );
  }
  const left = x.ndim === 1 ? [1, ...x.shape] : x.shape;
  const right = y.ndim === 1 ? [...y.shape, 1] : y.shape;
  const [m, k] = left.slice(-2) as [number, number];
  const [inner, n] = right.slice(-2) as [number, number];
  if (k !== inner) {
    throw new ShapeError(
      `matmul: inner sizes differ: ${shapeText(x.shape)} has ${k} columns and ${shapeText(y.shape)} has ${inner} rows; ` +
        "transpose an operand, or check their order",
    );
  }
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (batch === null) {
    throw new ShapeError(
      `matmul: the batch axes of ${shapeText(x.shape)} and ${shapeText(y.shape)} do not broadcast; ` +
        "all axes but the last two must be equal, or 1 in one of them",
    );
  }
  if (sizeOf([...batch, m, n]) >= 2 ** 31) {
    throw new ShapeError(
      `matmul: shapes ${shapeText(x.shape)} and ${shapeText(y.shape)} make ${shapeText([...batch, m, n])}, of more than ` +
        "2 ** 31 - 1 elements; compute it in parts",
    );
  }
  const asked = resultType([x, y]);
  const dtype = toFloat(asked);
  const operand = (t: Tensor, own: readonly number[]): TraceNode => {
    const node = castNode(t.node("matmul"), dtype);
    const matrix = t.ndim === 1 ? recordView(reshapeOp as View, node, { shape: own }) : node;
    return broadcastNode(matrix, [...batch, ...own.slice(-2)]);
  };
  noteUses([x, y], true);
  const product = new TraceNode(matmulOp, [operand(x, left), operand(y, right)], NO_ATTRS, [...batch, m, n], dtype);
  const result = castNode(product, asked);
  if (x.ndim > 1 && y.ndim > 1) return Tensor.of(result);
  const shape = [...batch, ...(x.ndim > 1 ? [m] : []), ...(y.ndim > 1 ? [n] : [])];
  return Tensor.of(elementwiseNode(copy, recordView(reshapeOp as View, result, { shape })));
}
