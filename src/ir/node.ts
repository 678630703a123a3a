/** Nodes and graphs: values in static single assignment form. `README.md` beside this file labels the invariants. */
import type { DType } from "./dtype.ts";
import type { Shape } from "./layout.ts";
import type { Op } from "./record.ts";

/** An attribute of a node: plain data, so that nodes can be printed, parsed, compared and saved. */
export type Attr = number | string | boolean | null | readonly Attr[] | { readonly [key: string]: Attr };
export type Attrs = { readonly [key: string]: Attr };

/** One value: the operation that makes it, from which inputs, and its type. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Nodes in an order in which each follows its inputs; where there are writes, the order is the program's. */
export interface Graph {
  readonly nodes: readonly Node[];
  /** The `input` nodes, in the order in which buffers are bound to them. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

export const NO_ATTRS: Attrs = {};

/** The graph of everything that `outputs` depend on, in depth-first order; `inputs` keeps its order and members. */
export function graphOf(outputs: readonly Node[], inputs: readonly Node[]): Graph {
  const nodes: Node[] = [];
  const seen = new Set<Node>();
  const visit = (root: Node): void => {
    if (seen.has(root)) return;
    const stack: { node: Node; next: number }[] = [{ node: root, next: 0 }];
    seen.add(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        nodes.push(top.node);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  };
  for (const input of inputs) visit(input);
  for (const output of outputs) visit(output);
  return { nodes, inputs, outputs };
}

/** How many times each node is read by others, outputs not counted. */
export function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of graph.nodes) for (const i of node.inputs) uses.set(i, (uses.get(i) ?? 0) + 1);
  return uses;
}

/**
 * Rebuilds a graph front to back: `rewrite` gets each node with its inputs already replaced and returns its
 * replacement. Returns the same graph when nothing changed.
 */
export function rewriteGraph(graph: Graph, rewrite: (node: Node, original: Node) => Node): Graph {
  const map = new Map<Node, Node>();
  let changed = false;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((i) => map.get(i)!);
    const same = inputs.every((input, k) => input === node.inputs[k]);
    const next = rewrite(same ? node : { ...node, inputs }, node);
    if (next !== node) changed = true;
    map.set(node, next);
  }
  if (!changed) return graph;
  return graphOf(
    graph.outputs.map((o) => map.get(o)!),
    graph.inputs.map((i) => map.get(i)!),
  );
}
