/** Runs in the page: one workload in each library, in turns. */
import * as gl from "../../src/index.ts";
import { Numbers } from "../data.ts";
import { spread } from "../statistics.ts";
import type { Jax, Tfjs, Workload } from "../workload.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { Cannot, type Contender, gradloom, jax, type Start, tfjs } from "./contenders.ts";
import type { LibraryName, PageCell, PageOptions, PageRow } from "./protocol.ts";

/** Results of so many runs are compared: of training, losses that depend on updates. */
const CHECKED = 3;
/** A library whose runs take longer than this many ms takes part in fewer rounds, with fewer runs in a queue. */
const SLOW = 700;

const libraries: { readonly [L in LibraryName]: () => Promise<Start> } = {
  gradloom: () => gradloom(gl),
  tfjs: async () => tfjs((await import("@tensorflow/tfjs")) as Tfjs),
  jax: async () => jax((await import("@jax-js/jax")) as Jax),
};

/** One library in this workload. */
interface Running {
  readonly contender: Contender;
  readonly cold: number;
  readonly results: readonly ArrayLike<number>[];
  readonly isSlow: boolean;
  readonly each: number[];
  readonly amortised: number[];
}

async function once({ run, read, drop }: Contender): Promise<readonly [ms: number, values: ArrayLike<number>]> {
  const start = performance.now();
  const result = run();
  const values = await read(result);
  const ms = performance.now() - start;
  drop(result);
  return [ms, values];
}

async function start(name: LibraryName, workload: Workload): Promise<Running> {
  const make = await libraries[name]();
  const plain = workload.data(new Numbers());
  const contender = make(workload, workload.layout?.[name]?.(plain) ?? plain);
  const [cold, first] = await once(contender);
  const results = [first];
  let last = cold;
  while (results.length < CHECKED) {
    const [ms, values] = await once(contender);
    results.push(values);
    last = ms;
  }
  return { contender, cold, results, isSlow: last > SLOW, each: [], amortised: [] };
}

/** The largest difference of results, as a part of the largest element. */
function difference(a: Running, b: Running): number {
  let [worst, scale] = [0, 0];
  a.results.forEach((values, k) => {
    const other = b.results[k]!;
    if (other.length !== values.length) worst = Number.POSITIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const apart = Math.abs(values[i]! - other[i]!);
      worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
      scale = Math.max(scale, Math.abs(values[i]!));
    }
  });
  return worst / (scale || 1);
}

async function round({ contender, each, amortised, isSlow }: Running, queued: number): Promise<void> {
  each.push((await once(contender))[0]);
  const runs = isSlow ? 2 : queued;
  const begin = performance.now();
  const results = Array.from({ length: runs }, () => contender.run());
  await contender.submit?.(results);
  await contender.read(results.at(-1));
  amortised.push((performance.now() - begin) / runs);
  for (const result of results) contender.drop(result);
}

async function measure(name: string, { rounds, queued, libraries: asked }: PageOptions): Promise<PageRow> {
  const workload = WORKLOADS.find((w) => w.name === name)!;
  const running = new Map<LibraryName, Running>();
  const cells: { [L in LibraryName]?: PageCell } = {};
  for (const library of asked) {
    try {
      running.set(library, await start(library, workload));
    } catch (e) {
      const text = e instanceof Error ? e.message : String(e);
      if (library === "gradloom" && !(e instanceof Cannot)) throw e;
      cells[library] = { cannot: text.slice(0, 120) };
    }
  }
  const first = running.get("gradloom");
  for (const [library, other] of running) {
    const apart = first === undefined ? 0 : difference(first, other);
    if (apart <= 20 * workload.tolerance) continue;
    cells[library] = { cannot: `its results are wrong by ${apart.toExponential(1)}` };
    running.delete(library);
  }
  for (let k = 0; k < rounds; k++)
    for (const each of running.values()) if (!each.isSlow || k < 3) await round(each, queued);
  for (const [library, each] of running) {
    cells[library] = {
      cold: each.cold,
      each: spread(each.each).median,
      amortised: spread(each.amortised).median,
      difference: first === undefined ? 0 : difference(first, each),
    };
  }
  return { name, title: workload.title, cells };
}

await gl.setBackend("webgl");
globalThis.gradloomBench = {
  names: WORKLOADS.map((w) => ({ name: w.name, title: w.title })),
  renderer: gl.diagnostics().graphics?.renderer ?? "unknown",
  measure,
};
