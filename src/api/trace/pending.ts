/** What the next evaluation computes besides what is asked for. The sets keep the order of insertion. */
import type { Storage } from "../tensor/storage.ts";
import { autodiff, type TraceNode } from "./trace.ts";

/** Leaves that were written to since their value was last known. */
export const writtenLeaves: Set<Storage> = new Set();

/** Leaves on which `backward` left a gradient that nothing has used yet. */
export const freshGradients: Set<Storage> = new Set();

/** Scalars from which `backward` started: losses, which are nearly always read. */
export const scalarRoots: Set<TraceNode> = new Set();

/** The unknown values among them. */
export function pendingValues(): TraceNode[] {
  if (writtenLeaves.size + freshGradients.size + scalarRoots.size === 0) return [];
  const gradients = [...freshGradients].flatMap((s) => s.gradient?.value?.current ?? []);
  const values = [...[...writtenLeaves].map((s) => s.current), ...gradients, ...scalarRoots];
  return values.filter((n) => n.buffer === null);
}

/** To be called once they are known. */
export function clearPending(): void {
  if (writtenLeaves.size > 0) {
    for (const s of writtenLeaves) s.pendingWrites = 0;
    writtenLeaves.clear();
  }
  if (freshGradients.size > 0) freshGradients.clear();
  if (scalarRoots.size > 0) scalarRoots.clear();
}

let compositions = 0;
let dropped: Storage[] = [];

/** Runs a composition as one operation: the gradients that its parts drop stay where one of them fails. */
export function asOne<T>(body: () => T): T {
  const before = dropped.length;
  compositions++;
  let done = false;
  try {
    const result = body();
    done = true;
    return result;
  } finally {
    compositions--;
    if (!done) dropped.length = before;
    else if (compositions === 0) {
      const all = dropped;
      dropped = [];
      for (const storage of all) dropGradient(storage);
    }
  }
}

/** An operation has used this storage, or changed it: its gradient is gone, as in MyGrad. */
export function dropGradient(storage: Storage): void {
  if (!autodiff.enabled) return;
  if (compositions > 0) {
    dropped.push(storage);
    return;
  }
  storage.note();
  if (storage.gradient !== null) storage.setGradient(null);
  freshGradients.delete(storage);
}

/** A non-view operation reads this storage: its gradient is gone, and if it is itself a gradient, that is used now. */
export function noteUse(storage: Storage, differentiable: boolean): void {
  if (differentiable) dropGradient(storage);
  if (storage.gradientOf !== null) freshGradients.delete(storage.gradientOf);
}

/** The sets as they were, for {@link resumePending}. */
export interface Pending {
  readonly writes: readonly Storage[];
  readonly gradients: readonly Storage[];
  readonly roots: readonly TraceNode[];
}

/** Empties the sets: what a traced function adds to them is not pending. */
export function suspendPending(): Pending {
  const pending = { writes: [...writtenLeaves], gradients: [...freshGradients], roots: [...scalarRoots] };
  for (const set of [writtenLeaves, freshGradients, scalarRoots]) set.clear();
  return pending;
}

export function resumePending({ writes, gradients, roots }: Pending): void {
  for (const set of [writtenLeaves, freshGradients, scalarRoots]) set.clear();
  for (const s of writes) writtenLeaves.add(s);
  for (const s of gradients) freshGradients.add(s);
  for (const n of roots) scalarRoots.add(n);
}
