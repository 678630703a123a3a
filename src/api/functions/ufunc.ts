/** What NumPy's universal functions take besides their operands: `where`, `out`, `dtype`; and MyGrad's `constant`. */
import { canCastSameKind, type DType, isFloat } from "../../ir/dtype.ts";
import { broadcastShapes, type Shape, sameShape } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { where as whereOp } from "../../ir/ops/arithmetic.ts";
import { detachOp } from "../../ir/ops/view.ts";
import type { Elementwise } from "../../ir/record.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { checkWritable, writeThrough } from "../tensor/inplace.ts";
import { Tensor } from "../tensor/tensor.ts";
import { recordConstant, TraceNode } from "../trace/trace.ts";
import {
  applyElementwise,
  asTensor,
  broadcastNode,
  broadcastShape,
  castNode,
  checkDType,
  checkOperands,
  detachNode,
  elementwiseNode,
  inOrder,
  noteUses,
  operandNode,
  resolve,
  resultType,
  shapeText,
  type TensorLike,
} from "./apply.ts";
import { checkOptions, whatIs } from "./options.ts";

/** The options of every element-wise function. */
export interface UfuncOptions {
  /** The tensor that the result is written into, and that is returned. */
  readonly out?: Tensor | readonly [Tensor] | null;
  /**
   * Where to compute: a bool array that broadcasts with the operands. Elsewhere `out` keeps its elements and their gradient;
   * without `out` they are 0.
   */
  readonly where?: TensorLike;
  /** The dtype that is computed in; operands are converted to it. */
  readonly dtype?: DType;
  /** Whether no gradient is ever asked of the result. By default, where all operands are constant. */
  readonly constant?: boolean | null;
}

const KNOWN = ["out", "where", "dtype", "constant"] as const;

/**
 * Applies an element-wise operation with options.
 *
 * @throws ShapeError where the operands do not broadcast to `out`, DTypeError where a conversion would change the kind of a
 *   number; `out` is then unchanged
 */
export function applyUfunc(op: Elementwise, operands: readonly TensorLike[], options?: UfuncOptions): Tensor {
  if (options === undefined) return applyElementwise(op, ...operands);
  checkOptions(op.name, options, KNOWN);
  const { where: mask = true, constant = null } = options;
  checkFlag(op.name, constant);
  const out = outOf(op.name, options.out);
  if (mask === true && out === null && options.dtype === undefined)
    return withConstant(op.name, applyElementwise(op, ...operands), constant);
  const values = checkOperands(op, operands);
  const { result, shape } = compute(op, values, maskOf(op.name, mask), options.dtype, out);
  if (out !== null) {
    const stored = castNode(result, out.dtype);
    const held = mask === true ? stored : choose(op.name, mask, stored, out.node(op.name), shape);
    noteUses(values, op.grad !== "zero");
    writeThrough(out, held);
    return out;
  }
  const zeros = broadcastNode(recordConstant(0, result.dtype), shape);
  const masked = mask === true ? result : choose(op.name, mask, result, zeros, shape);
  noteUses(values, op.grad !== "zero");
  return withConstant(op.name, inOrder(masked, values), constant);
}

function compute(
  operation: Elementwise,
  values: readonly TensorLike[],
  mask: readonly TensorLike[],
  asked: DType | undefined,
  out: Tensor | null,
): { result: TraceNode; shape: Shape } {
  const { name } = operation;
  let { op, dtype } = resolve(operation, values);
  if (asked !== undefined) {
    const wanted = checkDType(asked, name);
    const from = resultType(values);
    if (operation.result === "bool" ? wanted !== "bool" : !canCastSameKind(from, wanted) || !takes(operation, wanted)) {
      const reason =
        operation.result === "bool"
          ? "does not fit a result of bool"
          : takes(operation, wanted)
            ? `does not fit operands of ${from}`
            : "is none that it is defined on";
      throw new DTypeError(`${name}: dtype "${wanted}" ${reason}; leave it out, or convert with astype`);
    }
    if (operation.result !== "bool") [op, dtype] = [operation, wanted];
  }
  const own = broadcastShape(name, [...values, ...mask]);
  if (out !== null) checkOut(name, out, own, op.result === "bool" ? "bool" : dtype);
  const shape = out?.shape ?? own;
  const inputs = values.map((v, k) => operandNode(v, op.name === "where" && k === 0 ? "bool" : dtype, shape, name));
  return { result: elementwiseNode(op, ...inputs), shape };
}

/** Whether an operation is defined on a dtype. */
function takes({ on }: Elementwise, dtype: DType): boolean {
  if (on === "any") return true;
  if (on === "float") return isFloat(dtype);
  return on === "bool" ? dtype === "bool" : on === "integer" ? dtype === "int32" : dtype !== "bool";
}

function choose(name: string, mask: TensorLike, there: TraceNode, elsewhere: TraceNode, shape: Shape): TraceNode {
  return elementwiseNode(whereOp, operandNode(mask, "bool", shape, name), there, elsewhere);
}

function maskOf(name: string, mask: TensorLike): readonly TensorLike[] {
  if (typeof mask === "boolean") return [];
  const t = asTensor(mask, name);
  if (t.dtype !== "bool")
    throw new DTypeError(
      `${name}: where is a mask of bool, not of ${t.dtype}; compare, or convert with astype("bool")`,
    );
  return [t];
}

function outOf(name: string, given: UfuncOptions["out"]): Tensor | null {
  const out: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (out === undefined || out === null) return null;
  if (out instanceof Tensor) return asTensor(out, name);
  throw new DTypeError(`${name}: out must be a tensor, which is written in place; make one with zeros or zerosLike`);
}

function checkOut(name: string, out: Tensor, shape: Shape, dtype: DType): void {
  const joint = broadcastShapes(shape, out.shape);
  if (joint === null || !sameShape(joint, out.shape)) {
    throw new ShapeError(
      `${name}: a result of shape ${shapeText(shape)} does not broadcast to out, of shape ${shapeText(out.shape)}; ` +
        "pass an out of the result's shape",
    );
  }
  if (!canCastSameKind(dtype, out.dtype)) {
    throw new DTypeError(
      `${name}: the result is ${dtype}, which an out of ${out.dtype} cannot hold; pass an out of ${dtype}`,
    );
  }
  checkWritable(name, out);
}

/** @throws DTypeError for a flag that is none. Called before anything is recorded, so that no gradient is dropped. */
export function checkFlag(name: string, constant: unknown): void {
  if (constant === null || constant === undefined || typeof constant === "boolean") return;
  throw new DTypeError(
    `${name}: constant must be true or false, not ${whatIs(constant)}; leave it out for the default`,
  );
}

/**
 * The tensor with the flag as asked.
 *
 * @throws DTypeError where integers or booleans are to have gradients
 */
export function withConstant(name: string, t: Tensor, constant: boolean | null | undefined): Tensor {
  if (constant === null || constant === undefined || constant === t.constant) return t;
  checkFlag(name, constant);
  if (!constant && !isFloat(t.dtype)) {
    throw new DTypeError(
      `${name}: ${t.dtype} tensors are constants; leave constant out, or convert with astype("float32")`,
    );
  }
  const node = t.node(name);
  if (constant) return Tensor.of(detachNode(node), true);
  return Tensor.of(new TraceNode(detachOp, [node], NO_ATTRS, node.shape, node.dtype, true), false);
}
