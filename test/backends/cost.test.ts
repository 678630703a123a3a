import { describe, expect, it } from "vitest";
import { fitCosts } from "../../scripts/tune/fit.ts";
import { generatedCost, tfjsCost } from "../../src/backends/wasm/cost.ts";
import { COST_TABLE } from "../../src/backends/wasm/cost-table.ts";

const { rows, generated, tfjs } = COST_TABLE;

describe("the cost table", () => {
  it("holds measured times of many sizes, and weights that are no nonsense", () => {
    expect(rows.length).toBeGreaterThan(200);
    for (const row of rows) expect(row.every((x) => Number.isFinite(x) && x > 0)).toBe(true);
    for (const weight of [...generated, ...tfjs]) expect(weight).toBeGreaterThanOrEqual(0);
    for (const weights of [generated, tfjs]) expect(weights[0]).toBeGreaterThan(0);
  });

  it("foretells the times it was fitted to", () => {
    const error = (estimate: number, time: number): number => Math.abs(estimate - time) / time;
    const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    expect(median(rows.map(([m, n, k, own]) => error(generatedCost(m, n, k), own)))).toBeLessThan(0.15);
    expect(median(rows.map(([m, n, k, , theirs]) => error(tfjsCost(m, n, k), theirs)))).toBeLessThan(0.15);
  });

  it("makes the model choose the faster kernel, or one that is nearly as fast", () => {
    const slower = rows.filter(([m, n, k, own, theirs]) => {
      const chosen = generatedCost(m, n, k) <= tfjsCost(m, n, k) ? own : theirs;
      return chosen > 1.1 * Math.min(own, theirs);
    });
    expect(slower.length / rows.length).toBeLessThan(0.05);
  });

  it("makes larger products cost more", () => {
    for (const cost of [generatedCost, tfjsCost]) {
      for (const [m, n, k] of rows) expect(cost(2 * m, 2 * n, 2 * k)).toBeGreaterThan(cost(m, n, k));
    }
  });
});

describe("fitted costs", () => {
  const sizes = [1, 2, 5, 10, 40, 100].map((x) => [x, x * x, 1]);

  it("are those that the times were made of", () => {
    const rows = sizes.map((features) => ({ features, time: 3 * features[0]! + 0.5 * features[1]! + 2 }));
    const { coefficients, worst } = fitCosts(rows);
    [3, 0.5, 2].forEach((wanted, k) => {
      expect(coefficients[k]).toBeCloseTo(wanted, 6);
    });
    expect(worst).toBeLessThan(1e-6);
  });

  it("are never negative", () => {
    const rows = sizes.map((features) => ({ features, time: 100 + features[1]! - 0.9 * features[0]! }));
    const { coefficients } = fitCosts(rows);
    expect(coefficients[0]).toBe(0);
    expect(Math.min(...coefficients)).toBe(0);
  });
});
