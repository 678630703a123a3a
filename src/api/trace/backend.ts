/** The choice of the backend. Nothing is loaded before one is asked for. */
import type { Backend, Threads } from "../../backends/backend.ts";
import { BackendError } from "../errors.ts";
import { checkOptions, whatIs } from "../functions/options.ts";

/** So many threads are started at most. */
const MAX_THREADS = 64;

type ThreadCount = number | "auto";

const loaders = {
  wasm: async (threads: ThreadCount): Promise<Backend> =>
    (await import("../../backends/wasm/backend.ts")).loadWasm(threads),
  webgl: async (): Promise<Backend> => (await import("../../backends/webgl/backend.ts")).loadWebgl(),
  reference: async (): Promise<Backend> => (await import("../../backends/reference/backend.ts")).REFERENCE,
} as const;

/** `wasm` compiles to WebAssembly, `webgl` to shaders for a graphics card; `reference` interprets, slowly and plainly. */
export type BackendName = keyof typeof loaders;

/** What {@link setBackend} takes besides the name. */
export interface BackendOptions {
  /** For `wasm`: how many threads share the work of a plan that is large enough; `"auto"` is one a core. 1 unless given. */
  readonly threads?: ThreadCount;
}

/** By name and threads. */
const loaded = new Map<string, Promise<Backend>>();
let current: Backend | null = null;
let starting: Promise<Backend> | null = null;

/** A backend, started on first use; the choice stays as it is. */
export async function loadBackend(name: BackendName, threads: ThreadCount = 1): Promise<Backend> {
  const key = `${name} ${threads}`;
  const known = loaded.get(key);
  if (known !== undefined) {
    const backend = await known;
    // A failed attempt may be repeated, and a device that is gone replaced.
    const isWhole = threadsOf(backend).missing === null && !(backend.kind === "plan" && backend.isLost === true);
    if (isWhole || loaded.get(key) !== known) return backend;
  }
  const promise = loaders[name](threads);
  loaded.set(key, promise);
  promise.catch(() => loaded.delete(key));
  return promise;
}

const ONE_THREAD: Threads = { asked: 1, running: 1, missing: null };

/** The threads of a backend. */
export function threadsOf(backend: Backend | null): Threads {
  return backend?.kind === "plan" ? backend.threads : ONE_THREAD;
}

/**
 * Chooses where programs run from now on. Values computed before stay readable. Where threads cannot be had, `wasm` runs on
 * one, and `diagnostics()` says why.
 *
 * @throws BackendError for an unknown name, or where the backend does not load
 */
export async function setBackend(name: BackendName, options?: BackendOptions | null): Promise<void> {
  if (!Object.hasOwn(loaders, name)) {
    const known = Object.keys(loaders).map((each) => JSON.stringify(each));
    throw new BackendError(`setBackend: no backend is named ${JSON.stringify(name)}; there are ${known.join(", ")}`);
  }
  const threads = checkThreads(name, checkOptions("setBackend", options, ["threads"]).threads ?? 1);
  try {
    current = await loadBackend(name, threads);
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

function checkThreads(name: BackendName, threads: unknown): ThreadCount {
  const count = threads === "auto" ? 2 : threads;
  if (!Number.isInteger(count) || (count as number) < 1 || (count as number) > MAX_THREADS) {
    throw new BackendError(
      `setBackend: threads is ${whatIs(threads)}; it must be a whole number from 1 to ${MAX_THREADS}, or "auto"`,
    );
  }
  if (name !== "wasm" && threads !== 1)
    throw new BackendError(`setBackend: the ${name} backend runs on one thread; choose "wasm" for more`);
  return threads as ThreadCount;
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
