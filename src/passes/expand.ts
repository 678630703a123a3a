/** Operations that no backend has a kernel for become the operations that their records say. */
import { type Graph, rewriteGraph } from "../ir/node.ts";

export function expand(graph: Graph): Graph {
  return rewriteGraph(graph, (node) => (node.op.kind === "kernel" ? (node.op.expand?.(node) ?? node) : node));
}
