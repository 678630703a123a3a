import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { BATCH, type Batch, LAYERS, peers, type Weights } from "./peers.ts";

/** Checks, without measuring, that the peers compute the same losses and the same elementwise result. */
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
const x = uniform(1_000_000, 2);
const y = uniform(1_000_000, 2);

for (const load of Object.values(peers)) {
  const peer = await load();
  const trainer = await peer.setup(weights, batch);
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push(await trainer.step());
  trainer.dispose();

  const product = await peer.elementwise(x, y);
  await product.run();
  await product.run();
  const error = (await product.read()).reduce((worst, value, i) => {
    const exact = (x[i]! * y[i]! + x[i]!) * y[i]! - x[i]!;
    return Math.max(worst, Math.abs(value - exact));
  }, 0);
  product.dispose();
  const shown = [0, 1, 2, 19].map((i) => losses[i]!.toFixed(6)).join(" ");
  console.log(`${peer.name} ${peer.version}: losses ${shown}; largest elementwise error ${error.toExponential(1)}`);
}
