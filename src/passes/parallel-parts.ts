/** What calls are split with: cuts of axes, buffers that are parts of others, and memory of the threads' own. */
import { BYTES, type DType } from "../ir/dtype.ts";
import { contiguousStrides, type Shape, sizeOf } from "../ir/layout.ts";
import type { Place, PlanBuffer, Step, Target, Task } from "../ir/plan.ts";
import type { Combine, Instr, Region } from "../ir/region.ts";
import { kernelScratchBytes } from "./parallel-access.ts";
import { ownBytes } from "./parallel-own.ts";

/** Parts that begin at a cache line are not written to by two threads at once, and consist of whole vectors. */
export const CACHE_LINE = 64;
/** Where the longest part is so many times longer than a fair share, another axis is looked for. */
export const UNEVEN = 1.15;
/** Results of threads that are joined afterwards have at most so many bytes. */
const MOST_JOINED = 2 ** 18;

/** Positions `from` to below `to` of an axis. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** An axis cut into parts. */
export interface Cut {
  readonly axis: number;
  readonly ranges: readonly Range[];
  /** The longest part, as a multiple of a fair share. */
  readonly unevenness: number;
}

/** Cuts at multiples of `grain`, into at most as many parts as there are threads. */
export function cut(axis: number, size: number, threads: number, grain: number): Cut {
  const length = Math.ceil(size / grain / threads) * grain;
  const ranges: Range[] = [];
  for (let from = 0; from < size; from += length) ranges.push({ from, to: Math.min(size, from + length) });
  return { axis, ranges, unevenness: (length * threads) / size };
}

/** The first cut that is even, otherwise the most even one that makes two parts. */
export function choose(cuts: readonly Cut[]): Cut | null {
  const real = cuts.filter((c) => c.ranges.length > 1);
  const even = real.find((c) => c.unevenness <= UNEVEN);
  return even ?? real.reduce<Cut | null>((a, b) => (a === null || b.unevenness < a.unevenness ? b : a), null);
}

/** How many elements each thread's part of a call would have to be joined from, or null where nothing is. */
function joinedBytes(call: Task): number {
  if (call.kind === "matmul") return sizeOf(call.attrs.batch) * call.attrs.m * call.attrs.n * BYTES[call.dtype];
  if (call.kind !== "region" || call.region.reduce === null) return 0;
  return sizeOf(keptShape(call.region)) * BYTES[call.region.dtype];
}

/** The iteration space with reduced axes of length 1. */
export function keptShape({ shape, reduce }: Region): Shape {
  return shape.map((size, k) => (reduce?.axes.includes(k) === true ? 1 : size));
}

/** The buffers of a plan whose calls are split, and what each thread has of its own in the arena. */
export class Parts {
  readonly buffers: PlanBuffer[];
  readonly threads: number;
  readonly target: Target;
  /** Bytes of the arena with the threads' own memory. */
  readonly arenaBytes: number;
  private readonly start: number;
  private readonly scratchBytes: number;
  private readonly joined: number;
  private readonly own: number;
  private readonly known: Map<string, number> = new Map();

  constructor(buffers: readonly PlanBuffer[], tasks: readonly Task[], arenaBytes: number, target: Target) {
    this.buffers = [...buffers];
    this.threads = target.threads ?? 1;
    this.target = target;
    this.start = arenaBytes;
    const padded = (n: number): number => (n === 0 ? 0 : Math.ceil(n / target.alignment + 1) * target.alignment);
    const calls = tasks.flatMap((task) => (task.kind === "loop" ? task.body.map(({ call }) => call) : [task]));
    // No part needs more working memory than the whole.
    const scratch = calls.map((call) => {
      if (call.kind === "kernel") return kernelScratchBytes(call);
      return call.kind === "matmul" ? call.choice.scratchBytes : 0;
    });
    this.scratchBytes = padded(scratch.reduce((a, b) => Math.max(a, b), 0));
    const joined = tasks.map(joinedBytes).filter((n) => n <= MOST_JOINED);
    this.joined = padded(joined.reduce((a, b) => Math.max(a, b), 0));
    const own = tasks.map((task) => (task.kind === "loop" ? ownBytes(task, buffers, target.alignment) : 0));
    this.own = own.reduce((a, b) => Math.max(a, b), 0);
    this.arenaBytes = arenaBytes + this.threads * (this.scratchBytes + this.joined + this.own);
  }

  /** The arena offset of a thread's working memory. */
  scratchOf(thread: number): number {
    return this.start + thread * (this.scratchBytes + this.joined + this.own);
  }

  /** The arena offset of what lives inside a thread's turns of a loop. */
  ownOf(thread: number): number {
    return this.scratchOf(thread) + this.scratchBytes + this.joined;
  }

  /** Whether results of so many elements can be joined. */
  canJoin(dtype: DType, length: number): boolean {
    return length * BYTES[dtype] <= Math.min(this.joined, MOST_JOINED);
  }

  /** A buffer for a thread's result that is to be joined with those of others. */
  ownResult(thread: number, dtype: DType, length: number): number {
    const offset = this.scratchOf(thread) + this.scratchBytes;
    return this.intern({ place: { kind: "arena", offset }, dtype, length });
  }

  /** The buffer from element `start` on, to its end unless a length is given. */
  of(buffer: number, start: number, length?: number): number {
    const { place, dtype, length: all } = this.buffers[buffer]!;
    const elements = length ?? all - start;
    if (start === 0 && elements === all) return buffer;
    const offset = (place.offset ?? 0) + start * BYTES[dtype];
    const moved: Place = offset === 0 ? place : { ...place, offset };
    return this.intern({ place: moved, dtype, length: elements });
  }

  /** A buffer like this one at another place of the arena. */
  at(buffer: number, offset: number): number {
    return this.intern({ ...this.buffers[buffer]!, place: { kind: "arena", offset } });
  }

  private intern(buffer: PlanBuffer): number {
    const { place, dtype, length } = buffer;
    const key = `${place.kind}|${place.kind === "arena" ? "" : place.index}|${place.offset}|${dtype}|${length}`;
    let at = this.known.get(key);
    if (at === undefined) {
      at = this.buffers.push(buffer) - 1;
      this.known.set(key, at);
    }
    return at;
  }
}

/**
 * Steps that join the results of threads, in the order of the threads.
 *
 * @param results dense buffers of `shape`
 * @param store where the joined elements go in `output`
 */
export function joinStep(
  results: readonly number[],
  { shape, combine, dtype }: { readonly shape: Shape; readonly combine: Combine; readonly dtype: DType },
  output: number,
  store: Region["store"],
): Step {
  const strides = contiguousStrides(shape);
  const body: Instr[] = results.map((_, input) => ({ kind: "load", input, strides, offset: 0, dtype }));
  let result = 0;
  for (let k = 1; k < results.length; k++) {
    body.push({ kind: "prim", prim: combine, args: [result, k], dtype });
    result = body.length - 1;
  }
  return { kind: "region", region: { shape, body, result, reduce: null, store, dtype }, inputs: results, output };
}
