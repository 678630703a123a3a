import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend, setPasses } from "../../src/index.ts";
import { loadGolden } from "./load.ts";
import { repeated, runCase } from "./run.ts";

const cases = { ops: loadGolden("ops"), programs: loadGolden("programs") };
const COUNTS = { ops: 552, programs: 500 } as const;

describe.each(["reference", "wasm"] as const)("golden cases on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe.each(["all", "none"] as const)("with passes: %s", (passes) => {
    beforeAll(() => setPasses(passes));
    afterAll(() => setPasses("default"));

    for (const file of ["ops", "programs"] as const) {
      it.each(["float64", "float32"] as const)(`${file} in %s`, { timeout: 120_000 }, async (dtype) => {
        const failures: Record<string, string[]> = {};
        let run = 0;
        for (const golden of cases[file]) {
          run++;
          const problems = await runCase(golden, dtype).catch((e: unknown) => [String(e)]);
          if (problems.length > 0)
            failures[`${golden.name}: ${golden.steps.map((s) => s.op).join(" ")}`] = problems.slice(0, 3);
        }
        expect(failures).toEqual({});
        expect(run).toBe(COUNTS[file]);
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

  for (const file of ["ops", "programs"] as const) {
    it.each([
      ["jit", "float64"],
      ["jit", "float32"],
      ["jit, from outside", "float64"],
    ] as const)(`${file} inside %s in %s`, { timeout: 120_000 }, async (form, dtype) => {
      const failures: Record<string, string[]> = {};
      for (const golden of cases[file]) {
        const problems = await runCase(golden, dtype, form).catch((e: unknown) => [String(e)]);
        if (problems.length > 0) failures[golden.name] = problems.slice(0, 3);
      }
      expect(failures).toEqual({});
    });
  }
});
