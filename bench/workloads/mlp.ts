import { network } from "../network.ts";
import type { Workload } from "../workload.ts";

const BATCH = 128;

/** Layers 784-512-256-10 with relu between them. */
export const mlp: readonly Workload[] = network({
  name: "mlp",
  title: "MLP 784-512-256-10, batch 128",
  loss: "crossEntropy",
  rate: 0.05,
  tolerance: { forward: 1e-5, step: 1e-3 },
  flops: 2 * BATCH * (784 * 512 + 512 * 256 + 256 * 10),
  data: (make) => ({
    x: make.input([BATCH, 784]),
    w1: make.parameter([784, 512], 784 ** -0.5),
    b1: make.parameter([512], 0.1),
    w2: make.parameter([512, 256], 512 ** -0.5),
    b2: make.parameter([256], 0.1),
    w3: make.parameter([256, 10], 256 ** -0.5),
    b3: make.parameter([10], 0.1),
  }),
  target: (make) => make.oneHot(BATCH, 10),
  gradloom: (gl, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = gl.relu(x.matmul(w1).add(b1));
    const h2 = gl.relu(h1.matmul(w2).add(b2));
    return h2.matmul(w3).add(b3);
  },
  tfjs: (tf, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = tf.relu(tf.add(tf.matMul(x, w1), b1));
    const h2 = tf.relu(tf.add(tf.matMul(h1, w2), b2));
    return tf.add(tf.matMul(h2, w3), b3);
  },
  jax: ({ numpy: np, nn }, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = nn.relu(np.matmul(x, w1).add(b1));
    const h2 = nn.relu(np.matmul(h1, w2).add(b2));
    return np.matmul(h2, w3).add(b3);
  },
  ort: (g, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = g.op("Relu", [g.op("Gemm", [x, w1, b1])]);
    const h2 = g.op("Relu", [g.op("Gemm", [h1, w2, b2])]);
    return g.op("Gemm", [h2, w3, b3]);
  },
});
