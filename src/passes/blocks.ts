/**
 * Blocks: kernels that follow each other and go over the same leading axis run together, block by block of that axis,
 * so that what they hand on stays in the cache, and takes the memory of one block. (Loop fusion and tiling.)
 */
import { BYTES } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/layout.ts";
import type { Graph, Node } from "../ir/node.ts";
import { fusedUpdateOp, type MatmulAttrs, type MatrixLayout, matmulStridedOp, regionOf } from "../ir/ops/fused.ts";
import type { Region } from "../ir/region.ts";
import { chooseTurns } from "./block-size.ts";

/** Steps `first` to below `end` of an order that run together, `turns` times. */
export interface Block {
  readonly first: number;
  readonly end: number;
  readonly turns: number;
  /** What lives inside one turn only. */
  readonly inside: ReadonlySet<Node>;
}

/** The blocks among kernels in their order, for so many threads. */
export function findBlocks(graph: Graph, order: readonly Node[], threads: number): Block[] {
  const readers = new Map<Node, number[]>();
  order.forEach((node, step) => {
    for (const x of new Set(node.inputs)) readers.set(x, [...(readers.get(x) ?? []), step]);
  });
  const outputs = new Set(graph.outputs);
  const blocks: Block[] = [];
  let at = 0;
  while (at < order.length) {
    const end = reach(order, at);
    const block = end - at > 1 ? blockOf(order, at, end, readers, outputs, threads) : null;
    if (block !== null) blocks.push(block);
    at = Math.max(end, at + 1);
  }
  return blocks;
}

/** The end of the steps from `first` on that can run together. */
function reach(order: readonly Node[], first: number): number {
  const rows = leadingLength(order[first]!);
  if (rows < 2) return first + 1;
  const made = new Set<Node>();
  let end = first;
  while (end < order.length && leadingLength(order[end]!) === rows && isSliced(order[end]!, rows, made)) {
    made.add(order[end]!);
    end++;
  }
  return end;
}

function blockOf(
  order: readonly Node[],
  first: number,
  end: number,
  readers: ReadonlyMap<Node, readonly number[]>,
  outputs: ReadonlySet<Node>,
  threads: number,
): Block | null {
  const nodes = order.slice(first, end);
  const isInside = (x: Node): boolean =>
    !outputs.has(x) && (readers.get(x) ?? []).every((step) => step > first && step < end);
  const inside = new Set(nodes.filter(isInside));
  const bytes = (list: Iterable<Node>): number => [...list].reduce((n, x) => n + (isUpdate(x) ? 0 : bytesOf(x)), 0);
  if (inside.size === 0) return null;
  const turns = chooseTurns(leadingLength(order[first]!), bytes(nodes), bytes(inside), threads);
  return turns === 1 ? null : { first, end, turns, inside };
}

/** The axis of a kernel's iteration space that blocks are cut along: the first that is longer than 1. */
export function leadingAxis(shape: Shape): number {
  return shape.findIndex((d) => d !== 1);
}

function leadingLength(node: Node): number {
  const { op } = node;
  if (op === matmulStridedOp) return (node.attrs as MatmulAttrs).batch.find((d) => d !== 1) ?? 0;
  if (op.kind !== "fused") return 0;
  const { shape } = regionOf(node);
  return shape[leadingAxis(shape)] ?? 0;
}

/** Whether a kernel's slices along its leading axis write slices of the result, and read slices of what was `made` before. */
function isSliced(node: Node, rows: number, made: ReadonlySet<Node>): boolean {
  if (sizeOf(node.shape) === 0 || sizeOf(node.shape) % rows !== 0) return false;
  if (node.op === matmulStridedOp) {
    const { batch, m, n, k, a, b } = node.attrs as MatmulAttrs;
    const axis = leadingAxis(batch);
    const operand = (x: Node, l: MatrixLayout, shape: Shape): boolean =>
      !made.has(x) ||
      coversSlice([...batch, ...shape], [...l.batch, l.row, l.col], l.offset, axis, sizeOf(x.shape) / rows);
    return operand(node.inputs[0]!, a, [m, k]) && operand(node.inputs[1]!, b, [k, n]);
  }
  const region = regionOf(node);
  const axis = leadingAxis(region.shape);
  if (region.reduce?.axes.includes(axis) === true || !movesEvenly(region)) return false;
  const own = sizeOf(node.shape) / rows;
  if (!coversSlice(region.shape, region.store.strides, region.store.offset, axis, own)) return false;
  return region.body.every((i) => {
    if (i.kind === "index") return i.strides[axis] === 0;
    if (i.kind !== "load" && i.kind !== "gather") return true;
    const x = node.inputs[i.input]!;
    if (!made.has(x)) return true;
    return i.kind === "load" && coversSlice(region.shape, i.strides, i.offset, axis, sizeOf(x.shape) / rows);
  });
}

/** Whether iteration i of an axis touches only elements i·slice to below (i + 1)·slice. */
function coversSlice(shape: Shape, strides: readonly number[], offset: number, axis: number, slice: number): boolean {
  if (strides[axis] !== slice) return false;
  let [low, high] = [offset, offset];
  shape.forEach((d, k) => {
    if (k === axis) return;
    if (strides[k]! < 0) low += (d - 1) * strides[k]!;
    else high += (d - 1) * strides[k]!;
  });
  return low >= 0 && high < slice;
}

/** A region's part of one turn. */
export function regionSlice(region: Region, turns: number): Region {
  const axis = leadingAxis(region.shape);
  return { ...region, shape: region.shape.map((d, k) => (k === axis ? d / turns : d)) };
}

/** Elements that each operand of a region, and its result, moves on by from turn to turn. */
export function regionAdvances(region: Region, operands: number, turns: number): number[] {
  const axis = leadingAxis(region.shape);
  const rows = region.shape[axis]! / turns;
  const advances = new Array<number>(operands).fill(0);
  for (const i of region.body) if (i.kind === "load") advances[i.input] = i.strides[axis]! * rows;
  return [...advances, region.store.strides[axis]! * rows];
}

/** Whether every load of an operand moves on equally: one address a turn is enough. */
function movesEvenly(region: Region): boolean {
  const axis = leadingAxis(region.shape);
  const known = new Map<number, number>();
  return region.body.every((i) => {
    if (i.kind !== "load" && i.kind !== "gather") return true;
    const stride = i.kind === "load" ? i.strides[axis]! : 0;
    const before = known.get(i.input);
    known.set(i.input, stride);
    return before === undefined || before === stride;
  });
}

/** A matrix product's part of one turn. */
export function matmulSlice(attrs: MatmulAttrs, turns: number): MatmulAttrs {
  const axis = leadingAxis(attrs.batch);
  return { ...attrs, batch: attrs.batch.map((d, k) => (k === axis ? d / turns : d)) };
}

export function matmulAdvances({ batch, m, n, a, b }: MatmulAttrs, turns: number): number[] {
  const axis = leadingAxis(batch);
  const rows = batch[axis]! / turns;
  return [a.batch[axis]! * rows, b.batch[axis]! * rows, (sizeOf(batch) / turns) * m * n];
}

function isUpdate(node: Node): boolean {
  return node.op === fusedUpdateOp;
}

function bytesOf(node: Node): number {
  return sizeOf(node.shape) * BYTES[node.dtype];
}
