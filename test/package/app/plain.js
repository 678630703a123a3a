/** A page without any tools: the single file, and nothing else. */
import { diagnostics, setBackend, tensor } from "./gradloom.min.js";

async function gradient() {
  const x = tensor([1, 2, 3]);
  x.mul(x).sum().backward();
  return [...(await x.grad.data())];
}

async function main() {
  await setBackend("wasm", { threads: 2 });
  const threads = await gradient();
  const { missing } = diagnostics().threads;
  await setBackend("webgl");
  return { threads, missing, webgl: await gradient() };
}

main().then(
  (results) => {
    document.title = JSON.stringify(results);
  },
  (e) => {
    document.title = `failed: ${e.stack}`;
  },
);
