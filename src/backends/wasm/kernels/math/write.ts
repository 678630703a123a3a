import type { FuncRef, Local } from "../../asm/function.ts";
import { callEachLane, F32X4, type MathPrim } from "../math-imports.ts";
import type { VectorCode } from "../vector-code.ts";

/** Writes the code of a primitive; gives the local that holds the result. */
export type Write = (v: VectorCode, ...args: readonly Local[]) => Local;

/** `body` on both halves of float32 vectors, in float64; the results are rounded to float32. */
export function widened(v: VectorCode, args: readonly Local[], body: Write): Local {
  const wide = v.as("f64x2");
  const half = (lanes: readonly number[]): Local => {
    const operands = args.map((x) => wide.op("f64x2.promote_low_f32x4", lanes[0] === 0 ? x : v.shuffle(x, x, lanes)));
    return wide.op("f32x4.demote_f64x2_zero", body(wide, ...operands));
  };
  return v.shuffle(half([0, 1, 0, 1]), half([2, 3, 2, 3]), [0, 1, 4, 5]);
}

/** The value where no lane of `rare` is set; what the host gives for the float32 operands otherwise. */
export function unlessRare(v: VectorCode, rare: Local, prim: MathPrim, args: readonly Local[], value: Local): Local {
  const result = v.local();
  v.each((at) => {
    v.f.get(at(value)).set(at(result)).get(at(rare)).op("v128.any_true");
    v.f.if(() => {
      for (const arg of args) v.f.get(at(arg));
      v.f.call(hostMath32(v, prim, args.length)).set(at(result));
    });
  });
  return result;
}

function hostMath32(v: VectorCode, prim: MathPrim, arity: number): FuncRef {
  return v.module.addFunction(`${prim}_f32x4_host`, new Array<"v128">(arity).fill("v128"), ["v128"], (f, ...args) =>
    callEachLane(v.module, f, F32X4, prim, args),
  );
}
