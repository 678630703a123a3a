import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { diagnostics, explain, ones, setBackend, setPasses } from "../../src/index.ts";
import { loadGolden } from "./load.ts";
import { repeated, runCase } from "./run.ts";

// Every call counts as worth splitting: the cases are small.
vi.mock("../../src/passes/parallel-cost.ts", () => ({ costOf: () => 1e6 }));

const cases = { ops: loadGolden("ops"), programs: loadGolden("programs") };

describe.each([
  { threads: 2, passes: "all" },
  { threads: 2, passes: "none" },
  { threads: 3, passes: "all" },
] as const)("golden cases on $threads threads, everything split, with passes: $passes", ({ threads, passes }) => {
  beforeAll(async () => {
    await setBackend("wasm", { threads });
    setPasses(passes);
  });
  afterAll(() => {
    setPasses("default");
    expect(diagnostics().threads).toEqual({ asked: threads, running: threads, missing: null });
  });

  it("are split", () => {
    expect(explain(ones([4, 4]).matmul(ones([4, 4])).add(1)).plan).toContain("thread 1: ");
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
});
