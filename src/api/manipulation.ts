/** Joining, splitting, repeating and reordering arrays. */
import { contiguousStrides, type Shape, sizeOf } from "../ir/layout.ts";
import { updateOp } from "../ir/ops/update.ts";
import { sliceOp } from "../ir/ops/view.ts";
import { asTensor, broadcastNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxes, checkAxis } from "./axes.ts";
import { positive } from "./elementwise.ts";
import { GradloomError, ShapeError } from "./errors.ts";
import { type Index, slice } from "./index-syntax.ts";
import { concatenate } from "./join.ts";
import { leafOf, Tensor } from "./tensor.ts";
import { recordConstant, TraceNode } from "./trace.ts";
import { broadcastTo, expandDims, ravel, reshape, swapaxes, transpose } from "./views.ts";

/** An index of all axes with `item` for one of them. */
const along = (ndim: number, axis: number, item: Index[number]): Index =>
  Array.from({ length: ndim }, (_, k) => (k === axis ? item : ":"));

/** The elements in reverse along the axes (all unless given), as a view. */
export function flip(x: TensorLike, axis: number | readonly number[] | null = null): Tensor {
  const t = asTensor(x);
  const axes = axis === null ? t.shape.map((_, k) => k) : checkAxes("flip", axis, t.ndim);
  return t.view(sliceOp, {
    starts: t.shape.map((d, k) => (axes.includes(k) ? Math.max(d - 1, 0) : 0)),
    steps: t.shape.map((_, k) => (axes.includes(k) ? -1 : 1)),
    lengths: t.shape,
  });
}

/** As `flip` along the first axis. */
export function flipud(x: TensorLike): Tensor {
  return flip(x, 0);
}

/** As `flip` along the second axis. */
export function fliplr(x: TensorLike): Tensor {
  return flip(x, 1);
}

/** Turned by `times` right angles in the plane of two axes, from the first towards the second, as a view. */
export function rot90(x: TensorLike, times = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const t = asTensor(x);
  const [a, b] = checkAxes("rot90", axes, t.ndim) as [number, number];
  if (!Number.isInteger(times)) throw new GradloomError(`rot90: ${times} is no number of turns; give a whole number`);
  const turns = ((times % 4) + 4) % 4;
  if (turns === 0) return flip(t, []);
  if (turns === 2) return flip(t, [a, b]);
  return turns === 1 ? flip(swapaxes(t, a, b), a) : swapaxes(flip(t, a), a, b);
}

/** The elements moved along an axis by `shift`, those beyond the end to the start; without an axis, in the flattened array. */
export function roll(
  x: TensorLike,
  shift: number | readonly number[],
  axis: number | readonly number[] | null = null,
): Tensor {
  const t = asTensor(x);
  if (axis === null) {
    const total = [shift].flat().reduce((n, s) => n + s, 0);
    return reshape(rollAlong(ravel(t), total, 0), t.shape);
  }
  const shifts = [shift].flat();
  const axes = [axis].flat().map((a) => checkAxis("roll", a, t.ndim));
  if (shifts.length !== axes.length && shifts.length !== 1 && axes.length !== 1) {
    throw new ShapeError(`roll: ${shifts.length} shifts for ${axes.length} axes; give one for each, or one for all`);
  }
  const count = Math.max(shifts.length, axes.length);
  let rolled = t;
  for (let k = 0; k < count; k++) {
    rolled = rollAlong(rolled, shifts[shifts.length === 1 ? 0 : k]!, axes[axes.length === 1 ? 0 : k]!);
  }
  return rolled === t ? positive(t) : rolled;
}

function rollAlong(t: Tensor, shift: number, axis: number): Tensor {
  if (!Number.isInteger(shift)) throw new GradloomError(`roll: ${shift} is no number of places; give a whole number`);
  const n = t.shape[axis]!;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return positive(t);
  const part = (start: number | null, stop: number | null): Tensor => t.get(...along(t.ndim, axis, slice(start, stop)));
  return concatenate([part(n - by, null), part(null, n - by)], axis);
}

/** Each element `repeats` times, or each as often as its entry in a list says; without an axis, of the flattened array. */
export function repeat(x: TensorLike, repeats: number | readonly number[], axis: number | null = null): Tensor {
  const source = asTensor(x);
  const t = axis === null ? ravel(source) : source;
  const at = axis === null ? 0 : checkAxis("repeat", axis, t.ndim);
  const n = t.shape[at]!;
  const times = typeof repeats === "number" ? [repeats] : repeats;
  const bad = times.find((r) => !Number.isInteger(r) || r < 0);
  if (bad !== undefined) throw new GradloomError(`repeat: ${bad} is no number of repeats; give whole numbers from 0`);
  if (times.length !== 1 && times.length !== n) {
    throw new ShapeError(
      `repeat: ${times.length} counts for ${n} elements along axis ${at} of shape ${shapeText(t.shape)}; give one, or ${n}`,
    );
  }
  if (times.length === 1) {
    const wide = expandDims(t, at + 1);
    const shape = wide.shape.map((d, k) => (k === at + 1 ? times[0]! : d));
    const joined = t.shape.map((d, k) => (k === at ? d * times[0]! : d));
    return reshape(positive(broadcastTo(wide, shape)), joined);
  }
  const positions = times.flatMap((r, k) => new Array<number>(r).fill(k));
  return t.get(...along(t.ndim, at, Int32Array.from(positions)));
}

/** The array laid out `reps` times along each axis. */
export function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const times = typeof reps === "number" ? [reps] : [...reps];
  const bad = times.find((r) => !Number.isInteger(r) || r < 0);
  if (bad !== undefined) throw new GradloomError(`tile: ${bad} is no number of repeats; give whole numbers from 0`);
  const rank = Math.max(times.length, t.ndim);
  const counts = [...new Array<number>(rank - times.length).fill(1), ...times];
  const shape = [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const spread = shape.flatMap((d) => [1, d]);
  const wide = broadcastTo(
    reshape(t, spread),
    shape.flatMap((d, k) => [counts[k]!, d]),
  );
  return reshape(
    positive(wide),
    shape.map((d, k) => d * counts[k]!),
  );
}

/** Parts of equal length along an axis, or parts that end at the given positions; views. */
export function split(x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x);
  const at = checkAxis("split", axis, t.ndim);
  const n = t.shape[at]!;
  if (typeof sections === "number" && (!Number.isInteger(sections) || sections < 1 || n % sections !== 0)) {
    throw new ShapeError(
      `split: ${n} elements along axis ${at} of shape ${shapeText(t.shape)} do not make ${sections} equal parts; ` +
        "use arraySplit, or give the positions to cut at",
    );
  }
  return arraySplit(t, sections, at);
}

/** As `split`, but the first parts may be longer by one. */
export function arraySplit(x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x);
  const at = checkAxis("arraySplit", axis, t.ndim);
  const n = t.shape[at]!;
  const cuts: number[] = [];
  if (typeof sections === "number") {
    if (!Number.isInteger(sections) || sections < 1)
      throw new ShapeError(`arraySplit: ${sections} parts; give a whole number from 1`);
    const [length, longer] = [Math.floor(n / sections), n % sections];
    for (let k = 1; k < sections; k++) cuts.push(k * length + Math.min(k, longer));
  } else cuts.push(...sections);
  const stops: (number | null)[] = [...cuts, null];
  return stops.map((stop, k) => t.get(...along(t.ndim, at, slice(k === 0 ? 0 : cuts[k - 1]!, stop))));
}

/** How `pad` fills what is new. */
export interface PadOptions {
  /** `constant`: `value`; `edge`: the element at the edge; `reflect`: mirrored without it; `symmetric`: with it; `wrap`. */
  readonly mode?: "constant" | "edge" | "reflect" | "symmetric" | "wrap";
  readonly value?: number;
}

/** A number on every side, [before, after] for every axis, or one pair an axis. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[];

/** The array with elements added around it. @throws ShapeError for widths that are no whole numbers from 0 */
export function pad(x: TensorLike, width: PadWidth, { mode = "constant", value = 0 }: PadOptions = {}): Tensor {
  const t = asTensor(x);
  const widths = padWidths(t, width);
  if (mode !== "constant") return padByIndex(t, widths, mode);
  const shape = t.shape.map((d, k) => d + widths[k]![0] + widths[k]![1]);
  const strides = contiguousStrides(shape);
  const offset = t.size === 0 ? 0 : widths.reduce((n, [before], k) => n + before * strides[k]!, 0);
  noteUses([t], true);
  const base = broadcastNode(recordConstant(t.dtype === "bool" ? Number(value !== 0) : value, t.dtype), shape);
  return Tensor.of(new TraceNode(updateOp, [base, t.node("pad")], { strides, offset }, shape, t.dtype));
}

function padWidths(t: Tensor, width: PadWidth): [number, number][] {
  const pairs = (
    typeof width === "number" ? [[width, width]] : typeof width[0] === "number" ? [width] : width
  ) as (readonly [number, number])[];
  const all = pairs.length === 1 ? t.shape.map(() => pairs[0]!) : pairs;
  const bad = all.flat().find((w) => !Number.isInteger(w) || w < 0);
  if (bad !== undefined || all.length !== t.ndim) {
    throw new ShapeError(
      `pad: widths ${JSON.stringify(width)} for shape ${shapeText(t.shape)}: give one whole number from 0, one pair ` +
        "[before, after], or one pair an axis",
    );
  }
  return all.map(([before, after]) => [before, after]);
}

/** The position in `n` elements that a position outside stands for. */
const OUTSIDE: { readonly [mode: string]: (i: number, n: number) => number } = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect: (i, n) => {
    const period = Math.max(2 * (n - 1), 1);
    const at = ((i % period) + period) % period;
    return at < n ? at : period - at;
  },
  symmetric: (i, n) => {
    const at = ((i % (2 * n)) + 2 * n) % (2 * n);
    return at < n ? at : 2 * n - 1 - at;
  },
};

function padByIndex(t: Tensor, widths: readonly (readonly [number, number])[], mode: string): Tensor {
  const place = OUTSIDE[mode];
  if (place === undefined) throw new GradloomError(`pad: there is no mode ${JSON.stringify(mode)}`);
  return widths.reduce((r, [before, after], axis) => {
    if (before + after === 0) return r;
    const n = r.shape[axis]!;
    if (n === 0)
      throw new ShapeError(`pad: axis ${axis} of shape ${shapeText(t.shape)} is empty; only mode "constant" pads it`);
    const positions = Int32Array.from({ length: before + n + after }, (_, k) => place(k - before, n));
    return r.get(...along(r.ndim, axis, positions));
  }, positive(t));
}

/** How positions outside are treated: an error, wrapped around, or moved to the nearest inside. */
export type TakeMode = "raise" | "wrap" | "clip";

/** The elements at positions along an axis; without one, of the flattened array. */
export function take(
  x: TensorLike,
  indices: Index[number],
  { axis = null, mode = "raise" }: { readonly axis?: number | null; readonly mode?: TakeMode } = {},
): Tensor {
  const source = asTensor(x);
  const t = axis === null ? ravel(source) : source;
  const at = axis === null ? 0 : checkAxis("take", axis, t.ndim);
  const n = t.shape[at]!;
  if (mode === "raise") return t.get(...along(t.ndim, at, indices));
  const positions = asTensor(indices as TensorLike).astype("int32");
  const inside = mode === "wrap" ? positions.mod(n) : positions.maximum(0).minimum(n - 1);
  return t.get(...along(t.ndim, at, inside));
}

/**
 * For each position along an axis the element there, the other axes running along: `out[i, j] = x[i, indices[i, j]]` for the
 * last axis of two.
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number | null = -1): Tensor {
  const source = asTensor(x);
  const t = axis === null ? ravel(source) : source;
  const positions =
    asTensor(indices).dtype === "float32" && !(indices instanceof Tensor)
      ? asTensor(indices).astype("int32")
      : asTensor(indices);
  const at = axis === null ? 0 : checkAxis("takeAlongAxis", axis, t.ndim);
  if (positions.ndim !== t.ndim) {
    throw new ShapeError(
      `takeAlongAxis: indices of shape ${shapeText(positions.shape)} for an array of ${shapeText(t.shape)}; ` +
        "both need the same number of axes",
    );
  }
  const index = t.shape.map((d, k): Index[number] => {
    if (k === at) return positions;
    const shape = t.shape.map((_, j) => (j === k ? d : 1));
    return leafOf(
      Int32Array.from({ length: d }, (_, i) => i),
      shape,
      "int32",
      true,
    );
  });
  return t.get(...index);
}

/** Joins along the first axis; arrays of one axis become rows. */
export function vstack(parts: readonly TensorLike[]): Tensor {
  return concatenate(parts.map((p) => atLeast(asTensor(p), 2, "front")));
}

/** Joins along the second axis; arrays of one axis end to end. */
export function hstack(parts: readonly TensorLike[]): Tensor {
  const tensors = parts.map((p) => atLeast(asTensor(p), 1, "front"));
  return concatenate(tensors, tensors[0]?.ndim === 1 ? 0 : 1);
}

/** Joins along the third axis. */
export function dstack(parts: readonly TensorLike[]): Tensor {
  return concatenate(
    parts.map((p) => atLeast(asTensor(p), 3, "numpy")),
    2,
  );
}

/** Joins arrays of one axis as columns. */
export function columnStack(parts: readonly TensorLike[]): Tensor {
  return concatenate(
    parts.map((p) => {
      const t = atLeast(asTensor(p), 1, "front");
      return t.ndim === 1 ? expandDims(t, 1) : t;
    }),
    1,
  );
}

function atLeast(t: Tensor, rank: number, _where: "front" | "numpy"): Tensor {
  if (t.ndim >= rank) return t;
  if (rank === 3) {
    if (t.ndim === 2) return expandDims(t, 2);
    return reshape(t, t.ndim === 1 ? [1, t.size, 1] : [1, 1, 1]);
  }
  return reshape(t, [...new Array<number>(rank - t.ndim).fill(1), ...t.shape]);
}

/** The tensor itself where it has an axis, otherwise a view with one. Several give a list. */
export function atleast1d(x: TensorLike): Tensor;
export function atleast1d(...xs: readonly TensorLike[]): Tensor | Tensor[];
export function atleast1d(...xs: readonly TensorLike[]): Tensor | Tensor[] {
  return each(xs, 1);
}

/** The tensor itself where it has two axes, otherwise a view with new axes in front. Several give a list. */
export function atleast2d(x: TensorLike): Tensor;
export function atleast2d(...xs: readonly TensorLike[]): Tensor | Tensor[];
export function atleast2d(...xs: readonly TensorLike[]): Tensor | Tensor[] {
  return each(xs, 2);
}

/** The tensor itself where it has three axes, otherwise a view with new axes, as NumPy places them. Several give a list. */
export function atleast3d(x: TensorLike): Tensor;
export function atleast3d(...xs: readonly TensorLike[]): Tensor | Tensor[];
export function atleast3d(...xs: readonly TensorLike[]): Tensor | Tensor[] {
  return each(xs, 3);
}

function each(xs: readonly TensorLike[], rank: number): Tensor | Tensor[] {
  const all = xs.map((x) => atLeast(asTensor(x), rank, "numpy"));
  return all.length === 1 ? all[0]! : all;
}

/** Coordinates of a grid, one array an axis: `xy` indexing (the default) has the second axis first, `ij` does not. */
export function meshgrid(
  axes: readonly TensorLike[],
  { indexing = "xy", sparse = false }: { readonly indexing?: "xy" | "ij"; readonly sparse?: boolean } = {},
): Tensor[] {
  const tensors = axes.map((a) => ravel(asTensor(a)));
  const rank = tensors.length;
  const swapped = indexing === "xy" && rank > 1;
  const place = (k: number): number => (swapped && k < 2 ? 1 - k : k);
  const shape = new Array<number>(rank).fill(0);
  tensors.forEach((t, k) => {
    shape[place(k)] = t.size;
  });
  return tensors.map((t, k) => {
    const own = shape.map((d, j) => (j === place(k) ? d : 1));
    const seen = reshape(t, own);
    return sparse ? seen : positive(broadcastTo(seen, shape));
  });
}

/** All operands stretched to their common shape, as views. */
export function broadcastArrays(...xs: readonly TensorLike[]): Tensor[] {
  const tensors = xs.map(asTensor);
  const shape = tensors.reduce<Shape>((joint, t) => jointShape(joint, t.shape), []);
  return tensors.map((t) => broadcastTo(t, shape));
}

function jointShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const [i, j] = [a[a.length - rank + k] ?? 1, b[b.length - rank + k] ?? 1];
    if (i !== j && i !== 1 && j !== 1)
      throw new ShapeError(`broadcastArrays: shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast`);
    return i === 1 ? j : i;
  });
}

/** Axes reordered: as `transpose`. */
export function permuteDims(x: TensorLike, axes: readonly number[]): Tensor {
  return transpose(x, axes);
}

/** The elements in one axis, always a copy. */
export function flatten(x: TensorLike): Tensor {
  return reshape(positive(x), [sizeOf(asTensor(x).shape)]);
}
