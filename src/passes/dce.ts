/** Dead code: nodes that no output depends on are dropped. Inputs stay, because buffers are bound to them in order. */
import { type Graph, graphOf } from "../ir/node.ts";

export function dce(graph: Graph): Graph {
  const live = graphOf(graph.outputs, graph.inputs);
  return live.nodes.length === graph.nodes.length ? graph : live;
}
