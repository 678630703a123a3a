import { ARITY } from "../../../ir/scalar.ts";
import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import { erf64, erfc64 } from "./math/error64.ts";
import { exp64, expm1_64, tanh64 } from "./math/exponential64.ts";
import type { Write } from "./math/write.ts";
import { callEachLane, F64X2, type MathPrim } from "./math-imports.ts";
import { VectorCode } from "./vector-code.ts";

/** Logarithms stay with the host: random numbers are made of them, and are the same on every backend to the last bit. */
const VECTOR: { readonly [P in MathPrim]?: Write } = {
  exp: exp64 as Write,
  expm1: expm1_64 as Write,
  tanh: tanh64 as Write,
  erf: erf64 as Write,
  erfc: erfc64 as Write,
};

/** Whether `prim` of float64 is vector code; otherwise the host computes it lane by lane. */
export function isVectorMath64(prim: MathPrim): boolean {
  return VECTOR[prim] !== undefined;
}

/** Pushes `prim` of f64x2 operands: by the functions of {@link VECTOR}, or as the host gives it for each lane. */
export function pushMath64(f: FunctionBuilder, module: ModuleBuilder, prim: MathPrim, args: readonly Local[]): void {
  const write = VECTOR[prim];
  if (write !== undefined) VectorCode.push(f, module, "f64x2", write, args);
  else {
    for (const arg of args) f.get(arg);
    f.call(math64(module, prim));
  }
}

/** The same as a function of the module. */
export function math64(module: ModuleBuilder, prim: MathPrim): FuncRef {
  return module.addFunction(`${prim}_f64x2`, new Array<"v128">(ARITY[prim]).fill("v128"), ["v128"], (f, ...args) => {
    if (VECTOR[prim] !== undefined) pushMath64(f, module, prim, args);
    else callEachLane(module, f, F64X2, prim, args);
  });
}
