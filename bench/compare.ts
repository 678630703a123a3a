/** One row: the contenders' results are compared, and then they take turns. */
import { Client } from "./client.ts";
import { type Data, Numbers, sample } from "./data.ts";
import type { ContenderName } from "./peers/index.ts";
import type { Values } from "./protocol.ts";
import { type Spread, spread } from "./statistics.ts";
import type { Workload } from "./workload.ts";

export interface Options {
  readonly rounds: number;
  /** Runs before the first round, in ms. */
  readonly warm: number;
  /** The runs of a round, in ms. */
  readonly round: number;
}

/** How a contender did. */
export interface Measured {
  /** Of the rounds' medians, so that a slow round counts as much as a fast one, of more runs. */
  readonly ms: Spread;
  readonly best: number;
  readonly runs: number;
  /** Of the times, to Gradloom's in the same round. */
  readonly ratio: Spread | null;
  /** The largest difference from the expected results, as a part of the largest element. */
  readonly difference: number;
  /** What is special about it. */
  readonly note: string | null;
  /** 10⁹ operations a second, where the workload says how many it has. */
  readonly gflops: number | null;
  /** The part of the machine's 128-bit limit in the same round. */
  readonly ofLimit: Spread | null;
}

export type Cell = Measured | { readonly cannot: string } | { readonly failed: string };

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly tolerance: number;
  readonly cells: Partial<Record<ContenderName, Cell>>;
}

/** Enough runs for buffers to be used again, and enough steps for the loss to depend on updates. */
const [CHECKED_RUNS, CHECKED_STEPS] = [2, 3];

/** A contender whose runs take longer than this many ms takes part in the first few rounds only. */
const SLOW = 800;
const ROUNDS_OF_SLOW = 3;

/** Parameters after training as their changes, which show a wrong gradient better. */
function changes(values: Values, data: Record<string, Data>): Values {
  const differences = Object.entries(values).map(([name, list]) => {
    const start = data[name];
    if (start === undefined) return [name, list];
    const before = sample(start.values);
    return [name, list.map((v, k) => v - before[k]!)];
  });
  return Object.fromEntries(differences) as Values;
}

/** The largest difference, as a part of the largest element of its array; infinite where something is missing. */
function differenceOf(values: Values, wanted: Values): number {
  const each = Object.entries(wanted).map(([name, list]) => {
    const own = values[name];
    if (own?.length !== list.length) return Number.POSITIVE_INFINITY;
    const scale = list.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
    const worst = own.reduce((most, v, k) => Math.max(most, Math.abs(v - list[k]!)), 0);
    return own.every(Number.isFinite) ? worst / scale : Number.POSITIVE_INFINITY;
  });
  return Math.max(0, ...each);
}

/** What the results must be: the reference in float64, or what the first contender computes. */
function expected(workload: Workload, data: Record<string, Data>, first: Values | undefined): Values {
  if (workload.reference === undefined) return first ?? {};
  const arrays = Object.fromEntries(Object.entries(data).map(([name, { values }]) => [name, values]));
  return { result: sample(workload.reference(arrays)) };
}

/** Those whose results are right, with how far they differ; the others go into `cells`. */
async function check(
  workload: Workload,
  clients: readonly Client[],
  cells: Row["cells"],
): Promise<{ client: Client; difference: number }[]> {
  const data = workload.data(new Numbers());
  const answers = await Promise.all(
    clients.map((c) => c.ask({ read: workload.rate === undefined ? CHECKED_RUNS : CHECKED_STEPS })),
  );
  const all = answers.map((a) => a.values && changes(a.values, data));
  const wanted = expected(workload, data, all[0]);
  return clients.flatMap((client, k) => {
    const { cannot, failed } = answers[k]!;
    const difference = client.name === "limit" ? 0 : differenceOf(all[k] ?? {}, wanted);
    if (cannot !== undefined) cells[client.name] = { cannot };
    else if (failed !== undefined) cells[client.name] = { failed };
    else if (difference > workload.tolerance) {
      cells[client.name] = { failed: `differs by ${difference.toExponential(1)}` };
    } else return [{ client, difference }];
    return [];
  });
}

/** The times of each contender in each round; a contender that fails drops out. */
async function measure(
  clients: readonly Client[],
  { rounds, warm, round }: Options,
  cells: Row["cells"],
): Promise<Map<ContenderName, number[][]>> {
  const times = new Map<ContenderName, number[][]>(clients.map(({ name }) => [name, []]));
  const turn = async (client: Client, request: { warm: number } | { measure: number }): Promise<void> => {
    const list = times.get(client.name);
    if (list === undefined || (list.length >= ROUNDS_OF_SLOW && list.every(([time]) => time! > SLOW))) return;
    const answer = await client.ask(request);
    if (answer.times === undefined) {
      cells[client.name] = { failed: answer.failed ?? "no answer" };
      times.delete(client.name);
    } else if ("measure" in request) list.push([...answer.times]);
  };
  if (rounds > 0) for (const client of clients) await turn(client, { warm });
  for (let k = 0; k < rounds; k++) for (const client of clients) await turn(client, { measure: round });
  return times;
}

const medians = (rounds: readonly number[][]): number[] => rounds.map((times) => spread(times).median);

export async function compare(workload: Workload, names: readonly ContenderName[], options: Options): Promise<Row> {
  const { name, title, tolerance, flops } = workload;
  const cells: Row["cells"] = {};
  const clients = names.map((contender) => new Client(contender, name));
  try {
    const right = await check(workload, clients, cells);
    const times = await measure(
      right.map((r) => r.client),
      options,
      cells,
    );
    const [base, limit] = (["gradloom", "limit"] as const).map((n) => times.has(n) && medians(times.get(n)!));
    for (const { client, difference } of right) {
      const rounds = times.get(client.name);
      if (rounds === undefined) continue;
      const own = medians(rounds);
      const ms = spread(own);
      cells[client.name] = {
        ms,
        best: Math.min(...rounds.flat()),
        runs: rounds.flat().length,
        ratio: base ? spread(own.map((t, k) => t / base[k]!)) : null,
        difference,
        note: client.name === "jax" && workload.jaxWithoutJit ? "without jit" : null,
        gflops: flops === undefined ? null : flops / ms.median / 1e6,
        ofLimit: limit ? spread(own.map((t, k) => limit[k]! / t)) : null,
      };
    }
  } finally {
    for (const client of clients) client.end();
  }
  return { name, title, tolerance, cells };
}
