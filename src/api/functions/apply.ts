/** Records operations on tensors: promotion, broadcasting, and the rules of gradients. */

import { canCastSameKind, DTYPES, type DType, isDType, isFloat, promote, toFloat, toQuotient } from "../../ir/dtype.ts";
import { broadcastShapes, memoryOrder, type Shape, sameShape, sizeOf } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { castOp } from "../../ir/ops/cast.ts";
import * as logic from "../../ir/ops/compare.ts";
import { copy } from "../../ir/ops/unary.ts";
import { broadcastToOp, detachOp } from "../../ir/ops/view.ts";
import type { Elementwise, View } from "../../ir/record.ts";
import { DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { leafFrom } from "../tensor/leaf.ts";
import type { AnyTypedArray, Nested } from "../tensor/nested.ts";
import { Tensor } from "../tensor/tensor.ts";
import { noteUse } from "../trace/pending.ts";
import { recordConstant, recordView, TraceNode } from "../trace/trace.ts";
import { naming } from "./naming.ts";
import { whatIs } from "./options.ts";

/** What operations take: tensors, numbers and booleans, nested lists of them, typed arrays. */
export type TensorLike = Tensor | Nested | AnyTypedArray;

/** A shape as NumPy writes it. */
export function shapeText(shape: Shape): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** @throws DTypeError for anything but the name of a dtype */
export function checkDType(dtype: unknown, caller: string): DType {
  if (isDType(dtype)) return dtype;
  throw new DTypeError(`${caller}: unknown dtype ${whatIs(dtype)}; there are ${DTYPES.join(", ")}`);
}

/**
 * A tensor of anything that operations take; a tensor is itself.
 *
 * @param caller the public function whose operand it is, which errors name
 * @throws DisposedError for a disposed tensor, DTypeError and ShapeError for what is no array
 */
export function asTensor(value: TensorLike, caller?: string): Tensor {
  if (!(value instanceof Tensor)) {
    const make = (): Tensor => leafFrom(value, undefined, true);
    return caller === undefined ? make() : naming(caller, make);
  }
  if (caller !== undefined) value.checkAlive(caller);
  return value;
}

/** A tensor that is still there. @throws DTypeError for anything else, DisposedError */
export function checkTensor(caller: string, value: unknown): Tensor {
  if (!(value instanceof Tensor))
    throw new DTypeError(`${caller}: ${whatIs(value)} is no tensor; make one with tensor()`);
  value.checkAlive(caller);
  return value;
}

/** Tensors of a list of what operations take. @throws GradloomError for anything but a list */
export function asTensors(values: readonly TensorLike[], caller: string): Tensor[] {
  if (Array.isArray(values)) return values.map((v: TensorLike) => asTensor(v, caller));
  throw new GradloomError(`${caller}: the arrays come in one list; write ${caller}([x, y])`);
}

/** Whether a number of JavaScript takes the dtype of what it meets. */
const isWeak = (value: TensorLike): value is number | boolean =>
  typeof value === "number" || typeof value === "boolean";

/** NumPy's `result_type` of tensors and weak scalars. */
export function resultType(operands: readonly TensorLike[]): DType {
  let dtype: DType | null = null;
  for (const o of operands)
    if (!isWeak(o)) dtype = dtype === null ? asTensor(o).dtype : promote(dtype, asTensor(o).dtype);
  const scalars = operands.filter(isWeak);
  if (dtype === null) return scalars.every((v) => typeof v === "boolean") ? "bool" : "float32";
  for (const v of scalars) {
    if (typeof v === "boolean" || isFloat(dtype)) continue;
    if ((v | 0) === v) dtype = "int32";
    else dtype = toFloat(dtype);
  }
  return dtype;
}

/** A value in another dtype. */
export function castNode(x: TraceNode, dtype: DType): TraceNode {
  return x.dtype === dtype ? x : new TraceNode(castOp, [x], { dtype }, x.shape, dtype);
}

/** A value stretched to a shape that it broadcasts to. */
export function broadcastNode(x: TraceNode, shape: Shape): TraceNode {
  return sameShape(x.shape, shape) ? x : recordView(broadcastToOp as View, x, { shape });
}

/** An element-wise operation on values of one shape and dtype. */
export function elementwiseNode(op: Elementwise, ...inputs: readonly TraceNode[]): TraceNode {
  const last = inputs[inputs.length - 1]!;
  return new TraceNode(op, inputs, NO_ATTRS, last.shape, op.result === "bool" ? "bool" : last.dtype);
}

/** The value without its gradient. */
export function detachNode(x: TraceNode): TraceNode {
  return x.differentiable ? new TraceNode(detachOp, [x], NO_ATTRS, x.shape, x.dtype) : x;
}

/** The operand's value in `dtype`, stretched to `shape`. A scalar is rounded to the dtype here. */
export function operandNode(value: TensorLike, dtype: DType, shape: Shape, caller?: string): TraceNode {
  if (isWeak(value))
    return broadcastNode(
      recordConstant(dtype === "bool" ? Number(value !== 0 && value !== false) : Number(value), dtype),
      shape,
    );
  return broadcastNode(castNode(asTensor(value).node(caller), dtype), shape);
}

/** @throws ShapeError naming all shapes where they do not broadcast */
export function broadcastShape(name: string, operands: readonly TensorLike[]): Shape {
  const like = operands.find((o): o is Tensor => o instanceof Tensor)?.shape;
  const alike = (o: TensorLike): boolean => isWeak(o) || (o instanceof Tensor && sameShape(o.shape, like!));
  if (like !== undefined && operands.every(alike)) return like;
  const shapes = operands.map((o) => (isWeak(o) ? [] : asTensor(o).shape));
  const shape = broadcastShapes(...shapes);
  if (shape === null) {
    throw new ShapeError(
      `${name}: shapes ${shapes.map(shapeText).join(" and ")} do not broadcast; ` +
        "axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis",
    );
  }
  if (sizeOf(shape) >= 2 ** 31) {
    throw new ShapeError(
      `${name}: shapes ${shapes.map(shapeText).join(" and ")} make ${shapeText(shape)}, of more than 2 ** 31 - 1 elements; ` +
        "compute it in parts, or reduce an operand first",
    );
  }
  return shape;
}

/** On bool, NumPy's arithmetic is logic. */
const ON_BOOL: Readonly<Record<string, Elementwise>> = {
  add: logic.logicalOr,
  multiply: logic.logicalAnd,
  maximum: logic.logicalOr,
  minimum: logic.logicalAnd,
  absolute: copy,
};

/** What bool counts as float64 in, not as the smallest float. */
const QUOTIENTS: ReadonlySet<string> = new Set(["divide", "sinc"]);

function resolveBits(op: Elementwise, dtype: DType): { op: Elementwise; dtype: DType } {
  const logical = { bitwiseAnd: logic.logicalAnd, bitwiseOr: logic.logicalOr, bitwiseXor: logic.logicalXor }[op.name];
  if (dtype === "bool" && logical !== undefined) return { op: logical, dtype };
  if (isFloat(dtype))
    throw new DTypeError(`${op.name}: defined on integers, not on ${dtype}; convert with astype("int32")`);
  return { op, dtype: "int32" };
}

/** The operation and dtype that NumPy would compute in. */
export function resolve(op: Elementwise, operands: readonly TensorLike[]): { op: Elementwise; dtype: DType } {
  const valued = op.name === "where" ? operands.slice(1) : operands;
  const dtype = resultType(valued);
  if (op.on === "bool") return { op, dtype: "bool" };
  if (op.on === "float") return { op, dtype: QUOTIENTS.has(op.name) ? toQuotient(dtype) : toFloat(dtype) };
  if (op.on === "integer") return resolveBits(op, dtype);
  if (op.on === "number" && dtype === "bool") {
    const logical = ON_BOOL[op.name];
    if (logical !== undefined) return { op: logical, dtype };
    if (op.name === "subtract" || op.name === "negative" || op.name === "sign") {
      throw new DTypeError(`${op.name}: not defined on bool; use logicalXor or logicalNot, or astype("int32")`);
    }
    return { op, dtype: "int32" };
  }
  return { op, dtype };
}

/**
 * Applies an element-wise operation with NumPy's broadcasting and promotion.
 *
 * @throws ShapeError where the shapes do not broadcast, DTypeError where the operation does not take the dtype
 */
export function applyElementwise(operation: Elementwise, ...values: readonly TensorLike[]): Tensor {
  const operands = checkOperands(operation, values);
  const { op, dtype } = resolve(operation, operands);
  const shape = broadcastShape(operation.name, operands);
  const inputs = operands.map((o, k) =>
    operandNode(o, op.name === "where" && k === 0 ? "bool" : dtype, shape, operation.name),
  );
  noteUses(operands, op.grad !== "zero");
  return inOrder(elementwiseNode(op, ...inputs), operands);
}

/** The operands as tensors and weak scalars. @throws GradloomError where there are too many or too few */
export function checkOperands(operation: Elementwise, values: readonly TensorLike[]): TensorLike[] {
  if (values.length !== operation.arity) {
    throw new GradloomError(
      `${operation.name}: it takes ${operation.arity} ${operation.arity === 1 ? "operand" : "operands"}, not ${values.length}; options come after them, in an object`,
    );
  }
  return values.map((v) => (isWeak(v) ? v : asTensor(v, operation.name)));
}

/** A tensor of a fresh value, whose memory is ordered as the operands' is. */
export function inOrder(node: TraceNode, operands: readonly TensorLike[]): Tensor {
  const strided = operands.some((o) => o instanceof Tensor && o.isStrided);
  if (!strided) return Tensor.of(node);
  const layouts = operands.flatMap((o) => (o instanceof Tensor ? [o.layout] : []));
  const order = memoryOrder(layouts, node.shape);
  return order === null ? Tensor.of(node) : Tensor.ordered(node, order);
}

/** As `noteUse`, for all tensors among operands. */
export function noteUses(operands: readonly TensorLike[], differentiable: boolean): void {
  for (const o of operands) if (o instanceof Tensor) noteUse(o.storage, differentiable);
}

/** @throws DTypeError where a value of dtype `from` may not be stored as `to` */
export function checkSameKind(name: string, from: DType, to: DType): void {
  if (canCastSameKind(from, to)) return;
  throw new DTypeError(
    `${name}: the result is ${from}, which an array of ${to} cannot hold; ` +
      `write x = x.${name.replace("_", "")}(…), or convert the operand with astype("${to}")`,
  );
}
