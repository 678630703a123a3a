/** What tracing, compiling and dispatch cost, how large the code gets, and how much memory the steps of training take. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { startBackend } from "../src/api/trace/backend.ts";
import type { WasmBackend } from "../src/backends/wasm/backend.ts";
import { setBackend } from "../src/index.ts";
import { COUNTS, type Growth, grow, KINDS } from "./cost/growth.ts";
import { KEPT, keptBytes } from "./cost/kept.ts";
import { limitsOf, markdown, picture, type StepRow } from "./cost/report.ts";
import type { StepCost } from "./cost/step.ts";
import { setting } from "./report.ts";
import { WORKLOADS } from "./workloads/index.ts";

const HELP = `npm run bench:cost -- [options]
  --only growth|steps   one half: how costs grow, or the steps of training
  --rounds N            compilations of each graph (15)
  --quick               fewer and shorter`;

const { values: given } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function stop(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}

if (given.help) stop(HELP, 0);
const rounds = Number(given.rounds ?? (given.quick ? 3 : 15));
if (!Number.isInteger(rounds) || rounds < 1) stop(`--rounds ${given.rounds} is no count\n${HELP}`, 1);
if (given.only !== undefined && given.only !== "growth" && given.only !== "steps") {
  stop(`--only ${given.only} is neither growth nor steps\n${HELP}`, 1);
}
const [wantsGrowth, wantsSteps] = [given.only !== "steps", given.only !== "growth"];
const counts = given.quick ? COUNTS.filter((n) => n <= 300) : COUNTS;
/** How long each kind of run is repeated, in ms. */
const REPEAT = given.quick ? 100 : 600;

async function stepOf(name: string): Promise<StepRow> {
  const script = fileURLToPath(new URL("./cost/step.ts", import.meta.url));
  const child = fork(script, [name], {
    execArgv: process.execArgv,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text.toString()}`.slice(-2000);
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${name}: the process ended with ${code}\n${complaint}`);
  });
  const [cost] = (await Promise.race([once(child, "message"), ended])) as [StepCost];
  await ended.catch(() => {});
  const { title } = WORKLOADS.find((w) => w.name === name)!;
  return { ...cost, name, title, kept: keptBytes(name) };
}

const names = wantsSteps ? Object.keys(KEPT) : [];
const bar = new cliProgress.SingleBar({ format: "{bar} {value}/{total} {what}" }, cliProgress.Presets.shades_classic);
bar.start((wantsGrowth ? counts.length * KINDS.length : 0) + names.length, 0, { what: "" });

const steps: StepRow[] = [];
for (const name of names) {
  bar.update({ what: name });
  steps.push(await stepOf(name));
  bar.increment();
}

const growth: Growth[] = [];
if (wantsGrowth) {
  await setBackend("wasm");
  const backend = (await startBackend("wasm")) as WasmBackend;
  // The library's own code is compiled by the engine first.
  grow(backend, 300, "dissimilar", 8, 100);
  for (const kind of KINDS) {
    for (const count of counts) {
      bar.update({ what: `${count} ${kind} operations` });
      growth.push(grow(backend, count, kind, rounds, REPEAT));
      bar.increment();
    }
  }
}
bar.stop();

const place = setting(["gradloom"]);
const limits = limitsOf(growth, steps);
const text = markdown(growth, steps, limits, place);
const folder = fileURLToPath(new URL("../out/bench", import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/cost.md`, text);
writeFileSync(`${folder}/cost.json`, `${JSON.stringify({ setting: place, rounds, limits, growth, steps }, null, 2)}\n`);
if (growth.length > 0) writeFileSync(`${folder}/cost.svg`, picture(growth, place));
console.log(`\n${text}`);
if (limits.some(({ found, limit }) => !(found <= limit))) process.exitCode = 2;
