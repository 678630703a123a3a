/** Networks: their forward pass and a step of SGD, from one definition. */
import type { numpy } from "@jax-js/jax";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import type { Tensor } from "../src/index.ts";
import type { Data, Numbers } from "./data.ts";
import { type Gradloom, type Jax, type Tfjs, type Versions, type Workload, workload } from "./workload.ts";

interface Loss {
  gradloom(gl: Gradloom, result: Tensor, target: Tensor): Tensor;
  tfjs(tf: Tfjs, result: TfTensor, target: TfTensor): TfTensor;
  jax(jax: Jax, result: numpy.Array, target: numpy.Array): numpy.Array;
}

/** The mean softmax cross-entropy of scores and one-hot labels. */
const crossEntropy: Loss = {
  gradloom: (gl, scores, labels) => gl.logSoftmax(scores).mul(labels).sum(1).mean().neg(),
  tfjs: (tf, scores, labels) => tf.losses.softmaxCrossEntropy(labels, scores),
  jax: ({ numpy: np, nn }, scores, labels) => {
    const rows = scores.shape[0]!;
    return np.sum(nn.logSoftmax(scores).mul(labels)).mul(-1 / rows);
  },
};

/** The mean of the squared differences. */
const meanSquare: Loss = {
  gradloom: (gl, result, target) => gl.mseLoss(result, target),
  tfjs: (tf, result, target) => tf.losses.meanSquaredError(target, result),
  jax: ({ numpy: np }, result, target) => np.mean(np.square(result.sub(target))),
};

type LossName = "crossEntropy" | "meanSquare";
const LOSSES: { readonly [L in LossName]: Loss } = { crossEntropy, meanSquare };

/** A network: `data` is what its result comes from, `target` what the loss compares it with. */
export interface Network<K extends string> extends Versions<K> {
  readonly name: string;
  readonly title: string;
  readonly data: (make: Numbers) => Record<K, Data>;
  readonly layout?: Workload<K>["layout"];
  /** What is measured: both unless given. */
  readonly rows?: readonly ("forward" | "step")[];
  readonly loss: LossName;
  readonly target: (make: Numbers) => Data;
  readonly rate: number;
  /** How far results may differ, and changes of parameters in three steps. */
  readonly tolerance: { readonly forward: number; readonly step: number };
  /** Of the forward pass. */
  readonly flops?: number;
}

export function network<K extends string>(net: Network<K>): Workload[] {
  const rows = net.rows ?? ["forward", "step"];
  return rows.map((row) => (row === "forward" ? forward(net) : step(net)));
}

function forward<K extends string>(net: Network<K>): Workload {
  const { name, title, data, gradloom, tfjs, jax, ort, tolerance, layout, flops } = net;
  return workload<K>({
    name: `${name}-forward`,
    title: `${title}: forward`,
    tolerance: tolerance.forward,
    data,
    gradloom,
    tfjs,
    jax,
    ort,
    ...(layout === undefined ? {} : { layout }),
    ...(flops === undefined ? {} : { flops }),
  });
}

function step<K extends string>(net: Network<K>): Workload {
  const { name, title, gradloom, tfjs, jax, rate, tolerance } = net;
  const loss = LOSSES[net.loss];
  return workload<K | "target">({
    name: `${name}-step`,
    title: `${title}: SGD step`,
    rate,
    tolerance: tolerance.step,
    data: (make) => ({ ...net.data(make), target: net.target(make) }) as Record<K | "target", Data>,
    gradloom: (gl, arrays) => loss.gradloom(gl, gradloom(gl, arrays), arrays.target),
    tfjs: typeof tfjs === "string" ? tfjs : (tf, arrays) => loss.tfjs(tf, tfjs(tf, arrays), arrays.target),
    jax: typeof jax === "string" ? jax : (lib, arrays) => loss.jax(lib, jax(lib, arrays), arrays.target),
    ort: "inference only",
    // The arrays of a step are laid out as those of the forward pass.
    ...(net.layout === undefined ? {} : { layout: net.layout as NonNullable<Workload["layout"]> }),
  });
}

/** The largest weight of a layer with so many inputs, for results of about the inputs' size. */
export const scaleOf = (inputs: number): number => Math.sqrt(3 / inputs);
