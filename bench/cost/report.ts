/** The costs as a table and a picture. */
import { type EChartsOption, init } from "echarts";
import type { Setting } from "../report.ts";
import type { Growth, Kind } from "./growth.ts";
import { STAGES, type Stage } from "./stages.ts";
import type { StepCost } from "./step.ts";

export interface StepRow extends StepCost {
  readonly name: string;
  readonly title: string;
  /** Bytes of activations that the backward pass cannot do without: `kept.ts`. */
  readonly kept: number;
}

/** What the figures have to keep to. */
export interface Limit {
  readonly what: string;
  readonly found: number;
  readonly limit: number;
  readonly unit: string;
}

const MB = 1e6;
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());
const mb = (bytes: number): string => (bytes / MB).toFixed(2);
const sum = (times: Readonly<Record<Stage, number>>): number => STAGES.reduce((n, stage) => n + times[stage], 0);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, k) => (k === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Parameters, a gradient for each, and the activations: what peak memory is set against. */
export const neededBytes = ({ memory, kept }: StepRow): number => 2 * memory.parameters + kept;
/** All that a step has beside its inputs while it runs. */
export const peakBytes = ({ memory }: StepRow): number => memory.arena + memory.results + memory.parameters;

export function limitsOf(growth: readonly Growth[], steps: readonly StepRow[]): Limit[] {
  const limits: Limit[] = [];
  for (const row of growth.filter(({ count }) => count === 100)) {
    const over = (ms: number): number => (ms - row.running.median) * 1000;
    const what = `of 100 ${row.kind} operations, over its kernels`;
    limits.push({ what: `a cached imperative step ${what}`, found: over(row.step.median), limit: 300, unit: "µs" });
    limits.push({ what: `a further call of jit ${what}`, found: over(row.call.median), limit: 30, unit: "µs" });
  }
  for (const row of steps.filter(({ name }) => name === "cnn-step")) {
    const found = peakBytes(row) / neededBytes(row);
    limits.push({ what: "peak memory of the CNN step, of what it needs", found, limit: 1.5, unit: "×" });
  }
  return limits;
}

function growthTable(rows: readonly Growth[]): string {
  const head = ["operations", "kernels", "code, bytes", "trace", ...STAGES, "compile", "µs an operation"];
  return table(
    head,
    rows.map((row) => [
      String(row.operations),
      String(row.kernels),
      String(row.codeBytes),
      digits(row.trace.median),
      ...STAGES.map((stage) => digits(row.stages[stage].median)),
      digits(row.compile.median),
      digits(((row.trace.median + row.compile.median) * 1000) / row.operations),
    ]),
  );
}

function dispatchTable(rows: readonly Growth[]): string {
  const over = (row: Growth, ms: number): string => `${digits(Math.max(0, (ms - row.running.median) * 1000))} µs`;
  return table(
    ["operations", "kernels alone", "imperative step", "over the kernels", "call of `jit`", "over the kernels"],
    rows.map((row) => [
      `${row.operations}, ${row.kind}`,
      `${digits(row.running.median)} ms`,
      `${digits(row.step.median)} ms`,
      over(row, row.step.median),
      `${digits(row.call.median)} ms`,
      over(row, row.call.median),
    ]),
  );
}

function stepTables(rows: readonly StepRow[]): string {
  const compile = table(
    [
      "step",
      "operations",
      "kernels",
      "code, KB",
      "start",
      "trace",
      "compile, cold",
      "warm",
      "instance",
      "first run",
      "later runs",
    ],
    rows.map((row) => [
      row.title,
      String(row.operations),
      String(row.kernels),
      digits(row.codeBytes / 1000),
      digits(row.startup),
      digits(row.trace),
      digits(sum(row.cold)),
      digits(sum(row.warm)),
      digits(row.instance),
      digits(row.firstRun),
      digits(row.run),
    ]),
  );
  const modules = table(
    [
      "step",
      "`new Module`",
      "the same bytes again",
      "clone",
      "read",
      "optimizing all of it",
      "slower first runs, together",
    ],
    rows.map((row) => [
      row.title,
      digits(row.cold.module),
      digits(row.module.again),
      digits(row.module.clone),
      digits(row.module.read),
      row.module.optimized === null ? "" : digits(row.module.optimized),
      digits(row.warmUp),
    ]),
  );
  const memory = table(
    [
      "step",
      "parameters",
      "gradients",
      "activations",
      "needed",
      "arena",
      "results",
      "peak",
      "ratio",
      "arena unfused",
      "growth later",
    ],
    rows.map((row) => [
      row.title,
      mb(row.memory.parameters),
      mb(row.memory.parameters),
      mb(row.kept),
      mb(neededBytes(row)),
      mb(row.memory.arena),
      mb(row.memory.results),
      mb(peakBytes(row)),
      `**${digits(peakBytes(row) / neededBytes(row))}×**`,
      mb(row.memory.unfused),
      mb(row.memory.laterGrowth),
    ]),
  );
  return [
    "## Steps of training, each in a fresh process",
    "In ms. *Cold* is a process that compiled nothing before, *warm* the least of several compilations later in it.",
    compile,
    "### What a cache of modules across processes could save",
    "`new WebAssembly.Module` compiles lazily: machine code is made at the first call of each function, first by the quick compiler, and in the background by the optimizing one. In ms.",
    modules,
    ...new Set(rows.map(({ module }) => `V8's serializer of a module, in Node: ${module.serialized}.`)),
    "### Memory",
    "In MB (10⁶ bytes). *Needed* are the parameters, a gradient for each, and the activations that the backward pass reads (counted by hand in `bench/cost/kept.ts`); *peak* are the plan's arena, the results that stay, and the parameters.",
    memory,
  ].join("\n\n");
}

export function markdown(
  growth: readonly Growth[],
  steps: readonly StepRow[],
  limits: readonly Limit[],
  place: Setting,
): string {
  const parts = [
    "# What tracing, compiling and dispatch cost",
    `${place.cpu}, ${place.cores} cores, ${place.memoryGiB} GiB, ${place.platform}; Node ${place.node}, V8 ${place.v8}. Medians.`,
  ];
  if (limits.length > 0) {
    const rows = limits.map(({ what, found, limit, unit }) => [
      what,
      `${digits(found)} ${unit}`,
      `${limit} ${unit}`,
      found <= limit ? "kept" : "**not kept**",
    ]);
    parts.push(table(["", "found", "at most", ""], rows));
  }
  const kinds: readonly (readonly [Kind, string])[] = [
    ["similar", "The same ten operations again and again"],
    ["dissimilar", "Ever other operations and shapes"],
  ];
  if (growth.length > 0) parts.push("## Growth with the number of operations");
  for (const [kind, title] of kinds) {
    const rows = growth.filter((row) => row.kind === kind);
    if (rows.length > 0) parts.push(`### ${title}`, "In ms.", growthTable(rows));
  }
  if (growth.length > 0) parts.push("### Dispatch of what is compiled", dispatchTable(growth));
  if (steps.length > 0) parts.push(stepTables(steps));
  return `${parts.join("\n\n")}\n`;
}

const COLORS = ["#94a3b8", "#2563eb", "#f59e0b", "#10b981", "#8b5cf6"];

/** Times over the number of operations, both logarithmic. */
export function picture(growth: readonly Growth[], place: Setting): string {
  const lines: readonly (readonly [string, (row: Growth) => number])[] = [
    ["kernels alone", (row) => row.running.median],
    ["call of jit", (row) => row.call.median],
    ["imperative step, cached", (row) => row.step.median],
    ["trace", (row) => row.trace.median],
    ["compile", (row) => row.compile.median],
  ];
  const kinds: readonly Kind[] = ["similar", "dissimilar"];
  const series = kinds.flatMap((kind) =>
    lines.map(([name, of], k) => ({
      type: "line" as const,
      name: `${name}, ${kind}`,
      itemStyle: { color: COLORS[k]! },
      lineStyle: { type: kind === "similar" ? ("solid" as const) : ("dashed" as const) },
      data: growth.filter((row) => row.kind === kind).map((row) => [row.operations, Number(of(row).toPrecision(3))]),
    })),
  );
  const option: EChartsOption = {
    animation: false,
    backgroundColor: "#ffffff",
    title: {
      text: "What a program costs beside its kernels",
      subtext: `${place.cpu}, Node ${place.node}; ms, both axes logarithmic`,
      left: 8,
    },
    legend: { top: 48, left: 8, width: 940 },
    grid: { left: 8, right: 40, top: 112, bottom: 28, containLabel: true },
    xAxis: { type: "log", name: "operations", nameLocation: "middle", nameGap: 24, min: 10 },
    yAxis: { type: "log", axisLabel: { formatter: (v: number) => `${v} ms` } },
    series,
  };
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 960, height: 560 });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
