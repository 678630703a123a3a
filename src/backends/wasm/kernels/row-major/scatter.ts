import { BYTES, type DType } from "../../../../ir/dtype.ts";
import { sizeOf } from "../../../../ir/layout.ts";
import type { FuncRef, FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import type { KernelStep } from "./index.ts";

/** One after the other, in the order of the positions: the last of several values for one position remains. */
export function addScatter(module: ModuleBuilder, step: KernelStep, adds: boolean): FuncRef {
  const [base, index] = step.types as [KernelStep["types"][number], KernelStep["types"][number]];
  const { dtype } = base;
  const [count, length] = [sizeOf(index.shape), sizeOf(base.shape)];
  const size = BYTES[dtype];
  const name = `scatter${adds ? "add" : ""}_${dtype}_${count}_${length}`;
  return module.addFunction(name, new Array<"i32">(5).fill("i32"), [], (f, _base, at, value, out) => {
    if (count === 0 || length === 0) return;
    const [counter, address] = [f.local("i32"), f.local("i32")];
    f.i32Const(0).set(counter);
    f.forLoop(counter, { const: count }, 1, () => {
      f.get(at!).op("i32.load").set(address);
      clamp(f, address, length);
      f.get(address).i32Const(size).op("i32.mul").get(out!).op("i32.add").set(address);
      f.get(address);
      if (adds) pushSum(f, address, value!, dtype);
      else LOAD[dtype](f, value!);
      STORE[dtype](f);
      f.get(at!).i32Const(4).op("i32.add").set(at!);
      f.get(value!).i32Const(size).op("i32.add").set(value!);
    });
  });
}

/** Moves a position into 0 … length - 1. */
function clamp(f: FunctionBuilder, position: Local, length: number): void {
  f.get(position).i32Const(0).get(position).i32Const(0).op("i32.gt_s").op("select").set(position);
  f.get(position)
    .i32Const(length - 1)
    .get(position)
    .i32Const(length - 1)
    .op("i32.lt_s")
    .op("select")
    .set(position);
}

type Push = { readonly [D in DType]: (f: FunctionBuilder, pointer: Local) => void };

const LOAD: Push = {
  bool: (f, p) => f.get(p).op("i32.load8_u"),
  int32: (f, p) => f.get(p).op("i32.load"),
  float32: (f, p) => f.get(p).op("f32.load"),
  float64: (f, p) => f.get(p).op("f64.load"),
};

const STORE: { readonly [D in DType]: (f: FunctionBuilder) => void } = {
  bool: (f) => f.op("i32.store8"),
  int32: (f) => f.op("i32.store"),
  float32: (f) => f.op("f32.store"),
  float64: (f) => f.op("f64.store"),
};

const ADD = { bool: "i32.or", int32: "i32.add", float32: "f32.add", float64: "f64.add" } as const;

function pushSum(f: FunctionBuilder, target: Local, value: Local, dtype: DType): void {
  LOAD[dtype](f, target);
  LOAD[dtype](f, value);
  f.op(ADD[dtype]);
}
