/** Figures for those who watch memory and compilation. */
import { backendOrNull } from "./backend.ts";
import { cacheCounts } from "./cache.ts";

/** What {@link stats} returns. */
export interface Stats {
  /** Programs compiled since the module was loaded. */
  readonly compiled: number;
  /** Evaluations run since the module was loaded. */
  readonly runs: number;
  /** Bytes of the backend's heap; 0 without one. */
  readonly heapBytes: number;
  /** Bytes of it that values and the arena hold. */
  readonly heldBytes: number;
}

/** What was compiled and run so far, and the memory that is held. */
export function stats(): Stats {
  const backend = backendOrNull();
  const memory = backend?.kind === "plan" ? backend.memory() : { heapBytes: 0, heldBytes: 0 };
  return { ...cacheCounts(), ...memory };
}
