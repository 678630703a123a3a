import * as gl from "../../src/index.ts";
import type { Data } from "../data.ts";
import type { Workload } from "../workload.ts";
import type { Contender } from "./contender.ts";

/** This library on its WASM backend, jitted as jax-js is. */
export async function load(workload: Workload, data: Record<string, Data>): Promise<Contender> {
  await gl.setBackend("wasm");
  const { rate } = workload;
  const arrays: Record<string, gl.Tensor> = {};
  const parameters: Record<string, gl.Tensor> = {};
  for (const [name, { shape, values, role }] of Object.entries(data)) {
    const trained = rate !== undefined && role === "parameter";
    arrays[name] = gl.fromData(values, shape, { constant: !trained });
    if (trained) parameters[name] = arrays[name];
  }
  if (rate !== undefined) return trainer(workload, arrays, parameters, rate);
  const forward = gl.jit((given: Readonly<Record<string, gl.Tensor>>) => workload.gradloom(gl, given));
  let result: gl.Tensor | undefined;
  return {
    run() {
      result?.dispose();
      result = forward(arrays);
      result.evaluate();
    },
    async read() {
      return { result: await result!.data() };
    },
  };
}

function trainer(
  workload: Workload,
  arrays: Record<string, gl.Tensor>,
  parameters: Record<string, gl.Tensor>,
  rate: number,
): Contender {
  const step = gl.jit((): gl.Tensor => {
    const loss = workload.gradloom(gl, arrays);
    loss.backward();
    for (const p of Object.values(parameters)) p.sub_(p.grad!.mul(rate));
    return loss;
  });
  let before = Number.NaN;
  return {
    run() {
      before = gl.scope(step).item();
    },
    async read() {
      const read = Object.entries(parameters).map(async ([name, p]) => [name, await p.data()] as const);
      return { loss: [before], ...Object.fromEntries(await Promise.all(read)) };
    },
  };
}
