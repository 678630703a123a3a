import { ARITY } from "../../../ir/scalar.ts";
import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import { erf, erfc } from "./math/error32.ts";
import { cosh, exp, expm1, expOfNonpositive, sinh, tanh } from "./math/exponential32.ts";
import { acos, asin, atan, atan2, cbrt } from "./math/inverse32.ts";
import { log, log1p } from "./math/logarithm32.ts";
import { floorDiv, mod, rem } from "./math/remainder32.ts";
import { cos, sin, tan } from "./math/trigonometric32.ts";
import { acosh, asinh, atanh, log2, log10, pow } from "./math/wide32.ts";
import type { Write } from "./math/write.ts";
import type { MathPrim } from "./math-imports.ts";
import { VectorCode } from "./vector-code.ts";

// biome-ignore format: families
const VECTOR: { readonly [P in MathPrim]: Write } = {
  floorDiv, mod, rem, pow, atan2, cbrt, exp, expm1, log, log1p, log2, log10,
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, erfc,
} as { readonly [P in MathPrim]: Write };

/** Pushes `prim` of f32x4 operands. */
export function pushMath32(f: FunctionBuilder, module: ModuleBuilder, prim: MathPrim, args: readonly Local[]): void {
  VectorCode.push(f, module, "f32x4", VECTOR[prim], args);
}

/** `prim` of several lists of f32x4 operands at once, with the results in `out`; `nonpositive`: no operand is above zero. */
export function writeMath32(
  f: FunctionBuilder,
  module: ModuleBuilder,
  prim: MathPrim,
  args: readonly (readonly Local[])[],
  out: readonly Local[],
  nonpositive = false,
): void {
  const write = nonpositive && prim === "exp" ? (expOfNonpositive as Write) : VECTOR[prim];
  VectorCode.writeCopies(f, module, "f32x4", write, args, out);
}

/** The same as a function of the module. */
export function math32(module: ModuleBuilder, prim: MathPrim): FuncRef {
  return module.addFunction(`${prim}_f32x4`, new Array<"v128">(ARITY[prim]).fill("v128"), ["v128"], (f, ...args) =>
    pushMath32(f, module, prim, args),
  );
}
