/** The choice of the backend. Nothing is loaded before one is asked for. */
import type { Backend } from "../../backends/backend.ts";
import { BackendError } from "../errors.ts";

const loaders = {
  wasm: async (): Promise<Backend> => (await import("../../backends/wasm/backend.ts")).loadWasm(),
  reference: async (): Promise<Backend> => (await import("../../backends/reference/backend.ts")).REFERENCE,
} as const;

/** `wasm` compiles to WebAssembly; `reference` interprets, slowly and plainly. */
export type BackendName = keyof typeof loaders;

const loaded = new Map<BackendName, Promise<Backend>>();
let current: Backend | null = null;
let starting: Promise<Backend> | null = null;

/** A backend, started on first use; the choice stays as it is. */
export function loadBackend(name: BackendName): Promise<Backend> {
  let promise = loaded.get(name);
  if (promise === undefined) {
    promise = loaders[name]();
    loaded.set(name, promise);
    // A failed attempt may be repeated.
    promise.catch(() => loaded.delete(name));
  }
  return promise;
}

/**
 * Chooses where programs run from now on. Values computed before stay readable.
 *
 * @throws BackendError for an unknown name, or where the backend does not load
 */
export async function setBackend(name: BackendName): Promise<void> {
  if (!Object.hasOwn(loaders, name)) {
    const known = Object.keys(loaders).map((each) => JSON.stringify(each));
    throw new BackendError(`setBackend: no backend is named ${JSON.stringify(name)}; there are ${known.join(" and ")}`);
  }
  try {
    current = await loadBackend(name);
  } catch (cause) {
    throw new BackendError(`setBackend: the ${name} backend does not load here: ${reason(cause)}`, { cause });
  }
}

/** The backend's name, or null before one is ready. */
export function getBackend(): BackendName | null {
  return (current?.name ?? null) as BackendName | null;
}

/** Resolves once a backend is ready: the chosen one, otherwise `wasm`, or `reference` where that does not load. */
export async function ready(): Promise<void> {
  if (current !== null) return;
  starting ??= loadBackend("wasm").catch(() => loadBackend("reference"));
  const backend = await starting;
  current ??= backend;
}

/** @throws BackendError while none is ready */
export function currentBackend(caller: string): Backend {
  if (current === null) {
    throw new BackendError(
      `${caller}: no backend is ready yet, and this call cannot wait for one; first "await ready()" or ` +
        `"await setBackend('wasm')", or read with "await t.data()"`,
    );
  }
  return current;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether programs can run now. */
export function hasBackend(): boolean {
  return current !== null;
}

/** The backend in use, or null before one is ready. */
export function backendOrNull(): Backend | null {
  return current;
}
