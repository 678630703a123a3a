/** How one call becomes calls that together do the same, each on a part of it. */
import { BYTES } from "../ir/dtype.ts";
import type { Call, Step, TensorSpec } from "../ir/plan.ts";
import { findOp } from "../ir/table.ts";
import { splitMatmul } from "./parallel-matmul.ts";
import { CACHE_LINE, cut, type Parts, type Range } from "./parallel-parts.ts";
import { splitRegion } from "./parallel-region.ts";

type Of<K extends Call["kind"]> = Extract<Call, { kind: K }>;

/** Steps that do what a call does, one of them on several threads; the call itself where there is no way to split it. */
export function split(parts: Parts, call: Call): readonly Step[] {
  switch (call.kind) {
    case "copy":
      return splitCopy(parts, call);
    case "region":
      return splitRegion(parts, call);
    case "matmul":
      return splitMatmul(parts, call);
    case "kernel":
      return splitScan(parts, call);
  }
}

function splitCopy(parts: Parts, call: Of<"copy">): readonly Step[] {
  const { dtype, length } = parts.buffers[call.to]!;
  const { ranges } = cut(0, length, parts.threads, CACHE_LINE / BYTES[dtype]);
  if (ranges.length < 2) return [call];
  const part = (buffer: number, { from, to }: Range): number => parts.of(buffer, from, to - from);
  return [
    {
      kind: "parallel",
      parts: ranges.map((range) => ({ kind: "copy", from: part(call.from, range), to: part(call.to, range) })),
    },
  ];
}

/** A scan along one axis is many scans, side by side along the axes before it. */
function splitScan(parts: Parts, call: Of<"kernel">): readonly Step[] {
  const { types, attrs, inputs, output } = call;
  if (findOp(call.op)?.kind !== "scan") return [call];
  const { shape } = types[0]!;
  const axis = shape.findIndex((d) => d > 1);
  if (axis < 0 || axis >= (attrs.axis as number)) return [call];
  const { ranges } = cut(axis, shape[axis]!, parts.threads, 1);
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const resized = (spec: TensorSpec, { from, to }: Range): TensorSpec => ({
    ...spec,
    shape: spec.shape.map((d, k) => (k === axis ? to - from : d)),
  });
  return [
    {
      kind: "parallel",
      parts: ranges.map((range) => ({
        ...call,
        types: types.map((spec) => resized(spec, range)),
        inputs: inputs.map((b) => parts.of(b, range.from * inner, (range.to - range.from) * inner)),
        output: parts.of(output, range.from * inner, (range.to - range.from) * inner),
      })),
    },
  ];
}
