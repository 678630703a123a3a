/** Where a program runs: where its operands were moved to, otherwise what was chosen, otherwise by its size. */
import { type Backend, type Buffer, NotSupported, type PlanBackend } from "../../backends/backend.ts";
import { costOf } from "../../passes/parallel-cost.ts";
import { compilePlan } from "../../passes/pipeline.ts";
import { BackendError } from "../errors.ts";
import { type BackendName, type Choice, currentChoice, startedBackend, threadsOf } from "./backend.ts";
import { type Program, toGraph } from "./program.ts";
import type { TraceNode } from "./trace.ts";

/** In µs on `wasm`: below that, starting shaders and reading results takes longer than it saves. */
const WORTH_SENDING = 4000;
const MAX_KNOWN = 512;

/** Where the programs of one call run. */
export interface Place {
  /** Backends and choices that differ are different objects. */
  readonly key: object;
  /** The backend that operands were moved to; null where there is none. */
  readonly home: string | null;
  /**
   * Does something with the program's backend; once more with another where that cannot run the program and it is not fixed.
   *
   * @throws BackendError where an operand was moved to another backend
   */
  on<T>(program: Program, run: (backend: Backend) => T): T;
}

/** What the last program was given to, and why. */
export interface Selection {
  readonly backend: BackendName;
  readonly reason: string;
}

let last: Selection | null = null;

/** The last program's backend; null before the first. */
export function lastSelection(): Selection | null {
  return last;
}

const select = (backend: Backend, reason: string): Backend => {
  if (last?.backend !== backend.name || last.reason !== reason) last = { backend: backend.name as BackendName, reason };
  return backend;
};

/** @throws BackendError where the operands were moved to different backends */
export function placeOf(caller: string, operands: Iterable<TraceNode>): Place {
  let home: string | null = null;
  for (const node of operands) home = join(caller, home, node);
  if (home !== null) {
    const backend = startedBackend(caller, home);
    return { key: backend, home, on: (program, run) => run(checkHomes(caller, program, home, backend)) };
  }
  const choice = currentChoice(caller);
  return {
    key: choice.gpu === null ? choice.backend : choice,
    home,
    on: (program, run) => {
      // What a function uses from outside may have been moved too.
      const found = program.inputs.reduce<string | null>((each, node) => join(caller, each, node), null);
      if (found !== null) return run(checkHomes(caller, program, found, startedBackend(caller, found)));
      if (choice.gpu === null) return run(select(choice.backend, "it was chosen"));
      const backend = automatic(program, choice, choice.gpu);
      try {
        return run(backend);
      } catch (e) {
        if (!(e instanceof NotSupported) || backend !== choice.gpu) throw e;
        estimates.get(choice)!.set(program.key, `webgl cannot run it: ${e.message}`);
        return run(automatic(program, choice, choice.gpu));
      }
    },
  };
}

function checkHomes(caller: string, program: Program, home: string, backend: Backend): Backend {
  for (const node of program.inputs) join(caller, home, node);
  return select(backend, "operands were moved there");
}

function join(caller: string, home: string | null, node: TraceNode): string | null {
  if (node.home === null || home === null || node.home === home) return home ?? node.home;
  throw new BackendError(
    `${caller}: one operand was moved to ${home} and another to ${node.home}; move both to one with to("${home}")`,
  );
}

/** By choice and program: the time on `wasm` in µs, or why the graphics card cannot run it. */
const estimates = new WeakMap<Choice, Map<string, number | string>>();

function automatic(program: Program, choice: Choice, gpu: PlanBackend): Backend {
  if (gpu.isLost === true) return select(choice.backend, "the graphics context is lost");
  let known = estimates.get(choice);
  if (known === undefined) {
    known = new Map();
    estimates.set(choice, known);
  }
  let estimate = known.get(program.key);
  if (estimate === undefined) {
    estimate = estimateOf(program, choice);
    known.set(program.key, estimate);
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
  }
  if (typeof estimate === "string") return select(choice.backend, estimate);
  if (estimate >= WORTH_SENDING) return select(gpu, "the program is large");
  const lies = program.inputs.some(({ buffer, shape }) => shape.length > 0 && onlyOn(gpu.name, buffer));
  return lies ? select(gpu, "operands lie there") : select(choice.backend, "the program is small");
}

const onlyOn = (name: string, buffer: Buffer | null): boolean =>
  buffer !== null && buffer.host === null && buffer.device?.backend === name;

function estimateOf(program: Program, { backend }: Choice): number {
  if (backend.kind !== "plan") return Number.POSITIVE_INFINITY;
  const { steps, buffers } = compilePlan(toGraph(program, new Set()), [], { ...backend.target, threads: 1 });
  const time = steps.reduce(
    (sum, step) => sum + (step.kind === "barrier" || step.kind === "parallel" ? 0 : costOf(step, buffers)),
    0,
  );
  return time / threadsOf(backend).running;
}
