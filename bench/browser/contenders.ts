/** The libraries on their WebGL backends: runs are queued, and results read later. */
import type { numpy } from "@jax-js/jax";
import type { Tensor as TfTensor, Variable } from "@tensorflow/tfjs";
import type { Tensor } from "../../src/index.ts";
import type { Data } from "../data.ts";
import type { Gradloom, Jax, Tfjs, Workload } from "../workload.ts";

/** A workload in one library. */
export interface Contender<R = unknown> {
  /** Computes the result anew, or makes a step of SGD and gives the loss before it; the device may not be done yet. */
  run(): R;
  /** For libraries that compute nothing before somebody waits for it: has all of these computed. */
  submit?(results: readonly R[]): Promise<unknown>;
  read(result: R): Promise<ArrayLike<number>>;
  drop(result: R): void;
  /** The parameters as they are now. */
  parameters(): Promise<Record<string, ArrayLike<number>>>;
}

/** Thrown where a library lacks what a workload needs. */
export class Cannot extends Error {}

/** Makes a workload's arrays in a library that runs. */
export type Start = (workload: Workload, data: Record<string, Data>) => Contender;

/** Enough numbers that no library computes with them on the processor, as all do with a few. */
const SIDE = 64;
const SMALL = new Float32Array(SIDE * SIDE).fill(0.5);

/** Arrays, and those of them that are trained. */
function sorted<V>(
  workload: Workload,
  data: Record<string, Data>,
  make: (d: Data, name: string) => V,
): [all: Record<string, V>, trained: Record<string, V>] {
  const arrays: Record<string, V> = {};
  const trained: Record<string, V> = {};
  for (const [name, each] of Object.entries(data)) {
    arrays[name] = make(each, name);
    if (workload.rate !== undefined && each.role === "parameter") trained[name] = arrays[name];
  }
  return [arrays, trained];
}

async function readAll<V>(
  arrays: Record<string, V>,
  read: (v: V) => Promise<ArrayLike<number>>,
): Promise<Record<string, ArrayLike<number>>> {
  const entries = Object.entries(arrays).map(async ([name, v]) => [name, await read(v)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

export async function gradloom(gl: Gradloom): Promise<Start> {
  await gl.setBackend("webgl");
  const small = gl.fromData(SMALL, [SIDE, SIDE]);
  await small.add(small).data();
  return (workload, data): Contender => {
    const { rate } = workload;
    const [arrays, trained] = sorted(workload, data, ({ values, shape, role }) =>
      gl.fromData(values, shape, { constant: rate === undefined || role !== "parameter" }),
    );
    const forward = gl.jit((given: Record<string, Tensor>) => workload.gradloom(gl, given));
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
      parameters: () => readAll(trained, (t) => t.data()),
    };
    return contender as Contender;
  };
}

export async function tfjs(tf: Tfjs): Promise<Start> {
  if (!(await tf.setBackend("webgl"))) throw new Cannot("its WebGL backend does not start here");
  const small = tf.tensor(SMALL, [SIDE, SIDE]);
  await tf.add(small, small).data();
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
      parameters: () => readAll(trained, (t) => t.data() as Promise<Float32Array>),
    };
    return contender as Contender;
  };
}

type JaxArrays = Record<string, numpy.Array>;

/** A call uses its arguments up. */
const refs = (all: JaxArrays): JaxArrays => Object.fromEntries(Object.entries(all).map(([name, a]) => [name, a.ref]));

export async function jax(lib: Jax): Promise<Start> {
  if (!(await lib.init("webgl")).includes("webgl")) throw new Cannot("its WebGL backend does not start here");
  lib.defaultDevice("webgl");
  const small = lib.numpy.array(SMALL, { shape: [SIDE, SIDE] });
  await small.ref.add(small).data();
  return (workload, data): Contender => {
    const maths = workload.jax;
    if (typeof maths === "string") throw new Cannot(maths);
    const { rate } = workload;
    const [arrays, trained] = sorted<numpy.Array>(workload, data, ({ values, shape }) =>
      lib.numpy.array(values as Float32Array<ArrayBuffer>, { shape: [...shape] }),
    );
    const jit = <F>(f: F): F => (workload.jaxWithoutJit ? f : (lib.jit(f as never) as F));
    const forward = jit((given: JaxArrays) => maths(lib, given));
    const inputs = Object.fromEntries(Object.entries(arrays).filter(([name]) => !(name in trained)));
    const loss = (p: JaxArrays, a: JaxArrays): numpy.Array => maths(lib, { ...p, ...a });
    const update = jit((given: JaxArrays, rest: JaxArrays): [numpy.Array, JaxArrays] => {
      const [value, gradients] = lib.valueAndGrad(loss)(refs(given), rest) as [numpy.Array, JaxArrays];
      const next = Object.entries(given).map(([name, p]) => [name, p.sub(gradients[name]!.mul(rate!))]);
      return [value, Object.fromEntries(next) as JaxArrays];
    });
    let parameters = trained;
    const contender: Contender<numpy.Array> = {
      run: () => {
        if (rate === undefined) return forward(refs(arrays));
        const [value, next] = update(parameters, refs(inputs));
        parameters = next;
        return value;
      },
      // The last loss needs all steps before it. Separate results are asked for by one element each: `blockUntilReady` would
      // read all of them in full.
      submit: async (all) => {
        if (rate !== undefined) return;
        const firsts = all.map((a) => a.ref.slice(...a.shape.map(() => 0)));
        await firsts.reduce((sum, a) => sum.add(a)).data();
      },
      read: (a) => a.ref.data() as Promise<Float32Array>,
      drop: (a) => a.dispose(),
      parameters: () => readAll(parameters, (a) => a.ref.data() as Promise<Float32Array>),
    };
    return contender as Contender;
  };
}
