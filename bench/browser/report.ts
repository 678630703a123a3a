/** The results as tables, and beside what is aimed at. */
import type { Setting } from "../report.ts";
import { type Graphics, KINDS, type Kind, type LibraryName } from "./protocol.ts";
import { LENIENCE } from "./results.ts";
import type { Cell, Measured, Row } from "./turns.ts";

export const LABELS: { readonly [L in LibraryName]: string } = {
  gradloom: "Gradloom",
  tfjs: "TensorFlow.js",
  jax: "jax-js",
};

/** Where and how was measured. */
export interface Surroundings {
  readonly place: Setting;
  readonly graphics: Graphics;
  readonly chromium: string;
  readonly libraries: readonly LibraryName[];
}

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

const isMeasured = (cell: Cell | undefined): cell is Measured => cell !== undefined && "times" in cell;

/** Why there are no figures. */
function reasonOf(cell: Cell): string | null {
  if ("cannot" in cell) return `cannot: ${cell.cannot}`;
  if ("wrong" in cell) return `wrong: ${cell.wrong}`;
  return "failed" in cell ? `failed: ${cell.failed}` : null;
}

/** `102 (4.5×)`, with the reason once where there is none. */
function timeText(cell: Cell | undefined, kind: Kind): string {
  if (cell === undefined) return "";
  if (!isMeasured(cell)) return kind === KINDS[0] ? reasonOf(cell)! : "—";
  const [time, ratio] = [cell.times[kind], cell.ratios[kind]];
  if (time === null) return "—";
  return `${digits(time.median)}${ratio === null ? "" : ` (**${digits(ratio)}×**)`}`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[], texts: number): string =>
  [head, head.map((_, k) => (k < texts ? "---" : "---:")), ...rows].map((each) => `| ${each.join(" | ")} |`).join("\n");

function notes(rows: readonly Row[], libraries: readonly LibraryName[]): string[] {
  return rows.flatMap(({ title, cells }) =>
    libraries.flatMap((name) => {
      const cell = cells[name];
      return isMeasured(cell) && cell.note !== null ? [`* ${LABELS[name]}, ${title}: ${cell.note}.`] : [];
    }),
  );
}

const differenceText = (cell: Cell | undefined): string =>
  isMeasured(cell) ? (cell.difference?.toExponential(1) ?? "nothing to compare with") : "";

/** Markdown. */
export function markdown(rows: readonly Row[], { place, graphics, chromium, libraries }: Surroundings): string {
  const heads = libraries.map((name) => `${LABELS[name]} ${place.versions[name]}`);
  const times = rows.flatMap(({ title, cells }) =>
    KINDS.map((kind, k) => [
      k === 0 ? title : "",
      kind,
      ...libraries.map((name) => timeText(cells[name], kind).replace(name === "gradloom" ? / \(.*/ : /^$/, "")),
    ]),
  );
  const differences = rows.map(({ title, cells }) => [title, ...libraries.map((name) => differenceText(cells[name]))]);
  const parts = [
    "# In a browser, on WebGL",
    `Renderer: ${graphics.renderer} (${graphics.isSoftware ? "software: the processor draws" : "a graphics card"}). ` +
      `Chromium ${chromium}; ${place.cpu}, ${place.cores} cores, ${place.platform}.`,
    "Medians in ms; in brackets how many times as long as Gradloom. *each*: a run and an asynchronous read of its result; " +
      "*amortised*: one of ten runs queued before one read (of two, where a run takes long); *cold*: the first run in a fresh " +
      "page, from arrays in JavaScript to the result there, compilation included.",
    table(["workload", "timing", ...heads], times, 2),
    ...notes(rows, libraries),
    "The largest difference from the reference in float64, or else from Gradloom's results, as a part of the largest element; " +
      `${LENIENCE} times the workload's tolerance is allowed:`,
    table(["workload", ...heads], differences, 1),
  ];
  return `${parts.join("\n\n")}\n`;
}

interface Target {
  readonly rows: RegExp;
  readonly kinds: readonly Kind[];
  readonly peer: LibraryName | "better";
  readonly least: number;
}

const TARGETS: readonly Target[] = [
  { rows: /^(tanh-sigmoid|chain)$/, kinds: ["amortised"], peer: "tfjs", least: 4 },
  { rows: /^(tanh-sigmoid|chain)$/, kinds: ["each"], peer: "tfjs", least: 1.5 },
  { rows: /^(softmax|layer-norm|sum-\d)$/, kinds: ["each", "amortised"], peer: "better", least: 1 },
  { rows: /^(mlp|cnn)-step$/, kinds: ["each", "amortised"], peer: "tfjs", least: 1.5 },
  { rows: /^(mlp|cnn)-step$/, kinds: ["each", "amortised"], peer: "jax", least: 10 },
  { rows: /./, kinds: ["cold"], peer: "better", least: 1 },
];

/** One target at one workload. */
function targetText(row: Row, kind: Kind, { peer, least }: Target, libraries: readonly LibraryName[]): string[] {
  const peers = (peer === "better" ? (["tfjs", "jax"] as const) : [peer]).filter((name) => libraries.includes(name));
  if (peers.length === 0) return [];
  const found = peers.flatMap((name) => {
    const cell = row.cells[name];
    return isMeasured(cell) ? (cell.ratios[kind] ?? []) : [];
  });
  const against = peer === "better" ? "the better peer" : LABELS[peer];
  const what = `${row.title}, ${kind}: at least ${least}× ${against}`;
  if (found.length === 0) return [`no figure       ${what}`];
  const reached = Math.min(...found);
  return [`${reached >= least ? "met   " : "MISSED"} ${`${digits(reached)}×`.padStart(7)}  ${what}`];
}

/** What is aimed at, and whether it is met. */
export function targets(rows: readonly Row[], libraries: readonly LibraryName[]): string {
  const lines = TARGETS.flatMap((target) =>
    rows
      .filter(({ name }) => target.rows.test(name))
      .flatMap((row) => target.kinds.flatMap((kind) => targetText(row, kind, target, libraries))),
  );
  return ["Targets:", ...lines].join("\n");
}
