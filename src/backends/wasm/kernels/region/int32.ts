/** Scalar functions of int32 that no vector instruction computes. */
import type { FuncRef } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";

export type Int32Function = "floorDiv" | "mod" | "rem" | "pow";

/** `(a, b) → i32`: 0 for division by zero, wrapping around; see the records for the edges. */
export function int32Scalar(module: ModuleBuilder, prim: Int32Function): FuncRef {
  switch (prim) {
    case "floorDiv":
      return addFloorDiv(module);
    case "mod":
      return addMod(module);
    case "rem":
      return addRem(module);
    case "pow":
      return addPow(module);
  }
}

function addFloorDiv(module: ModuleBuilder): FuncRef {
  return module.addFunction("floordiv_i32", ["i32", "i32"], ["i32"], (f, a, b) => {
    const q = f.local("i32");
    f.get(b!)
      .op("i32.eqz")
      .if(() => f.i32Const(0).op("return"));
    // -2^31 / -1 would trap.
    f.get(b!)
      .i32Const(-1)
      .op("i32.eq")
      .if(() => f.i32Const(0).get(a!).op("i32.sub").op("return"));
    f.get(a!).get(b!).op("i32.div_s").set(q);
    // One less where the remainder is not 0 and the signs differ.
    f.get(q).get(a!).get(b!).op("i32.rem_s").i32Const(0).op("i32.ne");
    f.get(a!).get(b!).op("i32.xor").i32Const(0).op("i32.lt_s").op("i32.and").op("i32.sub");
  });
}

function addMod(module: ModuleBuilder): FuncRef {
  const floorDiv = addFloorDiv(module);
  return module.addFunction("mod_i32", ["i32", "i32"], ["i32"], (f, a, b) => {
    f.get(b!)
      .op("i32.eqz")
      .if(() => f.i32Const(0).op("return"));
    f.get(a!).get(a!).get(b!).call(floorDiv).get(b!).op("i32.mul").op("i32.sub");
  });
}

function addRem(module: ModuleBuilder): FuncRef {
  return module.addFunction("rem_i32", ["i32", "i32"], ["i32"], (f, a, b) => {
    f.get(b!)
      .op("i32.eqz")
      .if(() => f.i32Const(0).op("return"));
    f.get(a!).get(b!).op("i32.rem_s");
  });
}

/** By repeated squaring; a negative exponent gives 0 unless the base is 1 or -1. */
function addPow(module: ModuleBuilder): FuncRef {
  return module.addFunction("pow_i32", ["i32", "i32"], ["i32"], (f, base, exponent) => {
    const result = f.local("i32");
    f.i32Const(1).set(result);
    f.get(exponent!)
      .i32Const(0)
      .op("i32.lt_s")
      .if(() => {
        f.get(base!)
          .i32Const(1)
          .op("i32.eq")
          .if(() => f.i32Const(1).op("return"));
        f.get(base!)
          .i32Const(-1)
          .op("i32.ne")
          .if(() => f.i32Const(0).op("return"));
        f.get(exponent!).i32Const(1).op("i32.and").set(exponent!);
      });
    f.block((done) => {
      f.loop((again) => {
        f.get(exponent!).op("i32.eqz").brIf(done);
        f.get(exponent!)
          .i32Const(1)
          .op("i32.and")
          .if(() => f.get(result).get(base!).op("i32.mul").set(result));
        f.get(base!).get(base!).op("i32.mul").set(base!);
        f.get(exponent!).i32Const(1).op("i32.shr_u").set(exponent!).br(again);
      });
    });
    f.get(result);
  });
}
