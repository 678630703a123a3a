/** Indexing by arrays: what NumPy calls advanced indexing. */

import type { DType } from "../../ir/dtype.ts";
import { broadcastShapes, contiguousStrides, type Shape, sameShape, sizeOf } from "../../ir/layout.ts";
import { add, multiply, where } from "../../ir/ops/arithmetic.ts";
import { less } from "../../ir/ops/compare.ts";
import { iotaOp } from "../../ir/ops/source.ts";
import { reshapeOp } from "../../ir/ops/view.ts";
import type { View } from "../../ir/record.ts";
import { IndexError } from "../errors.ts";
import { broadcastNode, elementwiseNode, shapeText } from "../functions/apply.ts";
import { naming } from "../functions/naming.ts";
import { recordConstant, recordView, TraceNode } from "../trace/trace.ts";
import { maskInTrace, valuesIfKnown } from "../trace/tracing.ts";
import {
  type BasicItem,
  ellipsis,
  type Index,
  type IndexArray,
  indexText,
  type ParsedItem,
  parseIndex,
  resolveIndex,
} from "./index-syntax.ts";
import { leafOf } from "./leaf.ts";
import { type AnyTypedArray, fromNested, type Nested } from "./nested.ts";
import { Tensor } from "./tensor.ts";

/** What an index with arrays selects. */
export interface Selection {
  /** The row-major position of each selected element in the indexed array; int32. */
  readonly positions: TraceNode;
  readonly shape: Shape;
}

/** Whether an index has arrays in it. */
export function isAdvanced(items: Index): boolean {
  return items.some(isArray);
}

const isArray = (item: Index[number]): item is IndexArray =>
  item instanceof Tensor || Array.isArray(item) || ArrayBuffer.isView(item);

/** Positions along one axis; several items that are arrays are broadcast against each other. */
type Item = ParsedItem | Tensor;

/**
 * Resolves an index with arrays, as NumPy does: arrays and integers are broadcast to one shape, which takes their place
 * where they stand side by side, and comes first where something else stands between them. A mask counts as the positions
 * where it holds, one array an axis.
 *
 * @throws IndexError for positions outside, masks of another shape, and arrays that do not broadcast
 */
export function resolveAdvanced(own: Shape, items: Index, caller: string): Selection {
  const at = `${caller}: index [${indexText(items)}] of shape ${shapeText(own)}`;
  const { masked, shape } = expandMasks(items, own, at);
  const flat = expandEllipsis(masked, shape, at);
  const arrays: { axis: number; value: Tensor | number }[] = [];
  const basic: BasicItem[] = [];
  let first = -1;
  let axis = 0;
  flat.forEach((item, k) => {
    if (isPosition(item)) {
      arrays.push({ axis, value: item });
      if (first < 0) first = k;
      basic.push("0:1");
    } else basic.push(item);
    if (item !== null) axis++;
  });
  const joint = broadcastShapes(...arrays.map(({ value }) => (typeof value === "number" ? [] : value.shape)));
  if (joint === null) {
    const shapes = arrays.flatMap(({ value }) => (typeof value === "number" ? [] : [shapeText(value.shape)]));
    throw new IndexError(`${at}: index arrays of shapes ${shapes.join(" and ")} do not broadcast; reshape one of them`);
  }
  const rest = resolveIndex(shape, basic, caller);
  // An ellipsis stands between them also where it is no axis.
  const places = masked.flatMap((item, k) => (isPosition(item) ? [k] : []));
  const adjacent = places.every((p, k) => k === 0 || p === places[k - 1]! + 1);
  return locate(shape, arrays, rest, flat, joint, adjacent ? first : 0, at);
}

const isPosition = (item: Item): item is Tensor | number => item instanceof Tensor || typeof item === "number";

function locate(
  shape: Shape,
  arrays: readonly { readonly axis: number; readonly value: Tensor | number }[],
  rest: ReturnType<typeof resolveIndex>,
  flat: readonly Item[],
  joint: Shape,
  place: number,
  at: string,
): Selection {
  const strides = contiguousStrides(shape);
  // The axes of the result that slices and new axes make, and how far apart their elements lie.
  const kept: { size: number; stride: number }[] = [];
  let before = 0;
  let axis = 0;
  flat.forEach((item, k) => {
    if (k === place) before = kept.length;
    if (item === null) kept.push({ size: 1, stride: 0 });
    else {
      if (!(item instanceof Tensor) && typeof item !== "number")
        kept.push({ size: rest.lengths[axis]!, stride: rest.steps[axis]! * strides[axis]! });
      axis++;
    }
  });
  const result = [...kept.slice(0, before).map((a) => a.size), ...joint, ...kept.slice(before).map((a) => a.size)];
  let offset = 0;
  rest.starts.forEach((start, k) => {
    if (rest.lengths[k]! > 0 && !arrays.some((a) => a.axis === k)) offset += start * strides[k]!;
  });
  const steps = [
    ...kept.slice(0, before).map((a) => a.stride),
    ...joint.map(() => 0),
    ...kept.slice(before).map((a) => a.stride),
  ];
  for (const { axis: k, value } of arrays) {
    if (typeof value === "number") offset += insideOf(value, shape[k]!, k, at) * strides[k]!;
  }
  let positions = new TraceNode(iotaOp, [], { strides: steps, offset, scale: 1 }, result, "int32");
  const trailing = kept.length - before;
  for (const { axis: k, value } of arrays) {
    if (typeof value === "number") continue;
    const node = positionsOf(value, shape[k]!, k, sizeOf(result) === 0, at);
    const aligned = [...node.shape, ...new Array<number>(trailing).fill(1)];
    const seen = trailing === 0 ? node : recordView(reshapeOp as View, node, { shape: aligned });
    const spread = broadcastNode(seen, result);
    const scale = broadcastNode(recordConstant(strides[k]!, "int32"), result);
    positions = elementwiseNode(add, positions, elementwiseNode(multiply, spread, scale));
  }
  return { positions, shape: result };
}

/** Positions along an axis of `size` elements, counted from the front. */
function positionsOf(t: Tensor, size: number, axis: number, selectsNothing: boolean, at: string): TraceNode {
  const node = t.node("get");
  const data = valuesIfKnown(t);
  let negative = data === null;
  for (const i of data ?? []) {
    if (i < 0) negative = true;
    if (!selectsNothing || size > 0) insideOf(i, size, axis, at);
  }
  if (!negative) return node;
  const spread = (value: number): TraceNode => broadcastNode(recordConstant(value, "int32"), node.shape);
  const fromEnd = elementwiseNode(add, node, spread(size));
  return elementwiseNode(where, elementwiseNode(less, node, spread(0)), fromEnd, node);
}

function insideOf(index: number, size: number, axis: number, at: string): number {
  if (index >= -size && index < size) return index < 0 ? index + size : index;
  const wayOut = size === 0 ? "the axis is empty" : `use ${-size} to ${size - 1}`;
  throw new IndexError(`${at}: index ${index} is out of bounds for axis ${axis} with size ${size}; ${wayOut}`);
}

/**
 * Arrays become int32 tensors, and a mask of k axes becomes k of them. A mask of no axes becomes one, along an axis of
 * length 1 that is inserted into the shape; row-major positions stay what they are.
 */
function expandMasks(items: Index, shape: Shape, at: string): { masked: Item[]; shape: Shape } {
  const consumed = (item: Index[number]): number => {
    if (!isArray(item)) return parseIndex([item as BasicItem], at).filter((p) => p !== null && p !== ellipsis).length;
    const t = toTensor(item, at);
    return t.dtype === "bool" ? t.ndim : 1;
  };
  const total = items.map(consumed).reduce((n, each) => n + each, 0);
  const wide = [...shape];
  let axis = 0;
  let inserted = 0;
  const masked = items.flatMap((item): Item[] => {
    if (!isArray(item)) {
      return parseIndex([item as BasicItem], at).map((p) => {
        if (p === ellipsis) axis += shape.length - total;
        else if (p !== null) axis++;
        return p;
      });
    }
    const t = toTensor(item, at);
    const first = axis;
    axis += t.dtype === "bool" ? t.ndim : 1;
    if (t.dtype === "bool" && t.ndim === 0) wide.splice(first + inserted++, 0, 1);
    return t.dtype === "bool" ? maskPositions(t, shape.slice(first, axis), first, at) : [t];
  });
  return { masked, shape: wide };
}

/** The items with `...` written out as slices. */
function expandEllipsis(items: readonly Item[], shape: Shape, at: string): Exclude<Item, typeof ellipsis>[] {
  const consuming = items.filter((item) => item !== null && item !== ellipsis).length;
  const ellipses = items.filter((item) => item === ellipsis).length;
  if (ellipses > 1)
    throw new IndexError(`${at}: more than one "..."; write ":" for each axis that one of them stands for`);
  if (consuming > shape.length) {
    throw new IndexError(
      `${at}: too many indices: ${consuming} for ${shape.length} axes (a mask counts once an axis of its own); drop some`,
    );
  }
  const all = parseIndex(new Array<string>(shape.length - consuming).fill(":"), at);
  const whole = ellipses === 0 ? [...items, ellipsis] : items;
  return whole.flatMap((item) => (item === ellipsis ? all : [item])) as Exclude<Item, typeof ellipsis>[];
}

function toTensor(item: IndexArray, at: string): Tensor {
  if (item instanceof Tensor) {
    item.checkAlive(at);
    if (item.dtype === "int32" || item.dtype === "bool") return item;
    throw new IndexError(
      `${at}: a tensor of ${item.dtype} is no index; positions are int32 and masks bool: use astype("int32")`,
    );
  }
  const { data, shape, dtype } = naming(at, () => fromNested(item as Nested | AnyTypedArray));
  const wanted: DType = dtype === "bool" && data.length > 0 ? "bool" : "int32";
  const odd = Array.from(data).find((v) => !Number.isInteger(v));
  if (odd !== undefined) throw new IndexError(`${at}: ${odd} is no position; positions are integers`);
  return leafOf(data, shape, wanted, true);
}

/** The positions where a mask holds, one list an axis, in row-major order. */
function maskPositions(mask: Tensor, shape: Shape, first: number, at: string): Tensor[] {
  if (!sameShape(mask.shape, shape)) {
    throw new IndexError(
      `${at}: a mask of shape ${shapeText(mask.shape)} does not fit axes ${first} to ${first + mask.ndim - 1}, of shape ` +
        `${shapeText(shape)}; their lengths must be equal`,
    );
  }
  maskInTrace(mask, at);
  const data = mask.dataSync();
  const found: number[] = [];
  data.forEach((held, k) => {
    if (held !== 0) found.push(k);
  });
  const lengths = shape.length === 0 ? [1] : shape;
  const strides = contiguousStrides(lengths);
  return lengths.map((d, axis) => {
    const along = Int32Array.from(found, (k) => Math.floor(k / strides[axis]!) % d);
    return leafOf(along, [along.length], "int32", true);
  });
}
