/** Estimated times of matrix products: features of their sizes, weighted by what \`npm run tune\` measured. */
import { COST_TABLE } from "./cost-table.ts";
import { DIRECT_ROWS, GEMM_TYPES, TILE_ROWS } from "./kernels/gemm-type.ts";

const up = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Of the generated kernel: multiplications with the idle parts of tiles, packed elements, tiles, and the call. */
export function generatedFeatures(m: number, n: number, k: number): readonly number[] {
  const { columns } = GEMM_TYPES.float32;
  const [rows, padded] = [up(m, TILE_ROWS), up(n, columns)];
  const packed = m * k + (m > DIRECT_ROWS ? k * n : 0);
  return [rows * padded * k, packed, (rows / TILE_ROWS) * (padded / columns), 1];
}

/** Of tfjs's (XNNPACK): multiplications, elements of the right operand, which it packs anew, and making its operator. */
export function tfjsFeatures(m: number, n: number, k: number): readonly number[] {
  return [m * up(n, GEMM_TYPES.float32.columns) * k, k * n, m, 1];
}

const weighted = (features: readonly number[], weights: readonly number[]): number =>
  features.reduce((sum, x, k) => sum + x * weights[k]!, 0);

/** Estimated µs of the generated kernel. */
export function generatedCost(m: number, n: number, k: number): number {
  return weighted(generatedFeatures(m, n, k), COST_TABLE.generated);
}

/** Estimated µs of tfjs's kernel. */
export function tfjsCost(m: number, n: number, k: number): number {
  return weighted(tfjsFeatures(m, n, k), COST_TABLE.tfjs);
}
