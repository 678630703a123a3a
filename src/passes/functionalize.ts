/**
 * Removes writes: each becomes an `update` of the whole base, and every later read of an alias is derived again from
 * the updated base. Afterwards views are plain values and order no longer matters.
 */
import { update, view } from "../ir/build.ts";
import { contiguous, type Layout } from "../ir/layout.ts";
import { type Graph, graphOf, type Node } from "../ir/node.ts";

/** The owner of the memory that a recorded value names: the value a chain of views and writes starts from. */
function ownerOf(node: Node): Node {
  let n = node;
  while (n.op.kind === "view" || (n.op.kind === "effect" && n.op.effect === "write")) n = n.inputs[0]!;
  return n;
}

/** Where an alias lies in its owner's row-major elements. */
function layoutInOwner(node: Node): Layout {
  const chain: Node[] = [];
  let n = node;
  while (n.op.kind === "view") {
    chain.push(n);
    n = n.inputs[0]!;
    while (n.op.kind === "effect" && n.op.effect === "write") n = n.inputs[0]!;
  }
  let layout: Layout = contiguous(n.shape);
  for (const v of chain.reverse()) {
    if (v.op.kind !== "view") throw new Error(`functionalize: ${v.op.name} in a chain of views`);
    const next: Layout | null = v.op.layout(layout, v.attrs);
    if (next === null) throw new Error(`functionalize: a write through ${v.op.name} that is not a view of its base`);
    layout = next;
  }
  return layout;
}

/** Recorded graph → graph without writes. A graph without writes is returned as it is. */
export function functionalize(graph: Graph): Graph {
  const isWrite = (n: Node): boolean => n.op.kind === "effect" && n.op.effect === "write";
  if (!graph.nodes.some(isWrite)) return graph;
  /** The value that an owner's memory holds at this point of the program, and how often it was written. */
  const state = new Map<Node, { value: Node; version: number }>();
  const memo = new Map<Node, { value: Node; version: number }>();
  const read = (node: Node): Node => {
    const owner = state.get(ownerOf(node))!;
    if (node.op.kind !== "view") return owner.value;
    const hit = memo.get(node);
    if (hit !== undefined && hit.version === owner.version) return hit.value;
    const value = view(node.op, read(node.inputs[0]!), node.attrs);
    memo.set(node, { value, version: owner.version });
    return value;
  };
  const finals = new Map<Node, Node>();
  for (const node of graph.nodes) {
    if (isWrite(node)) {
      const [base, target, value] = node.inputs as [Node, Node, Node];
      const { strides, offset } = layoutInOwner(target);
      const entry = state.get(ownerOf(base))!;
      const next = update(entry.value, read(value), strides, offset);
      state.set(ownerOf(base), { value: next, version: entry.version + 1 });
    } else if (node.op.kind !== "view") {
      const inputs = node.inputs.map(read);
      const same = inputs.every((input, k) => input === node.inputs[k]);
      state.set(node, { value: same ? node : { ...node, inputs }, version: 0 });
    }
    finals.set(node, read(node));
  }
  // An output that names memory shows it as it stood where the output was recorded.
  return graphOf(
    graph.outputs.map((o) => finals.get(o)!),
    graph.inputs,
  );
}
