/** Views: other shapes of the same memory. Writing through one shows in all. */
import { broadcastShapes, isContiguous, type Shape, sameShape, sizeOf } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { gatherOp } from "../../ir/ops/gather.ts";
import { copy } from "../../ir/ops/unary.ts";
import { broadcastToOp, reshapeOp, sliceOp, transposeOp, windowsOp } from "../../ir/ops/view.ts";
import { IndexError, ShapeError } from "../errors.ts";
import { asTensor, detachNode, elementwiseNode, noteUses, shapeText, type TensorLike } from "../functions/apply.ts";
import { checkAxes, checkAxis, checkShape } from "../functions/axes.ts";
import { checkOptions, isList, whatIs } from "../functions/options.ts";
import { TraceNode } from "../trace/trace.ts";
import { isAdvanced, resolveAdvanced } from "./advanced-index.ts";
import { type BasicIndex, type Index, parseIndex, resolveIndex } from "./index-syntax.ts";
import { Tensor } from "./tensor.ts";

/**
 * The selected part: a view, but for a single element named by integers alone, which is a copy, as in NumPy (with
 * `"..."` besides, that is a view of no axes), and but for an index with arrays, which copies too.
 *
 * @throws IndexError where an item is malformed or out of bounds
 */
export function getItem(x: Tensor, index: Index): Tensor {
  x.checkAlive("get");
  if (isAdvanced(index)) {
    const { positions } = resolveAdvanced(x.shape, index, "get");
    noteUses([x], true);
    return Tensor.of(gatherNode(x.node("get"), positions));
  }
  const part = select(x, index as BasicIndex, "get");
  if (part.ndim > 0 || !parseIndex(index as BasicIndex, "get").every((item) => typeof item === "number")) return part;
  noteUses([x], true);
  return Tensor.of(elementwiseNode(copy, part.node()));
}

/** The elements at row-major positions. */
export function gatherNode(x: TraceNode, positions: TraceNode): TraceNode {
  return new TraceNode(gatherOp, [x, positions], NO_ATTRS, positions.shape, x.dtype);
}

/** The selected part as a view in any case. */
export function select(x: Tensor, index: BasicIndex, caller: string): Tensor {
  const { starts, steps, lengths, shape } = resolveIndex(x.shape, index, caller);
  const whole = lengths.every((d, k) => d === x.shape[k] && steps[k] === 1);
  const part = whole ? x : x.view(sliceOp, { starts, steps, lengths });
  return part !== x && sameShape(part.shape, shape) ? part : part.view(reshapeOp, { shape });
}

/** The elements in row-major order under another shape; one length may be -1. A copy where no view is possible. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const t = asTensor(x, "reshape");
  return t.view(reshapeOp, { shape: fittingShape("reshape", t.shape, shape) });
}

/** A shape of as many elements, whose -1 is replaced by what is left. @throws ShapeError where there is none */
export function fittingShape(caller: string, from: Shape, shape: Shape): number[] {
  if (!Array.isArray(shape))
    throw new ShapeError(`${caller}: the shape is ${whatIs(shape)}; pass a list of lengths, such as [2, -1]`);
  const bad = shape.findIndex((d) => !Number.isInteger(d) || d < -1);
  if (bad >= 0)
    throw new ShapeError(`${caller}: ${whatIs(shape[bad])} is no length; lengths are whole numbers, and one may be -1`);
  const unknown = shape.flatMap((d, k) => (d === -1 ? [k] : []));
  const known = sizeOf(shape.filter((d) => d !== -1));
  if (unknown.length > 1)
    throw new ShapeError(`${caller}: ${shapeText(shape)} has more than one -1; give all lengths but one`);
  const [size, full] = [sizeOf(from), [...shape]];
  if (unknown.length === 1) full[unknown[0]!] = known === 0 ? Number.NaN : size / known;
  if (sizeOf(full) !== size || full.some((d) => !Number.isInteger(d))) {
    throw new ShapeError(
      `${caller}: ${size} elements of shape ${shapeText(from)} do not fit ${shapeText(shape)}; ` +
        "the lengths' product must be the number of elements",
    );
  }
  return full;
}

/** Axes reversed, or in the order of `axes`. */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor {
  return reorder("transpose", x, axes);
}

/** As {@link transpose}, under another name. */
export function reorder(caller: string, x: TensorLike, axes?: readonly number[]): Tensor {
  const t = asTensor(x, caller);
  if (axes === undefined || axes === null || (isList(axes) && axes.length === 0 && t.ndim > 0))
    return t.view(transposeOp, { axes: t.shape.map((_, k) => t.ndim - 1 - k) });
  if (!Array.isArray(axes)) throw new IndexError(`${caller}: the axes are ${whatIs(axes)}; pass a list of them`);
  const order = checkAxes(caller, axes, t.ndim);
  if (order.length !== t.ndim) {
    throw new IndexError(
      `${caller}: axes [${axes.join(", ")}] must name each of the ${t.ndim} axes of ${shapeText(t.shape)} once`,
    );
  }
  return t.view(transposeOp, { axes: order });
}

/** Two axes exchanged. @throws IndexError where there is no such axis */
export function swapaxes(x: TensorLike, a: number, b: number): Tensor {
  const t = asTensor(x, "swapaxes");
  const axes = t.shape.map((_, k) => k);
  const [i, j] = [checkAxis("swapaxes", a, t.ndim), checkAxis("swapaxes", b, t.ndim)];
  [axes[i], axes[j]] = [j, i];
  return t.view(transposeOp, { axes });
}

/** Axes moved to other positions; the others keep their order. */
export function moveaxis(
  x: TensorLike,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const t = asTensor(x, "moveaxis");
  const from = checkAxes("moveaxis", source, t.ndim);
  const to = checkAxes("moveaxis", destination, t.ndim);
  if (from.length !== to.length) {
    throw new IndexError(
      `moveaxis: ${from.length} axes to ${to.length} positions; give as many of the one as of the other`,
    );
  }
  const axes = t.shape.map((_, k) => k).filter((k) => !from.includes(k));
  const pairs = to.map((position, k) => ({ position, axis: from[k]! })).sort((p, q) => p.position - q.position);
  for (const { position, axis } of pairs) axes.splice(position, 0, axis);
  return t.view(transposeOp, { axes });
}

/** Without axes of length 1: all of them, or those named. */
export function squeeze(x: TensorLike, axis: number | readonly number[] | null = null): Tensor {
  const t = asTensor(x, "squeeze");
  // NumPy lets a scalar pass as one element along axis 0.
  if (t.ndim === 0 && (axis === 0 || axis === -1)) return t.view(reshapeOp, { shape: [] });
  const axes = axis === null ? t.shape.flatMap((d, k) => (d === 1 ? [k] : [])) : checkAxes("squeeze", axis, t.ndim);
  const long = axes.find((k) => t.shape[k] !== 1);
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of shape ${shapeText(t.shape)} has length ${t.shape[long]}, not 1; leave it out`,
    );
  }
  return t.view(reshapeOp, { shape: t.shape.filter((_, k) => !axes.includes(k)) });
}

/** With axes of length 1 at positions of the result. */
export function expandDims(x: TensorLike, axis: number | readonly number[]): Tensor {
  const t = asTensor(x, "expandDims");
  const count = Array.isArray(axis) ? axis.length : 1;
  const axes = checkAxes("expandDims", axis, t.ndim + count);
  const rest = [...t.shape];
  const shape = Array.from({ length: t.ndim + count }, (_, k) => (axes.includes(k) ? 1 : rest.shift()!));
  return t.view(reshapeOp, { shape });
}

/** The elements in one axis: a view where they lie in row-major order, otherwise a copy. */
export function ravel(x: TensorLike): Tensor {
  const t = asTensor(x, "ravel");
  if (isContiguous({ ...t.layout, offset: 0 })) return reshape(t, [-1]);
  noteUses([t], true);
  return reshape(Tensor.of(elementwiseNode(copy, t.node())), [-1]);
}

/** The operand stretched to a shape; the view names elements several times and cannot be written. @throws ShapeError */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const t = asTensor(x, "broadcastTo");
  checkShape("broadcastTo", shape);
  const joint = broadcastShapes(t.shape, shape);
  if (joint === null || !sameShape(joint, shape)) {
    throw new ShapeError(
      `broadcastTo: shape ${shapeText(t.shape)} does not broadcast to ${shapeText(shape)}; ` +
        "axes counted from the last must be equal, or 1 in the operand",
    );
  }
  return t.view(broadcastToOp, { shape });
}

/** A copy through which no gradient flows. */
export function detach(x: Tensor): Tensor {
  return Tensor.of(elementwiseNode(copy, detachNode(asTensor(x, "detach").node())), true);
}

/** How sliding windows are taken: one number for all windowed axes, or one an axis. */
export interface WindowOptions {
  readonly step?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  /** The axes that are windowed; the last ones unless given. */
  readonly axis?: number | readonly number[];
}

/**
 * Windows that slide over axes, as a view: each windowed axis becomes the positions of the windows, and the elements of the
 * windows are new axes at the end. Gradients add up where windows overlap; the view cannot be written.
 *
 * @throws ShapeError where a window is longer than its axis, or a length, step or dilation is not a whole number from 1
 */
export function slidingWindowView(
  x: TensorLike,
  window: number | readonly number[],
  options: WindowOptions = {},
): Tensor {
  const { step = 1, dilation = 1, axis } = checkOptions("slidingWindowView", options, ["step", "dilation", "axis"]);
  const t = asTensor(x, "slidingWindowView");
  const lengths: number[] = Array.isArray(window) ? [...window] : [window as number];
  const axes =
    axis === undefined
      ? lengths.map((_, k) => t.ndim - lengths.length + k)
      : checkAxes("slidingWindowView", axis, t.ndim);
  const spread = (n: number | readonly number[]): number[] =>
    Array.isArray(n) ? [...n] : lengths.map(() => n as number);
  const [steps, dilations] = [spread(step), spread(dilation)];
  if (
    axes.length !== lengths.length ||
    axes.some((a) => a < 0) ||
    steps.length !== axes.length ||
    dilations.length !== axes.length
  ) {
    throw new ShapeError(
      `slidingWindowView: a window of ${shapeText(lengths)} for ${axes.length} axes of shape ${shapeText(t.shape)}, ` +
        `${steps.length} steps and ${dilations.length} dilations; give one of each for every windowed axis`,
    );
  }
  axes.forEach((a, k) => {
    const all = [lengths[k]!, steps[k]!, dilations[k]!];
    const bad = all.find((n) => !Number.isInteger(n) || n < 1);
    if (bad !== undefined)
      throw new ShapeError(
        `slidingWindowView: ${whatIs(bad)} is no length, step or dilation; give whole numbers from 1`,
      );
    const reach = (lengths[k]! - 1) * dilations[k]! + 1;
    if (reach > t.shape[a]!) {
      throw new ShapeError(
        `slidingWindowView: a window of ${reach} elements is longer than axis ${a} of shape ${shapeText(t.shape)}; ` +
          "pad the array, or take a shorter window",
      );
    }
  });
  return t.view(windowsOp, { axes, window: lengths, steps, dilations });
}
