/** Whether results are right. */
import type { Data } from "../data.ts";
import type { Workload } from "../workload.ts";
import type { LibraryName } from "./protocol.ts";

/** WebGL leaves it to drivers how precise functions are, and rounds sums in other orders: so many times a workload's tolerance. */
export const LENIENCE = 10;

/** Results of the first runs, and the parameters after them. */
export interface Results {
  readonly results: readonly ArrayLike<number>[];
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
}

/** The largest difference, as a part of the largest element; infinite where a number is none. */
function apart(own: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (own.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [worst, scale] = [0, 0];
  for (let k = 0; k < own.length; k++) {
    if (!Number.isFinite(own[k])) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.abs(own[k]! - wanted[k]!));
    scale = Math.max(scale, Math.abs(wanted[k]!));
  }
  return worst / (scale || 1);
}

/** What SGD added to parameters: shows a wrong gradient better than the parameters do. */
const change = (now: ArrayLike<number>, start: ArrayLike<number>): Float32Array =>
  Float32Array.from(now, (v, k) => v - start[k]!);

/**
 * How far a library's results are from the reference in float64, or, where a workload has none, from Gradloom's: losses, and the
 * changes of all parameters. Null where there is neither.
 */
export function differenceOf(
  library: LibraryName,
  workload: Workload,
  data: Record<string, Data>,
  own: Results,
  gradlooms: Results | undefined,
): number | null {
  if (workload.reference !== undefined) {
    const arrays = Object.fromEntries(Object.entries(data).map(([name, { values }]) => [name, values]));
    const wanted = workload.reference(arrays);
    return Math.max(...own.results.map((values) => apart(values, wanted)));
  }
  if (gradlooms === undefined) return null;
  const layout = workload.layout?.[library] ?? ((d: Record<string, Data>) => d);
  const trained = Object.entries(data).map(([name, each]) => {
    const values = gradlooms.parameters[name];
    return [name, values === undefined ? each : { ...each, values: Float32Array.from(values) }] as const;
  });
  // Parameters in the library's own layout: Gradloom's after the same steps, and those that all start from.
  const [after, start] = [layout(Object.fromEntries(trained)), layout(data)];
  const changes = Object.entries(own.parameters).map(([name, values]) => {
    const from = start[name]!.values;
    return apart(change(values, from), change(after[name]!.values, from));
  });
  return Math.max(...own.results.map((values, k) => apart(values, gradlooms.results[k]!)), ...changes);
}
