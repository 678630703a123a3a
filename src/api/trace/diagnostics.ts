/** What runs here, and what does not, with the reasons. */
import type { Graphics } from "../../backends/backend.ts";
import { engineFeatures } from "../../backends/wasm/features.ts";
import { type BackendChoice, choice, getBackend, threadsOf } from "./backend.ts";
import { lastSelection, type Selection } from "./place.ts";

export type { Graphics } from "../../backends/backend.ts";

/** What {@link diagnostics} returns. */
export interface Diagnostics {
  /** The backend in use, `"auto"` where each program has its own, or null before one is ready. */
  readonly backend: BackendChoice | null;
  /** What is not used, and why, in sentences: no graphics card, no SIMD, no threads, a lost context. */
  readonly notes: readonly string[];
  /** Where the last program ran, and why; null before the first. */
  readonly last: Selection | null;
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
  /** Whether memory can be shared between threads: in pages, whether the page is cross-origin isolated. */
  readonly isolated: boolean;
  /** What draws; null without `webgl`. */
  readonly graphics: Graphics | null;
}

/** The state of the backend in use. */
export function diagnostics(): Diagnostics {
  const chosen = choice();
  const { asked, running, missing } = threadsOf(chosen?.backend ?? null);
  const drawn = chosen?.gpu ?? chosen?.backend;
  const gpu = drawn?.kind === "plan" && drawn.graphics !== undefined ? drawn : null;
  const notes = [...(chosen?.notes ?? [])];
  if (missing !== null) notes.push(`threads are not used: ${missing}`);
  for (const name of ["nan", "infinity"] as const) {
    if (gpu?.graphics?.probe?.[name] === false)
      notes.push(
        `webgl: this driver does not keep ${name === "nan" ? "NaN" : "infinities"}; results with them may be anything`,
      );
  }
  if (gpu?.isLost === true) notes.push("the graphics context is lost: call recover()");
  return {
    backend: getBackend(),
    notes,
    last: lastSelection(),
    threads: { asked, running, missing },
    relaxedSimd: chosen?.backend.name === "wasm" && engineFeatures().relaxed,
    isolated: typeof crossOriginIsolated === "boolean" ? crossOriginIsolated : typeof SharedArrayBuffer !== "undefined",
    graphics: gpu === null ? null : copied(gpu.graphics!),
  };
}

function copied({ renderer, isSoftware, parallelCompile, probe }: Graphics): Graphics {
  return { renderer, isSoftware, parallelCompile, ...(probe === undefined ? {} : { probe: { ...probe } }) };
}
