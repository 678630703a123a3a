/** Splits loop nests. */
import { BYTES } from "../ir/dtype.ts";
import { contiguousStrides, sizeOf } from "../ir/layout.ts";
import type { Call, Step } from "../ir/plan.ts";
import { type Instr, inputOf, type Region } from "../ir/region.ts";
import { CACHE_LINE, choose, cut, joinStep, keptShape, type Parts, type Range } from "./parallel-parts.ts";

type RegionCall = Extract<Call, { kind: "region" }>;

/** In elements: where cache lines make no even parts, vectors do better than nothing, and so do elements. */
const VECTOR = 4;

/**
 * Along a kept axis: the one that moves farthest through the result, if that makes even parts. Where none is long
 * enough, along a reduced one.
 */
export function splitRegion(parts: Parts, call: RegionCall): readonly Step[] {
  const { shape, reduce, store, dtype } = call.region;
  const stride = (axis: number): number => Math.abs(store.strides[axis]!);
  const kept = shape.flatMap((size, axis) => (size > 1 && reduce?.axes.includes(axis) !== true ? [axis] : []));
  kept.sort((a, b) => stride(b) - stride(a));
  const cuts = kept.flatMap((axis) =>
    [CACHE_LINE / BYTES[dtype], VECTOR, 1].map((grain) =>
      cut(axis, shape[axis]!, parts.threads, Math.max(1, Math.ceil(grain / stride(axis)))),
    ),
  );
  const best = choose(cuts);
  if (best === null) return reduce === null ? [call] : splitReduction(parts, call);
  return [{ kind: "parallel", parts: best.ranges.map((range) => regionPart(parts, call, best.axis, range)) }];
}

/** Each thread reduces a part of the elements; then the results of the threads are joined. */
function splitReduction(parts: Parts, call: RegionCall): readonly Step[] {
  const { region } = call;
  const { combine, axes } = region.reduce!;
  const { dtype } = region;
  const longest = axes.reduce((a, b) => (region.shape[b]! > region.shape[a]! ? b : a));
  const best = choose([cut(longest, region.shape[longest]!, parts.threads, CACHE_LINE)]);
  const shape = keptShape(region);
  if (best === null || !parts.canJoin(dtype, sizeOf(shape))) return [call];
  const strides = contiguousStrides(shape).map((stride, k) => (axes.includes(k) ? 0 : stride));
  const results = best.ranges.map((_, thread) => parts.ownResult(thread, dtype, sizeOf(shape)));
  const split = best.ranges.map((range, thread): Call => {
    const part = regionPart(parts, call, best.axis, range);
    const own: Region = { ...part.region, store: { strides, offset: 0 } };
    return { ...part, region: own, output: results[thread]! };
  });
  const joined = joinStep(results, { shape, combine, dtype }, call.output, region.store);
  return [{ kind: "parallel", parts: split }, joined];
}

function regionPart(
  parts: Parts,
  { region, inputs, output }: RegionCall,
  axis: number,
  { from, to }: Range,
): RegionCall {
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
    inputs: inputs.map((b, k) => parts.of(b, from * (steps[k] ?? 0))),
    output: movesOutput ? parts.of(output, from * strides[axis]!) : output,
  };
}

/** By how much all loads from an input move along an axis, or null where they differ, or move back. */
function commonStep({ body }: Region, input: number, axis: number): number | null {
  const found = new Set(
    body.flatMap((i) => (inputOf(i) !== input ? [] : [i.kind === "load" ? i.strides[axis]! : Number.NaN])),
  );
  const [step] = found;
  return found.size === 1 && step! >= 0 ? step! : null;
}
