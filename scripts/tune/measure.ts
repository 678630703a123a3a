/** Times of both kernels for matrix products, alternating, with the results compared first. */
import { Buffer, type Executable } from "../../src/backends/backend.ts";
import { loadWasm } from "../../src/backends/wasm/backend.ts";
import { TARGET } from "../../src/backends/wasm/target.ts";
import { contract, input } from "../../src/ir/build.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import type { Target } from "../../src/ir/plan.ts";
import { compilePlan } from "../../src/passes/pipeline.ts";

/** µs of one product, by kernel. */
export interface Measured {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly generated: number;
  readonly tfjs: number;
}

const SIDES = [2, 4, 16, 48, 128, 300, 784];
const MAX_FLOPS = 1.5e8;
const LEAST_TURNS = 9;
/** ms that each size gets at most. */
const PATIENCE = 250;

/** Small, large and skinny sizes. */
export const SIZES: readonly (readonly [m: number, n: number, k: number])[] = SIDES.flatMap((m) =>
  SIDES.flatMap((n) => SIDES.map((k) => [m, n, k] as const)),
).filter(([m, n, k]) => 2 * m * n * k <= MAX_FLOPS);

const FORCED: Target = { ...TARGET, matmul: () => ({ kernel: "tfjs", scratchBytes: 24, why: "to be measured" }) };
const GENERATED: Target = {
  ...TARGET,
  matmul: (attrs, dtype) => ({ ...TARGET.matmul({ ...attrs, batch: [2] }, dtype), kernel: "generated" }),
};

/** Measures every size; `progress` is told before each. */
export async function measure(progress: (done: number, of: number) => void): Promise<Measured[]> {
  const backend = await loadWasm();
  return SIZES.map(([m, n, k], done) => {
    progress(done, SIZES.length);
    const [a, b] = [input([m, k], "float32", "a"), input([k, n], "float32", "b")];
    const product = contract(matmul, a, b);
    const graph = { nodes: [a, b, product], inputs: [a, b], outputs: [product] };
    const [own, theirs] = [GENERATED, FORCED].map((target) => backend.compile(compilePlan(graph, [], target))) as [
      Executable,
      Executable,
    ];
    const operands = [m * k, k * n].map((length) => new Buffer("float32", length, random(length)));
    compare(own, theirs, operands, k);
    const times: [number[], number[]] = [[], []];
    const start = performance.now();
    while (times[0].length < LEAST_TURNS || (performance.now() - start < PATIENCE && times[0].length < 400)) {
      [own, theirs].forEach((executable, which) => {
        const before = performance.now();
        const [result] = executable.run(operands);
        times[which]!.push(performance.now() - before);
        result!.device?.release();
      });
    }
    const best = (list: number[]): number => 1000 * list.sort((x, y) => x - y)[Math.floor(list.length / 4)]!;
    return { m, n, k, generated: best(times[0]), tfjs: best(times[1]) };
  });
}

function compare(own: Executable, theirs: Executable, operands: readonly Buffer[], k: number): void {
  // Uploaded once, resident from the second run on.
  for (const executable of [own, theirs, own, theirs]) executable.run(operands);
  const [x, y] = [own, theirs].map((e): ArrayLike<number> => e.run(operands)[0]!.read()) as unknown as [
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  for (let i = 0; i < x.length; i++) {
    if (!(Math.abs(x[i]! - y[i]!) <= 1e-6 * k)) throw new Error(`the kernels differ: ${x[i]} and ${y[i]}`);
  }
}

let seed = 1;
function random(length: number): Float32Array {
  return Float32Array.from({ length }, () => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed / 0x3fffffff - 1;
  });
}
