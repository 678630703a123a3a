import { describe, expect, it } from "vitest";
import { startBackend } from "../../src/api/trace/backend.ts";
import type { PlanBackend } from "../../src/backends/backend.ts";
import { type BackendName, random, setBackend } from "../../src/index.ts";
import { conformance, type Skip } from "./conformance.ts";

const NO_FLOAT64: Skip = { dtype: "float64", reason: /WebGL has no float64/ };

describe("every operation, forward and gradient, as the interpreter does it", () => {
  it.each([
    ["webgl", 1, [NO_FLOAT64]],
    ["wasm", 1, []],
    ["wasm", 2, []],
  ] as const)("on %s, threads: %i", async (name, threads, skips) => {
    const backend = (await startBackend(name, threads)) as PlanBackend;
    expect(backend.threads.missing).toBe(null);
    const { failures, cases } = await conformance(backend, skips);
    expect(failures).toEqual({});
    expect(cases).toBeGreaterThan(300);
  });
});

describe("a seed gives the same numbers everywhere", () => {
  it.each([1, 42, 2 ** 31])("%i", async (seed) => {
    const draws = async (backend: BackendName): Promise<readonly (readonly number[])[]> => {
      await setBackend(backend);
      random.seed(seed);
      const whole = [
        random.random([1000]),
        random.randint(-5, 1000, [1000]),
        random.permutation(100),
        random.bernoulli(0.3, [1000]),
      ];
      const rounded = [random.normal(0, 1, [1000]), random.uniform(-1, 1, [1000]), random.exponential(1, [1000])];
      const drawn = [...whole, ...rounded];
      return Promise.all(drawn.map(async (t) => [...(await t.data())]));
    };
    const wanted = await draws("reference");
    for (const backend of ["webgl", "wasm"] as const) {
      const own = await draws(backend);
      // Logarithms and cosines differ in their last digits.
      for (const k of [0, 1, 2, 3]) expect(own[k], backend).toEqual(wanted[k]);
      for (const k of [4, 5, 6]) {
        own[k]!.forEach((v, i) => {
          expect(Math.abs(v - wanted[k]![i]!), `${backend}, ${k}, ${i}`).toBeLessThan(1e-5);
        });
      }
    }
  });
});
