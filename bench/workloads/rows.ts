/** Workloads that go over the rows or columns of a matrix. */
import { type Workload, workload } from "../workload.ts";

const [ROWS, COLUMNS] = [128, 1024];
const SIDE = 1024;
const EPS = 1e-5;

/** Each row of a matrix through `f`. */
function eachRow(x: ArrayLike<number>, columns: number, f: (row: Float64Array) => Float64Array): Float64Array {
  const all = Float64Array.from(x);
  for (let at = 0; at < all.length; at += columns) all.set(f(all.slice(at, at + columns)), at);
  return all;
}

const total = (row: Float64Array): number => row.reduce((sum, v) => sum + v, 0);

function softmaxRow(row: Float64Array): Float64Array {
  const exp = row.map(Math.exp);
  const sum = total(exp);
  return exp.map((e) => e / sum);
}

function normalRow(row: Float64Array): Float64Array {
  const mean = total(row) / row.length;
  const centered = row.map((v) => v - mean);
  const scale = 1 / Math.sqrt(total(centered.map((v) => v * v)) / row.length + EPS);
  return centered.map((v) => v * scale);
}

/** A sum over one axis of a square matrix. */
const sumOver = (axis: 0 | 1): Workload =>
  workload({
    name: `sum-${axis}`,
    title: `sum over axis ${axis}, 1024x1024`,
    tolerance: 1e-5,
    data: (make) => ({ x: make.input([SIDE, SIDE]) }),
    reference: ({ x }) => {
      const sums = new Float64Array(SIDE);
      x.forEach((v, k) => {
        sums[axis === 0 ? k % SIDE : Math.floor(k / SIDE)]! += v;
      });
      return sums;
    },
    gradloom: (_, { x }) => x.sum(axis),
    tfjs: (tf, { x }) => tf.sum(x, axis),
    jax: (_, { x }) => x.sum(axis),
    ort: (g, { x }) => g.op("ReduceSum", [x, g.integers(axis)], { keepdims: 0 }),
  });

export const rows: readonly Workload[] = [
  workload({
    name: "softmax",
    title: "softmax, 128x1024",
    tolerance: 2e-6,
    data: (make) => ({ x: make.input([ROWS, COLUMNS], 4) }),
    reference: ({ x }) => eachRow(x, COLUMNS, softmaxRow),
    gradloom: (gl, { x }) => gl.softmax(x),
    tfjs: (tf, { x }) => tf.softmax(x),
    jax: ({ nn }, { x }) => nn.softmax(x),
    ort: (g, { x }) => g.op("Softmax", [x], { axis: -1 }),
  }),
  workload({
    name: "layer-norm",
    title: "layer norm, 128x1024",
    tolerance: 5e-6,
    data: (make) => ({
      x: make.input([ROWS, COLUMNS], 4),
      gamma: make.constant([COLUMNS], 1.5),
      beta: make.constant([COLUMNS], 0.25),
    }),
    reference: ({ x }) => eachRow(x, COLUMNS, normalRow).map((v) => v * 1.5 + 0.25),
    gradloom: (gl, { x, gamma, beta }) => gl.layerNorm(x, { gamma, beta, eps: EPS }),
    tfjs: (tf, { x, gamma, beta }) => {
      const { mean, variance } = tf.moments(x, -1, true);
      const scaled = tf.mul(tf.sub(x, mean), tf.mul(tf.rsqrt(tf.add(variance, EPS)), gamma));
      return tf.add(scaled, beta);
    },
    jax: ({ nn }, { x, gamma, beta }) => nn.standardize(x, -1, { epsilon: EPS }).mul(gamma).add(beta),
    ort: (g, { x, gamma, beta }) => g.op("LayerNormalization", [x, gamma, beta], { axis: -1, epsilon: { float: EPS } }),
  }),
  sumOver(0),
  sumOver(1),
];
