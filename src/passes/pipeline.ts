/** The passes in their order. */
import { sizeOf } from "../ir/layout.ts";
import type { Graph } from "../ir/node.ts";
import type { Plan, Target } from "../ir/plan.ts";
import { verify } from "../ir/verify.ts";
import { cse } from "./cse.ts";
import { dce } from "./dce.ts";
import { differentiate } from "./differentiate.ts";
import { expand } from "./expand.ts";
import { functionalize } from "./functionalize.ts";
import { fuse, fuseNothing } from "./fuse/fuse.ts";
import { type Donation, plan } from "./plan.ts";
import { simplify } from "./simplify/simplify.ts";

/** A pass, and what is true of its result. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
  readonly stage: "recorded" | "functional" | "pure" | "fused";
  /** What stands in its place where nothing is to be optimized: null for nothing. */
  readonly plain?: ((graph: Graph) => Graph) | null;
}

/** Whether graphs are simplified and fused (`all`), or every operation becomes a kernel of its own (`none`). */
export type Optimization = "all" | "none";

export const PASSES: readonly Pass[] = [
  { name: "functionalize", run: functionalize, stage: "functional" },
  { name: "differentiate", run: differentiate, stage: "pure" },
  { name: "expand", run: expand, stage: "pure" },
  { name: "simplify", run: simplify, stage: "pure", plain: null },
  { name: "cse", run: cse, stage: "pure", plain: null },
  { name: "dce", run: dce, stage: "pure" },
  { name: "fuse", run: fuse, stage: "fused", plain: fuseNothing },
];

/** Sees the graph after each pass. */
export type Observer = (name: string, graph: Graph) => void;

/** Recorded graph → graph of kernels. `observe` also gets the recorded one, as `trace`. */
export function lower(recorded: Graph, observe: Observer = () => {}, optimize: Optimization = "all"): Graph {
  verify(recorded, "recorded");
  observe("trace", recorded);
  let graph = recorded;
  for (const pass of PASSES) {
    const run = optimize === "none" && pass.plain !== undefined ? pass.plain : pass.run;
    if (run === null) continue;
    graph = run(graph);
    verify(graph, pass.stage);
    observe(pass.name, graph);
  }
  return graph;
}

/** What divides plans among threads: pages that run on one thread do without. */
let divide: typeof import("./parallel.ts").parallel | null = null;

/** To be called before plans for several threads are made. */
export async function loadParallel(): Promise<void> {
  divide = (await import("./parallel.ts")).parallel;
}

/** Recorded graph → plan. @throws Error for several threads before {@link loadParallel} */
export function compilePlan(
  recorded: Graph,
  donations: readonly Donation[],
  target: Target,
  observe?: Observer,
  optimize?: Optimization,
): Plan {
  const fused = lower(recorded, observe, optimize);
  const outputs = recorded.outputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const made = plan(fused, outputs, donations, target);
  if ((target.threads ?? 1) === 1) return made;
  if (divide === null) throw new Error("what divides plans among threads was not loaded");
  return divide(made, target);
}

/** Recorded graph → what an interpreter can run: writes stay, and only gradients are expanded. */
export function lowerForInterpreter(recorded: Graph): Graph {
  const sweeps = recorded.nodes.some((n) => n.op.kind === "effect" && n.op.effect !== "write");
  return sweeps ? differentiate(functionalize(recorded)) : recorded;
}

/** How many operations a graph holds: everything but inputs, constants and views, which cost nothing by themselves. */
export function countOperations(graph: Graph): number {
  return graph.nodes.filter((n) => n.op.kind !== "source" && n.op.kind !== "view" && sizeOf(n.shape) > 0).length;
}
