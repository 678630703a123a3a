import { readFileSync } from "node:fs";
import { fromData, logSoftmax, relu, scope, setBackend, type Tensor } from "../src/index.ts";
import { type Batch, type Elementwise, type Peer, RATE, type Trainer, type Weights } from "./peer.ts";

async function setup(weights: Weights, batch: Batch): Promise<Trainer> {
  const constant = { constant: true };
  const images = fromData(batch.images, [batch.size, batch.images.length / batch.size], constant);
  const labels = fromData(batch.labels, [batch.size, batch.labels.length / batch.size], constant);
  const layers = weights.map(({ inputs, outputs, kernel, bias }) => ({
    kernel: fromData(kernel, [inputs, outputs]),
    bias: fromData(bias, [outputs]),
  }));
  const forward = (): Tensor =>
    layers.reduce((x, { kernel, bias }, k) => {
      const y = x.matmul(kernel).add(bias);
      return k + 1 < layers.length ? relu(y) : y;
    }, images);
  const update = (): Tensor => {
    const loss = logSoftmax(forward()).mul(labels).sum(1).mean().neg();
    loss.backward();
    for (const p of layers.flatMap((l) => [l.kernel, l.bias])) p.sub_(p.grad!.mul(RATE));
    return loss;
  };
  return {
    async step() {
      return scope(update).item();
    },
    dispose() {
      for (const t of [images, labels, ...layers.flatMap((l) => [l.kernel, l.bias])]) t.dispose();
    },
  };
}

async function elementwise(xs: Float32Array, ys: Float32Array): Promise<Elementwise> {
  const x = fromData(xs, [xs.length], { constant: true });
  const y = fromData(ys, [ys.length], { constant: true });
  let result: Tensor | undefined;
  return {
    async run() {
      result?.dispose();
      result = x.mul(y).add(x).mul(y).sub(x);
      result.evaluate();
    },
    async read() {
      if (result === undefined) throw new Error("read() needs a run()");
      return result.dataSync() as Float32Array;
    },
    dispose() {
      for (const t of [x, y, result]) t?.dispose();
    },
  };
}

/** This library, written eagerly, on its WASM backend. */
export async function loadGradloom(): Promise<Peer> {
  await setBackend("wasm");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return { name: "gradloom, eager", version, setup, elementwise };
}
