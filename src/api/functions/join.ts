/** Joining tensors. */
import { type DType, promote } from "../../ir/dtype.ts";
import { contiguousStrides, type Shape, sameShape } from "../../ir/layout.ts";
import { updateOp } from "../../ir/ops/update.ts";
import { ShapeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { expandDims, reshape } from "../tensor/views.ts";
import { recordConstant, TraceNode } from "../trace/trace.ts";
import { asTensors, broadcastNode, castNode, checkDType, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxis } from "./axes.ts";
import { positive } from "./elementwise.ts";
import { naming } from "./naming.ts";
import { checkOptions } from "./options.ts";
import { checkFlag, withConstant } from "./ufunc.ts";

/** The options of joining. */
export interface JoinOptions {
  /** The axis to join along; null joins the flattened arrays. */
  readonly axis?: number | null;
  /** The tensor that the result is written into. */
  readonly out?: Tensor | null;
  /** The dtype of the result: the operands' common one unless given. */
  readonly dtype?: DType;
  readonly constant?: boolean | null;
}

function joinOptions(
  caller: string,
  given: number | null | JoinOptions | undefined,
): JoinOptions & { readonly axis: number | null } {
  const options: JoinOptions =
    typeof given === "object" && given !== null
      ? checkOptions(caller, given, ["axis", "out", "dtype", "constant"])
      : given === undefined
        ? {}
        : { axis: given };
  if (options.dtype !== undefined) checkDType(options.dtype, caller);
  checkFlag(caller, options.constant);
  return { ...options, axis: options.axis === undefined ? 0 : options.axis };
}

function finishJoin(caller: string, joined: Tensor, { out = null, dtype, constant = null }: JoinOptions): Tensor {
  const cast = dtype === undefined || dtype === joined.dtype ? joined : joined.astype(dtype);
  if (out === null) return withConstant(caller, cast, constant);
  return naming(caller, () => positive(cast, { out }));
}

/**
 * Joins tensors along an existing axis.
 *
 * @throws ShapeError for no tensors, and for shapes that differ in another axis
 */
export function concatenate(parts: readonly TensorLike[], given?: number | null | JoinOptions): Tensor {
  return naming("concatenate", () => {
    const sources = asTensors(parts, "concatenate");
    const { axis, ...options } = joinOptions("concatenate", given);
    const tensors = axis === null ? sources.map((t) => reshape(t, [-1])) : sources;
    const first = tensors[0];
    if (first === undefined) throw new ShapeError("concatenate: no tensors to join; pass one at least");
    return finishJoin("concatenate", join("concatenate", tensors, first, axis ?? 0), options);
  });
}

function join(caller: string, tensors: readonly Tensor[], first: Tensor, axis: number): Tensor {
  const along = checkAxis(caller, axis, first.ndim);
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
    joined = new TraceNode(updateOp, [joined, castNode(t.node(caller), dtype)], attrs, shape, dtype);
    at += t.shape[along]!;
  }
  return Tensor.of(joined);
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly TensorLike[], given?: number | JoinOptions): Tensor {
  return naming("stack", () => {
    const tensors = asTensors(parts, "stack");
    const { axis, ...options } = joinOptions("stack", given);
    const first = tensors[0];
    if (first === undefined) throw new ShapeError("stack: no tensors to join; pass one at least");
    const odd = tensors.find((t) => !sameShape(t.shape, first.shape));
    if (odd !== undefined) {
      throw new ShapeError(
        `stack: shapes ${shapeText(first.shape)} and ${shapeText(odd.shape)} differ; all must be equal: reshape them, or use concatenate`,
      );
    }
    const along = checkAxis("stack", axis ?? 0, first.ndim + 1);
    const raised = tensors.map((t) => expandDims(t, along));
    return finishJoin("stack", join("stack", raised, raised[0]!, along), options);
  });
}
