import { describe, expect, it } from "vitest";
import { sizeOf } from "../../src/ir/layout.ts";
import { GOLDEN_OPS, type GoldenArray, type GoldenStep, loadGolden } from "./load.ts";

/** The names a step reads or writes. */
function namesOf(step: GoldenStep): string[] {
  const { out, gamma, beta } = step.kwargs ?? {};
  const args = step.args.flatMap((arg) => (typeof arg === "object" ? arg.list : arg));
  return [...args, out, gamma, beta].filter((name) => typeof name === "string");
}

const isFull = (array: GoldenArray): boolean => array.data.length === sizeOf(array.shape);

describe.each([
  ["ops", 552],
  ["programs", 500],
] as const)("%s", (file, count) => {
  const cases = loadGolden(file);

  it("has all cases, under unique names", () => {
    expect(cases.length).toBe(count);
    expect(new Set(cases.map((c) => c.name)).size).toBe(count);
  });

  it("uses only names that are known by then, and gives an index to getitem and setitem alone", () => {
    for (const { name, inputs, steps, backward, expect: expected } of cases) {
      const known = new Set(inputs.map((input) => input.name));
      for (const step of steps) {
        expect([...known], name).toEqual(expect.arrayContaining(namesOf(step)));
        expect(step.index !== undefined, name).toBe(step.op === "getitem" || step.op === "setitem");
        if (step.out !== undefined) known.add(step.out);
      }
      const wanted = [backward, ...Object.keys(expected.values), ...Object.keys(expected.grads)];
      expect([...known], name).toEqual(expect.arrayContaining(wanted));
    }
  });

  it("has as many elements as its shapes say, and gradients for all leaves", () => {
    for (const { name, inputs, expect: expected } of cases) {
      const { values, grads } = expected;
      const leaves = inputs.filter((input) => input.dtype === "float64" && !input.constant);
      expect(Object.keys(grads), name).toEqual(expect.arrayContaining(leaves.map((leaf) => leaf.name)));
      expect([...inputs, ...Object.values(values)].every(isFull), name).toBe(true);
      for (const [tensor, grad] of Object.entries(grads)) {
        if (grad === null) continue;
        expect(isFull(grad), `${name}: ${tensor}`).toBe(true);
        expect(grad.shape, `${name}: ${tensor}`).toEqual(values[tensor]?.shape);
      }
    }
  });
});

it("the list of operations is that of the cases", () => {
  const used = [...loadGolden("ops"), ...loadGolden("programs")].flatMap((c) => c.steps.map((step) => step.op));
  expect([...GOLDEN_OPS].sort()).toEqual([...new Set(used)].sort());
});
