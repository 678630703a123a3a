/** tfjs's WASM backend: its heap, which generated modules work on, and its kernels as raw exports. */

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
  /** 0 where there is no room. */
  malloc(bytes: number): number;
  free(pointer: number): void;
}

/** Starts an instance of tfjs's WASM backend of our own: programs that use tfjs besides do not notice. */
export async function loadTfjsHeap(): Promise<TfjsHeap> {
  const core = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-wasm");
  const backend: unknown = await core.findBackendFactory("wasm")();
  const { wasm } = backend as { readonly wasm: EmscriptenModule };
  const memory = wasm.wasmMemory ?? wasm.asm.memory;
  if (memory === undefined) throw new Error("tfjs's WASM backend shows no memory");
  return {
    memory,
    exports: wasm.asm as unknown as Readonly<Record<string, Raw>>,
    malloc: (bytes) => wasm._malloc(bytes),
    free: (pointer) => wasm._free(pointer),
  };
}
