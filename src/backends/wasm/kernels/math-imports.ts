import type { Prim } from "../../../ir/scalar.ts";
import { ARITY, evaluate } from "../../../ir/scalar.ts";
import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";

/** The primitives that no WebAssembly instruction computes on floats. */
// biome-ignore format: families
export type MathPrim =
  | "floorDiv" | "mod" | "rem" | "pow" | "atan2" | "cbrt" | "exp" | "expm1" | "log" | "log1p" | "log2" | "log10"
  | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh"
  | "erf" | "erfc";

// biome-ignore format: families
export const MATH_PRIMS: readonly MathPrim[] = [
  "floorDiv", "mod", "rem", "pow", "atan2", "cbrt", "exp", "expm1", "log", "log1p", "log2", "log10",
  "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "erf", "erfc",
] satisfies readonly Prim[];

/** The module name that host functions are imported from. */
export const MATH_MODULE = "math";

/** The host functions, by primitive: what to give as `{ [MATH_MODULE]: MATH_IMPORTS }` when a module is instantiated. */
export const MATH_IMPORTS: { readonly [name: string]: (...x: number[]) => number } = Object.fromEntries(
  MATH_PRIMS.map((prim) => [prim, evaluate[prim]]),
);

/** What the vectors of a float type differ in. */
export interface MathVector {
  readonly lanes: 4 | 2;
  readonly extract: "f32x4.extract_lane" | "f64x2.extract_lane";
  readonly replace: "f32x4.replace_lane" | "f64x2.replace_lane";
}

export const F32X4: MathVector = { lanes: 4, extract: "f32x4.extract_lane", replace: "f32x4.replace_lane" };
export const F64X2: MathVector = { lanes: 2, extract: "f64x2.extract_lane", replace: "f64x2.replace_lane" };

/** Leaves on the stack the vector that the host's float64 function gives for each lane. */
export function callEachLane(
  module: ModuleBuilder,
  f: FunctionBuilder,
  vector: MathVector,
  prim: MathPrim,
  args: readonly Local[],
): void {
  const host = module.importFunction(MATH_MODULE, prim, new Array<"f64">(ARITY[prim]).fill("f64"), ["f64"]);
  f.get(args[0] as Local);
  for (let lane = 0; lane < vector.lanes; lane++) {
    for (const arg of args) {
      f.get(arg).op(vector.extract, lane);
      if (vector.lanes === 4) f.op("f64.promote_f32");
    }
    f.call(host);
    if (vector.lanes === 4) f.op("f32.demote_f64");
    f.op(vector.replace, lane);
  }
}

/** Adds the function of `prim` whose lanes are computed by the host. */
export function addHostMath(module: ModuleBuilder, name: string, vector: MathVector, prim: MathPrim): FuncRef {
  return module.addFunction(name, new Array<"v128">(ARITY[prim]).fill("v128"), ["v128"], (f, ...args) =>
    callEachLane(module, f, vector, prim, args),
  );
}
