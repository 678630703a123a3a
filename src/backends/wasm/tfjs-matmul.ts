/** tfjs's matrix product in the modules of plans. */
import { sizeOf } from "../../ir/layout.ts";
import type { MatmulAttrs } from "../../ir/ops/fused.ts";
import type { FuncRef, Local } from "./asm/function.ts";
import type { ModuleBuilder } from "./asm/module.ts";

/** The module name that tfjs's functions are imported from. */
export const TFJS_MODULE = "tfjs";

/** {@link addTfjsMatmul}, for those who do not load it. */
export type AddTfjsMatmul = (module: ModuleBuilder, attrs: MatmulAttrs) => FuncRef;

/** Ids beyond those that tfjs's own counter reaches. */
const TENSOR_IDS = { a: 0x40000001, b: 0x40000002, c: 0x40000003 } as const;

/**
 * The same by tfjs's `_FusedMatMul`. The buffers are registered for the call only: tfjs keeps packed weights by tensor
 * id, and would use them again although the elements have changed.
 */
export function addTfjsMatmul(module: ModuleBuilder, { m, n, k }: MatmulAttrs): FuncRef {
  const i32 = (count: number): "i32"[] => new Array<"i32">(count).fill("i32");
  const register = module.importFunction(TFJS_MODULE, "register_tensor", i32(3), []);
  const dispose = module.importFunction(TFJS_MODULE, "dispose_data", i32(1), []);
  const types = [...i32(11), "f32" as const, "i32" as const];
  const multiply = module.importFunction(TFJS_MODULE, "_FusedMatMul", types, []);
  return module.addFunction(`tfjs_matmul_${m}x${n}x${k}`, i32(4), [], (f, a, b, c, scratch) => {
    const shapes = [1, m, k, 1, k, n];
    shapes.forEach((d, at) => {
      f.get(scratch!)
        .i32Const(d)
        .op("i32.store", { offset: at * 4 });
    });
    const bind = (id: number, shape: readonly number[], pointer: Local): void => {
      f.i32Const(id).i32Const(sizeOf(shape)).get(pointer).call(register);
    };
    bind(TENSOR_IDS.a, [m, k], a!);
    bind(TENSOR_IDS.b, [k, n], b!);
    bind(TENSOR_IDS.c, [m, n], c!);
    f.i32Const(TENSOR_IDS.a).get(scratch!).i32Const(3);
    f.i32Const(TENSOR_IDS.b).get(scratch!).i32Const(12).op("i32.add").i32Const(3);
    // Neither transposed, no activation, no bias, no slopes.
    for (const value of [0, 0, 0, 0, 0]) f.i32Const(value);
    f.f32Const(0).i32Const(TENSOR_IDS.c).call(multiply);
    for (const id of [TENSOR_IDS.a, TENSOR_IDS.b, TENSOR_IDS.c]) f.i32Const(id).call(dispose);
  });
}
