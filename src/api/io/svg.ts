/** Draws graphs of tensors and operations as SVG; dagre says where things go. */

/** A point in the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle, or the one around an ellipse: its centre and size. */
export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Characters that XML does not allow at all, and halves of surrogate pairs. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** The text as it may stand between tags and in quoted attributes; what XML does not allow becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replace(/[&<>"]/g, (c) => ENTITIES[c]!);
}

/** At most `length` characters, the last one an ellipsis where some are left out. */
export function shorten(text: string, length: number): string {
  const all = [...text];
  return all.length <= length ? text : `${all.slice(0, length - 1).join("")}…`;
}

/** Width of a text in columns of a monospaced font; ideographs and the like take two. */
export function columns(text: string): number {
  let n = 0;
  for (const c of text) n += c.codePointAt(0)! >= 0x1100 ? 2 : 1;
  return n;
}

/** A coordinate with at most two decimals. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** Two coordinates. */
export const at = ({ x, y }: Point): string => `${coordinate(x)} ${coordinate(y)}`;

/** Where the line from the centre of a rectangle to `toward` leaves it. */
export function leaveBox(box: Area, toward: Point): Point {
  const dx = toward.x - box.x;
  const dy = toward.y - box.y;
  const scale = Math.max(Math.abs(dx) / (box.width / 2), Math.abs(dy) / (box.height / 2));
  return scale === 0 ? box : { x: box.x + dx / scale, y: box.y + dy / scale };
}

/** Where the line from the centre of an ellipse to `toward` leaves it. */
export function leaveEllipse(ellipse: Area, toward: Point): Point {
  const dx = toward.x - ellipse.x;
  const dy = toward.y - ellipse.y;
  const scale = Math.hypot(dx / (ellipse.width / 2), dy / (ellipse.height / 2));
  return scale === 0 ? ellipse : { x: ellipse.x + dx / scale, y: ellipse.y + dy / scale };
}

/** A curve from the first point to the last that the points between bend. */
export function curve(points: readonly Point[]): string {
  const last = points.length - 1;
  let path = `M${at(points[0]!)}`;
  for (let k = 1; k < last; k++) {
    const p = points[k]!;
    const next = points[k + 1]!;
    const end = k === last - 1 ? next : { x: (p.x + next.x) / 2, y: (p.y + next.y) / 2 };
    path += `Q${at(p)} ${at(end)}`;
  }
  return last === 1 ? `${path}L${at(points[1]!)}` : path;
}

/** The head of an arrow that comes from `from` and ends at `tip`. */
export function arrowHead(from: Point, tip: Point): string {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y) || 1;
  const ux = (tip.x - from.x) / length;
  const uy = (tip.y - from.y) / length;
  const corner = (side: number): Point => ({ x: tip.x - 7 * ux - 3 * side * uy, y: tip.y - 7 * uy + 3 * side * ux });
  return `M${at(tip)}L${at(corner(1))}L${at(corner(-1))}Z`;
}

/** A value: its box, below the ellipse of the operation that makes it. */
export interface Unit {
  readonly key: string;
  /** Counts from the top; a unit is below all that it is made from. */
  readonly row: number;
  /** CSS classes of the box. */
  readonly kind: string;
  readonly label: string;
  readonly tooltip: string | null;
  /** What stands in the box; there is none for no lines. */
  readonly lines: readonly string[];
  readonly oval: Oval | null;
  readonly links: readonly Link[];
}

/** An operation. */
export interface Oval {
  /** CSS classes. */
  readonly kind: string;
  readonly name: string;
  readonly attrs: string;
  readonly tooltip: string;
}

/** An edge into a unit. */
export interface Link {
  /** The key of the unit that it comes from. */
  readonly from: string;
  /** CSS classes. */
  readonly kind: string;
  readonly note: string;
}

/** What a picture says besides the graph. */
export interface Caption {
  /** Written above the graph, if anything. */
  readonly heading: string | null;
  readonly title: string;
  readonly description: string;
}

/** A unit with its size, and, once it was laid out, its place: the centre of both its parts together. */
interface Placed {
  readonly unit: Unit;
  readonly width: number;
  readonly height: number;
  x: number;
  y: number;
}

/** An edge. */
interface Wire {
  readonly from: Placed;
  readonly to: Placed;
  readonly link: Link;
  /** Points halfway between rows and, of rows that it passes, in them. */
  through: readonly Point[];
}

/** What is used of dagre, whose own declarations do not resolve under Node's rules for modules. */
interface Dagre {
  readonly Graph: new (options: { multigraph: boolean }) => DagreGraph;
  readonly layout: (graph: DagreGraph) => unknown;
}

interface DagreGraph {
  setGraph(label: { [key: string]: string | number | ((graph: DagreGraph) => void) }): unknown;
  setNode(id: string, label: { width: number; height: number }): unknown;
  setEdge(from: string, to: string, label: { minlen: number; labelpos: string }, name: string): unknown;
  nodes(): string[];
  node(id: string): { x: number; y: number; rank: number };
  edge(from: string, to: string, name: string): { points: readonly Point[] };
}

const COLUMN = 7.25;
const LINE = 16;
const OVAL_HEIGHT = 30;
/** Room for the arrow from an operation to its result. */
const STEM = 20;
const MARGIN = 16;
const HEADING = 30;

const boxWidth = ({ lines }: Unit): number => Math.max(...lines.map(columns)) * COLUMN + 22;
const boxHeight = ({ lines }: Unit): number => (lines.length === 1 ? 26 : lines.length * LINE + 14);
const ovalText = ({ name, attrs }: Oval): string => (attrs === "" ? name : `${name} ${attrs}`);
const ovalWidth = (oval: Oval): number => (columns(ovalText(oval)) * COLUMN + 18) / 0.88;

/** The picture of a graph, as an SVG document. */
export async function drawPicture(units: readonly Unit[], caption: Caption): Promise<string> {
  const placed = units.map(measure);
  const byKey = new Map(placed.map((p) => [p.unit.key, p]));
  const wires = placed.flatMap((to) =>
    to.unit.links.map((link): Wire => ({ from: byKey.get(link.from)!, to, link, through: [] })),
  );
  const { width, height } = await layOut(placed, wires);
  const rows = rowSpans(placed);
  const top = caption.heading === null ? 0 : HEADING;
  const full = Math.max(width, caption.heading === null ? 0 : columns(caption.heading) * COLUMN * 1.25) + 2 * MARGIN;
  const tall = height + top + 2 * MARGIN;
  const shift = { x: (full - width) / 2, y: MARGIN + top };
  const heading = caption.heading === null ? "" : textAt({ x: full / 2, y: MARGIN + 10 }, "heading", caption.heading);
  const title = escapeXml(caption.title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="gradloom-graph" role="img" aria-label="${title}" ` +
      `width="${coordinate(full)}" height="${coordinate(tall)}" viewBox="0 0 ${at({ x: full, y: tall })}">`,
    `<title>${title}</title>`,
    `<desc>${escapeXml(caption.description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    heading,
    `<g transform="translate(${at(shift)})">`,
    ...wires.map((wire) => wireMarkup(wire, rows)),
    ...placed.map(unitMarkup),
    "</g></svg>\n",
  ].join("\n");
}

function measure(unit: Unit): Placed {
  const box = unit.lines.length > 0 ? { width: boxWidth(unit), height: boxHeight(unit) } : { width: 0, height: 0 };
  const oval = unit.oval === null ? 0 : ovalWidth(unit.oval);
  const stem = oval > 0 && box.height > 0 ? STEM : 0;
  const height = box.height + stem + (oval > 0 ? OVAL_HEIGHT : 0);
  return { unit, width: Math.max(box.width, oval), height, x: 0, y: 0 };
}

/** Gives everything its place. @returns the size of the whole */
async function layOut(placed: readonly Placed[], wires: readonly Wire[]): Promise<{ width: number; height: number }> {
  const { Graph, layout }: Dagre = await import("@dagrejs/dagre");
  const ids = new Map(placed.map((p, k) => [p, String(k)]));
  const graph = new Graph({ multigraph: true });
  // dagre's own ways of choosing rows and breaking cycles recurse. It counts half rows, for labels on edges.
  const ranker = (g: DagreGraph): void => {
    for (const id of g.nodes()) g.node(id).rank = 2 * (placed[Number(id)]?.unit.row ?? 0);
  };
  graph.setGraph({ ranker, acyclicer: "greedy", rankalign: "bottom", nodesep: 28, edgesep: 16, ranksep: 40 });
  for (const [{ width, height }, id] of ids) graph.setNode(id, { width, height });
  wires.forEach(({ from, to }, k) => {
    graph.setEdge(ids.get(from)!, ids.get(to)!, { minlen: 1, labelpos: "c" }, String(k));
  });
  layout(graph);
  for (const [p, id] of ids) ({ x: p.x, y: p.y } = graph.node(id));
  wires.forEach((wire, k) => {
    const edge = graph.edge(ids.get(wire.from)!, ids.get(wire.to)!, String(k));
    wire.through = edge.points.slice(1, -1);
  });
  return extent(placed, wires);
}

/** Moves everything so that it starts at 0. */
function extent(placed: readonly Placed[], wires: readonly Wire[]): { width: number; height: number } {
  const points = wires.flatMap((wire) => wire.through);
  const lefts = [...placed.map((p) => p.x - p.width / 2), ...points.map((p) => p.x - 4)];
  const rights = [...placed.map((p) => p.x + p.width / 2), ...points.map((p) => p.x + 4)];
  const left = lefts.reduce((a, b) => Math.min(a, b));
  const top = placed.reduce((a, p) => Math.min(a, p.y - p.height / 2), Number.POSITIVE_INFINITY);
  const bottom = placed.reduce((a, p) => Math.max(a, p.y + p.height / 2), 0);
  for (const p of placed) {
    p.x -= left;
    p.y -= top;
  }
  for (const wire of wires) wire.through = wire.through.map((p) => ({ x: p.x - left, y: p.y - top }));
  return { width: rights.reduce((a, b) => Math.max(a, b)) - left, height: bottom - top };
}

/** From where to where each row of units reaches. */
function rowSpans(placed: readonly Placed[]): Map<number, Span> {
  const spans = new Map<number, Span>();
  for (const { unit, y, height } of placed) {
    const { row } = unit;
    const span = spans.get(row) ?? { top: y - height / 2, bottom: y + height / 2 };
    spans.set(row, { top: Math.min(span.top, y - height / 2), bottom: Math.max(span.bottom, y + height / 2) });
  }
  return spans;
}

interface Span {
  readonly top: number;
  readonly bottom: number;
}

function boxOf({ unit, x, y, height }: Placed): Area | null {
  if (unit.lines.length === 0) return null;
  const tall = boxHeight(unit);
  return { x, y: y + height / 2 - tall / 2, width: boxWidth(unit), height: tall };
}

function ovalOf({ unit, x, y, height }: Placed): Area | null {
  if (unit.oval === null) return null;
  return { x, y: y - height / 2 + OVAL_HEIGHT / 2, width: ovalWidth(unit.oval), height: OVAL_HEIGHT };
}

/** Between rows an edge goes where it likes; past a row it goes straight down, so that it crosses no box there. */
function route({ from, to, through }: Wire, rows: ReadonlyMap<number, Span>): Point[] {
  const start = boxOf(from) ?? ovalOf(from)!;
  const end = ovalOf(to)!;
  const between = through.flatMap((p, k): Point[] => {
    if (k % 2 === 0) return [p];
    const { top, bottom } = rows.get(from.unit.row + (k + 1) / 2)!;
    return [
      { x: p.x, y: top },
      { x: p.x, y: bottom },
    ];
  });
  return [leaveBox(start, between[0]!), ...between, leaveEllipse(end, between.at(-1)!)];
}

function wireMarkup(wire: Wire, rows: ReadonlyMap<number, Span>): string {
  const { from, to, link } = wire;
  const points = route(wire, rows);
  const note = link.note === "" ? "" : `, ${link.note}`;
  const tooltip = `${from.unit.label} → ${to.unit.oval!.name}${note}`;
  return edgeMarkup(`edge ${link.kind}`, points, tooltip);
}

function edgeMarkup(kind: string, points: readonly Point[], tooltip: string): string {
  const head = arrowHead(points.at(-2)!, points.at(-1)!);
  const title = tooltip === "" ? "" : `<title>${escapeXml(tooltip)}</title>`;
  return `<g class="${kind}">${title}<path class="line" d="${curve(points)}"/><path class="head" d="${head}"/></g>`;
}

function unitMarkup(placed: Placed): string {
  const { unit } = placed;
  const box = boxOf(placed);
  const oval = ovalOf(placed);
  const parts: string[] = [];
  if (oval !== null && box !== null) {
    const from = { x: oval.x, y: oval.y + oval.height / 2 };
    parts.push(edgeMarkup(`edge result ${unit.oval!.kind}`, [from, { x: box.x, y: box.y - box.height / 2 }], ""));
  }
  if (oval !== null) parts.push(ovalMarkup(oval, unit.oval!));
  if (box !== null) parts.push(boxMarkup(box, unit));
  return parts.join("\n");
}

function ovalMarkup({ x, y, width, height }: Area, oval: Oval): string {
  const size = `rx="${coordinate(width / 2)}" ry="${coordinate(height / 2)}"`;
  const attrs = oval.attrs === "" ? "" : ` <tspan class="attrs">${escapeXml(oval.attrs)}</tspan>`;
  return (
    `<g class="operation ${oval.kind}"><title>${escapeXml(oval.tooltip)}</title>` +
    `<ellipse class="shape" cx="${coordinate(x)}" cy="${coordinate(y)}" ${size}/>` +
    `<text x="${coordinate(x)}" y="${coordinate(y + 4)}">${escapeXml(oval.name)}${attrs}</text></g>`
  );
}

function boxMarkup({ x, y, width, height }: Area, { kind, lines, tooltip }: Unit): string {
  const title = tooltip === null ? "" : `<title>${escapeXml(tooltip)}</title>`;
  const top = y - (lines.length - 1) * (LINE / 2) + 4;
  const corner = { x: coordinate(x - width / 2), y: coordinate(y - height / 2) };
  return (
    `<g class="value ${kind}">${title}<rect class="shape" x="${corner.x}" y="${corner.y}" ` +
    `width="${coordinate(width)}" height="${coordinate(height)}" rx="${kind.includes("scalar") ? 13 : 7}"/>` +
    `${lines.map((line, k) => textAt({ x, y: top + k * LINE }, k === 0 ? "label" : "detail", line)).join("")}</g>`
  );
}

const textAt = ({ x, y }: Point, kind: string, text: string): string =>
  `<text class="${kind}" x="${coordinate(x)}" y="${coordinate(y)}">${escapeXml(text)}</text>`;

/** Colours by name: light, dark. */
const COLOURS: Readonly<Record<string, readonly [string, string]>> = {
  paper: ["#ffffff", "#15181d"],
  ink: ["#1c2128", "#e6e9ee"],
  faint: ["#57606a", "#a3acb8"],
  line: ["#6e7781", "#8b949e"],
  tensor: ["#eef4fc", "#1b2a41"],
  "tensor-edge": ["#4a7ebb", "#6f9fd8"],
  leaf: ["#e7f5ea", "#173324"],
  "leaf-edge": ["#2f8f4e", "#58b877"],
  constant: ["#f2f2f2", "#292d34"],
  "constant-edge": ["#80868e", "#8e959f"],
  operation: ["#fff7df", "#3a311a"],
  "operation-edge": ["#b98a1c", "#d6ab45"],
  write: ["#fde4dc", "#4a2218"],
  "write-edge": ["#c2461d", "#f08660"],
};

const colours = (which: 0 | 1): string =>
  Object.entries(COLOURS)
    .map(([name, pair]) => `--gradloom-${name}:${pair[which]}`)
    .join(";");

const RULES: readonly (readonly [selector: string, property: string, colour: string])[] = [
  [".paper", "fill", "paper"],
  ["text", "fill", "ink"],
  [".detail", "fill", "faint"],
  [".attrs", "fill", "faint"],
  ...["tensor", "leaf", "constant", "operation", "write"].flatMap((kind) => [
    [`.${kind} .shape`, "fill", kind] as const,
    [`.${kind} .shape`, "stroke", `${kind}-edge`] as const,
  ]),
  [".reference .shape", "stroke", "line"],
  [".line", "stroke", "line"],
  [".head", "fill", "line"],
  [".write .line", "stroke", "write-edge"],
  [".write .head", "fill", "write-edge"],
];

const paint = (colour: (name: string) => string): string =>
  RULES.map(([selector, property, name]) => `.gradloom-graph ${selector}{${property}:${colour(name)}}`).join("\n");

/** Programs that know no variables use the light colours. */
const STYLE = `.gradloom-graph{${colours(0)}}
@media (prefers-color-scheme:dark){.gradloom-graph{${colours(1)}}}
${paint((name) => COLOURS[name]![0])}
@supports (color:var(--gradloom-ink)){
${paint((name) => `var(--gradloom-${name})`)}
}
.gradloom-graph text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;text-anchor:middle}
.gradloom-graph .heading{font-size:15px;font-weight:bold}
.gradloom-graph .tensor .label{font-weight:bold}
.gradloom-graph .asked .shape,.gradloom-graph .write .shape{stroke-width:3}
.gradloom-graph .reference .shape{fill:none;stroke-dasharray:1 3}
.gradloom-graph .line{fill:none;stroke-width:1.3}
.gradloom-graph .view .line,.gradloom-graph .view .shape{stroke-dasharray:5 3}`;
