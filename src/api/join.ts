/** Joining tensors. */
import { type DType, promote } from "../ir/dtype.ts";
import { contiguousStrides, type Shape, sameShape } from "../ir/layout.ts";
import { updateOp } from "../ir/ops/update.ts";
import { asTensor, broadcastNode, castNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxis } from "./axes.ts";
import { ShapeError } from "./errors.ts";
import { Tensor } from "./tensor.ts";
import { recordConstant, TraceNode } from "./trace.ts";
import { expandDims } from "./views.ts";

/**
 * Joins tensors along an existing axis.
 *
 * @throws ShapeError for no tensors, and for shapes that differ in another axis
 */
export function concatenate(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map(asTensor);
  const first = tensors[0];
  if (first === undefined) throw new ShapeError("concatenate: no tensors to join; pass one at least");
  const along = checkAxis("concatenate", axis, first.ndim);
  const others = (s: Shape): Shape => s.filter((_, k) => k !== along);
  const odd = tensors.find((t) => t.ndim !== first.ndim || !sameShape(others(t.shape), others(first.shape)));
  if (odd !== undefined) {
    throw new ShapeError(
      `concatenate: shapes ${shapeText(first.shape)} and ${shapeText(odd.shape)} differ in another axis than ${along}; ` +
        "all others must be equal",
    );
  }
  const dtype = tensors.reduce<DType>((d, t) => promote(d, t.dtype), first.dtype);
  const length = tensors.reduce((n, t) => n + t.shape[along]!, 0);
  const shape = first.shape.map((d, k) => (k === along ? length : d));
  const strides = contiguousStrides(shape);
  noteUses(tensors, true);
  let joined = broadcastNode(recordConstant(0, dtype), shape);
  let at = 0;
  for (const t of tensors) {
    const attrs = { strides, offset: t.size === 0 ? 0 : at * strides[along]! };
    joined = new TraceNode(updateOp, [joined, castNode(t.node("concatenate"), dtype)], attrs, shape, dtype);
    at += t.shape[along]!;
  }
  return Tensor.of(joined);
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map(asTensor);
  const first = tensors[0];
  if (first === undefined) throw new ShapeError("stack: no tensors to join; pass one at least");
  const odd = tensors.find((t) => !sameShape(t.shape, first.shape));
  if (odd !== undefined) {
    throw new ShapeError(
      `stack: shapes ${shapeText(first.shape)} and ${shapeText(odd.shape)} differ; all must be equal`,
    );
  }
  const along = checkAxis("stack", axis, first.ndim + 1);
  return concatenate(
    tensors.map((t) => expandDims(t, along)),
    along,
  );
}
