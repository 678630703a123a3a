/**
 * `npm run tune`: measures both kernels for matrix products on this machine and writes src/backends/wasm/cost-table.ts, from which the
 * cost model chooses. `npm run tune -- --check` only says how well the committed table foretells this machine.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { generatedFeatures, tfjsFeatures } from "../../src/backends/wasm/cost.ts";
import { COST_TABLE } from "../../src/backends/wasm/cost-table.ts";
import { engineFeatures } from "../../src/backends/wasm/features.ts";
import { type Fit, fitCosts } from "./fit.ts";
import { type Measured, measure } from "./measure.ts";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;
const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, k) => sum + v * y[k]!, 0);

const rows = await measure((done, of) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} sizes`);
  else if (done % 50 === 0) process.stderr.write(`${done} of ${of} sizes\n`);
});
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");

if (check) {
  report("committed", COST_TABLE.generated, COST_TABLE.tfjs);
} else {
  const generated = fitCosts(rows.map((r) => ({ features: generatedFeatures(r.m, r.n, r.k), time: r.generated })));
  const tfjs = fitCosts(rows.map((r) => ({ features: tfjsFeatures(r.m, r.n, r.k), time: r.tfjs })));
  console.log(`generated: median error ${percent(generated.median)}, worst ${percent(generated.worst)}`);
  console.log(`tfjs: median error ${percent(tfjs.median)}, worst ${percent(tfjs.worst)}`);
  report("new", generated.coefficients, tfjs.coefficients);
  writeFileSync(new URL("../../src/backends/wasm/cost-table.ts", import.meta.url), source(rows, generated, tfjs));
}

/** How much longer the kernels that a model chooses take than the faster ones. */
function report(name: string, generated: readonly number[], tfjs: readonly number[]): void {
  const chosen = rows.map((r) => {
    const own = dot(generatedFeatures(r.m, r.n, r.k), generated);
    return own <= dot(tfjsFeatures(r.m, r.n, r.k), tfjs) ? r.generated : r.tfjs;
  });
  const lost = rows.map((r, k) => chosen[k]! / Math.min(r.generated, r.tfjs) - 1).sort((a, b) => a - b);
  const wins = rows.filter((r) => r.tfjs < r.generated).length;
  console.log(
    `${name} table: tfjs is faster for ${wins} of ${rows.length} sizes; the choice takes ${percent(lost[lost.length - 1]!)} ` +
      `longer than the faster kernel at worst, ${percent(lost[Math.floor(lost.length * 0.95)]!)} for 19 of 20 sizes`,
  );
}

function source(measured: readonly Measured[], generated: Fit, tfjs: Fit): string {
  const number = (x: number): string => Number(x.toPrecision(4)).toString();
  const list = (xs: readonly number[]): string => `[${xs.map(number).join(", ")}]`;
  const lines = measured.map((r) => `    ${list([r.m, r.n, r.k, r.generated, r.tfjs])},`);
  const engine = `${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}, V8 ${process.versions.v8}`;
  return `// Written by \`npm run tune\`: do not edit.
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: measured times

/** Measured times of matrix products, and the coefficients of the cost model that were fitted to them. */
export interface CostTable {
  readonly engine: string;
  readonly relaxed: boolean;
  /** µs a unit of each feature; see \`cost.ts\`. */
  readonly generated: readonly number[];
  readonly tfjs: readonly number[];
  /** m, n, k, and the µs of the generated kernel and of tfjs's. */
  readonly rows: readonly (readonly [m: number, n: number, k: number, generated: number, tfjs: number])[];
}

export const COST_TABLE: CostTable = {
  engine: ${JSON.stringify(engine)},
  relaxed: ${engineFeatures().relaxed},
  generated: ${list(generated.coefficients)},
  tfjs: ${list(tfjs.coefficients)},
  // biome-ignore format: one size a row
  rows: [
${lines.join("\n")}
  ],
};
`;
}
