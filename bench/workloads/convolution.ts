/** Convolutional networks. Images and filters are (N, C, H, W) and (F, C, H, W), but for TensorFlow.js, which wants channels last. */
import type { numpy } from "@jax-js/jax";
import type { Tensor4D } from "@tensorflow/tfjs";
import { type Data, permute, reshape } from "../data.ts";
import { network, scaleOf } from "../network.ts";
import type { OnnxGraph } from "../peers/onnx.ts";
import type { Jax, Workload } from "../workload.ts";

/** Images and filters in TensorFlow.js's order; `depthwise` filters have their channel first. */
function channelsLast<K extends string>(data: Record<K, Data>, depthwise: readonly string[] = []): Record<K, Data> {
  const moved = Object.entries<Data>(data).map(([name, each]) => {
    if (each.shape.length !== 4) return [name, each];
    if (each.role === "input") return [name, permute(each, [0, 2, 3, 1])];
    return [name, permute(each, depthwise.includes(name) ? [2, 3, 0, 1] : [2, 3, 1, 0])];
  });
  return Object.fromEntries(moved) as Record<K, Data>;
}

/** A 3x3 convolution that keeps the size. */
const jaxConv = ({ lax }: Jax, x: numpy.Array, w: numpy.Array, groups = 1): numpy.Array =>
  lax.convGeneralDilated(x, w, [1, 1], "SAME", { featureGroupCount: groups });

const jaxPool = ({ numpy: np, lax }: Jax, x: numpy.Array): numpy.Array =>
  lax.reduceWindow(x, (window) => np.max(window), [1, 1, 2, 2], [1, 1, 2, 2]);

const onnxConv = (g: OnnxGraph, operands: readonly string[], group = 1): string =>
  g.op("Conv", operands, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group });

const BATCH = 64;
const FEATURES = 32 * 7 * 7;

const cnn = network({
  name: "cnn",
  title: "CNN 28x28, conv 16, conv 32, dense 10, batch 64",
  loss: "crossEntropy",
  rate: 0.05,
  tolerance: { forward: 1e-5, step: 2e-3 },
  flops: 2 * BATCH * (28 * 28 * 16 * 9 + 14 * 14 * 32 * 16 * 9 + FEATURES * 10),
  data: (make) => ({
    x: make.input([BATCH, 1, 28, 28]),
    w1: make.parameter([16, 1, 3, 3], scaleOf(9)),
    b1: make.parameter([16, 1, 1], 0.1),
    w2: make.parameter([32, 16, 3, 3], scaleOf(144)),
    b2: make.parameter([32, 1, 1], 0.1),
    w3: make.parameter([FEATURES, 10], scaleOf(FEATURES)),
    b3: make.parameter([10], 0.1),
  }),
  layout: {
    tfjs: (data) => ({
      ...channelsLast(data),
      b1: reshape(data.b1, [16]),
      b2: reshape(data.b2, [32]),
      w3: reshape(permute(reshape(data.w3, [32, 7, 7, 10]), [1, 2, 0, 3]), [FEATURES, 10]),
    }),
    ort: (data) => ({ ...data, b1: reshape(data.b1, [16]), b2: reshape(data.b2, [32]) }),
  },
  target: (make) => make.oneHot(BATCH, 10),
  gradloom: (gl, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = gl.maxPool(gl.relu(gl.convNd(x, w1, { padding: 1 }).add(b1)), [2, 2], 2);
    const h2 = gl.maxPool(gl.relu(gl.convNd(h1, w2, { padding: 1 }).add(b2)), [2, 2], 2);
    return h2.reshape(BATCH, FEATURES).matmul(w3).add(b3);
  },
  tfjs: (tf, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = tf.maxPool(
      tf.relu(tf.add(tf.conv2d(x as Tensor4D, w1 as Tensor4D, 1, "same"), b1)) as Tensor4D,
      2,
      2,
      "valid",
    );
    const h2 = tf.maxPool(tf.relu(tf.add(tf.conv2d(h1, w2 as Tensor4D, 1, "same"), b2)) as Tensor4D, 2, 2, "valid");
    return tf.add(tf.matMul(tf.reshape(h2, [BATCH, FEATURES]), w3), b3);
  },
  jax: (jax, { x, w1, b1, w2, b2, w3, b3 }) => {
    const h1 = jaxPool(jax, jax.nn.relu(jaxConv(jax, x, w1).add(b1)));
    const h2 = jaxPool(jax, jax.nn.relu(jaxConv(jax, h1, w2).add(b2)));
    return jax.numpy.matmul(h2.reshape([BATCH, FEATURES]), w3).add(b3);
  },
  ort: (g, { x, w1, b1, w2, b2, w3, b3 }) => {
    const pool = { kernel_shape: [2, 2], strides: [2, 2] };
    const h1 = g.op("MaxPool", [g.op("Relu", [onnxConv(g, [x, w1, b1])])], pool);
    const h2 = g.op("MaxPool", [g.op("Relu", [onnxConv(g, [h1, w2, b2])])], pool);
    return g.op("Gemm", [g.op("Flatten", [h2]), w3, b3]);
  },
});

const IMAGES = 8;
const [NARROW, WIDE] = [64, 128];
const [LARGE, SMALL] = [28, 14];

/** A block of MobileNet: each channel convolved for itself, then mixed; the means of the channels come out. */
const separable = network({
  name: "separable",
  title: "depthwise-separable block 64→128, 28x28, batch 8",
  loss: "meanSquare",
  rate: 0.1,
  tolerance: { forward: 1e-5, step: 2e-3 },
  flops: 2 * IMAGES * LARGE ** 2 * NARROW * (9 + WIDE),
  data: (make) => ({
    x: make.input([IMAGES, NARROW, LARGE, LARGE]),
    depth: make.parameter([NARROW, 1, 3, 3], scaleOf(9)),
    point: make.parameter([WIDE, NARROW, 1, 1], scaleOf(NARROW)),
  }),
  layout: { tfjs: (data) => ({ ...data, ...channelsLast(data, ["depth"]) }) },
  target: (make) => make.input([IMAGES, WIDE]),
  gradloom: (gl, { x, depth, point }) => {
    const spread = gl.relu(gl.convNd(x, depth, { padding: 1, groups: NARROW }));
    return gl.relu(gl.convNd(spread, point)).mean([2, 3]);
  },
  tfjs: (tf, { x, depth, point }) => {
    const spread = tf.relu(tf.depthwiseConv2d(x as Tensor4D, depth as Tensor4D, 1, "same"));
    return tf.mean(tf.relu(tf.conv2d(spread, point as Tensor4D, 1, "valid")), [1, 2]);
  },
  jax: (jax, { x, depth, point }) => {
    const spread = jax.nn.relu(jaxConv(jax, x, depth, NARROW));
    return jax.nn.relu(jax.lax.convGeneralDilated(spread, point, [1, 1], "VALID")).mean([2, 3]);
  },
  ort: (g, { x, depth, point }) => {
    const spread = g.op("Relu", [onnxConv(g, [x, depth], NARROW)]);
    const mixed = g.op("Relu", [g.op("Conv", [spread, point], { kernel_shape: [1, 1] })]);
    return g.op("ReduceMean", [mixed, g.integers(2, 3)], { keepdims: 0 });
  },
});

/** A block of ResNet: x + conv(relu(conv(x))), and relu; the means of the channels come out. */
const residual = network({
  name: "residual",
  title: "residual block, 64 channels, 14x14, batch 8",
  loss: "meanSquare",
  rate: 0.1,
  tolerance: { forward: 1e-5, step: 2e-3 },
  flops: 2 * 2 * IMAGES * SMALL ** 2 * NARROW ** 2 * 9,
  data: (make) => ({
    x: make.input([IMAGES, NARROW, SMALL, SMALL]),
    w1: make.parameter([NARROW, NARROW, 3, 3], scaleOf(9 * NARROW)),
    w2: make.parameter([NARROW, NARROW, 3, 3], scaleOf(9 * NARROW)),
  }),
  layout: { tfjs: (data) => channelsLast(data) },
  target: (make) => make.input([IMAGES, NARROW]),
  gradloom: (gl, { x, w1, w2 }) => {
    const inner = gl.relu(gl.convNd(x, w1, { padding: 1 }));
    return gl.relu(gl.convNd(inner, w2, { padding: 1 }).add(x)).mean([2, 3]);
  },
  tfjs: (tf, { x, w1, w2 }) => {
    const inner = tf.relu(tf.conv2d(x as Tensor4D, w1 as Tensor4D, 1, "same"));
    return tf.mean(tf.relu(tf.add(tf.conv2d(inner, w2 as Tensor4D, 1, "same"), x)), [1, 2]);
  },
  jax: (jax, { x, w1, w2 }) => {
    const inner = jax.nn.relu(jaxConv(jax, x.ref, w1));
    return jax.nn.relu(jaxConv(jax, inner, w2).add(x)).mean([2, 3]);
  },
  ort: (g, { x, w1, w2 }) => {
    const inner = g.op("Relu", [onnxConv(g, [x, w1])]);
    const outer = g.op("Relu", [g.op("Add", [onnxConv(g, [inner, w2]), x])]);
    return g.op("ReduceMean", [outer, g.integers(2, 3)], { keepdims: 0 });
  },
});

export const convolutions: readonly Workload[] = [...cnn, ...separable, ...residual];
