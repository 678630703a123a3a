/** How one call becomes calls that together do the same, each on a part of it. */
import { BYTES } from "../ir/dtype.ts";
import { sizeOf } from "../ir/layout.ts";
import type { Call, Step, Task, TensorSpec } from "../ir/plan.ts";
import { findOp } from "../ir/table.ts";
import { splitLoop } from "./parallel-loop.ts";
import { splitMatmul } from "./parallel-matmul.ts";
import { CACHE_LINE, cut, type Parts, type Range } from "./parallel-parts.ts";
import { splitRegion } from "./parallel-region.ts";

type Of<K extends Call["kind"]> = Extract<Call, { kind: K }>;

/** Steps that do what a task does, one of them on several threads; the task itself where there is no way to split it. */
export function split(parts: Parts, call: Task): readonly Step[] {
  switch (call.kind) {
    case "loop":
      return splitLoop(parts, call);
    case "copy":
      return splitCopy(parts, call);
    case "region":
      return splitRegion(parts, call);
    case "matmul":
      return splitMatmul(parts, call);
    case "kernel":
      return splitKernel(parts, call);
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

/** Along the first axis of those that number what is computed apart: a scan is many scans, side by side. */
function splitKernel(parts: Parts, call: Of<"kernel">): readonly Step[] {
  const { types, inputs, output } = call;
  const { shape } = types[0]!;
  const axis = shape.findIndex((d) => d > 1);
  if (axis < 0 || axis >= apartAxes(call)) return [call];
  const { ranges } = cut(axis, shape[axis]!, parts.threads, 1);
  const inner = sizeOf(shape.slice(axis + 1));
  const part = (buffer: number, { from, to }: Range): number => parts.of(buffer, from * inner, (to - from) * inner);
  const resized = (spec: TensorSpec, { from, to }: Range): TensorSpec => ({
    ...spec,
    shape: spec.shape.map((d, k) => (k === axis ? to - from : d)),
  });
  const split = ranges.map((range, thread) => ({
    ...call,
    types: types.map((spec) => resized(spec, range)),
    inputs: inputs.map((b) => part(b, range)),
    output: part(output, range),
    scratch: parts.scratchOf(thread),
  }));
  return [{ kind: "parallel", parts: split }];
}

/** How many leading axes of a kernel's operands number what is computed apart. */
function apartAxes({ op, attrs, types }: Of<"kernel">): number {
  const found = findOp(op);
  if (found?.kind === "scan") return attrs.axis as number;
  return found?.kind === "kernel" ? (found.apart?.(types.slice(0, -1)) ?? 0) : 0;
}
