import type { numpy } from "@jax-js/jax";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import type { Tensor } from "../../src/index.ts";
import { network, scaleOf } from "../network.ts";
import type { Workload } from "../workload.ts";

const [BATCH, TOKENS, WIDTH, HEADS, INNER] = [4, 128, 256, 4, 1024];
const ROWS = BATCH * TOKENS;
const HEAD = WIDTH / HEADS;
const SCALE = 1 / Math.sqrt(HEAD);
const EPS = 1e-5;

/** A block of a transformer, normalized before attention and before two layers with gelu (by tanh) between them. */
export const transformer: readonly Workload[] = network({
  name: "transformer",
  title: "transformer block d=256, 4 heads, 4x128 tokens",
  loss: "meanSquare",
  rate: 0.1,
  tolerance: { forward: 1e-5, step: 2e-3 },
  flops: 2 * ROWS * (4 * WIDTH ** 2 + 2 * WIDTH * INNER + 2 * TOKENS * WIDTH),
  data: (make) => {
    const square = () => make.parameter([WIDTH, WIDTH], scaleOf(WIDTH));
    return {
      x: make.input([BATCH, TOKENS, WIDTH]),
      gamma1: make.constant([WIDTH], 1),
      beta1: make.constant([WIDTH], 0),
      wq: square(),
      wk: square(),
      wv: square(),
      wo: square(),
      gamma2: make.constant([WIDTH], 1),
      beta2: make.constant([WIDTH], 0),
      w1: make.parameter([WIDTH, INNER], scaleOf(WIDTH)),
      b1: make.parameter([INNER], 0.1),
      w2: make.parameter([INNER, WIDTH], scaleOf(INNER)),
      b2: make.parameter([WIDTH], 0.1),
    };
  },
  target: (make) => make.input([BATCH, TOKENS, WIDTH]),
  gradloom: (gl, { x, gamma1, beta1, wq, wk, wv, wo, gamma2, beta2, w1, b1, w2, b2 }) => {
    const normal = gl.layerNorm(x, { gamma: gamma1, beta: beta1, eps: EPS });
    const heads = (w: Tensor) => normal.matmul(w).reshape(BATCH, TOKENS, HEADS, HEAD).transpose(0, 2, 1, 3);
    const seen = gl.scaledDotProductAttention(heads(wq), heads(wk), heads(wv));
    const middle = x.add(seen.transpose(0, 2, 1, 3).reshape(BATCH, TOKENS, WIDTH).matmul(wo));
    const inner = gl.linear(gl.layerNorm(middle, { gamma: gamma2, beta: beta2, eps: EPS }), w1, b1);
    return middle.add(gl.linear(gl.gelu(inner), w2, b2));
  },
  tfjs: (tf, { x, gamma1, beta1, wq, wk, wv, wo, gamma2, beta2, w1, b1, w2, b2 }) => {
    const norm = (v: TfTensor, gamma: TfTensor, beta: TfTensor) => {
      const { mean, variance } = tf.moments(v, -1, true);
      return tf.add(tf.mul(tf.sub(v, mean), tf.mul(tf.rsqrt(tf.add(variance, EPS)), gamma)), beta);
    };
    // One product of plain matrices is the only kind with a fast kernel.
    const flat = tf.reshape(x, [ROWS, WIDTH]);
    const normal = norm(flat, gamma1, beta1);
    const heads = (w: TfTensor) =>
      tf.transpose(tf.reshape(tf.matMul(normal, w), [BATCH, TOKENS, HEADS, HEAD]), [0, 2, 1, 3]);
    const weights = tf.softmax(tf.mul(tf.matMul(heads(wq), heads(wk), false, true), SCALE));
    const seen = tf.reshape(tf.transpose(tf.matMul(weights, heads(wv)), [0, 2, 1, 3]), [ROWS, WIDTH]);
    const middle = tf.add(flat, tf.matMul(seen, wo));
    const inner = tf.add(tf.matMul(norm(middle, gamma2, beta2), w1), b1);
    const cubic = tf.mul(inner, tf.add(tf.mul(tf.mul(inner, inner), 0.044715), 1));
    const gelu = tf.mul(tf.mul(inner, 0.5), tf.add(tf.tanh(tf.mul(cubic, Math.sqrt(2 / Math.PI))), 1));
    const out = tf.add(middle, tf.add(tf.matMul(gelu, w2), b2));
    return tf.reshape(out, [BATCH, TOKENS, WIDTH]);
  },
  jax: ({ numpy: np, nn }, { x, gamma1, beta1, wq, wk, wv, wo, gamma2, beta2, w1, b1, w2, b2 }) => {
    const norm = (v: numpy.Array, gamma: numpy.Array, beta: numpy.Array) =>
      nn.standardize(v, -1, { epsilon: EPS }).mul(gamma).add(beta);
    const normal = norm(x.ref, gamma1, beta1);
    // Not nn.dotProductAttention, whose einsum needs Node 22.
    const heads = (v: numpy.Array, w: numpy.Array) =>
      np.matmul(v, w).reshape([BATCH, TOKENS, HEADS, HEAD]).transpose([0, 2, 1, 3]);
    const keys = heads(normal.ref, wk).transpose([0, 1, 3, 2]);
    const weights = nn.softmax(np.matmul(heads(normal.ref, wq), keys).mul(SCALE));
    const seen = np.matmul(weights, heads(normal, wv)).transpose([0, 2, 1, 3]);
    const middle = x.add(np.matmul(seen.reshape([BATCH, TOKENS, WIDTH]), wo));
    const inner = np.matmul(norm(middle.ref, gamma2, beta2), w1).add(b1);
    return middle.add(np.matmul(nn.gelu(inner, { approximate: true }), w2).add(b2));
  },
  ort: (g, { x, gamma1, beta1, wq, wk, wv, wo, gamma2, beta2, w1, b1, w2, b2 }) => {
    const norm = (v: string, gamma: string, beta: string) =>
      g.op("LayerNormalization", [v, gamma, beta], { axis: -1, epsilon: { float: EPS } });
    const normal = norm(x, gamma1, beta1);
    const heads = (w: string, perm: readonly number[]) => {
      const split = g.op("Reshape", [g.op("MatMul", [normal, w]), g.integers(BATCH, TOKENS, HEADS, HEAD)]);
      return g.op("Transpose", [split], { perm });
    };
    const scores = g.op("MatMul", [heads(wq, [0, 2, 1, 3]), heads(wk, [0, 2, 3, 1])]);
    const weights = g.op("Softmax", [g.op("Mul", [scores, g.scalar(SCALE)])], { axis: -1 });
    const seen = g.op("Transpose", [g.op("MatMul", [weights, heads(wv, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] });
    const joined = g.op("MatMul", [g.op("Reshape", [seen, g.integers(BATCH, TOKENS, WIDTH)]), wo]);
    const middle = g.op("Add", [x, joined]);
    const inner = g.op("Add", [g.op("MatMul", [norm(middle, gamma2, beta2), w1]), b1]);
    const gelu = g.op("Gelu", [inner], { approximate: "tanh" });
    return g.op("Add", [middle, g.op("Add", [g.op("MatMul", [gelu, w2]), b2])]);
  },
});
