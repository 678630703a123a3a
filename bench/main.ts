/** The benchmark: contenders take turns at each workload, after their results were found equal. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compare, type Options, type Row } from "./compare.ts";
import type { ContenderName } from "./peers/index.ts";
import { markdown, picture, setting } from "./report.ts";
import type { PeerName } from "./workload.ts";
import { WORKLOADS } from "./workloads/index.ts";

const OTHERS = ["tfjs", "jax", "ort"] as const satisfies readonly PeerName[];

const HELP = `npm run bench -- [options]
  --only REGEX    workloads whose name or title matches
  --peers A,B     of ${OTHERS.join(", ")}: all unless given; "" for none
  --rounds N      turns of each contender (7); 0 checks the results only
  --quick         fewer and shorter rounds
  --list          names the workloads`;

const { values: given } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    peers: { type: "string", default: OTHERS.join() },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function stop(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}

if (given.help) stop(HELP, 0);
const only = new RegExp(given.only, "i");
const chosen = WORKLOADS.filter(({ name, title }) => only.test(name) || only.test(title));
if (given.list) stop(chosen.map(({ name, title }) => `${name.padEnd(24)} ${title}`).join("\n"), 0);
const asked = given.peers.split(",").filter((name) => name !== "");
const unknown = asked.find((name) => !OTHERS.some((other) => other === name));
if (unknown !== undefined) stop(`no peer "${unknown}"\n${HELP}`, 1);
const rounds = Number(given.rounds ?? (given.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 0) stop(`--rounds ${given.rounds} is no count\n${HELP}`, 1);
if (chosen.length === 0) stop(`no workload matches ${given.only}`, 1);

const names: PeerName[] = ["gradloom", ...OTHERS.filter((name) => asked.includes(name))];
const options: Options = given.quick ? { rounds, warm: 200, round: 60 } : { rounds, warm: 700, round: 150 };

/** A row in one line. */
function summary({ cells }: Row): string {
  const texts = names.map((name) => {
    const cell = cells[name];
    if (cell === undefined) return "";
    if ("cannot" in cell) return `${name} cannot`;
    if ("failed" in cell) return `${name} FAILED: ${cell.failed}`;
    const ratio = cell.ratio === null || name === "gradloom" ? "" : ` (${cell.ratio.median.toFixed(2)}x)`;
    return `${name} ${cell.ms.median.toPrecision(3)} ms${ratio}`;
  });
  return texts.filter((text) => text !== "").join(", ");
}

const rows: Row[] = [];
for (const [k, workload] of chosen.entries()) {
  process.stderr.write(`[${k + 1}/${chosen.length}] ${workload.title} … `);
  const start = performance.now();
  const contenders: ContenderName[] = [...names, ...(workload.flops === undefined ? [] : (["limit"] as const))];
  const row = await compare(workload, contenders, options);
  rows.push(row);
  process.stderr.write(
    `${rounds === 0 ? checked(row) : summary(row)}; ${((performance.now() - start) / 1000).toFixed(0)} s\n`,
  );
}

/** How far the results differ, in one line. */
function checked({ cells }: Row): string {
  const texts = names.map((name) => {
    const cell = cells[name];
    if (cell === undefined || "cannot" in cell) return `${name} cannot`;
    return "failed" in cell ? `${name} FAILED: ${cell.failed}` : `${name} ${cell.difference.toExponential(1)}`;
  });
  return texts.join(", ");
}

if (rounds > 0) {
  const place = setting(names);
  const folder = new URL("../out/bench/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = markdown(rows, names, place);
  writeFileSync(new URL("results.json", folder), `${JSON.stringify({ ...place, options, rows }, null, 2)}\n`);
  writeFileSync(new URL("results.md", folder), text);
  writeFileSync(new URL("results.svg", folder), picture(rows, names, place));
  console.log(text);
  console.error(`written to ${fileURLToPath(folder)}`);
}
const failed = rows.flatMap(({ cells }) => Object.values(cells)).some((cell) => "failed" in cell);
process.exit(failed ? 1 : 0);
