/** Compares what the `wasm` backend computes with the interpreter. */
import { expect } from "vitest";
import { Buffer } from "../../src/backends/backend.ts";
import { interpret } from "../../src/backends/reference/interpret.ts";
import { loadWasm, type WasmBackend } from "../../src/backends/wasm/backend.ts";
import { allocate, type DType, isFloat, type TypedArray } from "../../src/ir/dtype.ts";
import type { Graph } from "../../src/ir/node.ts";
import { compilePlan } from "../../src/passes/pipeline.ts";
import { SAMPLES } from "./samples.ts";

let wasm: WasmBackend;

/** To be called before the tests. */
export async function startWasm(): Promise<void> {
  wasm = await loadWasm();
}

export const SPECIAL: readonly number[] = [0, -0, 1, -1, 2, 0.5, -2.5, NaN, Infinity, -Infinity, 100, -0.3];

/** Elements of which some are special; in the sampled range of `name` where one is given. */
export function draw(dtype: DType, count: number, random: () => number, name?: string, operand = 0): TypedArray {
  const data = allocate(dtype, count);
  const { ranges } = SAMPLES[name ?? ""] ?? { ranges: [[-3, 3]] as const };
  const [low, high] = ranges[Math.min(operand, ranges.length - 1)]!;
  for (let i = 0; i < count; i++) {
    if (dtype === "bool") data[i] = random() < 0.5 ? 0 : 1;
    else if (dtype === "int32")
      data[i] =
        random() < 0.1 ? [2 ** 31 - 1, -(2 ** 31), 0][Math.floor(random() * 3)]! : Math.floor(random() * 21) - 10;
    else data[i] = random() < 0.25 ? SPECIAL[Math.floor(random() * SPECIAL.length)]! : low + (high - low) * random();
  }
  return data;
}

/** How far float results may be apart: relative, or of `scale` where sums cancel. */
function expectClose(
  what: string,
  actual: TypedArray,
  expected: TypedArray,
  dtype: DType,
  loose: boolean,
  scale = 0,
): void {
  const tolerance = !loose || !isFloat(dtype) ? 0 : dtype === "float32" ? 5e-7 : 2e-15;
  for (let k = 0; k < expected.length; k++) {
    const [a, b] = [actual[k]!, expected[k]!];
    if (
      Object.is(a, b) ||
      (a === 0 && b === 0) ||
      Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), scale, dtype === "float32" ? 1e-30 : 0)
    )
      continue;
    expect({ what, element: k, value: a }).toEqual({ what, element: k, value: b });
  }
}

export function compare(what: string, graph: Graph, data: readonly TypedArray[], loose: boolean, scale = 0): void {
  const expected = interpret(graph, data);
  const executable = wasm.compile(compilePlan(graph, [], wasm.target));
  const buffers = graph.inputs.map((x, k) => new Buffer(x.dtype, data[k]!.length, data[k]!.slice()));
  executable.run(buffers).forEach((out, k) => {
    expectClose(what, out.read(), expected[k]!, graph.outputs[k]!.dtype, loose, scale);
  });
}
