/**
 * Replaces `gradient(sweep, x)` nodes by the graph that computes them: reverse-mode differentiation by the records'
 * gradient rules, in the same IR, so that the result can be differentiated again.
 */
import { elementwise, full } from "../ir/build.ts";
import { isFloat } from "../ir/dtype.ts";
import { type Graph, graphOf, type Node } from "../ir/node.ts";
import { add } from "../ir/ops/arithmetic.ts";

const isEffect = (n: Node, effect: "backward" | "gradient"): boolean =>
  n.op.kind === "effect" && n.op.effect === effect;

/** Graph without writes → graph without `backward` and `gradient`. */
export function differentiate(graph: Graph): Graph {
  if (!graph.nodes.some((n) => n.op.kind === "effect")) return graph;
  const map = new Map<Node, Node>();
  const targets = new Map<Node, Node[]>();
  for (const n of graph.nodes) {
    if (!isEffect(n, "gradient")) continue;
    const [sweep, x] = n.inputs as [Node, Node];
    targets.set(sweep, [...(targets.get(sweep) ?? []), x]);
  }
  const sweeps = new Map<Node, ReadonlyMap<Node, Node>>();
  for (const node of graph.nodes) {
    if (isEffect(node, "gradient")) {
      const [sweep, x] = node.inputs as [Node, Node];
      let cotangents = sweeps.get(sweep);
      if (cotangents === undefined) {
        const [y, seed] = sweep.inputs.map((i) => map.get(i)!) as [Node, Node];
        // A target recorded after the first use of the sweep cannot be upstream of y: it gets zeros.
        const wanted = targets.get(sweep)!.flatMap((t) => map.get(t) ?? []);
        cotangents = reverse(y, seed, new Set(wanted));
        sweeps.set(sweep, cotangents);
      }
      const target = map.get(x)!;
      map.set(node, cotangents.get(target) ?? full(target.shape, 0, target.dtype));
    } else {
      const inputs = node.inputs.map((i) => map.get(i)!);
      const same = inputs.every((input, k) => input === node.inputs[k]);
      map.set(node, same ? node : { ...node, inputs });
    }
  }
  return graphOf(
    graph.outputs.map((o) => map.get(o)!),
    graph.inputs,
  );
}

/** The cotangents that reach `targets` when `y` has cotangent `seed`. */
export function reverse(y: Node, seed: Node, targets: ReadonlySet<Node>): ReadonlyMap<Node, Node> {
  const { nodes } = graphOf([y], []);
  const onPath = new Set<Node>();
  for (const n of nodes) if (targets.has(n) || n.inputs.some((i) => onPath.has(i))) onPath.add(n);
  const cotangents = new Map<Node, Node>([[y, seed]]);
  for (let k = nodes.length - 1; k >= 0; k--) {
    const node = nodes[k]!;
    const g = cotangents.get(node);
    if (g === undefined || node.op.grad === "zero" || !node.inputs.some((i) => onPath.has(i))) continue;
    const parts = node.op.grad(g, node.inputs, node);
    node.inputs.forEach((x, i) => {
      const part = parts[i] ?? null;
      if (part === null || !onPath.has(x) || !isFloat(x.dtype)) return;
      const sofar = cotangents.get(x);
      cotangents.set(x, sofar === undefined ? part : elementwise(add, sofar, part));
    });
  }
  return cotangents;
}
