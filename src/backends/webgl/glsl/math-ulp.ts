/**
 * How far the functions of `math.ts` may be from the exact result, in units in the last place of float32, rounded up generously:
 * hardware may have quotients 2.5 units off. It has all primitives that are functions. Measured by
 * `test/browser/webgl-math.ts`, over 10⁵ points each, with ANGLE on SwiftShader and on Mesa's llvmpipe, whose quotients and square
 * roots are rounded correctly:
 *
 *     0           abs, max, min, floor, ceil, trunc, rint, rem
 *     0.5         div, sqrt, mod, floorDiv
 *     0.7 … 1     cbrt, log, log1p, log2, log10, sin, cos
 *     1 … 1.5     exp, expm1, asin, acos, asinh, atanh, cosh, erf, pow
 *     1.5 … 2     sinh, atan2, acosh, atan
 *     2 … 2.5     tan, tanh
 *     5.2         erfc
 */
export const MATH_ULP: Readonly<Record<string, number>> = {
  abs: 0,
  max: 0,
  min: 0,
  floor: 0,
  ceil: 0,
  trunc: 0,
  rint: 0,
  rem: 0,
  // Rounded where an operand is a fraction of the other.
  mod: 0.5,
  floorDiv: 3,
  div: 3,
  sqrt: 3,
  cbrt: 3,
  exp: 2,
  expm1: 3,
  log: 3,
  log1p: 3,
  log2: 3,
  log10: 3,
  pow: 4,
  sin: 2,
  cos: 2,
  tan: 5,
  asin: 3,
  acos: 3,
  atan: 3,
  atan2: 4,
  sinh: 4,
  cosh: 4,
  tanh: 4,
  asinh: 3,
  acosh: 4,
  atanh: 4,
  erf: 3,
  erfc: 8,
};
