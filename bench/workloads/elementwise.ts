import { type Workload, workload } from "../workload.ts";

const SIZE = 1_000_000;
/** Turns of the chain, of three operations each. */
const TURNS = 20;

const map = (x: ArrayLike<number>, y: ArrayLike<number>, f: (x: number, y: number) => number): Float64Array =>
  Float64Array.from({ length: x.length }, (_, k) => f(x[k]!, y[k]!));

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

export const elementwise: readonly Workload[] = [
  workload({
    name: "tanh-sigmoid",
    title: "tanh(x*y+x)*sigmoid(y), 1M",
    tolerance: 2e-6,
    data: (make) => ({ x: make.input([SIZE], 2), y: make.input([SIZE], 2) }),
    reference: ({ x, y }) => map(x, y, (a, b) => Math.tanh(a * b + a) * sigmoid(b)),
    gradloom: (gl, { x, y }) => gl.tanh(x.mul(y).add(x)).mul(gl.sigmoid(y)),
    tfjs: (tf, { x, y }) => tf.mul(tf.tanh(tf.add(tf.mul(x, y), x)), tf.sigmoid(y)),
    jax: ({ numpy: np, nn }, { x, y }) => np.tanh(x.ref.mul(y.ref).add(x)).mul(nn.sigmoid(y)),
    ort: (g, { x, y }) => g.op("Mul", [g.op("Tanh", [g.op("Add", [g.op("Mul", [x, y]), x])]), g.op("Sigmoid", [y])]),
  }),
  workload({
    name: "multiply-add",
    title: "(x*y+x)*y-x, 1M",
    tolerance: 1e-6,
    data: (make) => ({ x: make.input([SIZE], 2), y: make.input([SIZE], 2) }),
    reference: ({ x, y }) => map(x, y, (a, b) => (a * b + a) * b - a),
    gradloom: (_, { x, y }) => x.mul(y).add(x).mul(y).sub(x),
    tfjs: (tf, { x, y }) => tf.sub(tf.mul(tf.add(tf.mul(x, y), x), y), x),
    jax: (_, { x, y }) => x.ref.mul(y.ref).add(x.ref).mul(y).sub(x),
    ort: (g, { x, y }) => g.op("Sub", [g.op("Mul", [g.op("Add", [g.op("Mul", [x, y]), x]), y]), x]),
  }),
  workload({
    name: "chain",
    title: "60 element-wise operations, 1M",
    tolerance: 1e-5,
    data: (make) => ({ x: make.input([SIZE]), y: make.input([SIZE]) }),
    reference: ({ x, y }) =>
      map(x, y, (a, b) => {
        let v = a;
        for (let k = 0; k < TURNS; k++) v = Math.max(v * b + a, -v * 0.5);
        return v;
      }),
    gradloom: (gl, { x, y }) => {
      let v = x;
      for (let k = 0; k < TURNS; k++) v = gl.maximum(v.mul(y).add(x), v.mul(-0.5));
      return v;
    },
    tfjs: (tf, { x, y }) => {
      let v = x;
      for (let k = 0; k < TURNS; k++) v = tf.maximum(tf.add(tf.mul(v, y), x), tf.mul(v, -0.5));
      return v;
    },
    jax: ({ numpy: np }, { x, y }) => {
      let v = x.ref;
      for (let k = 0; k < TURNS; k++) v = np.maximum(v.ref.mul(y.ref).add(x.ref), v.mul(-0.5));
      x.dispose();
      y.dispose();
      return v;
    },
    ort: (g, { x, y }) => {
      let v = x;
      for (let k = 0; k < TURNS; k++) {
        v = g.op("Max", [g.op("Add", [g.op("Mul", [v, y]), x]), g.op("Mul", [v, g.scalar(-0.5)])]);
      }
      return v;
    },
  }),
];
