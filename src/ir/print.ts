/** The text form of graphs; `README.md` beside this file has its grammar, and `parse.ts` reads it back. */
import type { Attr, Graph, Node } from "./node.ts";
import { fusedOp, fusedUpdateOp, regionOf } from "./ops/fused.ts";
import type { Instr, Region } from "./region.ts";

/** A graph as text, one node a line, and regions indented below their node. */
export function printGraph(graph: Graph): string {
  const names = new Map(graph.nodes.map((node, k) => [node, `%${k}`]));
  const list = (nodes: readonly Node[]): string => nodes.map((n) => names.get(n)!).join(", ");
  const lines = graph.nodes.flatMap((node) => {
    const { op, inputs, shape, dtype } = node;
    const hasRegion = op === fusedOp || op === fusedUpdateOp;
    const attrs = hasRegion ? "" : attrsText(node);
    const head = `${names.get(node)} = ${op.name}(${list(inputs)})${attrs} : ${dtype}[${shape.join(",")}]`;
    return hasRegion ? [`${head} {`, ...regionLines(regionOf(node)).map((line) => `  ${line}`), "}"] : [head];
  });
  return [...lines, `inputs ${list(graph.inputs)}`.trimEnd(), `outputs ${list(graph.outputs)}`.trimEnd()].join("\n");
}

function attrsText({ attrs }: Node): string {
  const entries = Object.entries(attrs);
  return entries.length === 0 ? "" : ` ${attrText(attrs)}`;
}

/** A number so that it can be read back exactly: `-0`, `NaN` and the infinities have names. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function attrText(value: Attr): string {
  if (typeof value === "number") return numberText(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(attrText).join(",")}]`;
  return `{${Object.entries(value)
    .map(([k, v]) => `${k}=${attrText(v)}`)
    .join(", ")}}`;
}

const isList = (value: Attr): value is readonly Attr[] => Array.isArray(value);

function regionLines(region: Region): string[] {
  const { shape, body, result, reduce, store, dtype } = region;
  const lines = [`for [${shape.join(",")}]`, ...body.map((i, k) => `v${k} = ${instrText(i)} : ${i.dtype}`)];
  if (reduce !== null)
    lines.push(`reduce ${reduce.combine} over [${reduce.axes.join(",")}] from ${numberText(reduce.identity)}`);
  lines.push(`store v${result} at ${placeText(store.strides, store.offset)} : ${dtype}`);
  return lines;
}

const placeText = (strides: readonly number[], offset: number): string =>
  `[${strides.map(numberText).join(",")}]+${numberText(offset)}`;

function instrText(i: Instr): string {
  switch (i.kind) {
    case "load":
      return `load ${i.input} ${placeText(i.strides, i.offset)}`;
    case "const":
      return `const ${numberText(i.value)}`;
    case "index":
      return `index ${placeText(i.strides, i.offset)}`;
    case "cast":
      return `cast v${i.arg}`;
    case "gather":
      return `gather ${i.input} of ${i.length} at v${i.arg}`;
    case "prim":
      return `${i.prim} ${i.args.map((a) => `v${a}`).join(", ")}`;
  }
}
