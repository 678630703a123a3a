/** Common sub-expressions: nodes of one operation, attributes and inputs become one node. */
import { type Graph, type Node, rewriteGraph } from "../ir/node.ts";

export function cse(graph: Graph): Graph {
  const ids = new Map<Node, number>();
  const seen = new Map<string, Node>();
  const idOf = (n: Node): number => {
    const id = ids.get(n) ?? ids.size;
    ids.set(n, id);
    return id;
  };
  return rewriteGraph(graph, (node) => {
    if (graph.inputs.includes(node)) return node;
    const key = `${node.op.name}|${node.dtype}|${node.shape}|${attrKey(node)}|${node.inputs.map(idOf)}`;
    const first = seen.get(key);
    if (first !== undefined) return first;
    seen.set(key, node);
    return node;
  });
}

/** JSON of the attributes in which -0, NaN and the infinities stay apart. */
function attrKey(node: Node): string {
  return JSON.stringify(node.attrs, (_k, v: unknown) =>
    typeof v === "number" && (Object.is(v, -0) || !Number.isFinite(v)) ? `#${Object.is(v, -0) ? "-0" : v}` : v,
  );
}
