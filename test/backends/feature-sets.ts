import { setFlagsFromString } from "node:v8";
import { BASELINE, type Features } from "../../src/backends/wasm/asm/module.ts";
import { engineFeatures } from "../../src/backends/wasm/features.ts";

// Engines from before 2023 have relaxed SIMD behind a flag, which must be set before the engine is asked.
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The sets of features that this engine can run, by name: kernels are tested with each. */
export const FEATURE_SETS: readonly (readonly [name: string, features: Features])[] = [
  ["fixed-width SIMD", BASELINE],
  ...(engineFeatures().relaxed ? ([["relaxed SIMD", { relaxed: true }]] as const) : []),
];
