/** The choice of the backend. Nothing is loaded before one is asked for. */
import type { Backend, PlanBackend, Threads } from "../../backends/backend.ts";
import { loadParallel } from "../../passes/pipeline.ts";
import { BackendError } from "../errors.ts";
import { checkOptions, whatIs } from "../functions/options.ts";

/** So many threads are started at most. */
const MAX_THREADS = 64;

type ThreadCount = number | "auto";

const loaders = {
  wasm: async (threads: ThreadCount): Promise<Backend> => {
    const backend = await (await import("../../backends/wasm/backend.ts")).loadWasm(threads);
    if ((backend.target.threads ?? 1) > 1) await loadParallel();
    return backend;
  },
  webgl: async (): Promise<Backend> => (await import("../../backends/webgl/backend.ts")).loadWebgl(),
  reference: async (): Promise<Backend> => (await import("../../backends/reference/backend.ts")).REFERENCE,
} as const;

/** `wasm` compiles to WebAssembly, `webgl` to shaders for a graphics card; `reference` interprets, slowly and plainly. */
export type BackendName = keyof typeof loaders;

/** A backend, or `"auto"`: each program runs on `webgl` where it is large and there is a graphics card, otherwise on `wasm`. */
export type BackendChoice = BackendName | "auto";

/** What {@link setBackend} takes besides the name. */
export interface BackendOptions {
  /** For `wasm`: how many threads share the work of a plan that is large enough; `"auto"` is one a core. 1 unless given. */
  readonly threads?: ThreadCount;
}

/** What programs run on. */
export interface Choice {
  readonly name: BackendChoice;
  /** What runs programs that nothing else is said about. */
  readonly backend: Backend;
  readonly threads: ThreadCount;
  /** For large programs, where the choice is between two. */
  readonly gpu: PlanBackend | null;
  /** What is not used, and why. */
  readonly notes: readonly string[];
}

/** By name and threads. */
const loaded = new Map<string, Promise<Backend>>();
/** The one of each name that was started last. */
const started = new Map<string, Backend>();
let current: Choice | null = null;
let starting: Promise<Choice> | null = null;

/** A backend, started on first use; the choice stays as it is. */
export async function startBackend(name: BackendName, threads: ThreadCount = 1): Promise<Backend> {
  const key = `${name} ${threads}`;
  const known = loaded.get(key);
  if (known !== undefined) {
    const backend = await known;
    // A failed attempt may be repeated, and a device that is gone replaced.
    const isWhole = threadsOf(backend).missing === null && !isGone(backend);
    if (isWhole || loaded.get(key) !== known) return keep(backend);
  }
  const promise = loaders[name](threads);
  loaded.set(key, promise);
  promise.catch(() => loaded.delete(key));
  return keep(await promise);
}

function keep(backend: Backend): Backend {
  started.set(backend.name, backend);
  return backend;
}

/** Whether the device is gone. */
export function isGone(backend: Backend): boolean {
  return backend.kind === "plan" && backend.isLost === true;
}

const ONE_THREAD: Threads = { asked: 1, running: 1, missing: null };

/** The threads of a backend. */
export function threadsOf(backend: Backend | null): Threads {
  return backend?.kind === "plan" ? backend.threads : ONE_THREAD;
}

/**
 * Chooses where programs run from now on. Values computed before stay readable and usable. Where threads cannot be had, `wasm`
 * runs on one; what `"auto"` came to, and why, is in `diagnostics()`.
 *
 * @throws BackendError for an unknown name, or where the backend does not load
 */
export async function setBackend(name: BackendChoice, options?: BackendOptions | null): Promise<void> {
  const threads = checked("setBackend", name, options);
  current = name === "auto" ? await automatic("setBackend", threads) : await single("setBackend", name, threads);
}

/**
 * Starts a backend without choosing it: afterwards `t.to(name)` moves tensors there.
 *
 * @throws BackendError for an unknown name, or where the backend does not load
 */
export async function loadBackend(name: BackendName, options?: BackendOptions | null): Promise<void> {
  await single("loadBackend", name, checked("loadBackend", name, options));
}

async function single(caller: string, name: BackendName, threads: ThreadCount): Promise<Choice> {
  try {
    return { name, threads, backend: await startBackend(name, threads), gpu: null, notes: [] };
  } catch (cause) {
    throw new BackendError(`${caller}: the ${name} backend does not load here: ${reason(cause)}`, { cause });
  }
}

async function automatic(caller: string, threads: ThreadCount): Promise<Choice> {
  const notes: string[] = [];
  const found = await startBackend("webgl").catch((e: unknown) => {
    notes.push(`webgl is not used: ${reason(e)}`);
    return null;
  });
  let gpu: PlanBackend | null = found?.kind === "plan" ? found : null;
  if (gpu?.graphics?.isSoftware === true) {
    notes.push(`webgl is not used: the processor draws (${gpu.graphics.renderer}), which takes longer than wasm`);
    gpu = null;
  }
  try {
    const { backend } = await single(caller, "wasm", threads);
    return { name: gpu === null ? "wasm" : "auto", threads, backend, gpu, notes };
  } catch (e) {
    notes.push(`wasm is not used: ${reason(e)}`);
    if (gpu !== null) return { name: "webgl", threads, backend: gpu, gpu: null, notes };
    return { ...(await single(caller, "reference", 1)), notes };
  }
}

/**
 * Starts the backend in use anew, where its device is gone.
 *
 * @returns whether it was
 */
export async function restartBackend(caller: string): Promise<boolean> {
  if (current === null) return false;
  const { name, backend, gpu, threads, notes } = current;
  if (gpu !== null && isGone(gpu)) {
    const again = await startBackend("webgl").catch((e: unknown) => reason(e));
    if (typeof again !== "string") current = { ...current, gpu: again as PlanBackend };
    else current = { ...current, name: "wasm", gpu: null, notes: [...notes, `webgl is not used: ${again}`] };
    return true;
  }
  if (!isGone(backend)) return false;
  current = { ...(await single(caller, name as BackendName, threads)), notes };
  return true;
}

/** What was chosen, or null before a backend is ready. */
export function choice(): Choice | null {
  return current;
}

/** The backend's name, `"auto"` where each program has its own, or null before one is ready. */
export function getBackend(): BackendChoice | null {
  return current?.name ?? null;
}

/** Resolves once a backend is ready: the chosen one, otherwise `wasm`, or `reference` where that does not load. */
export async function ready(): Promise<void> {
  if (current !== null) return;
  starting ??= single("ready", "wasm", 1).catch(async (e: unknown) => ({
    ...(await single("ready", "reference", 1)),
    notes: [reason(e)],
  }));
  const found = await starting;
  current ??= found;
}

/** @throws BackendError while none is ready */
export function currentChoice(caller: string): Choice {
  if (current === null) {
    throw new BackendError(
      `${caller}: no backend is ready yet, and this call cannot wait for one; first "await ready()" or ` +
        `"await setBackend('wasm')", or read with "await t.data()"`,
    );
  }
  return current;
}

/**
 * A backend that tensors are moved to.
 *
 * @throws BackendError for an unknown name, and for one that was not started
 */
export function startedBackend(caller: string, name: string): Backend {
  checkName(caller, name, Object.keys(loaders));
  const backend = started.get(name);
  if (backend === undefined) {
    const call = JSON.stringify(name);
    throw new BackendError(`${caller}: the ${name} backend was not started; first "await loadBackend(${call})"`);
  }
  return backend;
}

function checkName(caller: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const names = known.map((each) => JSON.stringify(each)).join(", ");
  throw new BackendError(`${caller}: no backend is named ${whatIs(name)}; there are ${names}`);
}

function checked(caller: string, name: BackendChoice, options: BackendOptions | null | undefined): ThreadCount {
  const names = Object.keys(loaders);
  checkName(caller, name, caller === "setBackend" ? [...names, "auto"] : names);
  const threads: unknown = checkOptions(caller, options, ["threads"]).threads ?? 1;
  const count = threads === "auto" ? 2 : threads;
  if (!Number.isInteger(count) || (count as number) < 1 || (count as number) > MAX_THREADS) {
    throw new BackendError(
      `${caller}: threads is ${whatIs(threads)}; it must be a whole number from 1 to ${MAX_THREADS}, or "auto"`,
    );
  }
  if (name !== "wasm" && name !== "auto" && threads !== 1)
    throw new BackendError(`${caller}: the ${name} backend runs on one thread; choose "wasm" for more`);
  return threads as ThreadCount;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether programs can run now. */
export function hasBackend(): boolean {
  return current !== null;
}

/** The backend in use, for large programs where it depends, or null before one is ready. */
export function backendOrNull(): Backend | null {
  return current?.gpu ?? current?.backend ?? null;
}

/** Whether what is recorded now may be computed in float64. */
export function hasFloat64(): boolean {
  const backend = current?.backend;
  return backend?.kind !== "plan" || backend.target.float64 !== false;
}
