/** What an evaluation would do: the graph after each pass, and the plan. */

import { BYTES } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/layout.ts";
import type { Graph } from "../../ir/node.ts";
import type { Plan } from "../../ir/plan.ts";
import { printGraph } from "../../ir/print.ts";
import { printPlan } from "../../ir/print-plan.ts";
import { compilePlan, countOperations } from "../../passes/pipeline.ts";
import { INTERPRETED } from "../../passes/target.ts";
import { checkTensor } from "../functions/apply.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { backendOrNull } from "./backend.ts";
import { nextProgram } from "./evaluate.ts";
import { toGraph } from "./program.ts";

/** What {@link explain} returns; `toString` shows all of it. */
export interface Explanation {
  /** The graph's text after each pass, by the pass's name; `trace` is the graph as it was recorded. */
  readonly passes: ReadonlyMap<string, string>;
  /** The plan's text: buffers and steps. */
  readonly plan: string;
  readonly summary: PlanSummary;
  toString(): string;
}

/** A plan in figures. */
export interface PlanSummary {
  /** Operations after `differentiate`, before anything was simplified or fused; views and constants do not count. */
  readonly operations: number;
  /** Kernels, by kind: `elementwise`, `reduction`, `matmul`, `matmul (tfjs)`, `copy`, and scans,
   * sorts and scatters by the operation's name. */
  readonly kernels: { readonly [kind: string]: number };
  readonly kernelCount: number;
  /** Bytes of the working memory that all intermediate values share. */
  readonly arenaBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/**
 * Explains how asking for these tensors would be computed, together with what is pending (writes to leaves, fresh
 * gradients, losses): graphs, kernels and bytes. Nothing is run.
 */
export function explain(...tensors: readonly Tensor[]): Explanation {
  for (const t of tensors) checkTensor("explain", t);
  const program = nextProgram(tensors.map((t) => t.valueNode()));
  const passes = new Map<string, string>();
  let operations = 0;
  const observe = (name: string, graph: Graph): void => {
    passes.set(name, printGraph(graph));
    if (name === "differentiate") operations = countOperations(graph);
  };
  const backend = backendOrNull();
  const target = backend?.kind === "plan" ? backend.target : INTERPRETED;
  const made = compilePlan(toGraph(program, new Set()), program.donations, target, observe);
  const plan = printPlan(made);
  const summary = summarize(made, operations);
  return { passes, plan, summary, toString: () => sections(passes, plan) };
}

function sections(passes: ReadonlyMap<string, string>, plan: string): string {
  const all = [...passes].map(([name, text]) => `== ${name}\n${text}`);
  return [...all, `== plan\n${plan}`].join("\n");
}

/** A plan in figures. */
export function summarize(plan: Plan, operations: number): PlanSummary {
  const kernels: Record<string, number> = {};
  const calls = plan.steps.flatMap((step) => {
    if (step.kind === "barrier") return [];
    const task = step.kind === "parallel" ? step.parts[0]! : step;
    return task.kind === "loop" ? task.body.map(({ call }) => call) : [task];
  });
  for (const step of calls) {
    let kind: string = step.kind;
    if (step.kind === "region") kind = step.region.reduce === null ? "elementwise" : "reduction";
    if (step.kind === "kernel") kind = step.op;
    if (step.kind === "matmul" && step.choice.kernel === "tfjs") kind = "matmul (tfjs)";
    kernels[kind] = (kernels[kind] ?? 0) + 1;
  }
  const bytes = (specs: Plan["inputs"]): number => specs.reduce((n, s) => n + sizeOf(s.shape) * BYTES[s.dtype], 0);
  return {
    operations,
    kernels,
    kernelCount: calls.length,
    arenaBytes: plan.arenaBytes,
    inputBytes: bytes(plan.inputs),
    outputBytes: bytes(plan.outputs),
  };
}
