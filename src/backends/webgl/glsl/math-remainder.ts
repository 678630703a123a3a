/** Quotients and remainders: of floats by long division of their mantissas, and of ints. */
import { glsl, type MathFunctions, NOT_A_NUMBER } from "./math-text.ts";

/**
 * Remainders are exact whatever the exponents are, but that `mod` of numbers of different signs is the rounded a + b where
 * |a| < |b|. `floorDiv` is exact where |a / b| < 2²⁴; beyond it is the rounded a / b, at most a unit from the rounded exact
 * result (or as far off as the driver's division is).
 */
const FLOATS: MathFunctions = {
  /**
   * The remainder with the sign of a, or floored, with that of b; `q` gets the low 32 bits of the quotient's magnitude. The
   * mantissas are whole numbers, and a step brings down eight bits of the dividend, so the remainder stays below 2³².
   */
  divided: glsl(`
uint m_mantissa(uint bits, out int exponent) {
  exponent = max(int(bits >> 23), 1);
  return bits < 0x800000u ? bits : (bits & 0x7fffffu) | 0x800000u;
}

float m_divided(float a, float b, bool isFloored, out uint q) {
  uint ua = floatBitsToUint(a) & 0x7fffffffu;
  uint ub = floatBitsToUint(b) & 0x7fffffffu;
  bool isTurned = isFloored && ((floatBitsToUint(a) ^ floatBitsToUint(b)) & 0x80000000u) != 0u;
  q = 0u;
  if (ua >= 0x7f800000u || ub == 0u || ub > 0x7f800000u) return ${NOT_A_NUMBER};
  if (ua < ub) {
    q = isTurned && ua != 0u ? 1u : 0u;
    return !isTurned ? a : ua == 0u ? m_withSign(0.0, b) : a + b;
  }
  int ea, eb;
  uint ma = m_mantissa(ua, ea);
  uint mb = m_mantissa(ub, eb);
  q = ma / mb;
  uint r = ma - q * mb;
  for (int d = ea - eb; d > 0; d -= 8) {
    int n = min(d, 8);
    r <<= n;
    uint digit = r / mb;
    r -= digit * mb;
    q = (q << n) + digit;
  }
  if (isTurned && r != 0u) {
    q++;
    r = mb - r;
  }
  // r·2^(eb − 150), as bits.
  uint f = floatBitsToUint(float(r));
  int e = int(f >> 23) + eb - 150;
  uint bits = r == 0u ? 0u : e > 0 ? (f & 0x7fffffu) | (uint(e) << 23) : r << (eb - 1);
  return m_withSign(uintBitsToFloat(bits), isFloored ? b : a);
}
`),
  rem: glsl(`
float m_rem(float a, float b) {
  uint q;
  return m_divided(a, b, false, q);
}
`),
  mod: glsl(`
float m_mod(float a, float b) {
  uint q;
  return m_divided(a, b, true, q);
}
`),
  floorDiv: glsl(`
float m_floorDiv(float a, float b) {
  uint q;
  float r = m_divided(a, b, true, q);
  float rough = m_div(a, b);
  if (m_isnan(r)) return floatBitsToUint(b) << 1 == 0u ? rough : r;
  return abs(rough) < 16777216.0 ? m_withSign(float(q), rough) : rough;
}
`),
};

/** Dividing by 0 gives 0. The magnitude of −2³¹ is a uint; `%` of negative ints is not defined. */
const INTS: MathFunctions = {
  dividedInt: glsl(`
uint m_magnitudeInt(int a) {
  return a < 0 ? 0u - uint(a) : uint(a);
}

int m_dividedInt(int a, int b, out int r) {
  uint ma = m_magnitudeInt(a);
  uint mb = max(m_magnitudeInt(b), 1u);
  uint q = ma / mb;
  uint rest = ma - q * mb;
  r = b == 0 ? 0 : a < 0 ? int(0u - rest) : int(rest);
  return b == 0 ? 0 : (a < 0) != (b < 0) ? int(0u - q) : int(q);
}
`),
  floorDivInt: glsl(`
int m_floorDivInt(int a, int b) {
  int r;
  int q = m_dividedInt(a, b, r);
  return r != 0 && (r < 0) != (b < 0) ? q - 1 : q;
}
`),
  modInt: glsl(`
int m_modInt(int a, int b) {
  int r;
  m_dividedInt(a, b, r);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
`),
  remInt: glsl(`
int m_remInt(int a, int b) {
  int r;
  m_dividedInt(a, b, r);
  return r;
}
`),
  /** By squaring; uints wrap around. */
  powInt: glsl(`
int m_powInt(int a, int b) {
  if (b < 0) return a == 1 || a == -1 && (b & 1) == 0 ? 1 : a == -1 ? -1 : 0;
  uint result = 1u;
  uint square = uint(a);
  for (uint e = uint(b); e != 0u; e >>= 1) {
    if ((e & 1u) != 0u) result *= square;
    square *= square;
  }
  return int(result);
}
`),
};

export const REMAINDER: MathFunctions = { ...FLOATS, ...INTS };
