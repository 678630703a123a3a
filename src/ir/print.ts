import type { Graph } from "./node.ts";
export function printGraph(graph: Graph): string {
  const id = new Map(graph.nodes.map((n, k) => [n, k]));
  return graph.nodes
    .map(
      (n, k) =>
        `%${k} = ${n.op.name}(${n.inputs.map((i) => `%${id.get(i)}`)}) ${JSON.stringify(n.attrs)} : ${n.dtype}[${n.shape}]`,
    )
    .join("\n");
}
