/** View operations. Each states its layout and, in its gradient, the adjoint of reading through that layout. */
import { full, kernel, reduce, reshape, transpose, update } from "../build.ts";
import {
  broadcastLayout,
  contiguous,
  contiguousStrides,
  type Layout,
  permuteLayout,
  reshapeLayout,
  type Shape,
  sliceLayout,
} from "../layout.ts";
import type { Attrs, Node } from "../node.ts";
import type { View } from "../record.ts";
import { foldOp } from "./fold.ts";
import { sum } from "./reduce.ts";

/** The cotangent of `x` when a view of it that names each element at most once, at `layout`, has cotangent `g`. */
function placeInZeros(x: Node, g: Node, layout: Layout): Node {
  return update(full(x.shape, 0, g.dtype), g, layout.strides, layout.offset);
}

export const transposeOp: View<{ readonly axes: readonly number[] }> = {
  kind: "view",
  name: "transpose",
  doc: "Axes reordered: axis k of the result is axis axes[k] of the operand.",
  shape: (s, { axes }) => axes.map((a) => s[a]!),
  layout: (l, { axes }) => permuteLayout(l, axes),
  grad: (g, _x, y) => {
    const axes = y.attrs.axes as readonly number[];
    return [
      transpose(
        g,
        axes.map((_, k) => axes.indexOf(k)),
      ),
    ];
  },
};

export const reshapeOp: View<{ readonly shape: Shape }> = {
  kind: "view",
  name: "reshape",
  doc: "The elements in row-major order under another shape.",
  shape: (_s, { shape }) => shape,
  layout: (l, { shape }) => reshapeLayout(l, shape),
  grad: (g, [x]) => [reshape(g, x!.shape)],
};

export const broadcastToOp: View<{ readonly shape: Shape }> = {
  kind: "view",
  name: "broadcastTo",
  doc: "Axes of length 1 stretched and new axes put in front.",
  shape: (_s, { shape }) => shape,
  layout: (l, { shape }) => broadcastLayout(l, shape),
  grad: (g, [x]) => {
    const lead = g.shape.length - x!.shape.length;
    const axes = g.shape.flatMap((d, k) => (k < lead || (x!.shape[k - lead] === 1 && d !== 1) ? [k] : []));
    return [reshape(reduce(sum, g, axes), x!.shape)];
  },
};

export const sliceOp: View<{
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly lengths: readonly number[];
}> = {
  kind: "view",
  name: "slice",
  doc: "lengths[k] elements of each axis k, from starts[k] in steps of steps[k].",
  shape: (_s, { lengths }) => lengths,
  layout: (l, { starts, steps, lengths }) => sliceLayout(l, starts, steps, lengths),
  grad: (g, [x], y) => {
    const { starts, steps, lengths } = y.attrs as {
      starts: readonly number[];
      steps: readonly number[];
      lengths: readonly number[];
    };
    return [placeInZeros(x!, g, sliceLayout(contiguous(x!.shape), starts, steps, lengths))];
  },
};

export const asStridedOp: View<{
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}> = {
  kind: "view",
  name: "asStrided",
  doc: "Elements at explicit strides over the row-major elements of the operand, each named at most once.",
  shape: (_s, { shape }) => shape,
  layout: (l, { shape, strides, offset }) => composeStrided(l, { shape, strides, offset }),
  grad: (g, [x], y) => [placeInZeros(x!, g, y.attrs as unknown as Layout)],
};

/** Strides over the row-major elements of an array that itself has strides; null where that array is not dense. */
function composeStrided(l: Layout, over: Layout): Layout | null {
  const want = contiguousStrides(l.shape);
  const dense = l.strides.every((s, k) => l.shape[k] === 1 || s === want[k]);
  return dense ? { ...over, offset: l.offset + over.offset } : null;
}

/** Attributes of `windows`: one entry an axis that is windowed, each axis at most once. */
export interface WindowAttrs extends Attrs {
  readonly axes: readonly number[];
  readonly window: readonly number[];
  readonly steps: readonly number[];
  readonly dilations: readonly number[];
}

/** Where a window of `window` elements, `dilation` apart, starts on an axis of `length`: so many times, `step` apart. */
const positions = (length: number, window: number, step: number, dilation: number): number =>
  Math.floor((length - (window - 1) * dilation - 1) / step) + 1;

/** Windows name elements several times: they cannot be written. */
export const windowsOp: View<WindowAttrs> = {
  kind: "view",
  name: "windows",
  doc: "Sliding windows: each windowed axis becomes the positions of the windows, and their elements are new axes at the end.",
  shape: (s, { axes, window, steps, dilations }) => {
    const outer = s.map((d, axis) => {
      const k = axes.indexOf(axis);
      return k < 0 ? d : positions(d, window[k]!, steps[k]!, dilations[k]!);
    });
    return [...outer, ...window];
  },
  layout: (l, attrs) => {
    const { axes, steps, dilations } = attrs;
    const outer = l.strides.map((st, axis) => (axes.includes(axis) ? st * steps[axes.indexOf(axis)]! : st));
    const inner = axes.map((axis, k) => l.strides[axis]! * dilations[k]!);
    return { shape: windowsOp.shape(l.shape, attrs), strides: [...outer, ...inner], offset: l.offset };
  },
  grad: (g, [x], y) => [kernel(foldOp, [g], { ...y.attrs, shape: x!.shape })],
};

/** Axes that run together become one: `groups[k]` are the axes of the operand, of one length, that axis k of the result takes. */
export const diagonalOp: View<{ readonly groups: readonly (readonly number[])[] }> = {
  kind: "view",
  name: "diagonal",
  doc: "The elements at which the axes of each group have one index; each group becomes an axis.",
  shape: (s, { groups }) => groups.map((group) => s[group[0]!]!),
  layout: (l, { groups }) => diagonalLayout(l, groups),
  grad: (g, [x], y) => {
    const groups = y.attrs.groups as readonly (readonly number[])[];
    return [placeInZeros(x!, g, diagonalLayout(contiguous(x!.shape), groups))];
  },
};

function diagonalLayout(l: Layout, groups: readonly (readonly number[])[]): Layout {
  return {
    shape: groups.map((group) => l.shape[group[0]!]!),
    strides: groups.map((group) => group.reduce((sum, axis) => sum + l.strides[axis]!, 0)),
    offset: l.offset,
  };
}

export const detachOp: View = {
  kind: "view",
  name: "detach",
  doc: "The operand itself, with no gradient passed on.",
  shape: (s) => s,
  layout: (l) => l,
  grad: "zero",
};
