import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { type Batch, type Elementwise, type Peer, RATE, type Trainer, type Weights } from "./peer.ts";

type Parameter = tf.Variable<tf.Rank>;

/** A variable copies its initial value, which has to be disposed of; a variable outlives the tidy it is made in. */
function variable(values: Float32Array, shape: number[]): Parameter {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}

function forward(images: tf.Tensor2D, parameters: readonly Parameter[]): tf.Tensor2D {
  let x: tf.Tensor = images;
  for (let i = 0; i < parameters.length; i += 2) {
    x = tf.add(tf.matMul(x as tf.Tensor2D, parameters[i] as tf.Tensor2D), parameters[i + 1]!);
    if (i + 2 < parameters.length) x = tf.relu(x);
  }
  return x as tf.Tensor2D;
}

async function setup(weights: Weights, batch: Batch): Promise<Trainer> {
  const images = tf.tensor2d(batch.images, [batch.size, batch.images.length / batch.size]);
  const labels = tf.tensor2d(batch.labels, [batch.size, batch.labels.length / batch.size]);
  const parameters = weights.flatMap(({ inputs, outputs, kernel, bias }) => [
    variable(kernel, [inputs, outputs]),
    variable(bias, [outputs]),
  ]);
  const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(labels, forward(images, parameters)) as tf.Scalar;
  const update = (): tf.Scalar => {
    const { value, grads } = tf.variableGrads(loss, parameters);
    for (const parameter of parameters) {
      parameter.assign(tf.sub(parameter, tf.mul(grads[parameter.name]!, RATE)));
    }
    return value;
  };
  return {
    async step() {
      const value = tf.tidy(update);
      const [before] = await value.data();
      value.dispose();
      return before!;
    },
    dispose() {
      tf.dispose([images, labels, ...parameters]);
    },
  };
}

async function elementwise(xs: Float32Array, ys: Float32Array): Promise<Elementwise> {
  const x = tf.tensor1d(xs);
  const y = tf.tensor1d(ys);
  let result: tf.Tensor | undefined;
  return {
    async run() {
      result?.dispose();
      result = tf.tidy(() => tf.sub(tf.mul(tf.add(tf.mul(x, y), x), y), x));
    },
    async read() {
      if (result === undefined) throw new Error("read() needs a run()");
      return (await result.data<"float32">()).slice();
    },
    dispose() {
      tf.dispose(result === undefined ? [x, y] : [x, y, result]);
    },
  };
}

/** TensorFlow.js, eager, on its WASM backend with SIMD. On Node that backend has one thread and computes synchronously. */
export async function loadTfjs(): Promise<Peer> {
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the WASM backend did not start");
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("tfjs: no SIMD");
  return { name: "tfjs-wasm, eager", version: tf.version.tfjs, setup, elementwise };
}
