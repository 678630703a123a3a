import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { BATCH, type Batch, LAYERS, type Weights } from "./peer.ts";

/** The same numbers for every contender. */
export interface Workload {
  readonly weights: Weights;
  readonly batch: Batch;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Elements of the element-wise workload. */
export const ELEMENTS = 1_000_000;

export function makeWorkload(): Workload {
  const random = xoroshiro128plus(1);
  const uniform = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => (2 * uniformFloat64(random) - 1) * scale);
  const weights: Weights = LAYERS.slice(1).map((outputs, i) => {
    const inputs = LAYERS[i]!;
    return { inputs, outputs, kernel: uniform(inputs * outputs, inputs ** -0.5), bias: uniform(outputs, 0.1) };
  });
  const labels = new Float32Array(BATCH * 10);
  for (let i = 0; i < BATCH; i++) labels[i * 10 + ((i * 7) % 10)] = 1;
  const batch: Batch = { size: BATCH, images: uniform(BATCH * 784, 1), labels };
  return { weights, batch, x: uniform(ELEMENTS, 2), y: uniform(ELEMENTS, 2) };
}
