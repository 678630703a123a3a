/** The benchmark: the contenders take turns in one run, after their results were found equal. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type PeerName, peers } from "./peers.ts";
import type { Answer, Request, WorkloadName } from "./worker.ts";
import { ELEMENTS, makeWorkload } from "./workload.ts";

const ROUNDS = 12;
const WORKLOADS = [
  { workload: "mlp", title: "MLP 784-512-256-10, batch 128, one SGD step", runs: 8, warmup: 12 },
  { workload: "elementwise", title: "(x*y+x)*y-x, 1M float32", runs: 50, warmup: 4000 },
] as const;
const TOLERANCE = 1e-5;

interface Contender {
  readonly name: PeerName;
  readonly child: ChildProcess;
  /** Rejects when the process ends. */
  readonly failed: Promise<never>;
}

async function start(name: PeerName, workload: WorkloadName): Promise<Contender> {
  const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));
  const child = fork(worker, [name, workload], { execArgv: process.execArgv });
  const failed = failure(name, child);
  await Promise.race([once(child, "message"), failed]);
  return { name, child, failed };
}

async function failure(name: string, child: ChildProcess): Promise<never> {
  const [code] = (await once(child, "exit")) as [number | null];
  throw new Error(`${name} ended with code ${code}`);
}

async function ask({ child, failed }: Contender, request: Request): Promise<Answer> {
  const reply = once(child, "message");
  child.send(request);
  const [answer] = (await Promise.race([reply, failed])) as [Answer];
  return answer;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function assertEqual(what: string, name: string, values: readonly number[], wanted: readonly number[]): void {
  const worst = Math.max(...values.map((v, k) => Math.abs(v - wanted[k]!)));
  if (values.length !== wanted.length || !(worst < TOLERANCE)) {
    throw new Error(`${what}: ${name} computes other values (largest difference ${worst}); nothing was timed`);
  }
}

/** What the element-wise workload must give, in float64, at the places that workers report. */
function exactSample(): number[] {
  const { x, y } = makeWorkload();
  const all = Float64Array.from({ length: ELEMENTS }, (_, k) => (x[k]! * y[k]! + x[k]!) * y[k]! - x[k]!);
  return [...all.filter((_, k) => k % 997 === 0)];
}

async function compare(contenders: readonly Contender[], spec: (typeof WORKLOADS)[number]): Promise<void> {
  const { workload, title, runs, warmup } = spec;
  const first = await Promise.all(contenders.map((c) => ask(c, { runs: warmup })));
  const wanted = workload === "mlp" ? first[0]!.values : exactSample();
  contenders.forEach((c, k) => {
    assertEqual(title, c.name, first[k]!.values, wanted);
  });
  const times = contenders.map((): number[] => []);
  // The machine's speed drifts, so contenders are compared within a round.
  const ratios = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    const medians: number[] = [];
    for (const [k, c] of contenders.entries()) {
      const answer = await ask(c, { runs });
      times[k]!.push(...answer.times);
      medians.push(median(answer.times));
    }
    medians.forEach((m, k) => {
      ratios[k]!.push(m / medians[0]!);
    });
    process.stderr.write(`\r${title}: round ${round + 1}/${ROUNDS}`);
  }
  process.stderr.write("\n");
  console.log(`\n${title} (results equal to ${TOLERANCE})`);
  console.table(
    contenders.map((_, k) => ({
      contender: first[k]!.label,
      "median ms": Number(median(times[k]!).toFixed(3)),
      "best ms": Number(Math.min(...times[k]!).toFixed(3)),
      "times gradloom's": Number(median(ratios[k]!).toFixed(2)),
    })),
  );
}

for (const spec of WORKLOADS) {
  const contenders: Contender[] = [];
  try {
    for (const name of Object.keys(peers) as PeerName[]) contenders.push(await start(name, spec.workload));
    await compare(contenders, spec);
  } finally {
    for (const { child, failed } of contenders) {
      failed.catch(() => {});
      child.kill();
    }
  }
}
process.exit(0);
