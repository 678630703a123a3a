/** What runs here, and what does not, with the reasons. */
import { engineFeatures } from "../../backends/wasm/features.ts";
import { type BackendName, backendOrNull, getBackend, threadsOf } from "./backend.ts";

/** What {@link diagnostics} returns. */
export interface Diagnostics {
  /** The backend in use, or null before one is ready. */
  readonly backend: BackendName | null;
  readonly threads: {
    /** How many were asked for; `"auto"` counts as what it came to. */
    readonly asked: number;
    /** How many plans run on that are large enough to gain. */
    readonly running: number;
    /** Why there are fewer than were asked for; null where there are not. */
    readonly missing: string | null;
  };
  /** Whether kernels multiply and add in one instruction, because the engine has relaxed SIMD: sums then round less often. */
  readonly relaxedSimd: boolean;
}

/** The state of the backend in use. */
export function diagnostics(): Diagnostics {
  const { asked, running, missing } = threadsOf(backendOrNull());
  const backend = getBackend();
  return { backend, threads: { asked, running, missing }, relaxedSimd: backend === "wasm" && engineFeatures().relaxed };
}
