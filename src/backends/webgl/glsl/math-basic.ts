/** Bits of floats, rounding to whole numbers, and what is nearly an instruction. */
import { glsl, INFINITE, type MathFunctions, NOT_A_NUMBER } from "./math-text.ts";

/** Bits: compilers that take NaN and infinities for impossible leave whole numbers alone. */
const BITS: MathFunctions = {
  isnan: glsl(`
bool m_isnan(float a) {
  return (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u;
}
`),
  /** The magnitude of the first, the sign of the second. */
  withSign: glsl(`
float m_withSign(float a, float b) {
  return uintBitsToFloat((floatBitsToUint(a) & 0x7fffffffu) | (floatBitsToUint(b) & 0x80000000u));
}
`),
  /**
   * The operand, rounded to float32 before anything is done with it: to a compiler the least of two ints is no identity,
   * but it changes only one of the NaNs. `precise` is not in GLSL ES 3.00.
   */
  pin: glsl(`
float m_pin(float a) {
  return intBitsToFloat(min(floatBitsToInt(a), 0x7ffffffe));
}
`),
  /** v·2ⁿ for −252 ≤ n ≤ 254, with 2ⁿ as a product of two powers so that neither overflows. */
  scaled: glsl(`
float m_scaled(float v, int n) {
  int h = n >> 1;
  return m_pin(v * intBitsToFloat((h + 127) << 23)) * intBitsToFloat((n - h + 127) << 23);
}
`),
};

/** All four keep NaN, and the sign of what they round. */
const ROUNDING: MathFunctions = {
  floor: glsl("float m_floor(float a) { return m_isnan(a) ? a : m_withSign(floor(a), a); }\n"),
  ceil: glsl("float m_ceil(float a) { return m_isnan(a) ? a : m_withSign(ceil(a), a); }\n"),
  trunc: glsl("float m_trunc(float a) { return m_isnan(a) ? a : m_withSign(trunc(a), a); }\n"),
  /** A sum with 2²³ has no bits below 1, and is rounded half to even. */
  rint: glsl(`
float m_rint(float a) {
  float m = abs(a);
  return m < 8388608.0 ? m_withSign(m_pin(m + 8388608.0) - 8388608.0, a) : a;
}
`),
  toInt: glsl(`
int m_toInt(float a) {
  int bounded = abs(a) < 2147483648.0 ? int(a) : a > 0.0 ? 0x7fffffff : int(0x80000000u);
  return m_isnan(a) ? 0 : bounded;
}
`),
};

const ARITHMETIC: MathFunctions = {
  abs: glsl("float m_abs(float a) { return uintBitsToFloat(floatBitsToUint(a) & 0x7fffffffu); }\n"),
  max: glsl("float m_max(float a, float b) { return a > b || m_isnan(a) ? a : b; }\n"),
  min: glsl("float m_min(float a, float b) { return a < b || m_isnan(a) ? a : b; }\n"),
  sqrt: glsl(`
float m_sqrt(float a) {
  uint bits = floatBitsToUint(a);
  bool isKept = a == 0.0 || bits == 0x7f800000u || m_isnan(a);
  return isKept ? a : bits > 0x80000000u ? ${NOT_A_NUMBER} : sqrt(a);
}
`),
  /**
   * The quotient as the driver has it, within 2.5 units where it is a product with a reciprocal. The reciprocal of a number
   * beyond 2¹²⁶ is subnormal, and may be lost; those of 0 and ∞ are not left to the driver.
   */
  div: glsl(`
float m_div(float a, float b) {
  uint sign = (floatBitsToUint(a) ^ floatBitsToUint(b)) & 0x80000000u;
  uint ma = floatBitsToUint(a) & 0x7fffffffu;
  uint mb = floatBitsToUint(b) & 0x7fffffffu;
  float s = mb > 0x7e800000u ? 0.25 : 1.0;
  float q = (a * s) / (b * s);
  q = mb == 0u || ma == 0x7f800000u ? uintBitsToFloat(0x7f800000u | sign) : q;
  q = ma == 0u || mb == 0x7f800000u ? uintBitsToFloat(sign) : q;
  bool isNone = max(ma, mb) > 0x7f800000u || (ma == mb && (ma == 0u || ma == 0x7f800000u));
  return isNone ? ${NOT_A_NUMBER} : q;
}
`),
};

export const BASIC: MathFunctions = { ...BITS, ...ROUNDING, ...ARITHMETIC };

/** −∞ at u = 0, NaN below, and the operand itself where u is ∞ or NaN. */
export const POLES: MathFunctions = {
  poles: glsl(`
float m_poles(float x, float u, float value) {
  float atPole = u == 0.0 ? -${INFINITE} : ${NOT_A_NUMBER};
  uint bits = floatBitsToUint(u);
  return u == 0.0 || bits > 0x80000000u && !m_isnan(u) ? atPole : (bits < 0x7f800000u ? value : x);
}
`),
};
