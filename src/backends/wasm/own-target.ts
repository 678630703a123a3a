/** The targets on which all products go to generated kernels. */
import type { DType } from "../../ir/dtype.ts";
import type { MatmulAttrs } from "../../ir/ops/fused.ts";
import type { MatmulChoice, Target } from "../../ir/plan.ts";
import { gemmScratchBytes } from "./kernels/gemm.ts";

/** The target where plans run on several threads: tfjs's kernels know only tfjs's own memory. */
export function threadedTarget(threads: number): Target {
  return { ...withoutTfjs("tfjs does not run on memory that threads share"), threads };
}

/** The target where tfjs's kernels cannot be called, with the reason. */
export function withoutTfjs(why: string): Target {
  return {
    name: "wasm",
    alignment: 64,
    matmul: ({ m, n, k }: MatmulAttrs, dtype: DType): MatmulChoice => ({
      kernel: "generated",
      scratchBytes: gemmScratchBytes(dtype === "float64" ? "float64" : "float32", m, n, k),
      why,
    }),
  };
}
