import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import type { Data } from "../data.ts";
import type { Workload } from "../workload.ts";
import { Cannot, type Contender } from "./contender.ts";

type Parameter = tf.Variable<tf.Rank>;

const upload = ({ shape, values }: Data): tf.Tensor =>
  tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32");

/** What a missing kernel is reported as. */
function explain(error: unknown): never {
  const kernel = /Kernel '(\w+)' not registered/.exec(error instanceof Error ? error.message : "")?.[1];
  throw kernel === undefined ? error : new Cannot(`no kernel ${kernel} on the WASM backend`);
}

/** TensorFlow.js, eager, on its WASM backend with SIMD. On Node that backend has one thread and computes synchronously. */
export async function load(workload: Workload, data: Record<string, Data>): Promise<Contender> {
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the WASM backend did not start");
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("tfjs: no SIMD");
  if (typeof workload.tfjs === "string") throw new Cannot(workload.tfjs);
  const maths = workload.tfjs;
  const { rate } = workload;
  const arrays: Record<string, tf.Tensor> = {};
  const parameters: Record<string, Parameter> = {};
  for (const [name, each] of Object.entries(data)) {
    const trained = rate !== undefined && each.role === "parameter";
    if (trained) arrays[name] = parameters[name] = tf.tidy(() => tf.variable(upload(each), true, name));
    else arrays[name] = upload(each);
  }
  if (rate !== undefined) return trainer(() => maths(tf, arrays) as tf.Scalar, parameters, rate);
  let result: tf.Tensor | undefined;
  return {
    run() {
      result?.dispose();
      try {
        result = tf.tidy(() => maths(tf, arrays));
      } catch (error) {
        explain(error);
      }
    },
    async read() {
      return { result: await result!.data() };
    },
  };
}

function trainer(loss: () => tf.Scalar, parameters: Record<string, Parameter>, rate: number): Contender {
  const list = Object.values(parameters);
  const update = (): tf.Scalar => {
    const { value, grads } = tf.variableGrads(loss, list);
    for (const p of list) p.assign(tf.sub(p, tf.mul(grads[p.name]!, rate)));
    return value;
  };
  let before = Number.NaN;
  return {
    async run() {
      try {
        const value = tf.tidy(update);
        [before] = (await value.data()) as unknown as [number];
        value.dispose();
      } catch (error) {
        explain(error);
      }
    },
    async read() {
      const read = Object.entries(parameters).map(async ([name, p]) => [name, await p.data()] as const);
      return { loss: [before], ...Object.fromEntries(await Promise.all(read)) };
    },
  };
}
