/** Evaluation: what was asked for, and everything pending, becomes known. */

import { type Buffer, DeviceLost, NotSupported } from "../../backends/backend.ts";
import { inputOp } from "../../ir/ops/source.ts";
import { BackendError, GradloomError } from "../errors.ts";
import { execute } from "./cache.ts";
import { lookAtCheckpoints } from "./checkpoint.ts";
import { clearPending, pendingValues } from "./pending.ts";
import { placeOf } from "./place.ts";
import { collect, type Program } from "./program.ts";
import { explained } from "./read.ts";
import { recordLeaf, type TraceNode } from "./trace.ts";
import { currentTracing } from "./tracing.ts";

/** The program that the next evaluation of `asked` runs: outputs are in program order, whatever the order of asking. */
export function nextProgram(asked: readonly TraceNode[]): Program {
  return collect(nextOutputs(asked));
}

function nextOutputs(asked: readonly TraceNode[]): TraceNode[] {
  // What a traced function leaves pending has no values.
  const pending = currentTracing() === null ? pendingValues() : [];
  return unknownOf([...asked, ...pending]);
}

/** The unknown values among them, in program order. */
function unknownOf(nodes: readonly TraceNode[]): TraceNode[] {
  return [...new Set(nodes.filter((n) => n.buffer === null))].sort((a, b) => a.id - b.id);
}

/**
 * Makes the values of `asked` known, with those of all pending ones.
 *
 * @param caller the public function that asked, for the error where no backend is ready
 */
export function evaluate(asked: readonly TraceNode[], caller: string): void {
  const outputs = nextOutputs(asked);
  try {
    computeByHome(outputs, caller);
  } catch (e) {
    const pending = outputs.filter((node) => !asked.includes(node));
    if (!isRefused(e) || pending.length === 0) throw e;
    computeByHome(unknownOf(asked), caller);
    for (const node of pending) computeIfSupported(node, caller);
  }
  if (currentTracing() !== null) return;
  clearPending();
  lookAtCheckpoints();
}

/** What is pending and the backend cannot compute stays as it is: the error is for those who ask for it. */
function computeIfSupported(node: TraceNode, caller: string): void {
  try {
    computeByHome(unknownOf([node]), caller);
  } catch (e) {
    if (!isRefused(e)) throw e;
  }
}

const isRefused = (e: unknown): boolean => e instanceof BackendError && e.cause instanceof NotSupported;

/** Values that were moved to backends are computed there, each backend's by themselves, and all others after them. */
function computeByHome(outputs: readonly TraceNode[], caller: string): void {
  const homes = new Set(outputs.map(({ home }) => home));
  if (homes.size < 2) compute(collect(outputs), caller);
  else {
    for (const home of [...homes].sort((a, b) => Number(a === null) - Number(b === null)))
      compute(collect(outputs.filter((node) => node.home === home)), caller);
  }
}

function compute(program: Program, caller: string): void {
  if (program.nodes.some((node) => node.op === inputOp && node.buffer === null)) {
    throw new GradloomError(
      `${caller}: inside the backward of defineOp there are no values yet; write it in terms of operations, such as where()`,
    );
  }
  if (program.outputs.length > 0) {
    const buffers = run(program, caller);
    program.outputs.forEach((node, k) => {
      settle(node, buffers[k]!);
    });
  }
}

function run(program: Program, caller: string): Buffer[] {
  const place = placeOf(caller, program.outputs);
  let name = place.home;
  try {
    const buffers = place.on(program, (backend) => {
      name = backend.name;
      return execute(program, backend, neededLater(program));
    });
    for (const buffer of buffers) buffer.home = place.home;
    return buffers;
  } catch (cause) {
    if (cause instanceof DeviceLost) throw explained(cause, caller);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError(`${caller}: the ${name} backend failed: ${reason}`, { cause });
  }
}

/** Whether a tensor that gradients can be asked of lies upstream of a value. */
export function reachesTarget(node: TraceNode): boolean {
  const seen = new Set<TraceNode>([node]);
  const stack = [node];
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    for (const x of n.gradientInputs) {
      if (seen.has(x)) continue;
      if (x.isTarget) return true;
      seen.add(x);
      stack.push(x);
    }
  }
  return false;
}

/** Stores a value and lets go of what it was made from, as far as no gradient needs that. */
function settle(node: TraceNode, buffer: Buffer): void {
  node.buffer = buffer;
  const { storage } = node;
  const isCurrent = storage?.current === node;
  if (node.cleared) {
    // Reverse sweeps recorded earlier may go through this node; the tensor itself needs no more than the value.
    if (isCurrent) {
      storage.replace(recordLeaf(buffer, node.shape, !storage.constant));
      storage.cleared = false;
    }
    return;
  }
  if (!keepsInputs(node)) node.cut();
}

/** Whether a reverse sweep may still go through a value once it is known. */
function keepsInputs(node: TraceNode): boolean {
  return node.differentiable && (node.cleared || reachesTarget(node));
}

/** The donated inputs whose present value something recorded may still ask for after the program has run. */
function neededLater(program: Program): ReadonlySet<number> {
  const needed = new Set<number>();
  if (program.donations.length === 0) return needed;
  const inside = new Map<TraceNode, number>();
  for (const node of program.nodes) for (const x of node.inputs) inside.set(x, (inside.get(x) ?? 0) + 1);
  const outputs = new Set(program.outputs);
  const reached = new Set<TraceNode>();
  for (let k = program.nodes.length - 1; k >= 0; k--) {
    const node = program.nodes[k]!;
    const asked = node.buffer === null && node.isHeld;
    const elsewhere = node.uses > (inside.get(node) ?? 0);
    if (outputs.has(node) ? !keepsInputs(node) : !asked && !elsewhere && !reached.has(node)) continue;
    reached.add(node);
    for (const x of node.inputs) if (!outputs.has(x)) reached.add(x);
  }
  for (const [i] of program.donations) if (reached.has(program.inputs[i]!)) needed.add(i);
  return needed;
}
