import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { argsort, diagnostics, explain, fromData, ones, setBackend, setPasses, softmax, sort } from "../../src/index.ts";
import { Machine } from "../support/commands.ts";
import { loadGolden } from "./load.ts";
import { repeated, runCase } from "./run.ts";

// Every call counts as worth splitting: the cases are small.
vi.mock("../../src/passes/parallel-cost.ts", () => ({ costOf: () => 1e6 }));

// And whatever can run block by block does where that is asked for, in as many turns as there are rows.
const blocks = vi.hoisted(() => ({ wanted: false }));
vi.mock("../../src/passes/block-size.ts", () => ({ chooseTurns: (rows: number) => (blocks.wanted ? rows : 1) }));

const cases = { ops: loadGolden("ops"), programs: loadGolden("programs") };

describe.each([
  { threads: 2, passes: "all", inBlocks: false },
  { threads: 2, passes: "none", inBlocks: false },
  { threads: 3, passes: "all", inBlocks: true },
] as const)("golden cases on $threads threads, split, passes: $passes, blocks: $inBlocks", ({ threads, passes, inBlocks }) => {
  beforeAll(async () => {
    blocks.wanted = inBlocks;
    await setBackend("wasm", { threads });
    setPasses(passes);
  });
  afterAll(() => {
    setPasses("default");
    expect(diagnostics().threads).toEqual({ asked: threads, running: threads, missing: null });
  });

  it("are split", () => {
    expect(explain(ones([4, 4]).matmul(ones([4, 4])).add(1)).plan).toContain("thread 1: ");
    expect(explain(softmax(ones([6, 4]))).plan.includes("turns: ")).toBe(inBlocks);
  });

  for (const file of ["ops", "programs"] as const) {
    it.each(threads === 2 ? (["float64", "float32"] as const) : (["float32"] as const))(`${file} in %s`, { timeout: 120_000 }, async (dtype) => {
      const failures: Record<string, string[]> = {};
      for (const golden of cases[file]) {
        const problems = await runCase(golden, dtype).catch((e: unknown) => [String(e)]);
        if (problems.length > 0)
          failures[`${golden.name}: ${golden.steps.map((s) => s.op).join(" ")}`] = problems.slice(0, 3);
      }
      expect(failures).toEqual({});
    });
  }

  it("programs in jit do the same again and again", { timeout: 120_000 }, () => {
    const failures: Record<string, string[]> = {};
    for (const golden of cases.programs) {
      const problems = repeated(golden);
      if (problems.length > 0) failures[golden.name] = problems.slice(0, 2);
    }
    expect(failures).toEqual({});
  });

  it("views, writes and gradients in random programs", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 20, maxLength: 60 }), (draws) => {
        const machine = new Machine(draws);
        machine.run();
        if (machine.problems.length > 0) throw new Error([...machine.problems, ...machine.lines].join("\n"));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("sorts, scans and sums of rows do what the interpreter does", async () => {
    const results = async (): Promise<Record<string, readonly number[]>> => {
      const list = Array.from({ length: 210 }, (_, k) => (k * 7919) % 211);
      const x = fromData(Float32Array.from(list), [5, 6, 7]);
      const whole = fromData(Int32Array.from(list), [5, 6, 7]);
      const tensors = {
        argsort: argsort(x),
        sort: sort(x, { axis: 0 }),
        cumsum: whole.cumsum(2),
        cumsumOfMiddle: whole.cumsum(1),
        cumprod: whole.mod(3).add(1).cumprod(1),
        sum: whole.sum(),
        product: whole.mod(2).add(1).prod([0, 2]),
        max: x.max(),
        min: x.min([1, 2]),
        any: x.gt(209).any(),
        all: x.gt(0).all(),
        argmax: x.reshape(-1).argmax(),
      };
      const values = Object.entries(tensors).map(async ([name, t]) => [name, [...(await t.data())]] as const);
      return Object.fromEntries(await Promise.all(values));
    };
    const split = await results();
    await setBackend("reference");
    const wanted = await results();
    await setBackend("wasm", { threads });
    expect(split).toEqual(wanted);
  });
});
