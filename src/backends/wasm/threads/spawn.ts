/** Starts workers in Node and in pages. */
import { isNode, nodeModule } from "./environment.ts";
import type { Start } from "./worker.ts";

/** A worker that waits for jobs. */
export interface Spawned {
  /** Calls back when the worker has ended, or says why it cannot go on. */
  onEnd(tell: (reason: string) => void): void;
  terminate(): void;
}

/** How long a worker may take to start, in ms. */
const START_LIMIT = 30_000;

/** What the two kinds of workers have in common here. */
interface Handle {
  post(start: Start): void;
  /** Each of the callbacks may be called more than once. */
  listen(onMessage: () => void, onEnd: (reason: string) => void): void;
  /** From now on the worker keeps no process alive. */
  release(): void;
  terminate(): void;
}

/** @throws Error where the worker does not start */
export async function spawn(start: Start): Promise<Spawned> {
  const handle = await (isNode() ? inNode() : inPage());
  let tell: ((reason: string) => void) | null = null;
  let ended: string | null = null;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not start within ${START_LIMIT} ms`)), START_LIMIT);
    const onEnd = (reason: string): void => {
      clearTimeout(timer);
      ended ??= reason;
      tell?.(reason);
      reject(new Error(reason));
    };
    handle.listen(() => {
      clearTimeout(timer);
      resolve();
    }, onEnd);
    handle.post(start);
  }).catch((e: unknown) => {
    handle.terminate();
    throw e;
  });
  handle.release();
  return {
    onEnd: (callback) => {
      tell = callback;
      if (ended !== null) callback(ended);
    },
    terminate: () => handle.terminate(),
  };
}

async function inNode(): Promise<Handle> {
  const { Worker: NodeWorker } = (await nodeModule("worker_threads")) as typeof import("node:worker_threads");
  // Not in the form by which bundlers recognize the worker of a page, below.
  const url = new URL(uncompiled() ? "./worker.ts" : "./worker.js", import.meta.url);
  const worker = new NodeWorker(url, uncompiled() ? loaderOptions() : {});
  return {
    post: (start) => worker.postMessage(start),
    listen: (onMessage, onEnd) => {
      worker.on("message", onMessage);
      worker.on("error", (e: unknown) => onEnd(e instanceof Error ? e.message : String(e)));
      worker.on("exit", (code) => onEnd(`it ended with code ${code}`));
    },
    release: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}

const LOADER = "../../../../scripts/typescript-worker.mjs";

/** Whether this file runs as TypeScript: in the project's own tests and scripts. */
const uncompiled = (): boolean => import.meta.url.endsWith(".ts");

/** What a worker that is TypeScript needs, unless Node reads it without. */
function loaderOptions(): { readonly execArgv?: string[] } {
  const { typescript } = process.features as { readonly typescript?: string | false };
  if (typescript) return {};
  return { execArgv: ["--import", new URL(LOADER, import.meta.url).href] };
}

async function inPage(): Promise<Handle> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return {
    post: (start) => worker.postMessage(start),
    listen: (onMessage, onEnd) => {
      worker.addEventListener("message", onMessage);
      worker.addEventListener("error", ({ message }) => onEnd(message || "its file did not load"));
    },
    release: () => {},
    terminate: () => worker.terminate(),
  };
}
