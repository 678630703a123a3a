/** Splits loops of blocks: each thread makes some of the turns, and has memory of its own for what lives inside a turn. */
import type { Call, Loop, Step } from "../ir/plan.ts";
import { buffersOf, ownStretches, paddedLength, type Stretch } from "./parallel-own.ts";
import { cut, type Parts, type Range } from "./parallel-parts.ts";

/** Steps that do what a loop does, its turns divided among the threads. */
export function splitLoop(parts: Parts, loop: Loop): readonly Step[] {
  const { ranges } = cut(0, loop.turns, parts.threads, 1);
  if (ranges.length < 2) return [loop];
  return [{ kind: "parallel", parts: ranges.map((range, thread) => loopPart(parts, loop, range, thread)) }];
}

function loopPart(parts: Parts, loop: Loop, { from, to }: Range, thread: number): Loop {
  const { alignment } = parts.target;
  const moved: (Stretch & { readonly start: number })[] = [];
  let start = parts.ownOf(thread);
  for (const each of ownStretches(loop, parts.buffers)) {
    moved.push({ ...each, start });
    start += paddedLength(each, alignment);
  }
  const bufferOf = (buffer: number, advance: number): number => {
    if (advance !== 0) return parts.of(buffer, from * advance);
    const { place } = parts.buffers[buffer]!;
    if (place.kind !== "arena") return buffer;
    const stretch = moved.find((each) => each.from <= place.offset && place.offset < each.to);
    return stretch === undefined ? buffer : parts.at(buffer, stretch.start + place.offset - stretch.from);
  };
  const body = loop.body.map(({ call, advances }) => {
    const own = buffersOf(call).map((buffer, k) => bufferOf(buffer, advances[k]!));
    return { call: withBuffers(call, own, parts.scratchOf(thread)), advances };
  });
  return { kind: "loop", turns: to - from, body };
}

function withBuffers(call: Call, own: readonly number[], scratch: number): Call {
  const output = own.at(-1)!;
  if (call.kind === "copy") return { ...call, from: own[0]!, to: output };
  if (call.kind === "matmul") return { ...call, a: own[0]!, b: own[1]!, output, scratch };
  const rest = { inputs: own.slice(0, -1), output };
  return call.kind === "region" ? { ...call, ...rest } : { ...call, ...rest, scratch };
}
