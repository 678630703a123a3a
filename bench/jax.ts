import { createRequire } from "node:module";
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { type Batch, type Elementwise, type Peer, RATE, type Trainer, type Weights } from "./peer.ts";

type Arr = np.Array;
/** [kernel, bias] of each layer. */
type Parameters = Arr[][];

/** Consumes its arguments, as every function does here: `.ref` is one more use of an array. */
function meanLoss(parameters: Parameters, images: Arr, labels: Arr): Arr {
  const count = labels.shape[0]!;
  const logits = parameters.reduce((x, [kernel, bias], i) => {
    const y = np.matmul(x, kernel!).add(bias!);
    return i + 1 < parameters.length ? nn.relu(y) : y;
  }, images);
  return np.sum(nn.logSoftmax(logits).mul(labels)).mul(-1 / count);
}

function update(parameters: Parameters, images: Arr, labels: Arr): [Arr, Parameters] {
  const held = parameters.map((layer) => layer.map((parameter) => parameter.ref));
  const [loss, gradients] = valueAndGrad(meanLoss)(held, images, labels);
  const next = parameters.map((layer, i) => layer.map((parameter, j) => parameter.sub(gradients[i]![j]!.mul(RATE))));
  return [loss, next];
}

async function setup(weights: Weights, batch: Batch): Promise<Trainer> {
  const images = np.array(batch.images, { shape: [batch.size, batch.images.length / batch.size] });
  const labels = np.array(batch.labels, { shape: [batch.size, batch.labels.length / batch.size] });
  let parameters: Parameters = weights.map(({ inputs, outputs, kernel, bias }) => [
    np.array(kernel, { shape: [inputs, outputs] }),
    np.array(bias, { shape: [outputs] }),
  ]);
  const compiled = jit(update);
  return {
    async step() {
      const [loss, next] = compiled(parameters, images.ref, labels.ref);
      parameters = next;
      await blockUntilReady(parameters);
      const [before] = await loss.data();
      return before!;
    },
    dispose() {
      for (const array of [images, labels, ...parameters.flat()]) array.dispose();
      compiled.dispose();
    },
  };
}

async function elementwise(xs: Float32Array, ys: Float32Array): Promise<Elementwise> {
  const x = np.array(xs);
  const y = np.array(ys);
  const compiled = jit((a: Arr, b: Arr) => a.ref.mul(b.ref).add(a.ref).mul(b).sub(a));
  let result: Arr | undefined;
  return {
    async run() {
      result?.dispose();
      result = compiled(x.ref, y.ref);
      await result.blockUntilReady();
    },
    async read() {
      if (result === undefined) throw new Error("read() needs a run()");
      return Float32Array.from(await result.ref.data());
    },
    dispose() {
      for (const array of [x, y, result]) array?.dispose();
      compiled.dispose();
    },
  };
}

/** jax-js reads `navigator` without a guard, and Node 20 has none. */
function provideNavigator(): void {
  if (typeof globalThis.navigator !== "undefined") return;
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js" }, configurable: true });
}

/** jax-js does not export its package.json; it lies beside the folder of its entry point. */
function readVersion(): string {
  const require = createRequire(import.meta.url);
  const { version } = require(`${require.resolve("@jax-js/jax")}/../../package.json`) as { version: string };
  return version;
}

/** jax-js, jitted, on its WASM backend. Node has no global `Worker`, so that it runs on one thread. */
export async function loadJax(): Promise<Peer> {
  provideNavigator();
  if (!(await init("wasm")).includes("wasm")) throw new Error("jax-js: the WASM backend did not start");
  defaultDevice("wasm");
  return { name: "jax-js-wasm, jit", version: readVersion(), setup, elementwise };
}
