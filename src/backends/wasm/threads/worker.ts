/**
 * What a worker does: it waits for jobs and runs its part of them. It never returns to its event loop, so everything
 * comes to it through the shared memory: a plan's code, too, which it compiles when it first meets it.
 */
import { MATH_IMPORTS, MATH_MODULE } from "../kernels/math-imports.ts";
import { abort, controlOf, JOB, Lookout, MESSAGE_ADDRESS, MESSAGE_UNITS, WORD } from "./control.ts";

/** What a worker is started with. */
export interface Start {
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
}

type Run = (table: number, arena: number, first: number, end: number) => void;

/** A port to the thread that started this one. */
interface Port {
  onStart(take: (start: Start) => void): void;
  ready(): void;
}

function serve({ memory, thread }: Start): void {
  const control = controlOf(memory);
  const word = (name: keyof typeof WORD): number => Atomics.load(control, WORD[name]);
  const plans = new Map<number, Run>();
  const work = (): void => {
    const plan = word("plan");
    if (word("kind") === JOB.forget) {
      plans.delete(plan);
      return;
    }
    let run = plans.get(plan);
    if (run === undefined) {
      // Modules are not made from shared bytes.
      const code = new Uint8Array(memory.buffer, word("code") >>> 0, word("codeLength")).slice();
      const imports = { heap: { memory }, [MATH_MODULE]: MATH_IMPORTS };
      run = new WebAssembly.Instance(new WebAssembly.Module(code), imports).exports.run as Run;
      plans.set(plan, run);
    }
    run(word("table"), word("arena"), thread, thread + 1);
  };
  try {
    const lookout = new Lookout(control);
    let took = 0;
    for (let job = 0; ; job++) {
      lookout.wait(job, took);
      if (word("failed") !== 0) break;
      const start = performance.now();
      work();
      took = performance.now() - start;
      Atomics.add(control, WORD.done, 1);
    }
  } catch (e) {
    if (word("failed") === 0) report(memory, control, e);
  }
  Atomics.add(control, WORD.left, 1);
}

/** Leaves the reason where the main thread finds it, and lets nobody wait. */
function report(memory: WebAssembly.Memory, control: Int32Array, e: unknown): void {
  const text = (e instanceof Error ? `${e.name}: ${e.message}` : String(e)).slice(0, MESSAGE_UNITS);
  const units = new Uint16Array(memory.buffer, MESSAGE_ADDRESS, MESSAGE_UNITS);
  for (let k = 0; k < text.length; k++) units[k] = text.charCodeAt(k);
  Atomics.store(control, WORD.messageLength, text.length);
  abort(control);
}

/** The port in a page or in Node. */
async function findPort(): Promise<Port> {
  if (!("WorkerGlobalScope" in globalThis)) {
    // Spelled so that bundlers for pages do not look for the module.
    const name = ["node", "worker_threads"].join(":");
    const { parentPort } = (await import(/* @vite-ignore */ name)) as typeof import("node:worker_threads");
    return {
      onStart: (take) => parentPort!.once("message", take),
      ready: () => parentPort!.postMessage("ready"),
    };
  }
  return {
    onStart: (take) => addEventListener("message", ({ data }) => take(data as Start), { once: true }),
    ready: () => (postMessage as (message: unknown) => void)("ready"),
  };
}

// Not awaited: bundlers make classic scripts of workers, which cannot.
void findPort().then((port) => {
  port.onStart((start) => {
    port.ready();
    serve(start);
  });
});
