import type { FuncRef } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import type { MathPrim } from "./math-imports.ts";
import { addHostMath, F64X2 } from "./math-imports.ts";

/** The f64x2 function of `prim`, added to the module if it is not there: v128 operands to a v128. */
export function math64(module: ModuleBuilder, prim: MathPrim): FuncRef {
  return addHostMath(module, `${prim}_f64x2`, F64X2, prim);
}
