import type { numpy } from "@jax-js/jax";
import type { Tensor2D } from "@tensorflow/tfjs";
import { network, scaleOf } from "../network.ts";
import { type Workload, workload } from "../workload.ts";

const [STEPS, BATCH, FEATURES, UNITS, CLASSES] = [32, 32, 64, 128, 10];

/** Long short-term memory, gates in the order i, f, g, o; the last state is classified. */
const lstm = network({
  name: "lstm",
  title: "LSTM 64→128, 32 steps, batch 32",
  rows: ["step"],
  loss: "crossEntropy",
  rate: 0.1,
  tolerance: { forward: 1e-5, step: 2e-3 },
  data: (make) => ({
    x: make.input([STEPS, BATCH, FEATURES]),
    weightIh: make.parameter([4 * UNITS, FEATURES], UNITS ** -0.5),
    weightHh: make.parameter([4 * UNITS, UNITS], UNITS ** -0.5),
    biasIh: make.parameter([4 * UNITS], UNITS ** -0.5),
    dense: make.parameter([UNITS, CLASSES], scaleOf(UNITS)),
  }),
  target: (make) => make.oneHot(BATCH, CLASSES),
  gradloom: (gl, { x, weightIh, weightHh, biasIh, dense }) =>
    gl.lstm(x, { weightIh, weightHh, biasIh }).h.matmul(dense),
  tfjs: (tf, { x, weightIh, weightHh, biasIh, dense }) => {
    const flat = tf.reshape(x, [STEPS * BATCH, FEATURES]);
    const all = tf.add(tf.matMul(flat, tf.transpose(weightIh)), biasIh);
    const ofInputs = tf.unstack(tf.reshape(all, [STEPS, BATCH, 4 * UNITS]));
    const ofState = tf.transpose(weightHh);
    let h = tf.zeros([BATCH, UNITS]);
    let c = tf.zeros([BATCH, UNITS]);
    for (const own of ofInputs) {
      const gates = tf.add(own, tf.matMul(h, ofState)) as Tensor2D;
      const [i, f, g, o] = tf.split(gates, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
      h = tf.mul(tf.sigmoid(o), tf.tanh(c));
    }
    return tf.matMul(h, dense);
  },
  jax: ({ numpy: np, nn }, { x, weightIh, weightHh, biasIh, dense }) => {
    const all = np.matmul(x, weightIh.transpose()).add(biasIh);
    const ofState = weightHh.transpose();
    let h = np.zeros([BATCH, UNITS]);
    let c = np.zeros([BATCH, UNITS]);
    for (let t = 0; t < STEPS; t++) {
      const gates = all.ref.slice(t).add(np.matmul(h, ofState.ref));
      const [i, f, g, o] = np.split(gates, 4, 1) as [numpy.Array, numpy.Array, numpy.Array, numpy.Array];
      c = nn
        .sigmoid(f)
        .mul(c)
        .add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(c.ref));
    }
    for (const array of [all, ofState, c]) array.dispose();
    return np.matmul(h, dense);
  },
  ort: "inference only",
});

const [WORDS, SAMPLES, WIDTH] = [10_000, 128, 64];

/** A word guessed from the one before: a row of a table, one dense layer, and the loss of whole-number labels. */
const embedding = workload({
  name: "embedding-step",
  title: "embedding 64, softmax over 10,000 classes, batch 128: SGD step",
  rate: 1,
  tolerance: 1e-3,
  jaxWithoutJit: true,
  data: (make) => ({
    words: make.integers([SAMPLES], WORDS),
    labels: make.integers([SAMPLES], WORDS),
    table: make.parameter([WORDS, WIDTH], 1),
    dense: make.parameter([WIDTH, WORDS], scaleOf(WIDTH)),
  }),
  gradloom: (gl, { words, labels, table, dense }) =>
    gl.softmaxCrossentropy(gl.embedding(table, words).matmul(dense), labels),
  tfjs: (tf, { words, labels, table, dense }) => {
    const scores = tf.matMul(tf.gather(table, words), dense);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, WORDS), scores);
  },
  jax: ({ numpy: np, nn }, { words, labels, table, dense }) => {
    const logs = nn.logSoftmax(np.matmul(np.take(table, words, 0), dense));
    return np.sum(logs.mul(nn.oneHot(labels, WORDS))).mul(-1 / SAMPLES);
  },
  ort: "inference only",
});

export const sequences: readonly Workload[] = [...lstm, embedding];
