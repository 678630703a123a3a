/**
 * Random programs of views, writes, reads, backward and forgetting, beside a model that copies everything. More of them:
 * GRADLOOM_STATEFUL_RUNS=100000 GRADLOOM_STATEFUL_SEED=1 npx vitest run test/api/stateful.test.ts
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { freshGradients, scalarRoots, writtenLeaves } from "../../src/api/trace/pending.ts";
import * as gl from "../../src/index.ts";
import { Machine } from "../support/commands.ts";

const RUNS = Number(process.env.GRADLOOM_STATEFUL_RUNS ?? 2400);
const SEED = Number(process.env.GRADLOOM_STATEFUL_SEED ?? 20);
const program = fc.array(fc.nat({ max: 999_999 }), { minLength: 20, maxLength: 90 });

function run(draws: readonly number[], mutation?: string): string[] {
  const machine = new Machine(draws, mutation);
  machine.run();
  return machine.problems;
}

/** The first program that goes wrong, shrunk, as lines of code; null where none does. */
function search(runs: number, mutation?: string): string | null {
  const details = fc.check(
    fc.property(program, (draws) => {
      const machine = new Machine(draws, mutation);
      try {
        machine.run();
      } catch (e) {
        machine.problems.push(String(e));
        // What could not be evaluated must not make the programs after it fail too.
        for (const pending of [writtenLeaves, freshGradients, scalarRoots]) pending.clear();
      }
      if (machine.problems.length > 0) throw new Error([...machine.lines, ...machine.problems.slice(0, 3)].join("\n"));
    }),
    { numRuns: runs, seed: SEED, endOnFailure: process.env.GRADLOOM_STATEFUL_SHRINK === "0" },
  );
  return details.failed ? String((details.errorInstance as Error).message) : null;
}

describe("random programs of views and writes agree with a model that copies everything", () => {
  afterAll(() => gl.setBackend("wasm"));

  it("on wasm", { timeout: 3_600_000 }, async () => {
    await gl.setBackend("wasm");
    expect(search(Math.ceil(RUNS * 0.75))).toBeNull();
  });

  it("on reference", { timeout: 3_600_000 }, async () => {
    await gl.setBackend("reference");
    expect(search(Math.ceil(RUNS * 0.25))).toBeNull();
  });

  it.each(["first write wins", "views copy", "gradients stay"])(
    "a model in which %s is found out",
    async (mutation) => {
      await gl.setBackend("reference");
      expect(search(2000, mutation)).not.toBeNull();
    },
  );

  it("says what a program does", () => {
    const machine = new Machine([5, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    machine.run();
    expect(machine.lines.length).toBeGreaterThan(3);
    expect(run([1, 2, 3])).toEqual([]);
  });
});
