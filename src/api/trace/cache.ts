/** The plan cache: compiled programs by their structure. */

import { type Backend, Buffer, type Executable } from "../../backends/backend.ts";
import { allocate } from "../../ir/dtype.ts";
import type { Graph } from "../../ir/node.ts";
import { compilePlan, lower, lowerForInterpreter, type Optimization } from "../../passes/pipeline.ts";
import { GradloomError } from "../errors.ts";
import { whatIs } from "../functions/options.ts";
import { inputBuffers, type Literal, type Program, toGraph } from "./program.ts";

/** After so many values of a program's literals, those that differ become inputs: a learning rate may change each step. */
const MAX_LITERAL_VARIANTS = 2;
const MAX_PROGRAMS = 512;
const NONE: ReadonlySet<number> = new Set();

interface Variant {
  readonly literals: readonly Literal[];
  readonly executable: Executable;
}

interface Entry {
  readonly variants: Variant[];
  generic: (Variant & { readonly varying: ReadonlySet<number> }) | null;
}

/** How programs are compiled; see {@link setPasses}. */
export type Passes = "default" | Optimization;
let passes: Passes = "default";

/**
 * For those who look for a mistake: `"none"` makes every operation a kernel of its own, `"all"` has also the `reference` backend
 * run fused graphs, and `"default"` is what is fastest on `wasm` and plainest on `reference`.
 *
 * @throws GradloomError for anything else
 */
export function setPasses(choice: Passes): void {
  if (choice !== "default" && choice !== "all" && choice !== "none")
    throw new GradloomError(`setPasses: there is no ${whatIs(choice)}; choose "default", "all" or "none"`);
  passes = choice;
}

/** How programs are compiled now. */
export function passesInUse(): Passes {
  return passes;
}

const caches = new WeakMap<Backend, Map<string, Entry>>();
let compilations = 0;
let executions = 0;

/** How many programs were compiled, and how many evaluations were run, since the module was loaded. */
export function cacheCounts(): { readonly compiled: number; readonly runs: number } {
  return { compiled: compilations, runs: executions };
}

/**
 * Runs a program, compiling it when nothing of its structure was compiled before.
 *
 * @param keep the donated inputs whose elements must stay readable
 */
export function execute(program: Program, backend: Backend, keep: ReadonlySet<number>): Buffer[] {
  executions++;
  let cache = caches.get(backend);
  if (cache === undefined) {
    cache = new Map();
    caches.set(backend, cache);
  }
  const key = passes === "default" ? program.key : `${passes}|${program.key}`;
  let entry = cache.get(key);
  if (entry === undefined) entry = { variants: [], generic: null };
  else cache.delete(key);
  // The least recently used program comes first in the map.
  cache.set(key, entry);
  if (cache.size > MAX_PROGRAMS) cache.delete(cache.keys().next().value!);

  const exact = entry.variants.find((v) => differing(v.literals, program.literals).length === 0);
  if (exact !== undefined) return exact.executable.run(inputBuffers(program), keep);
  if (entry.variants.length < MAX_LITERAL_VARIANTS) {
    const executable = compile(toGraph(program, NONE), program, backend);
    entry.variants.push({ literals: program.literals, executable });
    return executable.run(inputBuffers(program), keep);
  }
  const generic = entry.generic;
  const fits = generic !== null && differing(generic.literals, program.literals).every((k) => generic.varying.has(k));
  if (!fits) {
    const varying = new Set(entry.variants.flatMap((v) => differing(v.literals, program.literals)));
    for (const k of generic?.varying ?? []) varying.add(k);
    const executable = compile(toGraph(program, varying), program, backend);
    entry.generic = { literals: program.literals, varying, executable };
  }
  const { varying, executable } = entry.generic!;
  const scalars = program.literals.filter((_, k) => varying.has(k)).map(scalarBuffer);
  return executable.run([...inputBuffers(program), ...scalars], keep);
}

/** Compiles a program that nothing else looks up. */
export function compileOnce(program: Program, backend: Backend): Executable {
  return compile(toGraph(program, NONE), program, backend);
}

/** Runs what {@link compileOnce} gave. */
export function runOnce(executable: Executable, inputs: readonly Buffer[], keep: ReadonlySet<number>): Buffer[] {
  executions++;
  return executable.run(inputs, keep);
}

function compile(graph: Graph, program: Program, backend: Backend): Executable {
  compilations++;
  const optimize = passes === "none" ? "none" : "all";
  if (backend.kind === "plan")
    return backend.compile(compilePlan(graph, program.donations, backend.target, undefined, optimize));
  return backend.compile(passes === "all" ? lower(graph) : lowerForInterpreter(graph));
}

/** The positions at which two lists of literals differ. */
function differing(a: readonly Literal[], b: readonly Literal[]): number[] {
  return a.flatMap((x, k) => (Object.is(x.value, b[k]!.value) ? [] : [k]));
}

function scalarBuffer({ value, dtype }: Literal): Buffer {
  const data = allocate(dtype, 1);
  data[0] = value;
  return new Buffer(dtype, 1, data);
}
