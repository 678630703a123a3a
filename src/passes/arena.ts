/** Offsets in one block of memory for values that live during intervals of steps. */

export interface Interval {
  readonly bytes: number;
  /** The first and the last step during which the memory is taken. */
  readonly first: number;
  readonly last: number;
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
