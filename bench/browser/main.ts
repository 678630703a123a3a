/** `npm run bench:browser`: Gradloom, TensorFlow.js and jax-js on WebGL, side by side in one page. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { createServer } from "vite";
import { chromium as launchOptions } from "../../test/browser/chromium.ts";
import { LIBRARIES, type LibraryName, type PageRow } from "./protocol.ts";
import { table, targets } from "./report.ts";

const HELP = `npm run bench:browser -- [options]
  --only REGEX    workloads whose name or title matches
  --peers A,B     of tfjs, jax: both unless given; "" for none
  --rounds N      turns of each library (7)
  --quick         three rounds
  --angle NAME    what Chromium draws with: swiftshader (the processor) unless given; gl-egl, vulkan, …
  --out FILE      writes the table there
  --list          names the workloads`;

/** The rows of the table unless others are asked for. */
const USUAL = "^(tanh-sigmoid|chain|softmax|layer-norm|sum-0|sum-1|matmul-512|mlp-step|cnn-step)$";
/** A workload that takes longer is given up, in ms. */
const LIMIT = 300_000;

const { values: given } = parseArgs({
  options: {
    only: { type: "string", default: USUAL },
    peers: { type: "string", default: "tfjs,jax" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    angle: { type: "string", default: "swiftshader" },
    out: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (given.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(given.rounds ?? (given.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds ${given.rounds} is no count\n${HELP}`);
  process.exit(1);
}
const asked = given.peers.split(",");
const libraries: LibraryName[] = LIBRARIES.filter((name) => name === "gradloom" || asked.includes(name));

const root = fileURLToPath(new URL("../..", import.meta.url));
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const peers = `${root}bench/node_modules`;
const server = await createServer({
  root,
  configFile: false,
  logLevel: "error",
  cacheDir: `${root}node_modules/.vite-bench`,
  server: { port: 0, host: "127.0.0.1", headers: ISOLATED, hmr: false, watch: null },
  resolve: {
    alias: {
      "@tensorflow/tfjs": `${peers}/@tensorflow/tfjs/dist/tf.fesm.min.js`,
      "@jax-js/jax": `${peers}/@jax-js/jax/dist/index.js`,
    },
  },
  optimizeDeps: { include: ["fflate", "crc-32"], noDiscovery: true },
});
await server.listen();
const { args, executablePath } = await launchOptions();
const flags = args.filter((flag) => !flag.startsWith("--use-angle"));
const browser = await chromium.launch({ executablePath, args: [...flags, `--use-angle=${given.angle}`] });
const url = `${server.resolvedUrls!.local[0]}bench/browser/page.html`;

/** A page of its own for each workload: whatever is compiled is compiled anew. */
async function inPage<R>(use: (page: Awaited<ReturnType<typeof browser.newPage>>) => Promise<R>): Promise<R> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (e) => complaints.push(e.message));
  try {
    await page.goto(url);
    await page
      .waitForFunction(() => globalThis.gradloomBench !== undefined, null, { timeout: 60_000 })
      .catch(() => {
        throw new Error(`the page did not start: ${complaints.join("; ")}`);
      });
    return await use(page);
  } finally {
    await page.close();
  }
}

/** One workload, with as many of the libraries as can run beside each other: some shaders take the context of all down. */
async function measured(name: string): Promise<PageRow> {
  const attempt = (chosen: readonly LibraryName[]): Promise<PageRow> =>
    inPage((page) =>
      Promise.race([
        page.evaluate(({ which, how }) => gradloomBench!.measure(which, how), {
          which: name,
          how: { rounds, queued: 10, libraries: chosen },
        }),
        new Promise<never>((_, reject) => {
          setTimeout(() => reject(new Error(`it takes more than ${LIMIT / 1000} s`)), LIMIT).unref();
        }),
      ]),
    );
  try {
    return await attempt(libraries);
  } catch (e) {
    for (const without of libraries.slice(1).reverse()) {
      const row = await attempt(libraries.filter((each) => each !== without)).catch(() => null);
      if (row === null) continue;
      const cannot = "with it, the graphics context is lost, or it takes too long";
      return { ...row, cells: { ...row.cells, [without]: { cannot } } };
    }
    throw e;
  }
}

const { names, renderer } = await inPage((page) =>
  page.evaluate(() => ({ names: gradloomBench!.names, renderer: gradloomBench!.renderer })),
);
const only = new RegExp(given.only, "i");
const chosen = names.filter(({ name, title }) => only.test(name) || only.test(title));
if (given.list) console.log(chosen.map(({ name, title }) => `${name.padEnd(24)} ${title}`).join("\n"));
else {
  const rows: PageRow[] = [];
  process.stderr.write(`${renderer}\n`);
  for (const [k, { name, title }] of chosen.entries()) {
    process.stderr.write(`[${k + 1}/${chosen.length}] ${title} … `);
    const start = performance.now();
    try {
      rows.push(await measured(name));
      process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    } catch (e) {
      process.exitCode = 1;
      process.stderr.write(`failed: ${e instanceof Error ? e.message : e}\n`);
    }
  }
  const text = `${table(rows, libraries, renderer)}\n\n${targets(rows)}\n`;
  console.log(text);
  if (given.out !== undefined) writeFileSync(given.out, text);
}
await browser.close();
await server.close();
process.exit();
