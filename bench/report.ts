/** The results as a table, a picture and data. */
import { cpus, totalmem } from "node:os";
import { type EChartsOption, init } from "echarts";
import type { Cell, Measured, Row } from "./compare.ts";
import { PEERS, versionOf } from "./peers/index.ts";
import type { PeerName } from "./workload.ts";

/** Where and with what was measured. */
export interface Setting {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function setting(names: readonly PeerName[]): Setting {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown processor",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    versions: Object.fromEntries(names.map((name) => [name, versionOf(name)])),
  };
}

const isMeasured = (cell: Cell | undefined): cell is Measured => cell !== undefined && "ms" in cell;

/** Three digits. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

const titled = (name: PeerName, { versions }: Setting): string => `${PEERS[name].label} ${versions[name]}`;

/** `1.2 ms (1.1–1.3), 4.5×`: the median, the middle half, and the median ratio. */
function cellText(cell: Cell | undefined, name: PeerName): string {
  if (cell === undefined) return "";
  if ("cannot" in cell) return `cannot: ${cell.cannot}`;
  if ("failed" in cell) return `failed: ${cell.failed}`;
  const { q1, median, q3 } = cell.ms;
  const time = `${digits(median)} ms (${digits(q1)}–${digits(q3)})${cell.note === null ? "" : ` ${cell.note}`}`;
  return name === "gradloom" || cell.ratio === null ? time : `${time}, **${digits(cell.ratio.median)}×**`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, k) => (k === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

function speedText(cell: Cell | undefined): string {
  if (!isMeasured(cell) || cell.gflops === null) return "";
  return `${digits(cell.gflops)}${cell.ofLimit === null ? "" : ` (${(cell.ofLimit.median * 100).toFixed(0)}%)`}`;
}

export function markdown(rows: readonly Row[], names: readonly PeerName[], place: Setting): string {
  const head = names.map((name) => titled(name, place));
  const times = rows.map((row) => [row.title, ...names.map((name) => cellText(row.cells[name], name))]);
  const counted = rows.filter((row) => names.some((name) => speedText(row.cells[name]) !== ""));
  const speeds = counted.map((row) => [
    row.title,
    speedText(row.cells.limit).replace(" (100%)", ""),
    ...names.map((name) => speedText(row.cells[name])),
  ]);
  const parts = [
    "# Results",
    `${place.cpu}, ${place.cores} cores, ${place.memoryGiB} GiB, ${place.platform}; Node ${place.node}, V8 ${place.v8}. ` +
      "Medians of the rounds (in brackets the middle half); bold: the median of the rounds' ratios to Gradloom's time, above 1 where Gradloom is faster.",
    table(["workload", ...head], times),
  ];
  if (speeds.length > 0) {
    parts.push(
      "GFLOP/s of the medians, and the part of what `f32x4` multiplications and additions in registers alone reach in the same rounds:",
      table(["workload", "limit", ...head], speeds),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

const COLORS: { readonly [P in PeerName]: string } = {
  gradloom: "#2563eb",
  tfjs: "#f59e0b",
  jax: "#10b981",
  ort: "#8b5cf6",
};

/** Bars of the ratios to Gradloom's time, on a logarithmic axis that begins at 1/10. */
export function picture(rows: readonly Row[], names: readonly PeerName[], place: Setting): string {
  const peers = names.filter((name) => name !== "gradloom");
  const bars = peers.map((name) => ({
    type: "bar" as const,
    name: titled(name, place),
    itemStyle: { color: COLORS[name] },
    barGap: "10%",
    data: rows.map((row) => {
      const cell = row.cells[name];
      const ratio = isMeasured(cell) ? cell.ratio?.median : undefined;
      const why = cell !== undefined && "cannot" in cell ? "cannot" : "";
      return ratio === undefined
        ? { value: 1, label: { formatter: why } }
        : { value: ratio, label: { formatter: `${digits(ratio)}×` } };
    }),
    label: { show: true, position: "right" as const, fontSize: 10 },
    markLine: {
      silent: true,
      symbol: "none",
      label: { show: false },
      data: [{ xAxis: 1 }],
      lineStyle: { color: "#333" },
    },
  }));
  const option: EChartsOption = {
    animation: false,
    backgroundColor: "#ffffff",
    title: {
      text: "Time, as a multiple of Gradloom's",
      subtext: `${place.cpu}, Node ${place.node}; logarithmic`,
      left: 8,
    },
    legend: { top: 40, left: 8 },
    grid: { left: 8, right: 60, top: 76, bottom: 8, containLabel: true },
    xAxis: { type: "log", position: "top", axisLabel: { formatter: (v: number) => `${v}×` } },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.title), axisTick: { show: false } },
    series: bars,
  };
  const height = 110 + rows.length * (peers.length * 14 + 12);
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 960, height });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
