/** `buildGraph`: a drawing of what a tensor is computed from. */

import { type Shape, sameShape } from "../../ir/layout.ts";
import type { Attr } from "../../ir/node.ts";
import { constantOp, inputOp } from "../../ir/ops/source.ts";
import { broadcastToOp } from "../../ir/ops/view.ts";
import type { Op } from "../../ir/record.ts";
import { GradloomError } from "../errors.ts";
import { checkTensor, shapeText } from "../functions/apply.ts";
import { checkOptions, whatIs } from "../functions/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TraceNode } from "../trace/trace.ts";
import { drawPicture, type Link, type Oval, shorten, type Unit } from "./svg.ts";

/** What {@link buildGraph} shows. */
export interface GraphOptions {
  /** Names for tensors; one that is not part of the graph does not matter. Tensors without a name are numbered. */
  readonly names?: { readonly [name: string]: Tensor };
  /** Whether shapes are shown; true if left out. */
  readonly shapes?: boolean;
  /** Whether dtypes are shown; true if left out. */
  readonly dtypes?: boolean;
  /** Whether values that are already known are summed up by min, mean and max. Nothing is computed for that. */
  readonly summaries?: boolean;
  /** Written above the graph. */
  readonly title?: string;
}

/** More values than this make no picture that anybody can read. */
const MAX_VALUES = 2000;
/** An edge that would pass more rows than this starts at a box of its own, which says what it stands for. */
const FAR_ROWS = 12;
/** So does one that would enter another band of so many rows: the layout recurses once a row. */
const BAND_ROWS = 300;
const NAME_LENGTH = 40;
const ATTRS_LENGTH = 36;

/**
 * Draws the computational graph of a tensor, as MyGrad's `build_graph` does: an SVG document that stands alone. Boxes are
 * tensors, ellipses are operations. What is shown is what is recorded now: where a value is known and no gradient can be
 * asked through it, the operations that it came from are gone, and its box only says which was the last of them.
 *
 * @throws DisposedError for a tensor that was disposed of, GradloomError where there are more than 2,000 values to draw
 */
export async function buildGraph(tensor: Tensor, given: GraphOptions = {}): Promise<string> {
  const known = ["names", "shapes", "dtypes", "summaries", "title"] as const;
  const options: GraphOptions = checkOptions("buildGraph", given, known);
  const asked = checkTensor("buildGraph", tensor).valueNode();
  const names = namesOf(options.names ?? {});
  const units = inRows(unitsOf(asked, names, options));
  const label = names.get(asked) ?? "a tensor";
  return drawPicture(units, {
    heading: options.title ?? null,
    title: options.title ?? `Computational graph of ${label}: ${shapeText(asked.shape)} ${asked.dtype}`,
    description: describe(units),
  });
}

function namesOf(named: { readonly [name: string]: Tensor }): Map<TraceNode, string> {
  if (typeof named !== "object" || named === null)
    throw new GradloomError(`buildGraph: names is ${whatIs(named)}; pass { name: tensor }`);
  const names = new Map<TraceNode, string>();
  for (const [name, tensor] of Object.entries(named)) {
    const node = checkTensor(`buildGraph: names.${name}`, tensor).valueNode();
    const before = names.get(node);
    names.set(node, before === undefined ? name : `${before}, ${name}`);
  }
  return names;
}

/**
 * What is drawn for each value that one is recorded to depend on, in program order: inputs come first. A scalar that an
 * operation stretched to its shape is drawn as the scalar.
 */
function unitsOf(asked: TraceNode, names: Names, options: GraphOptions): Drawn[] {
  const isScalar = (n: TraceNode): boolean => n !== asked && !names.has(n) && scalarOf(n) !== null;
  const all = new Set<TraceNode>([asked]);
  for (const node of all) if (!isScalar(node)) for (const x of node.inputs) all.add(x);
  if (all.size > MAX_VALUES) {
    throw new GradloomError(
      `buildGraph: ${all.size} values are recorded for this tensor, and at most ${MAX_VALUES} can be drawn; ` +
        "draw an earlier tensor, or one that a single turn of the loop made",
    );
  }
  const ordered = [...all].sort((a, b) => a.id - b.id);
  const keys = new Map(ordered.map((node, k) => [node, String(k)]));
  return ordered.map((node, k) => {
    const key = String(k);
    if (isScalar(node)) return scalarUnit(key, node);
    const name = names.get(node);
    const label = name === undefined ? `#${key}` : shorten(name, NAME_LENGTH);
    return {
      key,
      kind: ["tensor", ...marksOf(node), ...(node === asked ? ["asked"] : [])].join(" "),
      label,
      tooltip: name ?? null,
      lines: effectOf(node.op) === "backward" ? [] : [label, ...tensorLines(node, options)],
      oval: ovalOf(node),
      links: linksOf(node, keys),
    };
  });
}

type Drawn = Omit<Unit, "row">;

/** Puts units as far down as what is made from them allows. */
function inRows(units: readonly Drawn[]): Unit[] {
  const rows = new Map(units.map(({ key }) => [key, 0]));
  for (const { key, links } of [...units].reverse())
    for (const { from } of links) rows.set(from, Math.min(rows.get(from)!, rows.get(key)! - 1));
  const first = [...rows.values()].reduce((a, b) => Math.min(a, b));
  const byKey = new Map(units.map((unit) => [unit.key, { ...unit, row: rows.get(unit.key)! - first }]));
  return [...byKey.values()].flatMap((unit) => withStandIns(unit, byKey));
}

/** A unit in which edges from far above are replaced by edges from boxes that stand for where they come from. */
function withStandIns(unit: Unit, byKey: ReadonlyMap<string, Unit>): Unit[] {
  const far = new Map<string, Unit>();
  const links = unit.links.map((link) => {
    const source = byKey.get(link.from)!;
    if (isNear(source.row, unit.row)) return link;
    const key = `${source.key} for ${unit.key}`;
    far.set(key, standIn(source, key, unit.row - 1));
    return { ...link, from: key };
  });
  return [...far.values(), { ...unit, links }];
}

const isNear = (from: number, to: number): boolean =>
  to - from <= FAR_ROWS && Math.floor(to / BAND_ROWS) === Math.floor(from / BAND_ROWS);

function standIn({ label, tooltip }: Unit, key: string, row: number): Unit {
  const lines = [`↑ ${label}`];
  return {
    key,
    row,
    kind: "reference",
    label,
    tooltip: `${tooltip ?? label}, further up`,
    lines,
    oval: null,
    links: [],
  };
}

type Names = ReadonlyMap<TraceNode, string>;

/** The constant that a value is, or is a stretched form of; null for all others. */
function scalarOf(node: TraceNode): TraceNode | null {
  const from = node.op === broadcastToOp ? node.inputs[0] : node;
  return from?.op === constantOp ? from : null;
}

function scalarUnit(key: string, node: TraceNode): Drawn {
  const { attrs, dtype } = scalarOf(node)!;
  const value = attrs.value as number;
  const label = dtype === "bool" ? boolText(value) : numberText(value);
  return { key, kind: "scalar constant", label, tooltip: dtype, lines: [label], oval: null, links: [] };
}

const boolText = (value: number): string => (value === 0 ? "False" : "True");
const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
const effectOf = (op: Op): string | null => (op.kind === "effect" ? op.effect : null);

/** Whether the operation that made a value is no longer recorded. */
const isCut = (node: TraceNode): boolean => node.op.kind !== "source" && node.inputs.length === 0;

function marksOf(node: TraceNode): string[] {
  const marks: string[] = [];
  if (node.op === inputOp && node.storage?.leaf === true) marks.push("leaf");
  if (node.storage?.constant ?? !node.differentiable) marks.push("constant");
  return marks;
}

function tensorLines(node: TraceNode, { shapes = true, dtypes = true, summaries = false }: GraphOptions): string[] {
  const type = [...(dtypes ? [node.dtype] : []), ...(shapes ? [shapeText(node.shape)] : [])].join(" ");
  const marks = marksOf(node).join(", ");
  const origin = isCut(node) ? `computed by ${node.op.name}` : "";
  return [type, marks, origin, ...(summaries ? summaryLines(node) : [])].filter((line) => line !== "");
}

/** Minimum, mean and maximum of a value that is known; NaN where there is one among the elements. */
function summaryLines({ buffer, shape }: TraceNode): string[] {
  const elements = buffer?.host ?? buffer?.device?.read();
  const n = shape.reduce((a, b) => a * b, 1);
  if (elements === undefined || n === 0) return [];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const x = elements[i]!;
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
  }
  const text = (x: number): string => numberText(Number(x.toPrecision(4)));
  return [`min ${text(min)}`, `mean ${text(sum / n)}`, `max ${text(max)}`];
}

function ovalOf(node: TraceNode): Oval | null {
  const { op } = node;
  if (op === inputOp || isCut(node)) return null;
  const attrs = attrsText(node);
  const effect = effectOf(op);
  return {
    kind: [kindOf(op), ...(effect === null || effect === "write" ? [] : ["sweep"])].join(" "),
    name: op.name,
    attrs: shorten(attrs, ATTRS_LENGTH),
    tooltip: attrs === "" ? op.doc : `${op.name} ${attrs}: ${op.doc}`,
  };
}

/** What an operation's ellipse and edges look like. */
function kindOf(op: Op): string {
  if (op.kind === "view") return "view";
  if (op.kind === "effect") return op.effect === "write" ? "write" : "effect";
  return "compute";
}

/** The edges into an operation. What a write writes through is a view: its elements are not read. */
function linksOf(node: TraceNode, keys: ReadonlyMap<TraceNode, string>): Link[] {
  const isWrite = effectOf(node.op) === "write";
  return node.inputs.map((x, k) => {
    const note = isWrite ? ["base", "target", "value"][k]! : node.inputs.length > 1 ? `operand ${k + 1}` : "";
    return { from: keys.get(x)!, kind: isWrite && k === 1 ? "write view" : kindOf(node.op), note };
  });
}

/** The attributes in short. What the shape of the result says already is left out. */
function attrsText(node: TraceNode): string {
  const { starts, steps, lengths, ...others } = node.attrs;
  const parts = Object.entries(others)
    .filter(([key, value]) => !(key === "shape" && isList(value) && sameShape(value as Shape, node.shape)))
    .map(([key, value]) => (key === "axes" ? `axis=${axisText(value)}` : `${key}=${attrText(value)}`));
  if (isList(starts) && isList(steps) && isList(lengths)) {
    const from = node.inputs[0]?.shape ?? [];
    const items = starts.map((_, k) =>
      sliceText(starts[k] as number, steps[k] as number, lengths[k] as number, from[k]),
    );
    parts.unshift(`[${items.join(", ")}]`);
  } else if (steps !== undefined) parts.push(`steps=${attrText(steps)}`);
  return parts.join(" ");
}

const isList = (value: Attr | undefined): value is readonly Attr[] => Array.isArray(value);

function attrText(value: Attr): string {
  if (typeof value === "number") return numberText(value);
  if (isList(value)) return `(${value.map(attrText).join(", ")}${value.length === 1 ? "," : ""})`;
  if (value === null || typeof value !== "object") return String(value);
  return `{${Object.entries(value)
    .map(([k, v]) => `${k}=${attrText(v)}`)
    .join(", ")}}`;
}

const axisText = (axes: Attr): string => attrText(isList(axes) && axes.length === 1 ? axes[0]! : axes);

/** One axis of a slice, as it is written in Python. */
function sliceText(start: number, step: number, length: number, of: number | undefined): string {
  const end = start + step * (length - 1) + Math.sign(step);
  const next = start + step * length;
  const reachesEnd = step > 0 ? of !== undefined && next >= of : next < 0;
  const first = step > 0 ? 0 : (of ?? 0) - 1;
  const text = `${start === first ? "" : start}:${reachesEnd && length > 0 ? "" : Math.max(end, 0)}`;
  return step === 1 ? text : `${text}:${step}`;
}

/** What the picture shows, in words. */
function describe(units: readonly Unit[]): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const ovals = units.flatMap(({ oval }) => oval ?? []);
  const of = (kind: string): number => ovals.filter((o) => o.kind.split(" ").includes(kind)).length;
  const values = units.filter((u) => u.lines.length > 0 && u.kind !== "reference").length;
  return (
    `${count(values, "value")} and ${count(ovals.length, "operation")}, of them ${count(of("view"), "view")} and ` +
    `${count(of("write"), "write")}. Boxes are values, ellipses operations; each operation stands above its result. ` +
    "Dashed lines are views: they share memory with what they are made from. Thick ellipses are writes in place. " +
    "A dotted box with an arrow stands for a value further up."
  );
}
