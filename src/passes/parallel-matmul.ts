/** Splits matrix products. */
import { sizeOf } from "../ir/layout.ts";
import type { MatmulAttrs, MatrixLayout } from "../ir/ops/fused.ts";
import type { Call, Step } from "../ir/plan.ts";
import { type Cut, cut, joinStep, type Parts, type Range, UNEVEN } from "./parallel-parts.ts";

type MatmulCall = Extract<Call, { kind: "matmul" }>;

/** Products are computed in tiles: parts are multiples of them. */
const [TILE_ROWS, TILE_COLUMNS] = [4, 8];
/** Terms are cut at multiples of this. */
const TERMS = 64;
/** How many rows of the left operand are packed at once; the right one is packed again for each block of them. */
const BLOCK_ROWS = 256;
/** Up to so many rows, a right operand whose rows are contiguous is not packed. */
const DIRECT_ROWS = 16;
/** A batch that makes no even parts is taken apart if it has at most so many products. */
const MOST_UNROLLED = 16;
/** How many multiplications take as long as packing an element, and as joining two. */
const [PACKED, JOINED] = [4, 16];

/** Where a part begins in the operands and in the result, in elements. */
interface Starts {
  readonly a: number;
  readonly b: number;
  readonly output: number;
}

/** Along the batch, the rows, the columns or the terms of the sums, whichever leaves each thread the least to do. */
export function splitMatmul(parts: Parts, call: MatmulCall): readonly Step[] {
  const { batch, m, n, k } = call.attrs;
  if (call.choice.kernel !== "generated" || call.rowStride !== undefined) return [call];
  // The result is dense: only parts of the outermost axis lie side by side in it.
  const outer = batch.findIndex((d) => d > 1);
  if (outer >= 0) {
    const byBatch = cut(outer, batch[outer]!, parts.threads, 1);
    if (byBatch.unevenness > UNEVEN && sizeOf(batch) <= MOST_UNROLLED) {
      const each = byOne(parts, call, outer).map((one) => splitMatmul(parts, one));
      if (each.every(([first]) => first!.kind === "parallel")) return each.flat();
    }
    return together(byBatch, (range, thread) => batchPart(parts, call, outer, range, thread));
  }
  const rows = cut(0, m, parts.threads, TILE_ROWS);
  const columns = cut(1, n, parts.threads, TILE_COLUMNS);
  const terms = cut(2, k, parts.threads, TERMS);
  const most = ({ ranges }: Cut): number => (ranges[0]?.to ?? 0) - (ranges[0]?.from ?? 0);
  const joining =
    parts.canJoin(call.dtype, m * n) && terms.ranges.length > 1 ? m * n * JOINED : Number.POSITIVE_INFINITY;
  const ways: readonly (readonly [number, () => readonly Step[]])[] = [
    [work(call, m, n, k), () => [call]],
    [work(call, most(rows), n, k), () => together(rows, (range, t) => rowsPart(parts, call, range, t))],
    [work(call, m, most(columns), k), () => together(columns, (range, t) => columnsPart(parts, call, range, t))],
    [work(call, m, n, most(terms)) + joining, () => splitTerms(parts, call, terms)],
  ];
  return ways.reduce((x, y) => (y[0] < x[0] ? y : x))[1]();
}

/** One product for each position of the outermost axis of the batch. */
function byOne(parts: Parts, call: MatmulCall, axis: number): readonly MatmulCall[] {
  return Array.from({ length: call.attrs.batch[axis]! }, (_, from) =>
    batchPart(parts, call, axis, { from, to: from + 1 }, 0),
  );
}

/** Multiplications of a part, in whole tiles, with what it packs. */
function work({ attrs }: MatmulCall, rows: number, columns: number, terms: number): number {
  const blocks = rows <= DIRECT_ROWS && attrs.b.col === 1 ? 0 : Math.ceil(rows / BLOCK_ROWS);
  const tiles = Math.ceil(rows / TILE_ROWS) * Math.ceil(columns / TILE_COLUMNS) * TILE_ROWS * TILE_COLUMNS;
  return (tiles + PACKED * (rows + blocks * columns)) * terms;
}

function together({ ranges }: Cut, part: (range: Range, thread: number) => Call): readonly Step[] {
  return [{ kind: "parallel", parts: ranges.map(part) }];
}

function batchPart(parts: Parts, call: MatmulCall, axis: number, { from, to }: Range, thread: number): MatmulCall {
  const { batch, m, n } = call.attrs;
  const attrs = { ...call.attrs, batch: batch.map((d, k) => (k === axis ? to - from : d)) };
  const step = (l: MatrixLayout): number => from * l.batch[axis]!;
  const inner = sizeOf(batch.slice(axis + 1)) * m * n;
  const part = partOf(parts, call, attrs, { a: step(attrs.a), b: step(attrs.b), output: from * inner }, thread);
  return { ...part, output: parts.of(call.output, from * inner, (to - from) * inner) };
}

function rowsPart(parts: Parts, call: MatmulCall, { from, to }: Range, thread: number): Call {
  const { n, a } = call.attrs;
  const starts = { a: from * a.row, b: 0, output: from * n };
  const part = partOf(parts, call, { ...call.attrs, m: to - from }, starts, thread);
  return { ...part, output: parts.of(call.output, from * n, (to - from) * n) };
}

function columnsPart(parts: Parts, call: MatmulCall, { from, to }: Range, thread: number): Call {
  const { n, b } = call.attrs;
  const part = partOf(parts, call, { ...call.attrs, n: to - from }, { a: 0, b: from * b.col, output: from }, thread);
  return { ...part, rowStride: n };
}

/** Each thread sums a part of the terms; then the sums are added. */
function splitTerms(parts: Parts, call: MatmulCall, { ranges }: Cut): readonly Step[] {
  const { attrs, dtype } = call;
  const { m, n, a, b } = attrs;
  const results = ranges.map((_, thread) => parts.ownResult(thread, dtype, m * n));
  const split = ranges.map(({ from, to }, thread): Call => {
    const starts = { a: from * a.col, b: from * b.row, output: 0 };
    return partOf(parts, { ...call, output: results[thread]! }, { ...attrs, k: to - from }, starts, thread);
  });
  const joined = joinStep(results, { shape: [m * n], combine: "add", dtype }, call.output, { strides: [1], offset: 0 });
  return [{ kind: "parallel", parts: split }, joined];
}

function partOf(parts: Parts, call: MatmulCall, attrs: MatmulAttrs, starts: Starts, thread: number): MatmulCall {
  const operand = (buffer: number, layout: MatrixLayout, start: number): readonly [number, MatrixLayout] =>
    start >= 0 ? [parts.of(buffer, start), layout] : [buffer, { ...layout, offset: layout.offset + start }];
  const [a, aLayout] = operand(call.a, attrs.a, starts.a);
  const [b, bLayout] = operand(call.b, attrs.b, starts.b);
  return {
    ...call,
    attrs: { ...attrs, a: aLayout, b: bLayout },
    a,
    b,
    output: parts.of(call.output, starts.output),
    scratch: parts.scratchOf(thread),
    choice: parts.target.matmul(attrs, call.dtype),
  };
}
