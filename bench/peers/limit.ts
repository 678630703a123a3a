/** The machine's limit for 128-bit vectors: multiplications and additions in registers alone. */
import { ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import { engineFeatures } from "../../src/backends/wasm/features.ts";
import type { Workload } from "../workload.ts";
import type { Contender } from "./contender.ts";

/**
 * Independent chains, and how often a turn of the loop goes through them. A few more hide the latency of a multiplication and an
 * addition; too many leave the 16 registers. Which is best depends on the processor.
 */
const SHAPES = [
  { chains: 12, times: 1, fused: false },
  { chains: 12, times: 4, fused: false },
  { chains: 13, times: 1, fused: false },
  // Fused multiply-add, where the engine has relaxed SIMD: on processors whose adders are no units of their own, twice as fast.
  { chains: 12, times: 1, fused: true },
  { chains: 12, times: 4, fused: true },
] as const;

interface Spinner {
  readonly flopsATurn: number;
  /** What `spin` comes near to. */
  readonly sum: number;
  spin(turns: number): number;
}

/** Each turn does v = v · 0.5 + 1, which nears 2, in each chain; the result is a lane of their sum. */
function spinner({ chains, times, fused }: (typeof SHAPES)[number]): Spinner {
  const module = new ModuleBuilder(engineFeatures());
  const spin = module.addFunction("spin", ["i32"], ["f32"], (f, turns) => {
    const [turn, half, one] = [f.local("i32"), f.local("v128"), f.local("v128")];
    const values = Array.from({ length: chains }, () => f.local("v128"));
    f.f32x4Const(0.5).set(half).f32x4Const(1).set(one);
    f.forLoop(turn, turns, 1, () => {
      for (let k = 0; k < times; k++) {
        for (const v of values) {
          f.get(v).get(half);
          if (fused) f.get(one).op("f32x4.relaxed_madd").set(v);
          else f.op("f32x4.mul").get(one).op("f32x4.add").set(v);
        }
      }
    });
    f.get(values[0]!);
    for (const v of values.slice(1)) f.get(v).op("f32x4.add");
    f.op("f32x4.extract_lane", 0);
  });
  module.exportFunction(spin);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  return {
    flopsATurn: chains * times * 4 * 2,
    sum: 2 * chains,
    spin: exports.spin as (turns: number) => number,
  };
}

const TRIALS = 40;
const TRIAL_FLOPS = 2e7;

/** The shortest of some runs, which also give the engine time to compile the loop with all optimizations. */
function best({ flopsATurn, spin }: Spinner): number {
  const times = Array.from({ length: TRIALS }, () => {
    const start = performance.now();
    spin(TRIAL_FLOPS / flopsATurn);
    return performance.now() - start;
  });
  return Math.min(...times);
}

/** A contender that does as many operations as the workload, and nothing else. */
export async function load({ flops, title }: Workload): Promise<Contender> {
  if (flops === undefined) throw new Error(`${title} does not say how many operations it has`);
  const timed = SHAPES.filter(({ fused }) => !fused || engineFeatures().relaxed)
    .map((shape) => spinner(shape))
    .map((s) => ({ ...s, time: best(s) }));
  const fastest = timed.reduce((a, b) => (b.time < a.time ? b : a));
  const turns = Math.round(flops / fastest.flopsATurn);
  let result = 0;
  return {
    run() {
      result = fastest.spin(turns);
    },
    async read() {
      if (Math.abs(result - fastest.sum) > 1e-3) throw new Error(`the limit's sum is ${result}`);
      return {};
    },
  };
}
