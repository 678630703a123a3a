/** The entry of the single-file build: the whole library, and the code of its threads, which run the same file. */
export * from "../../src/index.ts";
export * from "../../src/worker.ts";

if ((globalThis as { readonly name?: unknown }).name === "gradloom thread")
  await import("../../src/backends/wasm/threads/worker.ts");
