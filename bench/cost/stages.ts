/** Compiling by hand, one stage after the other, past the plan cache. */
import { performance } from "node:perf_hooks";
import { nextProgram } from "../../src/api/trace/evaluate.ts";
import { type Program, toGraph } from "../../src/api/trace/program.ts";
import type { WasmBackend } from "../../src/backends/wasm/backend.ts";
import type { Tensor } from "../../src/index.ts";
import type { Plan } from "../../src/ir/plan.ts";
import { verify } from "../../src/ir/verify.ts";
import { parallel } from "../../src/passes/parallel.ts";
import { countOperations, PASSES } from "../../src/passes/pipeline.ts";
import { plan } from "../../src/passes/plan.ts";

/** What follows the trace, in its order; `verify` is what is checked after each pass. */
export const STAGES = [
  "collect",
  "functionalize",
  "differentiate",
  "expand",
  "simplify",
  "cse",
  "dce",
  "fuse",
  "verify",
  "plan",
  "emit",
  "module",
] as const;
export type Stage = (typeof STAGES)[number];

/** In ms. */
export type Times = Readonly<Record<Stage, number>>;

export interface Compiled {
  readonly times: Times;
  readonly program: Program;
  readonly plan: Plan;
  readonly code: Uint8Array<ArrayBuffer>;
  /** Without views and constants, before anything was simplified or fused. */
  readonly operations: number;
}

let uniques = 0;

/**
 * The same code with a custom section of its own: engines recognize bytes that they have compiled already and would
 * compile nothing.
 */
export function unique(code: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = new Uint8Array(8);
  section.set([0, 6, 1, 0x6e]);
  new DataView(section.buffer).setUint32(4, ++uniques + process.pid * 4096);
  const all = new Uint8Array(code.length + section.length);
  all.set(code);
  all.set(section, code.length);
  return all;
}

export function time<T>(f: () => T): readonly [T, number] {
  const start = performance.now();
  const result = f();
  return [result, performance.now() - start];
}

/** Compiles what asking for these tensors, and for what is pending, would run. */
export function compile(backend: WasmBackend, asked: readonly Tensor[]): Compiled {
  const times = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  const timed = <T>(stage: Stage, f: () => T): T => {
    const [result, ms] = time(f);
    times[stage] += ms;
    return result;
  };
  const program = timed("collect", () => nextProgram(asked.map((t) => t.valueNode())));
  const recorded = timed("collect", () => toGraph(program, new Set()));
  timed("verify", () => verify(recorded, "recorded"));
  let graph = recorded;
  let operations = 0;
  for (const pass of PASSES) {
    graph = timed(pass.name as Stage, () => pass.run(graph));
    timed("verify", () => verify(graph, pass.stage));
    if (pass.name === "differentiate") operations = countOperations(graph);
  }
  const outputs = recorded.outputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const { target } = backend;
  const made = timed("plan", () => parallel(plan(graph, outputs, program.donations, target), target));
  const code = timed("emit", () => backend.emit(made));
  const own = unique(code);
  timed("module", () => new WebAssembly.Module(own));
  return { times, program, plan: made, code, operations };
}
