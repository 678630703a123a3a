import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { convNd, explain, ones, setBackend, setPasses, softmax } from "../../src/index.ts";
import { Machine } from "../support/commands.ts";
import { loadGolden } from "./load.ts";
import { repeated, runCase } from "./run.ts";

// Whatever can run block by block does, in as many turns as there are rows: the cases are small.
vi.mock("../../src/passes/block-size.ts", () => ({ chooseTurns: (rows: number) => rows }));

const cases = { ops: loadGolden("ops"), programs: loadGolden("programs") };

describe.each(["all", "none"] as const)("golden cases in blocks, with passes: %s", (passes) => {
  beforeAll(async () => {
    await setBackend("wasm");
    setPasses(passes);
  });
  afterAll(() => setPasses("default"));

  it("run in turns", () => {
    expect(explain(softmax(ones([4, 4]))).plan).toContain("4 turns: ");
  });

  for (const file of ["ops", "programs"] as const) {
    it.each(["float64", "float32"] as const)(`${file} in %s`, { timeout: 120_000 }, async (dtype) => {
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
      { numRuns: 250, seed: 11 },
    );
  });
});

describe("the memory of a convolution's step", () => {
  beforeAll(() => setBackend("wasm"));

  it("does not hold the windows, nor their gradients, of more than one image at a time", () => {
    const [images, channels, side] = [16, 8, 12];
    const x = ones([images, channels, side, side]);
    const filters = ones([channels, channels, 3, 3]);
    const loss = convNd(x, filters, { padding: 1 }).sum();
    loss.backward();
    const { arenaBytes } = explain(loss, x.grad!, filters.grad!).summary;
    const image = channels * side * side * 4;
    // The windows of all images alone would take 9 times as much as the images.
    expect(arenaBytes).toBeLessThan(images * image * 5);
  });
});
