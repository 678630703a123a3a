/** The loop nest of a region: which axes there are, in which order they run, and which one is vectorized. */
import { BYTES } from "../../../../ir/dtype.ts";
import { inputOf, type Region } from "../../../../ir/region.ts";

/** What moves through memory (or, for an `index` instruction, through the whole numbers) as the loops run. */
export interface Stream {
  /** The kernel parameter that holds the address; null for an `index`, which starts at 0. */
  readonly param: number | null;
  /** Bytes an element; 1 for an `index`. */
  readonly size: number;
  /** In elements. */
  readonly offset: number;
  /** One an axis of the iteration space, in elements. */
  readonly strides: readonly number[];
}

/** An axis of the nest; `strides` are one a stream, in elements. */
export interface Axis {
  readonly size: number;
  readonly reduced: boolean;
  readonly strides: readonly number[];
}

export interface Nest {
  readonly streams: readonly Stream[];
  /** The stream of each `load` and `index` instruction. */
  readonly streamOf: ReadonlyMap<number, number>;
  /** The stream of the results. */
  readonly store: number;
  /** From the outermost to the innermost. */
  readonly axes: readonly Axis[];
  /** The position of the vectorized axis in `axes`: the last, unless a kept axis is vectorized outside reduced ones. */
  readonly vector: number;
  /** The position of the first axis that runs inside one result; `axes.length` where nothing is reduced. */
  readonly reduceFrom: number;
}

/** How many buffers a region loads from: one more than the largest `input`. */
export function inputCount(region: Region): number {
  return region.body.reduce((n, i) => Math.max(n, (inputOf(i) ?? -1) + 1), 0);
}

export function planNest(region: Region): Nest {
  const streams: Stream[] = [];
  const streamOf = new Map<number, number>();
  const keys = new Map<string, number>();
  const intern = (stream: Stream): number => {
    const key = `${stream.param}|${stream.offset}|${stream.strides}`;
    let at = keys.get(key);
    if (at === undefined) {
      at = streams.push(stream) - 1;
      keys.set(key, at);
    }
    return at;
  };
  region.body.forEach((i, k) => {
    if (i.kind === "load") {
      streamOf.set(k, intern({ param: i.input, size: BYTES[i.dtype], offset: i.offset, strides: i.strides }));
    } else if (i.kind === "index") {
      streamOf.set(k, intern({ param: null, size: 1, offset: i.offset, strides: i.strides }));
    }
  });
  const { strides, offset } = region.store;
  const store = streams.push({ param: inputCount(region), size: BYTES[region.dtype], offset, strides }) - 1;
  const all = region.shape.map((size, k): Axis => {
    const reduced = region.reduce?.axes.includes(k) ?? false;
    return { size, reduced, strides: streams.map((st) => st.strides[k]!) };
  });
  return { streams, streamOf, store, ...order(all, streams, store, region.reduce !== null) };
}

function order(
  all: readonly Axis[],
  streams: readonly Stream[],
  store: number,
  reduces: boolean,
): Pick<Nest, "axes" | "vector" | "reduceFrom"> {
  const single = (reduced: boolean): Axis => ({ size: 1, reduced, strides: streams.map(() => 0) });
  const long = all.filter((a) => a.size !== 1);
  if (!reduces) {
    const byStore = [...long].sort((a, b) => Math.abs(b.strides[store]!) - Math.abs(a.strides[store]!));
    const axes = merge(byStore);
    if (axes.length === 0) axes.push(single(false));
    return { axes, vector: axes.length - 1, reduceFrom: axes.length };
  }
  const merged = merge(long);
  const kept = merged.filter((a) => !a.reduced);
  const reduced = merged.filter((a) => a.reduced);
  if (reduced.length === 0) reduced.push(single(true));
  const best = [...kept, ...reduced].reduce((a, b) => (score(b, streams, store) >= score(a, streams, store) ? b : a));
  if (best.reduced) {
    const axes = [...kept, ...reduced.filter((a) => a !== best), best];
    return { axes, vector: axes.length - 1, reduceFrom: kept.length };
  }
  const axes = [...kept.filter((a) => a !== best), best, ...reduced];
  return { axes, vector: kept.length - 1, reduceFrom: kept.length };
}

/** How well an axis vectorizes: neighbours in memory count, and so does being long enough. */
function score(axis: Axis, streams: readonly Stream[], store: number): number {
  let points = axis.size >= 4 ? 1 : 0;
  streams.forEach((stream, k) => {
    if (k === store || stream.param === null) return;
    if (axis.strides[k] === 1) points += axis.size >= 4 ? 4 : 2;
    else if (axis.strides[k] === 0) points += 1;
  });
  return points;
}

/** Neighbouring axes of one kind through which all streams move evenly become one. */
function merge(axes: readonly Axis[]): Axis[] {
  const out: Axis[] = [];
  for (const axis of axes) {
    const last = out[out.length - 1];
    const even = last?.reduced === axis.reduced && last.strides.every((s, k) => s === axis.strides[k]! * axis.size);
    if (last !== undefined && even) out[out.length - 1] = { ...axis, size: last.size * axis.size };
    else out.push(axis);
  }
  return out;
}
