/** The libraries on their WebGL backends: runs are queued, and results read later. */
import type { numpy } from "@jax-js/jax";
import type { Tensor as TfTensor, Variable } from "@tensorflow/tfjs";
import type { Tensor } from "../../src/index.ts";
import type { Data } from "../data.ts";
import type { Gradloom, Jax, Tfjs, Workload } from "../workload.ts";
import type { LibraryName } from "./protocol.ts";

/** A workload in one library. */
export interface Contender<R = unknown> {
  /** Computes the result anew, or makes a step of SGD and gives the loss before it; the device may not be done yet. */
  run(): R;
  /** For libraries that compute nothing before somebody waits for it: has all of these computed. */
  submit?(results: readonly R[]): Promise<unknown>;
  read(result: R): Promise<ArrayLike<number>>;
  drop(result: R): void;
}

/** Thrown where a library lacks what a workload needs. */
export class Cannot extends Error {}

type Arrays<V> = Record<string, V>;

/** Arrays, and those of them that are trained. */
function sorted<V>(
  workload: Workload,
  data: Record<string, Data>,
  make: (d: Data, name: string) => V,
): [Arrays<V>, Arrays<V>] {
  const arrays: Arrays<V> = {};
  const trained: Arrays<V> = {};
  for (const [name, each] of Object.entries(data)) {
    arrays[name] = make(each, name);
    if (workload.rate !== undefined && each.role === "parameter") trained[name] = arrays[name];
  }
  return [arrays, trained];
}

/** Starts the library itself. */
export async function gradloom(gl: Gradloom): Promise<(workload: Workload, data: Record<string, Data>) => Contender> {
  await gl.setBackend("webgl");
  await gl.ones([4]).add(1).data();
  return (workload, data): Contender => {
    const { rate } = workload;
    const [arrays, trained] = sorted(workload, data, ({ values, shape, role }) =>
      gl.fromData(values, shape, { constant: rate === undefined || role !== "parameter" }),
    );
    const forward = gl.jit((given: Arrays<Tensor>) => workload.gradloom(gl, given));
    const step = gl.jit((): Tensor => {
      const loss = workload.gradloom(gl, arrays);
      loss.backward();
      for (const p of Object.values(trained)) p.sub_(p.grad!.mul(rate!));
      return loss;
    });
    const contender: Contender<Tensor> = {
      run: () => (rate === undefined ? forward(arrays).evaluate() : gl.scope(step)),
      read: (t) => t.data(),
      drop: (t) => t.dispose(),
    };
    return contender as Contender;
  };
}

export async function tfjs(tf: Tfjs): Promise<(workload: Workload, data: Record<string, Data>) => Contender> {
  if (!(await tf.setBackend("webgl"))) throw new Error("tfjs: the WebGL backend did not start");
  await tf.ones([4]).add(1).data();
  return (workload, data): Contender => {
    const maths = workload.tfjs;
    if (typeof maths === "string") throw new Cannot(maths);
    const { rate } = workload;
    const [arrays, trained] = sorted<TfTensor>(workload, data, ({ values, shape, role }, name) => {
      const t = tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32");
      return rate !== undefined && role === "parameter" ? tf.variable(t, true, name) : t;
    });
    const variables = Object.values(trained) as Variable[];
    const step = (): TfTensor => {
      const { value, grads } = tf.variableGrads(() => maths(tf, arrays) as never, variables);
      for (const v of variables) v.assign(tf.sub(v, tf.mul(grads[v.name]!, rate!)));
      return value;
    };
    const contender: Contender<TfTensor> = {
      run: () => tf.tidy(rate === undefined ? () => maths(tf, arrays) : step),
      read: (t) => t.data() as Promise<Float32Array>,
      drop: (t) => t.dispose(),
    };
    return contender as Contender;
  };
}

export async function jax(lib: Jax): Promise<(workload: Workload, data: Record<string, Data>) => Contender> {
  if (!(await lib.init("webgl")).includes("webgl")) throw new Cannot("its WebGL backend does not start here");
  lib.defaultDevice("webgl");
  await lib.numpy.ones([4]).add(1).data();
  return (workload, data): Contender => {
    const maths = workload.jax;
    if (typeof maths === "string") throw new Cannot(maths);
    const { rate } = workload;
    const [arrays, trained] = sorted<numpy.Array>(workload, data, ({ values, shape }) =>
      lib.numpy.array(values as Float32Array<ArrayBuffer>, { shape: [...shape] }),
    );
    const refs = (all: Arrays<numpy.Array>): Arrays<numpy.Array> =>
      Object.fromEntries(Object.entries(all).map(([name, a]) => [name, a.ref]));
    const jit = <F>(f: F): F => (workload.jaxWithoutJit ? f : (lib.jit(f as never) as F));
    const forward = jit((given: Arrays<numpy.Array>) => maths(lib, given));
    const inputs = Object.fromEntries(Object.entries(arrays).filter(([name]) => !(name in trained)));
    const loss = (p: Arrays<numpy.Array>, a: Arrays<numpy.Array>): numpy.Array => maths(lib, { ...p, ...a });
    const update = jit((given: Arrays<numpy.Array>, rest: Arrays<numpy.Array>): [numpy.Array, Arrays<numpy.Array>] => {
      const [value, gradients] = lib.valueAndGrad(loss)(refs(given), rest) as [numpy.Array, Arrays<numpy.Array>];
      const next = Object.entries(given).map(([name, p]) => [name, p.sub(gradients[name]!.mul(rate!))]);
      return [value, Object.fromEntries(next) as Arrays<numpy.Array>];
    });
    let parameters = trained;
    const contender: Contender<numpy.Array> = {
      run: () => {
        if (rate === undefined) return forward(refs(arrays));
        const [value, next] = update(parameters, refs(inputs));
        parameters = next;
        return value;
      },
      submit: (all) => Promise.all(all.map((a) => a.blockUntilReady())),
      read: (a) => a.ref.data() as Promise<Float32Array>,
      drop: (a) => a.dispose(),
    };
    return contender as Contender;
  };
}

export type Start = (workload: Workload, data: Record<string, Data>) => Contender;

/** What a library is called. */
export const LABELS: { readonly [L in LibraryName]: string } = {
  gradloom: "Gradloom",
  tfjs: "TensorFlow.js",
  jax: "jax-js",
};
