/** What the engine can do beyond fixed-width SIMD, found out once by validating small modules. */
import { type Features, ModuleBuilder } from "./asm/module.ts";

function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  module.addFunction("probe", ["v128"], ["v128"], (f, x) => f.get(x!).get(x!).get(x!).op("f32x4.relaxed_madd"));
  return WebAssembly.validate(module.toBytes());
}

/** Whether the engine has vectors of 128 bits at all: older ones have not, and everything here is made of them. */
export function hasSimd(): boolean {
  const module = new ModuleBuilder();
  module.addFunction("probe", ["v128"], ["v128"], (f, x) => f.get(x!).get(x!).op("f32x4.add"));
  return WebAssembly.validate(module.toBytes());
}

let found: Features | undefined;

/** The features of this engine. */
export function engineFeatures(): Features {
  found ??= { relaxed: hasRelaxedSimd() };
  return found;
}
