import * as jax from "@jax-js/jax";
import type { Data } from "../data.ts";
import type { Workload } from "../workload.ts";
import { Cannot, type Contender } from "./contender.ts";

type Arrays = Record<string, jax.numpy.Array>;
type JsTree = jax.numpy.Array | readonly [jax.numpy.Array, Arrays];

/** `jit`, or nothing. */
type Compile = <F extends (...args: never[]) => JsTree>(f: F) => F;

const jit: Compile = (f) => jax.jit(f as never) as unknown as typeof f;

/** jax-js reads `navigator` without a guard, and Node 20 has none. */
function provideNavigator(): void {
  if (typeof globalThis.navigator !== "undefined") return;
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js" }, configurable: true });
}

const upload = ({ shape, values }: Data): jax.numpy.Array =>
  jax.numpy.array(values as Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>, { shape: [...shape] });

/** Each array once more: a call uses its arguments up. */
const refs = (arrays: Arrays): Arrays => Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, a.ref]));

const read = async (a: jax.numpy.Array): Promise<ArrayLike<number>> => Float32Array.from(await a.ref.data());

/** jax-js, jitted, on its WASM backend. Node has no global `Worker`, so that it runs on one thread. */
export async function load(workload: Workload, data: Record<string, Data>): Promise<Contender> {
  provideNavigator();
  if (!(await jax.init("wasm")).includes("wasm")) throw new Error("jax-js: the WASM backend did not start");
  jax.defaultDevice("wasm");
  if (typeof workload.jax === "string") throw new Cannot(workload.jax);
  const maths = workload.jax;
  const { rate } = workload;
  const compile: Compile = workload.jaxWithoutJit ? (f) => f : jit;
  const arrays: Arrays = {};
  const parameters: Arrays = {};
  for (const [name, each] of Object.entries(data)) {
    (rate !== undefined && each.role === "parameter" ? parameters : arrays)[name] = upload(each);
  }
  if (rate !== undefined)
    return trainer((p: Arrays, a: Arrays) => maths(jax, { ...p, ...a }), parameters, arrays, rate, compile);
  const compiled = compile((a: Arrays) => maths(jax, a));
  let result: jax.numpy.Array | undefined;
  return {
    async run() {
      result?.dispose();
      result = compiled(refs(arrays));
      await result.blockUntilReady();
    },
    async read() {
      return { result: await read(result!) };
    },
  };
}

function trainer(
  loss: (parameters: Arrays, arrays: Arrays) => jax.numpy.Array,
  start: Arrays,
  arrays: Arrays,
  rate: number,
  compile: Compile,
): Contender {
  const update = (given: Arrays, inputs: Arrays): [jax.numpy.Array, Arrays] => {
    const [value, gradients] = jax.valueAndGrad(loss)(refs(given), inputs) as [jax.numpy.Array, Arrays];
    const next = Object.entries(given).map(([name, p]) => [name, p.sub(gradients[name]!.mul(rate))]);
    return [value, Object.fromEntries(next) as Arrays];
  };
  const compiled = compile(update);
  let parameters = start;
  let before = Number.NaN;
  return {
    async run() {
      const [value, next] = compiled(parameters, refs(arrays));
      parameters = next;
      await jax.blockUntilReady(parameters);
      [before] = (await value.data()) as unknown as [number];
    },
    async read() {
      const all = Object.entries(parameters).map(async ([name, p]) => [name, await read(p)] as const);
      return { loss: [before], ...Object.fromEntries(await Promise.all(all)) };
    },
  };
}
