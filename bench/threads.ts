/** Several threads against one: the same workloads take turns in one process, after their results were found equal. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { diagnostics, setBackend } from "../src/index.ts";
import { Numbers } from "./data.ts";
import type { Contender } from "./peers/contender.ts";
import { load } from "./peers/gradloom.ts";
import { setting } from "./report.ts";
import { type Spread, spread } from "./statistics.ts";
import type { Workload } from "./workload.ts";
import { WORKLOADS } from "./workloads/index.ts";

const HELP = `npm run bench:threads -- [options]
  --only REGEX    workloads whose name or title matches: matmul 1024³ and the step of the CNN unless given
  --threads N     how many are set against one (2)
  --rounds N      turns of each (25)`;

const { values: given } = parseArgs({
  options: {
    only: { type: "string", default: "^matmul-1024$|^cnn-step$" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "25" },
    help: { type: "boolean", default: false },
  },
});

function stop(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}

if (given.help) stop(HELP, 0);
const only = new RegExp(given.only, "i");
const [threads, rounds] = [Number(given.threads), Number(given.rounds)];
const chosen = WORKLOADS.filter(({ name, title }) => only.test(name) || only.test(title));
if (!Number.isInteger(threads) || threads < 2) stop(`--threads ${given.threads} is no count from 2\n${HELP}`, 1);
if (!Number.isInteger(rounds) || rounds < 1) stop(`--rounds ${given.rounds} is no count\n${HELP}`, 1);
if (chosen.length === 0) stop(`no workload matches ${given.only}`, 1);

/** Runs before anything is measured, and how long a turn lasts at least, in ms. */
const [WARM_RUNS, TURN] = [6, 100];
/** How far results may differ, as a part of the largest element: sums are taken in another order. */
const TOLERANCE = 1e-5;

interface Side {
  readonly threads: number;
  readonly contender: Contender;
}

interface Row {
  readonly name: string;
  readonly title: string;
  readonly one: Spread & { readonly best: number };
  readonly several: Spread & { readonly best: number };
  /** Of the rounds: how many times as fast. */
  readonly ratio: Spread;
  readonly bestRatio: number;
  readonly difference: number;
}

async function side(workload: Workload, count: number): Promise<Side> {
  return { threads: count, contender: await load(workload, workload.data(new Numbers())) };
}

/** Times of the runs of one turn, in ms. */
async function turn({ threads, contender }: Side): Promise<number[]> {
  await setBackend("wasm", { threads });
  const times: number[] = [];
  for (let sum = 0; sum < TURN; sum += times.at(-1)!) {
    const start = performance.now();
    await contender.run();
    times.push(performance.now() - start);
  }
  return times;
}

async function results({ threads, contender }: Side): Promise<Record<string, ArrayLike<number>>> {
  await setBackend("wasm", { threads });
  for (let k = 0; k < WARM_RUNS; k++) await contender.run();
  return contender.read();
}

/** The largest difference, as a part of the largest element. */
function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, largest] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    most = Math.max(most, Math.abs(a[k]! - b[k]!));
    largest = Math.max(largest, Math.abs(a[k]!));
  }
  return a.length === b.length ? most / (largest || 1) : Number.POSITIVE_INFINITY;
}

async function measure(workload: Workload): Promise<Row> {
  const [one, several] = [await side(workload, 1), await side(workload, threads)];
  await setBackend("wasm", { threads });
  const { running, missing } = diagnostics().threads;
  if (running !== threads) throw new Error(`${running} threads run instead of ${threads}: ${missing}`);
  const [wanted, found] = [await results(one), await results(several)];
  const difference = Object.keys(wanted).reduce((n, key) => Math.max(n, differenceOf(wanted[key]!, found[key]!)), 0);
  if (!(difference <= TOLERANCE)) throw new Error(`${workload.name}: results differ by ${difference}`);
  const turns: { readonly one: number[]; readonly several: number[] }[] = [];
  for (let k = 0; k < rounds; k++) {
    // Who comes first changes.
    if (k % 2 === 0) turns.push({ one: await turn(one), several: await turn(several) });
    else turns.push({ several: await turn(several), one: await turn(one) });
  }
  const medians = (who: "one" | "several"): number[] => turns.map((each) => spread(each[who]).median);
  const timesOf = (who: "one" | "several"): Row["one"] => ({
    ...spread(medians(who)),
    best: Math.min(...turns.flatMap((each) => each[who])),
  });
  const [slow, fast] = [timesOf("one"), timesOf("several")];
  const ratios = turns.map((each) => spread(each.one).median / spread(each.several).median);
  const { name, title } = workload;
  return { name, title, one: slow, several: fast, ratio: spread(ratios), bestRatio: slow.best / fast.best, difference };
}

const ms = ({ q1, median, q3, best }: Row["one"]): string =>
  `${median.toFixed(2)} (${q1.toFixed(2)}–${q3.toFixed(2)}), best ${best.toFixed(2)}`;

const rows: Row[] = [];
for (const workload of chosen) {
  const row = await measure(workload);
  rows.push(row);
  console.log(
    `${row.name}: ${ms(row.one)} ms; ${threads} threads ${ms(row.several)} ms; ${row.ratio.median.toFixed(2)}x`,
  );
}

const place = setting(["gradloom"]);
const lines = [
  `# ${threads} threads against one`,
  "",
  `${place.cpu}, ${place.cores} cores, ${place.memoryGiB} GiB, Node ${place.node}. Medians of ${rounds} turns each (and the middle half); the ratio is the median of the rounds'.`,
  "",
  `| workload | one thread, ms | ${threads} threads, ms | ratio | ratio of the best | largest difference |`,
  "| --- | ---: | ---: | ---: | ---: | ---: |",
  ...rows.map((row) => {
    const ratio = `**${row.ratio.median.toFixed(2)}×** (${row.ratio.q1.toFixed(2)}–${row.ratio.q3.toFixed(2)})`;
    const cells = [row.title, ms(row.one), ms(row.several), ratio, `${row.bestRatio.toFixed(2)}×`];
    return `| ${[...cells, row.difference.toExponential(1)].join(" | ")} |`;
  }),
  "",
];
const folder = fileURLToPath(new URL("../out/bench", import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/threads.md`, lines.join("\n"));
writeFileSync(`${folder}/threads.json`, `${JSON.stringify({ setting: place, threads, rounds, rows }, null, 2)}\n`);
console.log(`\n${lines.slice(4).join("\n")}`);
