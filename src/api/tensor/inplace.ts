/** Operations in place: a write through a chain of views, which all views of the same memory show. */
import { canCastSameKind, type DType, isFloat, toQuotient } from "../../ir/dtype.ts";
import { broadcastShapes, overlaps, type Shape, sameShape, sizeOf } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { writeOp } from "../../ir/ops/effect.ts";
import { scatterAddOp, scatterOp } from "../../ir/ops/scatter.ts";
import { reshapeOp } from "../../ir/ops/view.ts";
import type { Elementwise, View } from "../../ir/record.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import {
  asTensor,
  broadcastNode,
  castNode,
  checkSameKind,
  detachNode,
  elementwiseNode,
  noteUses,
  operandNode,
  resultType,
  shapeText,
  type TensorLike,
} from "../functions/apply.ts";
import { hasBackend } from "../trace/backend.ts";
import { evaluate } from "../trace/evaluate.ts";
import { dropGradient, writtenLeaves } from "../trace/pending.ts";
import { autodiff, recordConstant, recordView, TraceNode, untracked } from "../trace/trace.ts";
import { currentTracing } from "../trace/tracing.ts";
import type { Selection } from "./advanced-index.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A storage with so many pending writes is evaluated, so that a loop that never reads does not record without end. */
const MAX_PENDING_WRITES = 64;

/**
 * `target op= value`.
 *
 * @throws ShapeError where the result is larger than the target, DTypeError where its dtype is of a wider kind; the
 *   target is then unchanged
 */
export function updateInPlace(name: string, op: Elementwise, target: Tensor, value: TensorLike): Tensor {
  const operand = typeof value === "number" || typeof value === "boolean" ? value : asTensor(value, name);
  const shape = typeof operand === "object" ? operand.shape : [];
  const joint = broadcastShapes(target.shape, shape);
  if (joint === null || !sameShape(joint, target.shape)) {
    const result =
      joint === null ? "do not broadcast" : `give a result of ${shapeText(joint)}, which does not fit into it`;
    throw new ShapeError(
      `${name}: a tensor of shape ${shapeText(target.shape)} and an operand of ${shapeText(shape)} ${result}; ` +
        (joint === null
          ? "reshape the operand"
          : `write x = x.${name.replace("_", "")}(…), or reduce the operand first`),
    );
  }
  const common = resultType([target, operand]);
  const dtype = op.on === "float" ? toQuotient(common) : common;
  checkSameKind(name, dtype, target.dtype);
  if (dtype === "bool")
    throw new DTypeError(`${name}: not defined on bool; use set_ with logicalAnd, logicalOr or logicalXor`);
  checkWritable(name, target);
  const result = elementwiseNode(
    op,
    castNode(target.node(name), dtype),
    operandNode(operand, dtype, target.shape, name),
  );
  noteUses([operand], op.grad !== "zero");
  writeThrough(target, castNode(result, target.dtype));
  return target;
}

/**
 * Stores `value`, broadcast and converted, in all elements of `target`. As in NumPy, leading axes of length 1 of the value
 * do not count.
 *
 * @throws ShapeError where the value does not broadcast to the target
 */
export function assign(target: Tensor, value: TensorLike): void {
  checkWritable("set_", target);
  writeThrough(target, valueNode("set_", value, target.dtype, target.shape));
}

/**
 * Stores `value`, broadcast and converted, at the selected positions of `target`; of several values for one position the
 * last remains. With `adds`, all of them are added to what is there.
 *
 * @throws ShapeError where the value does not broadcast to the selected part
 */
export function assignAt(target: Tensor, { positions, shape }: Selection, value: TensorLike, adds = false): void {
  const caller = adds ? "addAt" : "set_";
  checkWritable(caller, target);
  if (adds) {
    const operand = typeof value === "number" || typeof value === "boolean" ? value : asTensor(value, caller);
    const sum = resultType([target, operand]);
    if (!canCastSameKind(sum, target.dtype)) {
      throw new DTypeError(
        `addAt: the sums are ${sum}, which an array of ${target.dtype} cannot hold; convert the value with ` +
          `astype("${target.dtype}"), or the array with astype("${sum}")`,
      );
    }
  }
  const stored = valueNode(caller, value, target.dtype, shape);
  const op = adds ? scatterAddOp : scatterOp;
  const inputs = [target.node(caller), positions, stored];
  writeThrough(target, new TraceNode(op, inputs, NO_ATTRS, target.shape, target.dtype));
}

/** A value converted and stretched to what it is stored in. */
function valueNode(caller: string, value: TensorLike, dtype: DType, shape: Shape): TraceNode {
  if (typeof value === "number" || typeof value === "boolean") {
    const stored =
      dtype === "bool" ? Number(Boolean(value)) : dtype === "int32" ? Math.trunc(Number(value)) | 0 : Number(value);
    return broadcastNode(recordConstant(stored, dtype), shape);
  }
  const source = asTensor(value, caller);
  let from = source.shape;
  while (from.length > shape.length && from[0] === 1) from = from.slice(1);
  const joint = broadcastShapes(shape, from);
  if (joint === null || !sameShape(joint, shape)) {
    throw new ShapeError(
      `${caller}: a value of shape ${shapeText(source.shape)} does not broadcast to the selected part, of shape ${shapeText(shape)}; ` +
        "select as many elements as the value has, or reshape it",
    );
  }
  const node = source.node(caller);
  const trimmed = sameShape(from, node.shape) ? node : recordView(reshapeOp as View, node, { shape: from });
  noteUses([source], true);
  return broadcastNode(castNode(trimmed, dtype), shape);
}

/** @throws ShapeError where a view names elements several times */
export function checkWritable(name: string, target: Tensor): void {
  if (!overlaps(target.layout)) return;
  throw new ShapeError(
    `${name}: this view of shape ${shapeText(target.shape)} names some elements more than once (it was broadcast); ` +
      "write to the tensor it was made from, or to a copy()",
  );
}

/** Stores a value of the target's type in all its elements. The caller has checked that it may be written. */
export function writeThrough(target: Tensor, value: TraceNode): void {
  const { storage } = target;
  dropGradient(storage);
  if (sizeOf(target.shape) === 0) return;
  const through = target.targetNode("set_");
  const base = storage.current;
  const stored = storage.constant || !isFloat(value.dtype) ? detachNode(value) : value;
  const written = new TraceNode(writeOp, [base, through, stored], NO_ATTRS, base.shape, base.dtype);
  storage.replace(autodiff.enabled ? written : untracked(written, !storage.constant));
  limitPending(storage);
}

function limitPending(storage: Storage): void {
  storage.pendingWrites++;
  if (storage.leaf) writtenLeaves.add(storage);
  if (storage.pendingWrites < MAX_PENDING_WRITES || !hasBackend() || currentTracing() !== null) return;
  evaluate([storage.current], "set_");
  storage.pendingWrites = 0;
}
