import { contract, matrixTranspose } from "../build.ts";
import type { Contract } from "../record.ts";

/** Batch axes of both operands are equal; broadcasting them is a view made before. */
export const matmul: Contract = {
  kind: "contract",
  name: "matmul",
  doc: "c[…, i, j] = Σ_k a[…, i, k]·b[…, k, j].",
  shape: (a, b) => [...a!.slice(0, -1), b![b!.length - 1]!],
  grad: (g, [a, b]) => [contract(matmul, g, matrixTranspose(b!)), contract(matmul, matrixTranspose(a!), g)],
};
