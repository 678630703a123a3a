/** What storing a number in a dtype does to it, and the arithmetic of int32. */
import type { DType } from "../../ir/dtype.ts";

const INT32_MAX = 2 ** 31 - 1;

/** A float converted to a dtype: towards zero and saturating to int32, NaN to 0; anything but 0 is true. */
export function convert(value: number, dtype: DType): number {
  switch (dtype) {
    case "bool":
      return value === 0 ? 0 : 1;
    case "int32":
      return Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, -INT32_MAX - 1), INT32_MAX)) | 0;
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
  }
}

/** The result of arithmetic in a dtype: int32 wraps around. */
export function round(value: number, dtype: DType): number {
  return dtype === "int32" ? value | 0 : convert(value, dtype);
}

/** Whole-number power that wraps around; a negative exponent gives 0 unless the base is 1 or -1. */
function powInt32(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** Operations of int32 that float64 does not give: products beyond 2^53, and division by zero, which gives 0. */
export const INT32: Readonly<Record<"mul" | "floorDiv" | "mod" | "rem" | "pow", (a: number, b: number) => number>> = {
  mul: Math.imul,
  floorDiv: (a, b) => (b === 0 ? 0 : Math.floor(a / b) | 0),
  mod: (a, b) => (b === 0 ? 0 : (a - Math.floor(a / b) * b) | 0),
  rem: (a, b) => (b === 0 ? 0 : (a % b) | 0),
  pow: powInt32,
};
