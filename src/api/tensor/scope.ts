/** Deterministic release of memory, for those who want it: nobody has to. */

import { checkFunction } from "../functions/options.ts";
import { freshGradients, scalarRoots, writtenLeaves } from "../trace/pending.ts";
import { releaseUnused } from "../trace/trace.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

const scopes: Set<Storage>[] = [];

/** Notes a new tensor in the innermost scope. */
export function registerInScope(tensor: Tensor): void {
  scopes.at(-1)?.add(tensor.storage);
}

/** Gives back what a storage holds. What was computed from it stays valid. */
export function disposeStorage(storage: Storage): void {
  if (storage.disposed) return;
  storage.disposed = true;
  storage.setGradient(null);
  freshGradients.delete(storage);
  writtenLeaves.delete(storage);
  scalarRoots.delete(storage.current);
  const { buffer, uses } = storage.current;
  // Values recorded from this one, and perhaps not yet computed, need the elements: they move to the host.
  if (uses > 0) buffer?.read();
  buffer?.release();
  releaseUnused(storage.current);
}

/**
 * Runs `body` and disposes of every tensor made in it, but for those it returns (also inside lists and objects, and with
 * everything that shares their memory).
 */
export function scope<T>(body: () => T): T {
  checkFunction("scope", "the body", body);
  const made = new Set<Storage>();
  scopes.push(made);
  let kept: T;
  try {
    kept = body();
  } finally {
    scopes.pop();
  }
  const keep = new Set<Storage>();
  collectStorages(kept, keep);
  for (const storage of made) if (!keep.has(storage)) disposeStorage(storage);
  for (const storage of keep) scopes.at(-1)?.add(storage);
  return kept;
}

/** Runs `body` as if no scope were open: what it makes is nobody's. */
export function outsideScopes<T>(body: () => T): T {
  scopes.push(new Set());
  try {
    return body();
  } finally {
    scopes.pop();
  }
}

function collectStorages(value: unknown, into: Set<Storage>): void {
  if (value instanceof Tensor) into.add(value.storage);
  else if (Array.isArray(value)) for (const v of value) collectStorages(v, into);
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    for (const v of Object.values(value)) collectStorages(v, into);
}
