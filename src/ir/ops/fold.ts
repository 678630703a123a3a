import { elementwise, full, reduce, reshape, update, view } from "../build.ts";
import { contiguous, contiguousStrides, forEachOffset, type Shape, sizeOf } from "../layout.ts";
import type { Node } from "../node.ts";
import type { Kernel } from "../record.ts";
import { add } from "./arithmetic.ts";
import { sum } from "./reduce.ts";
import { asStridedOp, sliceOp, transposeOp, type WindowAttrs, windowsOp } from "./view.ts";

/** Attributes of `fold`: those of the windows, and the shape that they were taken from. */
export interface FoldAttrs extends WindowAttrs {
  readonly shape: Shape;
}

/** Windows of more elements than this are added up along a skewed view, in one kernel and not in one for each element. */
const MAX_UPDATES = 32;

/** Whether windows lie side by side, so that each element is in exactly one. */
function tiles({ shape, axes, window, steps, dilations }: FoldAttrs): boolean {
  return axes.every((axis, k) => {
    const apart = window[k] === 1 || dilations[k] === 1;
    return apart && steps[k] === window[k] && shape[axis]! % window[k]! === 0;
  });
}

/** Windows that lie side by side, put back: each window's axis after the axis of the windows. */
function untile(g: Node, { shape, axes }: FoldAttrs): Node {
  const order = shape.flatMap((_, axis) => {
    const k = axes.indexOf(axis);
    return k < 0 ? [axis] : [axis, shape.length + k];
  });
  return reshape(view(transposeOp, g, { axes: order }), shape);
}

export const foldOp: Kernel = {
  kind: "kernel",
  name: "fold",
  doc: "The sum, for each element of an array, of what overlapping windows over it hold: the adjoint of windows.",
  arity: 1,
  type: ([x], attrs) => ({ shape: (attrs as FoldAttrs).shape, dtype: x!.dtype }),
  updates: false,
  scratchBytes: () => 0,
  reference: ([x], attrs, round) => {
    const { shape } = attrs as FoldAttrs;
    const out = new Array<number>(sizeOf(shape)).fill(0);
    const layout = windowsOp.layout(contiguous(shape), attrs as FoldAttrs)!;
    let at = 0;
    forEachOffset(layout, (offset) => {
      out[offset] = out[offset]! + x!.data[at++]!;
    });
    return out.map(round);
  },
  expand: (node) => expandFold(node.inputs[0]!, node.attrs as FoldAttrs),
  grad: (g, _x, y) => {
    const { axes, window, steps, dilations } = y.attrs as FoldAttrs;
    return [view(windowsOp, g, { axes, window, steps, dilations })];
  },
};

/** The adjoint of `windows`. Element p gets Σ over k of g[q, k] with q·step + k·dilation = p. */
function expandFold(g: Node, attrs: FoldAttrs): Node {
  if (sizeOf(g.shape) === 0) return full(attrs.shape, 0, g.dtype);
  if (tiles(attrs)) return untile(g, attrs);
  return sizeOf(attrs.window) <= MAX_UPDATES ? addUp(g, attrs) : addSkewed(g, attrs);
}

/** For each element of a window, the elements that all windows hold there are added to where they came from. */
function addUp(g: Node, { shape, axes, window, steps, dilations }: FoldAttrs): Node {
  const own = contiguousStrides(shape);
  const grid = g.shape.slice(0, shape.length);
  const strides = own.map((st, axis) => (axes.includes(axis) ? st * steps[axes.indexOf(axis)]! : st));
  const places = contiguous(window);
  let total = full(shape, 0, g.dtype);
  for (let at = 0; at < sizeOf(window); at++) {
    const index = places.strides.map((st, k) => Math.floor(at / st) % window[k]!);
    const offset = index.reduce((n, i, k) => n + i * dilations[k]! * own[axes[k]!]!, 0);
    const starts = [...grid.map(() => 0), ...index];
    const one = view(sliceOp, g, { starts, steps: starts.map(() => 1), lengths: [...grid, ...window.map(() => 1)] });
    const there = view(asStridedOp, total, { shape: grid, strides, offset });
    total = update(total, elementwise(add, there, reshape(one, grid)), strides, offset);
  }
  return total;
}

/** With g spread by `step` over zeros that reach (window - 1)·dilation before the array, it is a sum along a skewed view. */
function addSkewed(g: Node, attrs: FoldAttrs): Node {
  const { shape, axes, window, steps, dilations } = attrs;
  const margin = shape.map(() => 0);
  axes.forEach((axis, k) => {
    margin[axis] = margin[axis]! + (window[k]! - 1) * dilations[k]!;
  });
  // The windows' axes come first: what is added up are then whole rows.
  const count = window.length;
  const padded = [...window, ...shape.map((d, axis) => d + margin[axis]!)];
  const own = contiguousStrides(padded);
  const start = margin.reduce((n, m, axis) => n + m * own[count + axis]!, 0);
  const stepOf = (axis: number): number => (axes.includes(axis) ? steps[axes.indexOf(axis)]! : 1);
  const spread = own.map((st, k) => (k < count ? st : st * stepOf(k - count)));
  const order = [...window.map((_, k) => shape.length + k), ...shape.map((_, axis) => axis)];
  const filled = update(full(padded, 0, g.dtype), view(transposeOp, g, { axes: order }), spread, start);
  const skewed = view(asStridedOp, filled, {
    shape: [...window, ...shape],
    strides: own.map((st, k) => (k < count ? st - dilations[k]! * own[count + axes[k]!]! : st)),
    offset: start,
  });
  const windowAxes = window.map((_, k) => k);
  const kept = reduce(sum, skewed, windowAxes);
  return reshape(kept, shape);
}
