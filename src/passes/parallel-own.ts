/** What a thread that makes some turns of a loop needs for itself: what every turn writes anew. */
import { BYTES } from "../ir/dtype.ts";
import type { Call, Loop, PlanBuffer } from "../ir/plan.ts";

/** Bytes `from` to below `to` of the arena. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The buffers of a call, the result last. */
export function buffersOf(call: Call): readonly number[] {
  if (call.kind === "copy") return [call.from, call.to];
  if (call.kind === "matmul") return [call.a, call.b, call.output];
  return [...call.inputs, call.output];
}

/** The stretches of the arena that every turn of a loop writes anew, none touching another. */
export function ownStretches({ body }: Loop, buffers: readonly PlanBuffer[]): Stretch[] {
  const found = body.flatMap(({ call, advances }): Stretch[] => {
    const { place, dtype, length } = buffers[buffersOf(call).at(-1)!]!;
    if (advances.at(-1) !== 0 || place.kind !== "arena") return [];
    return [{ from: place.offset, to: place.offset + length * BYTES[dtype] }];
  });
  found.sort((a, b) => a.from - b.from);
  const joined: Stretch[] = [];
  for (const each of found) {
    const last = joined.at(-1);
    if (last !== undefined && each.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, each.to) };
    else joined.push(each);
  }
  return joined;
}

/** The memory that a thread needs for its turns, in bytes. */
export function ownBytes(loop: Loop, buffers: readonly PlanBuffer[], alignment: number): number {
  return ownStretches(loop, buffers).reduce((n, each) => n + paddedLength(each, alignment), 0);
}

export const paddedLength = ({ from, to }: Stretch, alignment: number): number =>
  (Math.ceil((to - from) / alignment) + 1) * alignment;
