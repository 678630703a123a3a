/** `npm run bench:browser`: Gradloom, TensorFlow.js and jax-js on WebGL, side by side in one page. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setting } from "../report.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { pages as openPages } from "./browser.ts";
import { LIBRARIES, type LibraryName } from "./protocol.ts";
import { markdown, type Surroundings, targets } from "./report.ts";
import { type Options, type Row, surroundings, Turns } from "./turns.ts";

const PEERS = LIBRARIES.filter((name) => name !== "gradloom");

const HELP = `npm run bench:browser -- [options]
  --only REGEX    workloads whose name or title matches
  --peers A,B     of ${PEERS.join(", ")}: all unless given; "" for none
  --rounds N      turns of each library (7)
  --quick         three short rounds, and one first run in place of three
  --limit S       seconds for a library's rounds, three at least, and for any one call (60)
  --gpu           draw with a graphics card
  --angle NAME    what ANGLE draws with: swiftshader, or with --gpu gl-egl, unless given; vulkan, gl, …
  --out FILE      writes the tables there, after every workload
  --list          names the workloads`;

/** The rows of the table unless others are asked for. */
const USUAL = "^(tanh-sigmoid|chain|softmax|layer-norm|sum-0|sum-1|matmul-512|mlp-step|cnn-step)$";

const { values: given } = parseArgs({
  options: {
    only: { type: "string", default: USUAL },
    peers: { type: "string", default: PEERS.join() },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    limit: { type: "string", default: "60" },
    gpu: { type: "boolean", default: false },
    angle: { type: "string" },
    out: { type: "string" },
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
if (given.list) {
  const listed = given.only === USUAL ? WORKLOADS : chosen;
  const line = ({ name, title }: (typeof WORKLOADS)[number]): string =>
    `${chosen.some((each) => each.name === name) ? "*" : " "} ${name.padEnd(24)} ${title}`;
  stop([...listed.map(line), "* without --only, or matched by it"].join("\n"), 0);
}
if (chosen.length === 0) stop(`no workload matches ${given.only}`, 1);
const asked = given.peers.split(",").filter((name) => name !== "");
const unknown = asked.find((name) => !PEERS.some((peer) => peer === name));
if (unknown !== undefined) stop(`no peer "${unknown}"\n${HELP}`, 1);
const rounds = Number(given.rounds ?? (given.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 1) stop(`--rounds ${given.rounds} is no count\n${HELP}`, 1);
const limit = Number(given.limit) * 1000;
if (!(limit > 0)) stop(`--limit ${given.limit} is no number of seconds\n${HELP}`, 1);

const libraries: LibraryName[] = LIBRARIES.filter((name) => name === "gradloom" || asked.includes(name));
const options: Options = { libraries, rounds, colds: given.quick ? 1 : 3, round: given.quick ? 50 : 150, limit };
const gpu = given.gpu || (given.angle !== undefined && given.angle !== "swiftshader");
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const rows: Row[] = [];
const pages = await openPages({ angle: given.angle ?? (gpu ? "gl-egl" : "swiftshader"), gpu });
try {
  const { chromium, ...graphics } = await surroundings(pages);
  const around: Surroundings = { place: setting(libraries), graphics, chromium, libraries };
  say(`${graphics.renderer}${graphics.isSoftware ? ", software" : ""}`);
  if (gpu && graphics.isSoftware) say("a graphics card was asked for, and the processor draws; try another --angle");
  const text = (): string => `${markdown(rows, around)}\n${"```text"}\n${targets(rows, libraries)}\n${"```"}\n`;
  const turns = new Turns(pages, options, (line) => say(`    ${line}`));
  for (const [k, workload] of chosen.entries()) {
    say(`[${k + 1}/${chosen.length}] ${workload.title}`);
    rows.push(await turns.measure(workload));
    if (given.out !== undefined) writeFileSync(given.out, text());
  }
  console.log(text());
} finally {
  await pages.close();
}
const bad = rows.flatMap(({ cells }) => Object.values(cells)).some((cell) => "wrong" in cell);
process.exit(bad || rows.some(({ cells }) => cells.gradloom === undefined || !("times" in cells.gradloom)) ? 1 : 0);
