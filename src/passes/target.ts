/** The target of explanations where no backend that compiles is loaded. */
import type { Target } from "../ir/plan.ts";

export const INTERPRETED: Target = {
  name: "none",
  alignment: 16,
  matmul: () => ({ kernel: "generated", scratchBytes: 0, why: "no backend that compiles is loaded" }),
};
