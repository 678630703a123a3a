/** Offsets in one block of memory for values that live during intervals of steps. */

export interface Interval {
  readonly bytes: number;
  /** The first and the last step during which the memory is taken. */
  readonly first: number;
  readonly last: number;
}

/** Beyond so many intervals, comparing each with all others takes too long. */
const MAX_COMPARED = 1000;

/** As {@link assignOffsets}: in the order of the steps, each where one of the same size has ended. */
function inOrder(intervals: readonly Interval[], padded: (n: number) => number): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(intervals.length).fill(0);
  const byStart = intervals.map((_, k) => k).sort((a, b) => intervals[a]!.first - intervals[b]!.first || a - b);
  const byEnd = [...byStart].sort((a, b) => intervals[a]!.last - intervals[b]!.last || a - b);
  /** Gaps by size, each with the offsets at which they start. */
  const gaps = new Map<number, number[]>();
  let bytes = 0;
  let ended = 0;
  for (const k of byStart) {
    while (ended < byEnd.length && intervals[byEnd[ended]!]!.last < intervals[k]!.first) {
      const other = byEnd[ended++]!;
      const size = padded(intervals[other]!.bytes);
      const known = gaps.get(size);
      if (known === undefined) gaps.set(size, [offsets[other]!]);
      else known.push(offsets[other]!);
    }
    const size = padded(intervals[k]!.bytes);
    const gap = gaps.get(size)?.pop();
    offsets[k] = gap ?? bytes;
    if (gap === undefined) bytes += size;
  }
  return { offsets, bytes };
}

/**
 * Greedy by size (the largest first, each at the lowest gap that is free during its life), after Pisarchyk and Lee,
 * "Efficient Memory Management for Deep Neural Net Inference" (2020). Each block is followed by `alignment` bytes.
 */
export function assignOffsets(
  intervals: readonly Interval[],
  alignment: number,
): { readonly offsets: number[]; readonly bytes: number } {
  const padded = (n: number): number => Math.ceil(n / alignment) * alignment + alignment;
  if (intervals.length > MAX_COMPARED) return inOrder(intervals, padded);
  const offsets = new Array<number>(intervals.length).fill(0);
  const bySize = intervals.map((_, k) => k).sort((a, b) => intervals[b]!.bytes - intervals[a]!.bytes || a - b);
  const placed: number[] = [];
  let bytes = 0;
  for (const k of bySize) {
    const own = intervals[k]!;
    const size = padded(own.bytes);
    let offset = 0;
    for (const other of placed) {
      const { first, last } = intervals[other]!;
      if (first > own.last || last < own.first) continue;
      if (offsets[other]! - offset >= size) break;
      offset = Math.max(offset, offsets[other]! + padded(intervals[other]!.bytes));
    }
    offsets[k] = offset;
    bytes = Math.max(bytes, offset + size);
    placed.push(k);
    placed.sort((a, b) => offsets[a]! - offsets[b]!);
  }
  return { offsets, bytes };
}
