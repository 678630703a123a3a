/** The cost model of this backend: which kernel a matrix product goes to. */
import type { DType } from "../../ir/dtype.ts";
import type { MatmulAttrs } from "../../ir/ops/fused.ts";
import type { MatmulChoice, Target } from "../../ir/plan.ts";
import { generatedCost, tfjsCost } from "./cost.ts";
import { gemmScratchBytes } from "./kernels/gemm.ts";

/** Shapes of both operands, as tfjs wants them: three int32 each. */
const TFJS_SCRATCH_BYTES = 24;

export const TARGET: Target = {
  name: "wasm",
  alignment: 64,
  matmul(attrs: MatmulAttrs, dtype: DType): MatmulChoice {
    const { m, n, k } = attrs;
    const generated = (why: string): MatmulChoice => ({
      kernel: "generated",
      scratchBytes: dtype === "float64" ? gemmScratchBytes("float64", m, n, k) : gemmScratchBytes("float32", m, n, k),
      why,
    });
    const refusal = tfjsRefuses(attrs, dtype);
    if (refusal !== null) return generated(refusal);
    const [own, theirs] = [generatedCost(m, n, k), tfjsCost(m, n, k)];
    const figures = `${own.toFixed(1)} µs generated, ${theirs.toFixed(1)} µs tfjs`;
    if (own <= theirs) return generated(`estimated ${figures}`);
    return { kernel: "tfjs", scratchBytes: TFJS_SCRATCH_BYTES, why: `estimated ${figures}` };
  },
};

/** Why tfjs's kernel (XNNPACK, for one pair of row-major float32 matrices) cannot do a product, or null. */
function tfjsRefuses({ batch, m, n, k, a, b }: MatmulAttrs, dtype: DType): string | null {
  if (dtype !== "float32") return `tfjs has no ${dtype}`;
  if (batch.some((d) => d !== 1)) return "tfjs multiplies one pair fast, not a batch";
  if (m === 0 || n === 0 || k === 0) return "tfjs does not take empty operands";
  const dense = (l: MatmulAttrs["a"], rows: number, cols: number): boolean =>
    l.offset === 0 && (cols === 1 || l.col === 1) && (rows === 1 || l.row === cols);
  if (!dense(a, m, k)) return "the left operand is no row-major buffer";
  if (!dense(b, k, n)) return "the right operand is no row-major buffer";
  return null;
}
