/** What a new user's page does: a gradient on each backend, and a task in a worker. */
import { diagnostics, jit, setBackend, tensor } from "gradloom";
import { connect } from "gradloom/worker";
import type { tasks } from "./task.ts";

async function gradient(): Promise<readonly number[]> {
  const w = tensor([1, 2, 3]);
  const step = jit(() => {
    const loss = w.mul(w).sum();
    loss.backward();
    w.sub_(w.grad!.mul(0.25));
    return loss;
  });
  const losses: number[] = [];
  for (let k = 0; k < 3; k++) losses.push((await step().data())[0]!);
  return [...losses, ...(await w.data())];
}

async function main(): Promise<unknown> {
  const results: Record<string, unknown> = {};
  await setBackend("wasm");
  results.wasm = await gradient();
  await setBackend("wasm", { threads: 2 });
  results.threads = await gradient();
  results.missing = diagnostics().threads.missing;
  await setBackend("webgl");
  results.webgl = await gradient();
  const remote = connect<typeof tasks>(new Worker(new URL("./task.ts", import.meta.url), { type: "module" }));
  const steps: number[] = [];
  const { y } = await remote.run("double", { x: tensor([1, 2]) }, { onProgress: (step) => steps.push(step) });
  results.worker = [...(await y.data()), ...steps];
  remote.close();
  return results;
}

main().then(
  (results) => {
    document.title = JSON.stringify(results);
  },
  (e: unknown) => {
    document.title = `failed: ${e instanceof Error ? e.stack : e}`;
  },
);
