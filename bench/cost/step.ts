/** The step of one workload in a fresh process: `step.ts WORKLOAD` sends what a {@link StepCost} holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize, setFlagsFromString } from "node:v8";
import { startBackend } from "../../src/api/trace/backend.ts";
import { toGraph } from "../../src/api/trace/program.ts";
import type { WasmBackend } from "../../src/backends/wasm/backend.ts";
import * as gl from "../../src/index.ts";
import { BYTES } from "../../src/ir/dtype.ts";
import { sizeOf } from "../../src/ir/layout.ts";
import { type Graph, graphOf, type Node } from "../../src/ir/node.ts";
import { compilePlan, PASSES } from "../../src/passes/pipeline.ts";
import { Numbers } from "../data.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { bytesOf } from "./kept.ts";
import { compile, type Times, time, unique } from "./stages.ts";

/** Times in ms. */
export interface StepCost {
  readonly operations: number;
  readonly kernels: number;
  readonly codeBytes: number;
  /** Until the library is there and its backend has started. */
  readonly startup: number;
  /** All as it is in a process that has compiled nothing before. */
  readonly trace: number;
  readonly cold: Times;
  /** In the same process, later: the least of several. */
  readonly warm: Times;
  readonly instance: number;
  readonly firstRun: number;
  /** What the first runs take longer than the median of later ones, together. */
  readonly warmUp: number;
  readonly run: number;
  readonly module: {
    /** The very bytes that were compiled before. */
    readonly again: number;
    readonly clone: number;
    /** What `v8.deserialize` makes of `v8.serialize`'s bytes. */
    readonly serialized: string;
    /** Every function by the optimizing compiler, before the constructor returns. */
    readonly optimized: number | null;
    /** The code as a file that the operating system has in its cache. */
    readonly read: number;
  };
  readonly memory: {
    readonly arena: number;
    /** Of a plan that writes every operation's result to memory. */
    readonly unfused: number;
    /** Values computed for the loss that a backward pass reads which goes operation by operation. */
    readonly readLater: number;
    /** Results that do not take over a parameter's memory: the loss, and what gradients stay readable. */
    readonly results: number;
    readonly parameters: number;
    readonly inputs: number;
    /** What the backend's memory holds after the steps: arena, parameters, inputs. */
    readonly held: number;
    /** How the WebAssembly memory grew, in the first steps and in all later ones. */
    readonly growth: number;
    readonly laterGrowth: number;
  };
}

const [WARM_UP, RUNS, REPEATS] = [20, 40, 7];

async function main(name: string): Promise<StepCost> {
  const begin = performance.now();
  await gl.setBackend("wasm");
  const backend = (await startBackend("wasm")) as WasmBackend;
  const startup = performance.now() - begin;
  const workload = WORKLOADS.find((w) => w.name === name)!;
  const data = Object.entries(workload.data(new Numbers()));
  const before = gl.stats();
  const step = (): { readonly asked: readonly gl.Tensor[]; readonly trace: number } => {
    const arrays: Record<string, gl.Tensor> = {};
    const parameters: gl.Tensor[] = [];
    for (const [key, { shape, values, role }] of data) {
      arrays[key] = gl.fromData(values, shape, { constant: role !== "parameter" });
      if (role === "parameter") parameters.push(arrays[key]);
    }
    const [loss, trace] = time(() => {
      const result = workload.gradloom(gl, arrays);
      result.backward();
      for (const p of parameters) p.sub_(p.grad!.mul(workload.rate!));
      return result;
    });
    return { asked: [loss, ...parameters], trace };
  };
  const { asked, trace } = step();
  const { times: cold, program, plan, code, operations } = compile(backend, asked);
  const { summary } = gl.explain(...asked);

  const [executable, instance] = time(() => backend.instantiate(unique(code), plan));
  const inputs = program.inputs.map((node) => node.buffer!);
  const run = (): number => {
    const [outputs, ms] = time(() => executable.run(inputs, new Set()));
    // Each step starts from the parameters that the last one left.
    for (const [i, o] of program.donations) inputs[i] = outputs[o]!;
    return ms;
  };
  const first = Array.from({ length: WARM_UP }, run);
  const middle = gl.stats();
  const later = Array.from({ length: RUNS }, run).sort((a, b) => a - b);
  const after = gl.stats();
  const median = later[later.length >> 1]!;

  const compiled = new WebAssembly.Module(code);
  const folder = mkdtempSync(join(tmpdir(), "cost-"));
  const file = join(folder, "code.wasm");
  writeFileSync(file, code);
  const least = (f: () => void): number => Math.min(...Array.from({ length: REPEATS }, () => time(f)[1]));
  const [again, clone, read] = [
    least(() => new WebAssembly.Module(code)),
    least(() => structuredClone(compiled)),
    least(() => readFileSync(file)),
  ];
  rmSync(folder, { recursive: true });
  const repeated = Array.from({ length: REPEATS }, () => compile(backend, asked).times);
  const warm = Object.fromEntries(
    Object.keys(cold).map((key) => [key, Math.min(...repeated.map((t) => t[key as keyof Times]))]),
  ) as Times;
  const bytesWith = (role: string): number =>
    data.reduce((n, [, d]) => n + (d.role === role ? bytesOf(d.shape) : 0), 0);

  const recorded = toGraph(program, new Set());
  const unfused = compilePlan(recorded, program.donations, backend.target, undefined, "none");
  const donated = new Set(plan.aliases.map(([, o]) => o));
  const results = plan.outputs.filter((_, k) => !donated.has(k)).reduce((n, { shape }) => n + bytesOf(shape), 0);
  return {
    operations,
    kernels: summary.kernelCount,
    codeBytes: code.length,
    startup,
    trace,
    cold,
    warm,
    instance,
    firstRun: first[0]!,
    warmUp: first.reduce((n, ms) => n + Math.max(0, ms - median), 0),
    run: median,
    module: { again, clone, read, serialized: serialized(compiled), optimized: optimized(code) },
    memory: {
      arena: summary.arenaBytes,
      unfused: unfused.arenaBytes,
      results,
      readLater: readLater(recorded, program.outputs.indexOf(asked[0]!.valueNode())),
      parameters: bytesWith("parameter"),
      inputs: bytesWith("input"),
      held: after.heldBytes - before.heldBytes,
      growth: middle.heapBytes - before.heapBytes,
      laterGrowth: after.heapBytes - middle.heapBytes,
    },
  };
}

/**
 * What a backward pass keeps that goes operation by operation: the values computed on the way to the loss that anything
 * else reads, each once, views as what they are views of.
 */
function readLater(recorded: Graph, loss: number): number {
  const pure = PASSES.slice(
    0,
    PASSES.findIndex(({ name }) => name === "fuse"),
  ).reduce((g, { run }) => run(g), recorded);
  const forward = new Set(graphOf([pure.outputs[loss]!], []).nodes);
  const kept = new Set<Node>();
  for (const node of pure.nodes) {
    if (forward.has(node)) continue;
    for (const x of node.inputs) {
      let base = x;
      while (base.op.kind === "view") base = base.inputs[0]!;
      if (forward.has(base) && base.op.kind !== "source") kept.add(base);
    }
  }
  return [...kept].reduce((n, { shape, dtype }) => n + sizeOf(shape) * BYTES[dtype], 0);
}

/** What is left of a module that was written as bytes by V8's own serializer. */
function serialized(module: WebAssembly.Module): string {
  let bytes: Buffer;
  try {
    bytes = serialize(module);
  } catch (e) {
    return `refused: ${textOf(e)}`;
  }
  try {
    const back: unknown = deserialize(bytes);
    return back instanceof WebAssembly.Module ? `a module, ${bytes.length} bytes` : `${bytes.length} bytes: no module`;
  } catch (e) {
    return `${bytes.length} bytes: ${textOf(e)}`;
  }
}

const textOf = (e: unknown): string => (e instanceof Error ? e.message : String(e)).slice(0, 100);

/** How long the optimizing compiler takes for all of it: the most that stored machine code could save. */
function optimized(code: Uint8Array<ArrayBuffer>): number | null {
  try {
    setFlagsFromString("--no-wasm-lazy-compilation");
    setFlagsFromString("--no-liftoff");
    return time(() => new WebAssembly.Module(unique(code)))[1];
  } catch {
    return null;
  }
}

const cost = await main(process.argv[2]!);
process.send!(cost, () => process.exit());
