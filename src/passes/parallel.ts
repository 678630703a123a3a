/**
 * Threads: calls and loops that take long are split into parts, one a thread, and barriers stand where the order of two threads
 * matters. Everything else runs on thread 0.
 */
import type { Plan, Step, Target, Task } from "../ir/plan.ts";
import { type Access, Accesses, conflict } from "./parallel-access.ts";
import { costOf } from "./parallel-cost.ts";
import { Parts } from "./parallel-parts.ts";
import { split } from "./parallel-split.ts";

/** What two threads lose at a barrier, in µs: calls that do not gain as much stay whole. */
const BARRIER = 5;
/** Plans that gain less, in µs, stay whole: waking the other threads takes as long. */
const LEAST_GAIN = 50;
/** Accesses to compare with; beyond them, a barrier costs less than the comparison. */
const MAX_ACCESSES = 256;

/** The plan for `target.threads` threads; the same plan where that is one, or where little would be gained. */
export function parallel(plan: Plan, target: Target): Plan {
  const threads = target.threads ?? 1;
  if (threads < 2) return plan;
  const tasks = plan.steps.filter((step): step is Task => isTask(step));
  if (tasks.length < plan.steps.length) throw new Error("a plan is split once");
  const gains = tasks.map((task) => costOf(task, plan.buffers) * (1 - 1 / threads) - BARRIER);
  if (gains.reduce((sum, gain) => sum + Math.max(0, gain), 0) < LEAST_GAIN) return plan;

  const parts = new Parts(plan.buffers, tasks, plan.arenaBytes, target);
  const steps = tasks.flatMap((task, k) => (gains[k]! > 0 ? split(parts, task) : [task]));
  if (steps.every((step) => step.kind !== "parallel")) return plan;
  const { buffers, arenaBytes } = parts;
  return {
    ...plan,
    buffers,
    steps: withBarriers(steps, new Accesses(buffers, plan.aliases), threads),
    threads,
    arenaBytes,
  };
}

function isTask(step: Step): step is Task {
  return step.kind !== "parallel" && step.kind !== "barrier";
}

/** Puts a barrier before every step that touches what another thread may not be done with, and one at the end. */
function withBarriers(steps: readonly Step[], accesses: Accesses, threads: number): Step[] {
  const out: Step[] = [];
  /** What each thread has touched since the last barrier. */
  let since: Access[][] = [];
  const clear = (): void => {
    since = Array.from({ length: threads }, () => []);
  };
  clear();
  const waits = (thread: number, found: readonly Access[]): boolean =>
    since.some((others, t) => {
      if (t === thread) return false;
      return others.length > MAX_ACCESSES || others.some((b) => found.some((a) => conflict(a, b)));
    });
  for (const step of steps) {
    const found = (isTask(step) ? [step] : step.kind === "parallel" ? step.parts : []).map((task) => accesses.of(task));
    if (found.some((own, thread) => waits(thread, own))) {
      out.push({ kind: "barrier" });
      clear();
    }
    found.forEach((own, thread) => {
      since[thread]!.push(...own);
    });
    out.push(step);
  }
  if (since.some((own, thread) => thread > 0 && own.length > 0)) out.push({ kind: "barrier" });
  return out;
}
