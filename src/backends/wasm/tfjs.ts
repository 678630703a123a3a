/** tfjs's WASM backend: its heap, which generated modules work on, and its kernels as raw exports. */

import { type AddTfjsMatmul, addTfjsMatmul } from "./tfjs-matmul.ts";

type Raw = (...args: readonly number[]) => number;

/** The part of tfjs's emscripten module that is used here. */
interface EmscriptenModule {
  /** The raw exports; without `memory` in the threaded build, which imports it. */
  readonly asm: { readonly memory?: WebAssembly.Memory } & Readonly<
    Record<string, Raw | WebAssembly.Memory | undefined>
  >;
  /** The shared memory of the threaded build. */
  readonly wasmMemory?: WebAssembly.Memory;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** tfjs's heap and raw exports. */
export interface TfjsHeap {
  readonly memory: WebAssembly.Memory;
  readonly exports: Readonly<Record<string, Raw>>;
  readonly addTfjsMatmul?: AddTfjsMatmul;
  /** 0 where there is no room. */
  malloc(bytes: number): number;
  free(pointer: number): void;
}

/** Starts an instance of tfjs's WASM backend of our own: programs that use tfjs besides do not notice. */
export async function loadTfjsHeap(): Promise<TfjsHeap> {
  const core = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-wasm");
  const undo = listenersOf(["uncaughtException", "unhandledRejection"]);
  const backend: unknown = await core.findBackendFactory("wasm")();
  undo();
  const { wasm } = backend as { readonly wasm: EmscriptenModule };
  const memory = wasm.wasmMemory ?? wasm.asm.memory;
  if (memory === undefined) throw new Error("tfjs's WASM backend shows no memory");
  return {
    memory,
    addTfjsMatmul,
    exports: wasm.asm as unknown as Readonly<Record<string, Raw>>,
    malloc: (bytes) => wasm._malloc(bytes),
    free: (pointer) => wasm._free(pointer),
  };
}

/** What a program's own listeners do not look like: emscripten throws again what reaches its. */
const RETHROWS = /throw (ex|reason)\b/;

/**
 * Notes who listens to some events of Node's process; the function returned removes what emscripten has added since. Its
 * listeners throw what they get once more, so that for each error nobody caught Node prints the line of that `throw`, which
 * is the whole minified module.
 */
function listenersOf(events: readonly string[]): () => void {
  if (typeof process === "undefined" || typeof process.listeners !== "function") return () => {};
  const { process: node } = globalThis as { readonly process: NodeJS.EventEmitter };
  const before = events.map((event) => new Set(node.listeners(event)));
  return () => {
    events.forEach((event, k) => {
      for (const each of node.listeners(event)) {
        if (!before[k]!.has(each) && RETHROWS.test(String(each))) node.off(event, each as () => void);
      }
    });
  };
}
