import { beforeAll, describe, expect, it } from "vitest";
import { diagnostics, getBackend, setBackend } from "../../src/index.ts";
import { runCase } from "../golden/run.ts";
import { loadGolden } from "./golden.ts";
import { runPrograms } from "./random.ts";

describe.each([1, 2])("the wasm backend in a page, on %i threads", (threads) => {
  beforeAll(() => setBackend("wasm", { threads }));

  it("runs on as many", () => {
    expect(getBackend()).toBe("wasm");
    expect(crossOriginIsolated).toBe(true);
    expect(diagnostics().threads).toEqual({ asked: threads, running: threads, missing: null });
  });

  for (const file of ["ops", "programs"] as const) {
    it.each(["float64", "float32"] as const)(`runs the golden ${file} in %s`, async (dtype) => {
      const failures: Record<string, string[]> = {};
      for (const golden of await loadGolden(file)) {
        const problems = await runCase(golden, dtype).catch((e: unknown) => [String(e)]);
        if (problems.length > 0)
          failures[`${golden.name}: ${golden.steps.map((s) => s.op).join(" ")}`] = problems.slice(0, 3);
      }
      expect(failures).toEqual({});
    });
  }

  it("runs random programs with views and writes", () => runPrograms(5, 300, "float64"));
});
