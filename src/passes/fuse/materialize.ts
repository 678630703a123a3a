/** Decides which values get buffers; everything else is computed inside the kernels that read it. */
import { contiguous } from "../../ir/layout.ts";
import type { Graph, Node } from "../../ir/node.ts";
import type { Elementwise } from "../../ir/record.ts";
import type { Prim, Scalar } from "../../ir/scalar.ts";
import { composeViews, NeedsBuffer, ownerOf, stripViews } from "./views.ts";

const HEAVY: ReadonlySet<Prim> = new Set<Prim>([
  ...(["exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan"] as const),
  ...(["sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "pow", "atan2", "cbrt", "mod", "rem", "floorDiv"] as const),
]);
const COST_HEAVY = 10;
const COST_GATHER = 6;
/** A value that costs no more than this is computed again in each kernel rather than stored and loaded. */
const RECOMPUTE_COST = 2;
/** A chain longer than this is cut, so that a kernel's values fit the registers of real machines. */
const MAX_CHAIN = 120;

/** The cost of an expression, each shared part once. */
function scalarCost(e: Scalar, seen: Set<Scalar> = new Set()): number {
  if (e.kind !== "prim" || seen.has(e)) return 0;
  seen.add(e);
  const own = HEAVY.has(e.prim) ? COST_HEAVY : e.prim === "div" || e.prim === "sqrt" ? 4 : 1;
  return e.args.reduce((sum, a) => sum + scalarCost(a, seen), own);
}

const costs = new WeakMap<Elementwise, number>();

/** Arithmetic that one element of an element-wise or gathering node takes. */
function ownCost({ op, inputs }: Node): number {
  if (op.kind === "gather") return COST_GATHER;
  if (op.kind !== "elementwise") return 0;
  let cost = costs.get(op);
  if (cost === undefined) {
    cost = scalarCost(op.scalar(...inputs.map((_, index) => ({ kind: "arg", index }) as const)));
    costs.set(op, cost);
  }
  return cost;
}

/** Whether a node's kernel reads and writes row-major buffers only. */
export function isRowMajor({ op }: Node): boolean {
  return op.kind === "kernel" || op.kind === "scan";
}

/** The value that strides can read `node` from: below its views, as far down as they can be expressed. */
function readableBase(node: Node, forced: ReadonlySet<Node>): Node {
  const { views } = stripViews(node);
  let base = node;
  for (const v of views) {
    if (forced.has(base)) return base;
    base = v.inputs[0]!;
  }
  for (;;) {
    const upTo = views.slice(0, views.indexOf(base) < 0 ? views.length : views.indexOf(base));
    try {
      composeViews(contiguous(base.shape), upTo);
      return base;
    } catch (e) {
      if (!(e instanceof NeedsBuffer)) throw e;
      base = e.node;
    }
  }
}

/** How many times an element is computed by one kernel that reads it through this view; trailing axes hoist for free. */
function replication(view: Node): number {
  if (view.op.name !== "broadcastTo") return 1;
  const from = view.inputs[0]!.shape;
  const lead = view.shape.length - from.length;
  let times = 1;
  let trailing = true;
  for (let k = view.shape.length - 1; k >= 0; k--) {
    const stretched = k < lead || (from[k - lead] === 1 && view.shape[k] !== 1);
    if (stretched && !trailing) times *= view.shape[k]!;
    else if (!stretched && view.shape[k] !== 1) trailing = false;
  }
  return times;
}

/**
 * The nodes that get buffers of their own: outputs, contractions, reductions, updates and what they need in memory, and
 * values that several kernels read and that cost more than a load. `forced` are nodes known to need one.
 */
export function chooseBuffers(graph: Graph, forced: ReadonlySet<Node>): Set<Node> {
  const chosen = new Set<Node>(forced);
  for (const output of graph.outputs) chosen.add(ownerOf(output));
  const chain = new Map<Node, number>();
  for (const node of graph.nodes) {
    if (node.op.kind !== "elementwise" && node.op.kind !== "gather" && node.op.kind !== "view") continue;
    const below = node.inputs.reduce((sum, x) => sum + (chain.get(x) ?? 0), 0);
    const cost = Math.min(ownCost(node) + below, 1e6);
    if (cost > MAX_CHAIN) chosen.add(node);
    chain.set(node, chosen.has(node) ? 0 : cost);
  }
  const users = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    for (const x of node.inputs) {
      const known = users.get(x);
      if (known === undefined) users.set(x, [node]);
      else known.push(node);
    }
  }
  /** Two of the kernels that compute each node inside themselves, if so many, and how often an element is computed by one. */
  const kernels = new Map<Node, { roots: Set<Node>; times: number }>();
  for (let k = graph.nodes.length - 1; k >= 0; k--) {
    const node = graph.nodes[k]!;
    const { kind } = node.op;
    const roots = new Set<Node>();
    let times = 1;
    for (const user of users.get(node) ?? []) {
      const inside = chosen.has(user) ? undefined : kernels.get(user);
      for (const r of inside === undefined ? [user] : inside.roots) if (roots.size < 2) roots.add(r);
      times = Math.max(times, (inside?.times ?? 1) * replication(user));
    }
    kernels.set(node, { roots, times });
    if (kind === "reduce" || kind === "contract" || kind === "update" || isRowMajor(node)) chosen.add(node);
    if (kind === "elementwise" || kind === "gather") {
      const cost = chain.get(node)!;
      if ((roots.size > 1 && cost > RECOMPUTE_COST) || (times > 1 && ownCost(node) > RECOMPUTE_COST)) chosen.add(node);
    }
    if (kind === "contract") for (const x of node.inputs) chosen.add(readableBase(x, chosen));
    if (kind === "update" || kind === "gather") chosen.add(ownerOf(node.inputs[0]!));
    if (isRowMajor(node)) for (const x of node.inputs) chosen.add(ownerOf(x));
  }
  return chosen;
}
