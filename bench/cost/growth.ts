/** How tracing, compiling and dispatch grow with the number of operations, over small arrays. */
import type { WasmBackend } from "../../src/backends/wasm/backend.ts";
import * as gl from "../../src/index.ts";
import { compile, STAGES, type Stage, time } from "./stages.ts";

export const COUNTS: readonly number[] = [10, 30, 100, 300, 1000, 3000];
export const KINDS = ["similar", "dissimilar"] as const;
export type Kind = (typeof KINDS)[number];

/** Operations of a block, which become two kernels: sums of rows, and an element-wise chain that reads them. */
const BLOCK = 10;
const ELEMENTS = 240;
/** Shapes of so many elements, one after the other for dissimilar kernels. */
const SHAPES: readonly (readonly [number, number])[] = [2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 40, 48, 60].map(
  (rows) => [rows, ELEMENTS / rows],
);
/** All of them map what is between -1 and 1 there. */
const FUNCTIONS: readonly ((x: gl.Tensor) => gl.Tensor)[] = [
  gl.sin,
  gl.tanh,
  gl.abs,
  gl.square,
  (x) => x.mul(0.9),
  (x) => x.mul(x),
  (x) => gl.maximum(x, -0.5),
];

/** A graph of `count` operations: `count / 10` times the same block, or each time another one. */
function graphOf(x: gl.Tensor, count: number, kind: Kind): gl.Tensor {
  let y = x;
  for (let block = 0; block < count / BLOCK; block++) {
    const which = kind === "similar" ? 0 : block;
    y = y.reshape(...SHAPES[(which + 6) % SHAPES.length]!);
    y = y.sub(y.sum(1, true).mul(0.01));
    // The functions of a block are the digits of its number.
    let digits = which * 37 + 1;
    for (let k = 3; k < BLOCK; k++) {
      y = FUNCTIONS[digits % FUNCTIONS.length]!(y);
      digits = Math.floor(digits / FUNCTIONS.length) + k;
    }
  }
  return y;
}

/** Least and middle of several, in ms. */
export interface Figure {
  readonly least: number;
  readonly median: number;
}

export interface Growth {
  readonly kind: Kind;
  readonly count: number;
  /** As the pipeline counts them. */
  readonly operations: number;
  readonly kernels: number;
  readonly codeBytes: number;
  /** The first time that such operations are recorded at all. */
  readonly firstTrace: number;
  readonly trace: Figure;
  readonly stages: Readonly<Record<Stage, Figure>>;
  /** All of the stages. */
  readonly compile: Figure;
  /** An imperative step whose program is in the plan cache, a further call under `jit`, and the kernels alone. */
  readonly step: Figure;
  readonly call: Figure;
  readonly running: Figure;
}

export function figure(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  return { least: sorted[0]!, median: sorted[sorted.length >> 1]! };
}

type Run = (table: number, arena: number) => void;

/** Times of single runs, for some time. */
function repeat(run: () => number, ms: number): number[] {
  for (const end = performance.now() + ms / 2; performance.now() < end; ) run();
  const times: number[] = [];
  for (const end = performance.now() + ms; performance.now() < end || times.length < 5; ) times.push(run());
  return times;
}

/** @param ms how long each kind of run is repeated */
export function grow(backend: WasmBackend, count: number, kind: Kind, rounds: number, ms: number): Growth {
  const values = Float32Array.from({ length: ELEMENTS }, (_, k) => ((k * 37) % 100) / 100 - 0.5);
  const x = gl.fromData(values, [ELEMENTS], { constant: true });
  const [, firstTrace] = time(() => graphOf(x, count, kind));
  const traces: number[] = [];
  const compiled = Array.from({ length: rounds }, () => {
    const [y, trace] = time(() => graphOf(x, count, kind));
    traces.push(trace);
    return compile(backend, [y]);
  });
  const last = compiled.at(-1)!;

  const step = (): number => {
    const [y, spent] = time(() => {
      const result = graphOf(x, count, kind);
      result.evaluate();
      return result;
    });
    y.dispose();
    return spent;
  };
  const jitted = gl.jit((given: gl.Tensor) => graphOf(given, count, kind));
  const call = (): number => {
    const [y, spent] = time(() => jitted(x));
    y.dispose();
    return spent;
  };
  // The plan's code with the addresses of one run, again and again.
  const executable = backend.instantiate(last.code, last.plan);
  const inner = executable as unknown as { start: Run };
  const { start } = inner;
  let addresses: readonly [number, number] = [0, 0];
  inner.start = (table, arena) => {
    addresses = [table, arena];
    start(table, arena);
  };
  executable.run(last.program.inputs.map((node) => node.buffer!));
  const kernels = (): number => time(() => start(...addresses))[1];
  // One after the other, and not in turns: what each leaves in the caches is part of it.
  const times = { kernels: repeat(kernels, ms), step: repeat(step, ms), call: repeat(call, ms) };
  const summary = gl.explain(graphOf(x, count, kind)).summary;
  return {
    kind,
    count,
    operations: last.operations,
    kernels: summary.kernelCount,
    codeBytes: last.code.length,
    firstTrace,
    trace: figure(traces),
    stages: Object.fromEntries(STAGES.map((s) => [s, figure(compiled.map((c) => c.times[s]))])) as Record<
      Stage,
      Figure
    >,
    compile: figure(compiled.map((c) => STAGES.reduce((n, s) => n + c.times[s], 0))),
    step: figure(times.step),
    call: figure(times.call),
    running: figure(times.kernels),
  };
}
