/** How one call is split into calls that together do the same, each on a part of the result. */
import { BYTES } from "../ir/dtype.ts";
import { sizeOf } from "../ir/layout.ts";
import type { MatmulAttrs, MatrixLayout } from "../ir/ops/fused.ts";
import type { Call, Place, PlanBuffer, Target } from "../ir/plan.ts";
import { type Instr, inputOf, type Region } from "../ir/region.ts";

type Of<K extends Call["kind"]> = Extract<Call, { kind: K }>;

/** Parts that begin at a cache line are not written to by two threads at once, and consist of whole vectors. */
const CACHE_LINE = 64;
/** In elements: where cache lines make no even parts, vectors do better than nothing, and so do elements. */
const VECTOR = 4;
/** Where the longest part is so many times longer than a fair share, another axis is looked for. */
const UNEVEN = 1.15;
/** Parts of matrix products are multiples of the tiles that they are computed in. */
const [TILE_ROWS, TILE_COLUMNS] = [4, 8];
/** How many rows of the left operand are packed at once; the right one is packed again for each block of them. */
const BLOCK_ROWS = 256;
/** Up to so many rows, a right operand whose rows are contiguous is not packed. */
const DIRECT_ROWS = 16;

/** Positions `from` to below `to` of an axis. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** An axis cut into parts. */
interface Cut {
  readonly axis: number;
  readonly ranges: readonly Range[];
  /** The longest part, as a multiple of a fair share. */
  readonly unevenness: number;
}

/** Cuts at multiples of `grain`, into at most as many parts as there are threads. */
function cut(axis: number, size: number, threads: number, grain: number): Cut {
  const length = Math.ceil(size / grain / threads) * grain;
  const ranges: Range[] = [];
  for (let from = 0; from < size; from += length) ranges.push({ from, to: Math.min(size, from + length) });
  return { axis, ranges, unevenness: (length * threads) / size };
}

/** The first cut that is even, otherwise the most even one that makes two parts. */
function choose(cuts: readonly Cut[]): Cut | null {
  const real = cuts.filter((c) => c.ranges.length > 1);
  const even = real.find((c) => c.unevenness <= UNEVEN);
  return even ?? real.reduce<Cut | null>((a, b) => (a === null || b.unevenness < a.unevenness ? b : a), null);
}

/** Splits the calls of one plan. The parts' buffers are added to those of the plan. */
export class Splitter {
  readonly buffers: PlanBuffer[];
  private readonly threads: number;
  private readonly target: Target;
  /** Where the working memory of a thread begins in the arena. */
  private readonly scratchOf: (thread: number) => number;
  private readonly known: Map<string, number> = new Map();

  constructor(buffers: readonly PlanBuffer[], threads: number, target: Target, scratchOf: (thread: number) => number) {
    this.buffers = [...buffers];
    this.threads = threads;
    this.target = target;
    this.scratchOf = scratchOf;
  }

  /** One call a thread, or null where there is no way to split. */
  split(call: Call): readonly Call[] | null {
    switch (call.kind) {
      case "copy":
        return this.splitCopy(call);
      case "region":
        return this.splitRegion(call);
      case "matmul":
        return this.splitMatmul(call);
      case "kernel":
        return null;
    }
  }

  private splitCopy({ from, to }: Of<"copy">): Call[] | null {
    const { dtype, length } = this.buffers[to]!;
    const { ranges } = cut(0, length, this.threads, CACHE_LINE / BYTES[dtype]);
    if (ranges.length < 2) return null;
    return ranges.map((r) => ({
      kind: "copy",
      from: this.part(from, r.from, r.to - r.from),
      to: this.part(to, r.from, r.to - r.from),
    }));
  }

  /** Along a kept axis: the one that moves farthest through the result, if that makes even parts. */
  private splitRegion(call: Of<"region">): Call[] | null {
    const { shape, reduce, store, dtype } = call.region;
    const stride = (axis: number): number => Math.abs(store.strides[axis]!);
    const kept = shape.flatMap((size, axis) => (size > 1 && reduce?.axes.includes(axis) !== true ? [axis] : []));
    kept.sort((a, b) => stride(b) - stride(a));
    const grains = [CACHE_LINE / BYTES[dtype], VECTOR, 1];
    const cuts = kept.flatMap((axis) =>
      grains.map((grain) => cut(axis, shape[axis]!, this.threads, Math.max(1, Math.ceil(grain / stride(axis))))),
    );
    const best = choose(cuts);
    return best?.ranges.map((range) => this.regionPart(call, best.axis, range)) ?? null;
  }

  private regionPart({ region, inputs, output }: Of<"region">, axis: number, { from, to }: Range): Call {
    const shape = region.shape.map((size, k) => (k === axis ? to - from : size));
    // Where all of an operand's loads move alike, its address moves, and the parts have the same code.
    const steps = inputs.map((_, k) => commonStep(region, k, axis));
    const body = region.body.map((i): Instr => {
      if (i.kind !== "index" && i.kind !== "load") return i;
      if (i.kind === "load" && steps[i.input] !== null) return i;
      return { ...i, offset: i.offset + from * i.strides[axis]! };
    });
    const { strides, offset } = region.store;
    const movesOutput = strides[axis]! >= 0;
    const store = movesOutput ? region.store : { strides, offset: offset + from * strides[axis]! };
    return {
      kind: "region",
      region: { ...region, shape, body, store },
      inputs: inputs.map((b, k) => this.part(b, from * (steps[k] ?? 0))),
      output: movesOutput ? this.part(output, from * strides[axis]!) : output,
    };
  }

  /** Along the batch, the rows or the columns. */
  private splitMatmul(call: Of<"matmul">): Call[] | null {
    const { batch, m, n, k, b } = call.attrs;
    if (call.choice.kernel !== "generated" || call.rowStride !== undefined) return null;
    // The result is dense: only parts of the outermost axis lie side by side in it.
    const outer = batch.findIndex((d) => d > 1);
    if (outer >= 0) {
      const { ranges } = cut(outer, batch[outer]!, this.threads, 1);
      return ranges.map((range, t) => this.batchPart(call, outer, range, t));
    }
    const rows = cut(0, m, this.threads, TILE_ROWS);
    const columns = cut(1, n, this.threads, TILE_COLUMNS);
    if (Math.max(rows.ranges.length, columns.ranges.length) < 2) return null;
    // Multiplications of the longest part, in whole tiles, and what it packs: an element takes as long as four of them.
    const work = (height: number, width: number): number => {
      const blocks = height <= DIRECT_ROWS && b.col === 1 ? 0 : Math.ceil(height / BLOCK_ROWS);
      const tiles = Math.ceil(height / TILE_ROWS) * Math.ceil(width / TILE_COLUMNS) * TILE_ROWS * TILE_COLUMNS;
      return (tiles + 4 * (height + blocks * width)) * k;
    };
    const most = ({ ranges }: Cut): number => ranges[0]!.to - ranges[0]!.from;
    const byRows = work(most(rows), n) <= work(m, most(columns));
    if (byRows) return rows.ranges.map((range, t) => this.rowsPart(call, range, t));
    return columns.ranges.map((range, t) => this.columnsPart(call, range, t));
  }

  private batchPart(call: Of<"matmul">, axis: number, { from, to }: Range, thread: number): Call {
    const { batch, m, n } = call.attrs;
    const attrs = { ...call.attrs, batch: batch.map((d, k) => (k === axis ? to - from : d)) };
    const step = (l: MatrixLayout): number => from * l.batch[axis]!;
    const inner = sizeOf(batch.slice(axis + 1)) * m * n;
    return this.matmulPart(call, attrs, { a: step(attrs.a), b: step(attrs.b), output: from * inner }, thread, {
      length: (to - from) * inner,
    });
  }

  private rowsPart(call: Of<"matmul">, { from, to }: Range, thread: number): Call {
    const { n, a } = call.attrs;
    const attrs = { ...call.attrs, m: to - from };
    return this.matmulPart(call, attrs, { a: from * a.row, b: 0, output: from * n }, thread, {
      length: (to - from) * n,
    });
  }

  private columnsPart(call: Of<"matmul">, { from, to }: Range, thread: number): Call {
    const { n, b } = call.attrs;
    const attrs = { ...call.attrs, n: to - from };
    return this.matmulPart(call, attrs, { a: 0, b: from * b.col, output: from }, thread, { rowStride: n });
  }

  /** @param starts where the part begins in the operands and in the result, in elements */
  private matmulPart(
    call: Of<"matmul">,
    attrs: MatmulAttrs,
    starts: { readonly a: number; readonly b: number; readonly output: number },
    thread: number,
    result: { readonly length: number } | { readonly rowStride: number },
  ): Call {
    const choice = this.target.matmul(attrs, call.dtype);
    const operand = (buffer: number, layout: MatrixLayout, start: number): [number, MatrixLayout] =>
      start >= 0 ? [this.part(buffer, start), layout] : [buffer, { ...layout, offset: layout.offset + start }];
    const [a, aLayout] = operand(call.a, attrs.a, starts.a);
    const [b, bLayout] = operand(call.b, attrs.b, starts.b);
    return {
      ...call,
      attrs: { ...attrs, a: aLayout, b: bLayout },
      a,
      b,
      output: this.part(call.output, starts.output, "length" in result ? result.length : undefined),
      ...("rowStride" in result ? { rowStride: result.rowStride } : {}),
      scratch: this.scratchOf(thread),
      choice,
    };
  }

  /** The buffer from element `start` on. */
  private part(buffer: number, start: number, length?: number): number {
    const whole = this.buffers[buffer]!;
    const elements = length ?? whole.length - start;
    if (start === 0 && elements === whole.length) return buffer;
    const key = `${buffer}|${start}|${elements}`;
    let at = this.known.get(key);
    if (at === undefined) {
      const offset = (whole.place.offset ?? 0) + start * BYTES[whole.dtype];
      const place: Place = offset === 0 ? whole.place : { ...whole.place, offset };
      at = this.buffers.push({ place, dtype: whole.dtype, length: elements }) - 1;
      this.known.set(key, at);
    }
    return at;
  }
}

/** By how much all loads from an input move along an axis, or null where they differ, or move back. */
function commonStep({ body }: Region, input: number, axis: number): number | null {
  const found = new Set(
    body.flatMap((i) => (inputOf(i) !== input ? [] : [i.kind === "load" ? i.strides[axis]! : Number.NaN])),
  );
  const [step] = found;
  return found.size === 1 && step! >= 0 ? step! : null;
}
