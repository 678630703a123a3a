import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { diagnostics, setBackend, setPasses } from "../../src/index.ts";
import { loadGolden } from "./load.ts";
import { repeated, runCase } from "./run.ts";

// Every call counts as worth splitting: the cases are small.
vi.mock("../../src/passes/parallel-cost.ts", () => ({ costOf: () => 1e6 }));

const cases = { ops: loadGolden("ops"), programs: loadGolden("programs") };

describe.each([2, 3])("golden cases on %i threads, everything split", (threads) => {
  beforeAll(() => setBackend("wasm", { threads }));
  afterAll(() => {
    expect(diagnostics().threads).toEqual({ asked: threads, running: threads, missing: null });
  });

  describe.each(["all", "none"] as const)("with passes: %s", (passes) => {
    beforeAll(() => setPasses(passes));
    afterAll(() => setPasses("default"));

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
  });

  it("programs in jit do the same again and again", { timeout: 120_000 }, () => {
    const failures: Record<string, string[]> = {};
    for (const golden of cases.programs) {
      const problems = repeated(golden);
      if (problems.length > 0) failures[golden.name] = problems.slice(0, 2);
    }
    expect(failures).toEqual({});
  });
});
