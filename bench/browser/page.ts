/** Runs in the page: all libraries beside each other, told what to do by `turns.ts`. */
import * as gl from "../../src/index.ts";
import { type Data, Numbers } from "../data.ts";
import { spread } from "../statistics.ts";
import type { Jax, Tfjs, Workload } from "../workload.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { Cannot, type Contender, gradloom, jax, type Start, tfjs } from "./contenders.ts";
import type { Checked, Graphics, Lacking, LibraryName } from "./protocol.ts";
import { differenceOf, type Results } from "./results.ts";

/** One library in the workload. */
interface Running {
  readonly contender: Contender;
  readonly results: ArrayLike<number>[];
}

/** Runs in one turn, at most. */
const MOST_RUNS = 20;

const loaders: { readonly [L in LibraryName]: () => Promise<Start> } = {
  gradloom: () => gradloom(gl),
  tfjs: async () => tfjs((await import("@tensorflow/tfjs")) as Tfjs),
  jax: async () => jax((await import("@jax-js/jax")) as Jax),
};

const starts = new Map<LibraryName, Start>();
const running = new Map<LibraryName, Running>();
let workload: Workload | undefined;
let data: Record<string, Data> = {};
let gradlooms: Results | undefined;

async function orLacking<R>(body: () => Promise<R>): Promise<R | Lacking> {
  try {
    return await body();
  } catch (e) {
    if (e instanceof Cannot) return { cannot: e.message };
    throw e;
  }
}

async function once({ run, read, drop }: Contender): Promise<readonly [ms: number, values: ArrayLike<number>]> {
  const start = performance.now();
  const result = run();
  const values = await read(result);
  const ms = performance.now() - start;
  drop(result);
  return [ms, values];
}

/** Leaves no garbage of one turn to the next. */
function tidy(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

const load = (library: LibraryName): Promise<Lacking | null> =>
  orLacking(async () => {
    starts.set(library, await loaders[library]());
    return null;
  });

const cold = (library: LibraryName, name: string): Promise<number | Lacking> =>
  orLacking(async () => {
    if (workload?.name !== name) {
      workload = WORKLOADS.find((w) => w.name === name)!;
      data = workload.data(new Numbers());
    }
    const own = workload.layout?.[library]?.(data) ?? data;
    tidy();
    const begin = performance.now();
    const contender = starts.get(library)!(workload, own);
    const [, values] = await once(contender);
    const ms = performance.now() - begin;
    running.set(library, { contender, results: [values] });
    return ms;
  });

async function check(library: LibraryName, runs: number): Promise<Checked> {
  const { contender, results } = running.get(library)!;
  let ms = 0;
  while (results.length < runs) {
    const [time, values] = await once(contender);
    results.push(values);
    ms = time;
  }
  const own: Results = { results, parameters: await contender.parameters() };
  if (library === "gradloom") gradlooms = own;
  return { difference: differenceOf(library, workload!, data, own, gradlooms), ms };
}

async function each(library: LibraryName, ms: number): Promise<number> {
  const { contender } = running.get(library)!;
  tidy();
  const times: number[] = [];
  const end = performance.now() + ms;
  do times.push((await once(contender))[0]);
  while (performance.now() < end && times.length < MOST_RUNS);
  return spread(times).median;
}

async function amortised(library: LibraryName, runs: number): Promise<number> {
  const { contender } = running.get(library)!;
  tidy();
  const begin = performance.now();
  const kept: unknown[] = [];
  for (let k = 0; k < runs; k++) {
    const result = contender.run();
    // What was only recorded has to be kept, or it is never computed.
    if (contender.submit === undefined && k < runs - 1) contender.drop(result);
    else kept.push(result);
  }
  await Promise.all([contender.submit?.(kept), contender.read(kept.at(-1))]);
  const ms = (performance.now() - begin) / runs;
  for (const result of kept) contender.drop(result);
  return ms;
}

await gl.setBackend("webgl");
const { renderer, isSoftware } = gl.diagnostics().graphics ?? { renderer: "unknown", isSoftware: true };
const graphics: Graphics = { renderer, isSoftware };
globalThis.gradloomBench = { graphics, load, cold, check, each, amortised };
