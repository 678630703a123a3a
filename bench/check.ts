import { peers } from "./peers.ts";
import { makeWorkload } from "./workload.ts";

/** Checks, without measuring, that the contenders compute the same losses and the same elementwise result. */
const { weights, batch, x, y } = makeWorkload();

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
