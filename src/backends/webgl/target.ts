/** What the planner needs to know of this backend. */
import type { Target } from "../../ir/plan.ts";

export const TARGET: Target = {
  name: "webgl",
  alignment: 16,
  memory: "values",
  float64: false,
  matmul: () => ({ kernel: "generated", scratchBytes: 0, why: "a shader" }),
};
