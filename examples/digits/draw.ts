import { type EChartsOption, init } from "echarts";
import { type DigitSet, PIXELS, takeDigits } from "./data.ts";

/** What a training run leaves behind for the drawing. */
export interface Training {
  /** The training loss of each step. */
  readonly losses: readonly number[];
  /** The share of test digits read correctly after each epoch, 0..1. */
  readonly accuracies: readonly number[];
  readonly test: DigitSet;
  /** The digit read in each test image, shape (test.count,). */
  readonly predictions: Int32Array;
}

const WIDTH = 960;
const HEIGHT = 640;
const MARGIN = 40;
const CHART = { top: 104, width: (WIDTH - 3 * MARGIN) / 2, height: 250 };
const GRID = { top: 392, columns: 12, rows: 2, cell: 6, padding: 5, pitchX: 74.7, pitchY: 112 };
const SHOWN = GRID.columns * GRID.rows;
const SHOWN_WRONG = 6;

const FONT = "Inter, Segoe UI, Helvetica, Arial, sans-serif";
const COLOR = {
  paper: "#ffffff",
  title: "#0f172a",
  text: "#475569",
  faint: "#e2e8f0",
  ink: [15, 23, 42],
  loss: "#4f46e5",
  accuracy: "#0d9488",
  wrong: "#dc2626",
} as const;

interface Line {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly color: string;
  readonly width: number;
  readonly opacity: number;
  readonly filled?: boolean;
}

function chart(lines: readonly Line[], yAxis: { min?: number; max?: number; format: string }, epochs: number): string {
  const label = { color: COLOR.text, fontFamily: FONT, fontSize: 12 };
  const option: EChartsOption = {
    animation: false,
    grid: { left: 46, right: 12, top: 12, bottom: 42 },
    xAxis: {
      type: "value",
      min: 0,
      max: epochs,
      minInterval: 1,
      name: "epoch",
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: label,
      axisLabel: { ...label, showMaxLabel: true, hideOverlap: true },
      axisLine: { lineStyle: { color: "#94a3b8" } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      ...(yAxis.min === undefined ? {} : { min: yAxis.min }),
      ...(yAxis.max === undefined ? {} : { max: yAxis.max }),
      splitNumber: 4,
      axisLabel: { ...label, formatter: yAxis.format },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: COLOR.faint } },
    },
    series: lines.map(({ points, color, width, opacity, filled }) => ({
      type: "line" as const,
      data: points.map(([x, y]) => [x, y]),
      showSymbol: points.length === 1,
      symbol: "circle",
      symbolSize: 7,
      itemStyle: { color },
      lineStyle: { color, width, opacity, join: "round" as const, cap: "round" as const },
      ...(filled ? { areaStyle: { color, opacity: 0.08, origin: "start" as const } } : {}),
    })),
  };
  const instance = init(null, null, { renderer: "svg", ssr: true, width: CHART.width, height: CHART.height });
  instance.setOption(option);
  const svg = instance.renderToSVGString();
  instance.dispose();
  return svg;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function lossChart({ losses, accuracies }: Training): string {
  const epochs = accuracies.length;
  const steps = losses.length / epochs;
  const perEpoch = accuracies.map((_, e) => mean(losses.slice(Math.round(e * steps), Math.round((e + 1) * steps))));
  return chart(
    [
      { points: losses.map((loss, i) => [(i + 1) / steps, loss]), color: COLOR.loss, width: 1, opacity: 0.25 },
      { points: perEpoch.map((loss, e) => [e + 0.5, loss]), color: COLOR.loss, width: 2.5, opacity: 1 },
    ],
    { min: 0, format: "{value}" },
    epochs,
  );
}

function accuracyChart({ accuracies }: Training): string {
  const points = accuracies.map((share, e) => [e + 1, 100 * share] as const);
  const lowest = Math.min(...points.map(([, y]) => y));
  const line: Line = { points, color: COLOR.accuracy, width: 2.5, opacity: 1, filled: true };
  const floor = Math.max(0, Math.floor((lowest - 1) / 10) * 10);
  return chart([line], { min: floor, max: 100, format: "{value}%" }, accuracies.length);
}

/** Places a rendered chart inside the page. */
function nested(svg: string, x: number): string {
  return svg.replace("<svg ", `<svg x="${x}" y="${CHART.top}" `);
}

interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
}

function text(x: number, y: number, content: string, { size, color, bold, anchor }: TextStyle): string {
  const weight = bold ? ' font-weight="600"' : "";
  const at = `x="${x.toFixed(1)}" y="${y.toFixed(1)}"`;
  return `<text ${at} font-size="${size}" fill="${color}"${weight} text-anchor="${anchor ?? "start"}">${content}</text>`;
}

/** Up to six misread test digits, then digits that were read correctly, as indices into the test set. */
function chooseDigits({ test, predictions }: Training): Int32Array {
  const all = Array.from({ length: test.count }, (_, i) => i);
  const isWrong = (i: number): boolean => predictions[i] !== test.labels[i];
  const wrong = all.filter(isWrong).slice(0, SHOWN_WRONG);
  const right = all.filter((i) => !isWrong(i));
  return Int32Array.from([...wrong, ...right].slice(0, SHOWN));
}

/** One pixel: paper at 0, full ink at 1. */
function pixel(ink: number, x: number, y: number): string {
  if (ink === 0) return "";
  const size = GRID.cell;
  const fill = `rgb(${COLOR.ink.map((channel) => Math.round(255 + (channel - 255) * ink)).join(",")})`;
  return `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${fill}"/>`;
}

function digit(pixels: Float32Array, truth: number, prediction: number, x: number, y: number): string {
  const side = 8 * GRID.cell;
  const wrong = prediction !== truth;
  const frame = { x: x - GRID.padding, y: y - GRID.padding, side: side + 2 * GRID.padding };
  const stroke = wrong ? `stroke="${COLOR.wrong}" stroke-width="2"` : `stroke="${COLOR.faint}" stroke-width="1"`;
  const middle = x + side / 2;
  return [
    `<rect x="${frame.x}" y="${frame.y}" width="${frame.side}" height="${frame.side}" rx="7" fill="#fff" ${stroke}/>`,
    `<g shape-rendering="crispEdges">`,
    ...Array.from(pixels, (ink, p) => pixel(ink, x + (p % 8) * GRID.cell, y + Math.floor(p / 8) * GRID.cell)),
    "</g>",
    text(middle, y + side + 24, String(prediction), {
      size: 17,
      color: wrong ? COLOR.wrong : COLOR.title,
      bold: true,
      anchor: "middle",
    }),
    wrong ? text(middle, y + side + 38, `is a ${truth}`, { size: 12, color: COLOR.wrong, anchor: "middle" }) : "",
  ].join("");
}

function digitGrid(training: Training): string {
  const chosen = chooseDigits(training);
  const { images, labels } = takeDigits(training.test, chosen);
  return Array.from(chosen, (row, i) => {
    const x = Math.round(MARGIN + GRID.padding + (i % GRID.columns) * GRID.pitchX);
    const y = GRID.top + 24 + Math.floor(i / GRID.columns) * GRID.pitchY;
    const pixels = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    return digit(pixels, labels[i]!, training.predictions[row]!, x, y);
  }).join("\n");
}

/** Draws the loss, the test accuracy and 24 test digits with what was read in them; returns the text of one SVG file. */
export function drawTraining(training: Training): string {
  const { test, predictions, accuracies } = training;
  const right = test.labels.filter((label, i) => label === predictions[i]).length;
  const second = 2 * MARGIN + CHART.width;
  const heading = { size: 14, color: COLOR.title, bold: true } as const;
  const count = accuracies.length === 1 ? "1 epoch" : `${accuracies.length} epochs`;
  const summary = `${right} of ${test.count} test digits read correctly after ${count}`;
  const note = right === test.count ? "" : "misread digits come first, marked in red";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="${FONT}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${COLOR.paper}"/>`,
    text(MARGIN, 44, "Reading handwritten digits", { size: 22, color: COLOR.title, bold: true }),
    text(WIDTH - MARGIN, 44, summary, { size: 14, color: COLOR.text, anchor: "end" }),
    text(MARGIN, CHART.top - 6, "Training loss", heading),
    text(second, CHART.top - 6, "Test accuracy", heading),
    nested(lossChart(training), MARGIN),
    nested(accuracyChart(training), second),
    text(MARGIN, GRID.top, "Test digits and what was read in them", heading),
    text(WIDTH - MARGIN, GRID.top, note, { size: 12, color: COLOR.text, anchor: "end" }),
    digitGrid(training),
    "</svg>\n",
  ].join("\n");
}
