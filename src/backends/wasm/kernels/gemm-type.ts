import type { FunctionBuilder } from "../asm/function.ts";

/** What the float types of `gemm` differ in. */
export interface GemmType {
  readonly scalar: "f32" | "f64";
  readonly vector: "f32x4" | "f64x2";
  readonly splat: "v128.load32_splat" | "v128.load64_splat";
  readonly lanes: 4 | 2;
  readonly size: 4 | 8;
  readonly log2Size: 2 | 3;
  /** Columns of a register tile: two vectors. */
  readonly columns: 8 | 4;
}

export const GEMM_TYPES: { readonly [D in "float32" | "float64"]: GemmType } = {
  float32: {
    scalar: "f32",
    vector: "f32x4",
    splat: "v128.load32_splat",
    lanes: 4,
    size: 4,
    log2Size: 2,
    columns: 8,
  },
  float64: {
    scalar: "f64",
    vector: "f64x2",
    splat: "v128.load64_splat",
    lanes: 2,
    size: 8,
    log2Size: 3,
    columns: 4,
  },
};

/** Up to this many rows of C, a panel of B is read where it lies if its rows are contiguous. */
export const DIRECT_ROWS = 16;

/** Rows of a register tile. */
export const TILE_ROWS = 4;

/** Turns a number of elements on the stack into bytes. */
export function toBytes(f: FunctionBuilder, type: GemmType): FunctionBuilder {
  return f.i32Const(type.log2Size).op("i32.shl");
}
