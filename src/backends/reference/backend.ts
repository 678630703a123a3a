/** The `reference` backend: every evaluation interprets the graph as it was recorded. */
import { sizeOf } from "../../ir/layout.ts";
import type { Graph } from "../../ir/node.ts";
import { Buffer, type Executable, type GraphBackend } from "../backend.ts";
import { interpret } from "./interpret.ts";

export const REFERENCE: GraphBackend = {
  kind: "graph",
  name: "reference",
  compile(graph: Graph): Executable {
    return {
      run: (inputs) =>
        interpret(
          graph,
          inputs.map((b) => b.read()),
        ).map((data, k) => {
          const { dtype, shape } = graph.outputs[k]!;
          return new Buffer(dtype, sizeOf(shape), data);
        }),
    };
  },
};
