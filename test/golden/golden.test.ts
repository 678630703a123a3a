import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/index.ts";
import { loadGolden } from "./load.ts";
import { missing, runCase } from "./run.ts";

describe.each(["reference", "wasm"] as const)("golden cases on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it.each(["ops", "programs"] as const)("%s: every case whose operations exist comes out right", async (file) => {
    const failures: Record<string, string[]> = {};
    let run = 0;
    for (const golden of loadGolden(file)) {
      if (missing(golden).length > 0) continue;
      run++;
      const problems = await runCase(golden).catch((e: unknown) => [String(e)]);
      if (problems.length > 0) failures[`${golden.name}: ${golden.steps.map((s) => s.op).join(" ")}`] = problems.slice(0, 3);
    }
    expect(failures).toEqual({});
    expect(run).toBeGreaterThanOrEqual(file === "ops" ? 308 : 159);
  });
});

it("lists what is missing, with the number of cases that need it", () => {
  const counts: Record<string, number> = {};
  for (const golden of [...loadGolden("ops"), ...loadGolden("programs")]) {
    for (const what of missing(golden)) counts[what] = (counts[what] ?? 0) + 1;
  }
  const sorted = Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
  console.log("operations still missing, and the golden cases that need them:", sorted);
  expect(Object.keys(sorted)).toMatchInlineSnapshot(`
    [
      "batchnorm",
      "conv_nd",
      "glu",
      "margin_ranking_loss",
      "max_pool",
      "multiclass_hinge",
      "negative_log_likelihood",
      "softmax_crossentropy",
      "softmax_focal_loss",
    ]
  `);
});
