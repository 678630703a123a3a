/** Joining, splitting, repeating and reordering arrays. */

import type { Shape } from "../../ir/layout.ts";
import { sliceOp } from "../../ir/ops/view.ts";
import { GradloomError, IndexError, ShapeError } from "../errors.ts";
import { along, type Index, slice } from "../tensor/index-syntax.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { broadcastTo, expandDims, ravel, reorder, reshape, swapaxes } from "../tensor/views.ts";
import { asTensor, asTensors, shapeText, type TensorLike } from "./apply.ts";
import { checkAxes, checkAxis, checkShape } from "./axes.ts";
import { positive } from "./elementwise.ts";
import { concatenate } from "./join.ts";
import { naming } from "./naming.ts";
import { checkOptions, checkWhole, isList, whatIs } from "./options.ts";

/** The elements in reverse along the axes (all unless given), as a view. */
export function flip(x: TensorLike, axis: number | readonly number[] | null = null): Tensor {
  const t = asTensor(x, "flip");
  const axes = axis === null ? t.shape.map((_, k) => k) : checkAxes("flip", axis, t.ndim);
  return t.view(sliceOp, {
    starts: t.shape.map((d, k) => (axes.includes(k) ? Math.max(d - 1, 0) : 0)),
    steps: t.shape.map((_, k) => (axes.includes(k) ? -1 : 1)),
    lengths: t.shape,
  });
}

/** As `flip` along the first axis. */
export function flipud(x: TensorLike): Tensor {
  return naming("flipud", () => flip(x, 0));
}

/** As `flip` along the second axis. */
export function fliplr(x: TensorLike): Tensor {
  return naming("fliplr", () => flip(x, 1));
}

/** Turned by `times` right angles in the plane of two axes, from the first towards the second, as a view. */
export function rot90(x: TensorLike, times = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const t = asTensor(x, "rot90");
  const [a, b, ...more] = checkAxes("rot90", axes, t.ndim) as [number, number];
  if (b === undefined || more.length > 0)
    throw new IndexError(`rot90: the axes are [${axes.map(whatIs).join(", ")}]; give the two of the plane`);
  checkWhole("rot90", "the number of turns", times);
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
  const t = asTensor(x, "roll");
  const shifts = [shift].flat();
  for (const s of shifts) checkWhole("roll", "the shift", s);
  if (axis === null) {
    const total = shifts.reduce((n, s) => n + s, 0);
    return reshape(rollAlong(ravel(t), total, 0), t.shape);
  }
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
  const n = t.shape[axis]!;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return positive(t);
  const part = (start: number | null, stop: number | null): Tensor => t.get(...along(t.ndim, axis, slice(start, stop)));
  return concatenate([part(n - by, null), part(null, n - by)], axis);
}

/** Each element `repeats` times, or each as often as its entry in a list says; without an axis, of the flattened array. */
export function repeat(x: TensorLike, repeats: number | readonly number[], axis: number | null = null): Tensor {
  const source = asTensor(x, "repeat");
  // A scalar has one element along axis 0, as for NumPy.
  const t = axis === null || (source.ndim === 0 && (axis === 0 || axis === -1)) ? ravel(source) : source;
  const at = axis === null ? 0 : checkAxis("repeat", axis, t.ndim);
  const n = t.shape[at]!;
  const times: readonly number[] = isList(repeats) ? repeats : [repeats];
  for (const r of times) checkWhole("repeat", "the number of repeats", r, 0);
  if (times.length !== 1 && times.length !== n) {
    throw new ShapeError(
      `repeat: ${times.length} counts for ${n} elements along axis ${at} of shape ${shapeText(t.shape)}; give one, or ${n}`,
    );
  }
  if (times.length === 1) {
    const wide = expandDims(t, at + 1);
    const shape = wide.shape.map((d, k) => (k === at + 1 ? times[0]! : d));
    const joined = t.shape.map((d, k) => (k === at ? d * times[0]! : d));
    checkShape("repeat", joined);
    return reshape(positive(broadcastTo(wide, shape)), joined);
  }
  const positions = times.flatMap((r, k) => new Array<number>(r).fill(k));
  return t.get(...along(t.ndim, at, Int32Array.from(positions)));
}

/** The array laid out `reps` times along each axis. */
export function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const t = asTensor(x, "tile");
  const times: readonly number[] = isList(reps) ? reps : [reps];
  for (const r of times) checkWhole("tile", "the number of repeats", r, 0);
  const rank = Math.max(times.length, t.ndim);
  const counts = [...new Array<number>(rank - times.length).fill(1), ...times];
  const shape = [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const joined = checkShape(
    "tile",
    shape.map((d, k) => d * counts[k]!),
  );
  const spread = shape.flatMap((d) => [1, d]);
  const wide = broadcastTo(
    reshape(t, spread),
    shape.flatMap((d, k) => [counts[k]!, d]),
  );
  return reshape(positive(wide), joined);
}

/** Parts of equal length along an axis, or parts that end at the given positions; views. */
export function split(x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x, "split");
  const at = checkAxis("split", axis, t.ndim);
  const n = t.shape[at]!;
  if (!isList(sections) && (!Number.isInteger(sections) || sections < 1 || n % sections !== 0)) {
    throw new ShapeError(
      `split: ${n} elements along axis ${at} of shape ${shapeText(t.shape)} do not make ${whatIs(sections)} equal parts; ` +
        "use arraySplit, or give the positions to cut at",
    );
  }
  return naming("split", () => arraySplit(t, sections, at));
}

const MAX_PARTS = 2 ** 20;

/** As `split`, but the first parts may be longer by one. */
export function arraySplit(x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x, "arraySplit");
  const at = checkAxis("arraySplit", axis, t.ndim);
  const n = t.shape[at]!;
  const cuts: number[] = [];
  if (!isList(sections)) {
    if (!Number.isInteger(sections) || sections < 1 || sections > MAX_PARTS)
      throw new ShapeError(
        `arraySplit: ${whatIs(sections)} parts; give a whole number from 1 to ${MAX_PARTS}, or a list`,
      );
    const [length, longer] = [Math.floor(n / sections), n % sections];
    for (let k = 1; k < sections; k++) cuts.push(k * length + Math.min(k, longer));
  } else for (const cut of sections) cuts.push(checkWhole("arraySplit", "a position to cut at", cut));
  const stops: (number | null)[] = [...cuts, null];
  return stops.map((stop, k) => t.get(...along(t.ndim, at, slice(k === 0 ? 0 : cuts[k - 1]!, stop))));
}

/** How positions outside are treated: an error, wrapped around, or moved to the nearest inside. */
export type TakeMode = "raise" | "wrap" | "clip";

/** The elements at positions along an axis; without one, of the flattened array. */
export function take(
  x: TensorLike,
  indices: Index[number],
  options: { readonly axis?: number | null; readonly mode?: TakeMode } = {},
): Tensor {
  const { axis = null, mode = "raise" } = checkOptions("take", options, ["axis", "mode"]);
  const source = asTensor(x, "take");
  const t = axis === null ? ravel(source) : source;
  const at = axis === null ? 0 : checkAxis("take", axis, t.ndim);
  if (indices === null || indices === undefined)
    throw new IndexError(`take: the indices are ${indices}; pass positions, such as [0, 2]`);
  const n = t.shape[at]!;
  if (mode !== "raise" && mode !== "wrap" && mode !== "clip")
    throw new GradloomError(`take: the mode is ${whatIs(mode)}; it must be "raise", "wrap" or "clip"`);
  if (mode === "raise") return naming("take", () => t.get(...along(t.ndim, at, indices)));
  const positions = asTensor(indices as TensorLike, "take").astype("int32");
  if (n === 0 && positions.size > 0)
    throw new IndexError(`take: axis ${at} of shape ${shapeText(t.shape)} is empty; there is nothing to take`);
  const inside = mode === "wrap" ? positions.mod(n) : positions.maximum(0).minimum(n - 1);
  return t.get(...along(t.ndim, at, inside));
}

/**
 * For each position along an axis the element there, the other axes running along: `out[i, j] = x[i, indices[i, j]]` for the
 * last axis of two.
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number | null = -1): Tensor {
  const source = asTensor(x, "takeAlongAxis");
  const t = axis === null ? ravel(source) : source;
  const positions =
    asTensor(indices, "takeAlongAxis").dtype === "float32" && !(indices instanceof Tensor)
      ? asTensor(indices, "takeAlongAxis").astype("int32")
      : asTensor(indices, "takeAlongAxis");
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
  return naming("takeAlongAxis", () => t.get(...index));
}

/** Joins along the first axis; arrays of one axis become rows. */
export function vstack(parts: readonly TensorLike[]): Tensor {
  const tensors = asTensors(parts, "vstack").map((t) => atLeast(t, 2));
  return naming("vstack", () => concatenate(tensors));
}

/** Joins along the second axis; arrays of one axis end to end. */
export function hstack(parts: readonly TensorLike[]): Tensor {
  const tensors = asTensors(parts, "hstack").map((t) => atLeast(t, 1));
  return naming("hstack", () => concatenate(tensors, tensors[0]?.ndim === 1 ? 0 : 1));
}

/** Joins along the third axis. */
export function dstack(parts: readonly TensorLike[]): Tensor {
  const tensors = asTensors(parts, "dstack").map((t) => atLeast(t, 3));
  return naming("dstack", () => concatenate(tensors, 2));
}

/** Joins arrays of one axis as columns. */
export function columnStack(parts: readonly TensorLike[]): Tensor {
  const tensors = asTensors(parts, "columnStack").map((part) => {
    const t = atLeast(part, 1);
    return t.ndim === 1 ? expandDims(t, 1) : t;
  });
  return naming("columnStack", () => concatenate(tensors, 1));
}

function atLeast(t: Tensor, rank: number): Tensor {
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
  const all = xs.map((x) => atLeast(asTensor(x, `atleast${rank}d`), rank));
  return all.length === 1 ? all[0]! : all;
}

/** Coordinates of a grid, one array an axis: `xy` indexing (the default) has the second axis first, `ij` does not. */
export function meshgrid(
  axes: readonly TensorLike[],
  options: { readonly indexing?: "xy" | "ij"; readonly sparse?: boolean } = {},
): Tensor[] {
  const { indexing = "xy", sparse = false } = checkOptions("meshgrid", options, ["indexing", "sparse"]);
  if (indexing !== "xy" && indexing !== "ij")
    throw new GradloomError(`meshgrid: the indexing is ${whatIs(indexing)}; it must be "xy" or "ij"`);
  const tensors = asTensors(axes, "meshgrid").map(ravel);
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
  const tensors = asTensors(xs, "broadcastArrays");
  const shape = tensors.reduce<Shape>((joint, t) => jointShape(joint, t.shape), []);
  return tensors.map((t) => broadcastTo(t, shape));
}

function jointShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const [i, j] = [a[a.length - rank + k] ?? 1, b[b.length - rank + k] ?? 1];
    if (i !== j && i !== 1 && j !== 1) {
      throw new ShapeError(
        `broadcastArrays: shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast; axes counted from the last must be ` +
          "equal, or 1 in one of them",
      );
    }
    return i === 1 ? j : i;
  });
}

/** Axes reordered: as `transpose`. */
export function permuteDims(x: TensorLike, axes: readonly number[]): Tensor {
  return reorder("permuteDims", x, axes);
}

/** The elements in one axis, always a copy. */
export function flatten(x: TensorLike): Tensor {
  const t = asTensor(x, "flatten");
  return reshape(positive(t), [t.size]);
}
