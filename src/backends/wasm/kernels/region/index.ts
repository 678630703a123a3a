/** Compiles a region to one function: a loop nest with one vectorized axis. */
import { sizeOf } from "../../../../ir/layout.ts";
import type { Region } from "../../../../ir/region.ts";
import type { FuncRef, FunctionBuilder } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import { RegionEmitter } from "./emitter.ts";
import { inputCount } from "./nest.ts";

export { inputCount } from "./nest.ts";

/**
 * Adds a function of the addresses (in0, …, in{N-1}, out), N as {@link inputCount} says, that runs the region. Up to 16
 * bytes after a buffer's end may be read; nothing but the region's elements is written. `out` may be the address of an
 * input all of whose loads have the layout of the store.
 */
export function addRegion(module: ModuleBuilder, region: Region, name = "region"): FuncRef {
  const params = new Array<"i32">(inputCount(region) + 1).fill("i32");
  return module.addFunction(name, params, [], (f: FunctionBuilder) => {
    const kept = region.shape.filter((_, k) => !(region.reduce?.axes.includes(k) ?? false));
    if (sizeOf(kept) === 0) return;
    new RegionEmitter(module, f, region).run();
  });
}
