/** One contender at one workload, in a process of its own: `worker.ts PEER WORKLOAD` answers the requests of `main.ts`. */
import { Numbers, sample } from "./data.ts";
import { Cannot, type Contender } from "./peers/contender.ts";
import { type ContenderName, PEERS } from "./peers/index.ts";
import type { Answer, Request } from "./protocol.ts";
import type { PeerName } from "./workload.ts";
import { WORKLOADS } from "./workloads/index.ts";

const MOST_RUNS = 5000;

async function prepare(): Promise<Contender> {
  const [, , peer, name] = process.argv;
  const workload = WORKLOADS.find((w) => w.name === name)!;
  const data = workload.data(new Numbers());
  const layout = workload.layout?.[peer as PeerName];
  return PEERS[peer as ContenderName].load(workload, layout?.(data) ?? data);
}

/** Runs for some time, once at least. */
async function runFor(contender: Contender, ms: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  for (let start = performance.now(); times.length < MOST_RUNS; ) {
    await contender.run();
    const now = performance.now();
    times.push(now - start);
    if (now >= end) break;
    start = performance.now();
  }
  return times;
}

/** The time of the last run that was read, in ms. */
let last = 0;

async function answer(contender: Contender, request: Request): Promise<Answer> {
  if ("measure" in request) return { times: await runFor(contender, request.measure) };
  if ("warm" in request) return { times: last > request.warm ? [] : await runFor(contender, request.warm) };
  for (let k = 0; k < request.read; k++) last = (await runFor(contender, 0))[0]!;
  const arrays = Object.entries(await contender.read());
  return { values: Object.fromEntries(arrays.map(([name, array]) => [name, sample(array)])) };
}

function explain(error: unknown): Answer {
  const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return error instanceof Cannot ? { cannot: message } : { failed: message.slice(0, 200) };
}

const contender = prepare();
process.on("disconnect", () => process.exit());
process.on("message", (request: Request) => {
  contender
    .then((c) => answer(c, request))
    .catch(explain)
    .then((a) => process.send!(a));
});
