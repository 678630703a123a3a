/**
 * Sums and products as two floats whose sum they are, and the power, which needs them. Dekker, "A floating-point technique for
 * extending the available precision", 1971.
 */
import { glsl, INFINITE, type MathFunctions, NOT_A_NUMBER, num, parts, polynomial } from "./math-text.ts";

const PAIRS: MathFunctions = {
  /** a + b where |a| ≥ |b| or a = 0. */
  plus: glsl(`
vec2 m_plus(float a, float b) {
  float s = m_pin(a + b);
  return vec2(s, b - m_pin(s - a));
}
`),
  /** The first 12 significant bits. */
  high: glsl("float m_high(float a) { return uintBitsToFloat(floatBitsToUint(a) & 0xfffff000u); }\n"),
  /** a·b to 2⁻⁴⁷: products of 12 bits are exact, contracted or not. Neither may be beyond 2¹²⁶. */
  times: glsl(`
vec2 m_times(float a, float b) {
  float ah = m_high(a);
  float al = a - ah;
  float bh = m_high(b);
  float bl = b - bh;
  float p = m_pin(a * b);
  float low = m_pin(m_pin(m_pin(ah * bh - p) + ah * bl) + al * bh) + al * bl;
  return vec2(p, low);
}
`),
};

/** 2 / ln 2 as a sum. */
const TWO_LOG2E = parts(2 * Math.LOG2E, [24]);

/** (artanh(s) / s − 1) / s² in powers of s², for |s| ≤ 0.1716. */
const ARTANH = [0.6666666564552638, 0.400003351733076, 0.28537309703048896, 0.23582129556668055].map((c) => c / 2);

/** (2ʳ − 1) / r for |r| ≤ ½: a relative error of 2⁻²⁹. */
// biome-ignore format: ascending powers
const EXP2 = [
  0.6931472057433217, 0.24022646880984974, 0.05550328516476252, 0.009618488162515778, 0.00134001423155737,
  0.00015346998865666304,
];

const POWER: MathFunctions = {
  /** e and m, where x = 2ᵉ·m and √½ ≤ m < √2, for finite x > 0. */
  splitExponent: glsl(`
float m_splitExponent(float x, out float e) {
  bool isSubnormal = x < ${num(2 ** -126)};
  int offset = floatBitsToInt(isSubnormal ? x * ${num(2 ** 23)} : x) - 0x3f3504f3;
  e = float((offset >> 23) - (isSubnormal ? 23 : 0));
  return intBitsToFloat((offset & 0x7fffff) + 0x3f3504f3);
}
`),
  /** log₂(x) in two floats, for finite x > 0: with s = (m − 1) / (m + 1), ln(m) = 2·artanh(s) (as in fdlibm's log). */
  log2Pair: glsl(`
vec2 m_log2Pair(float x) {
  float e;
  float m = m_splitExponent(x, e);
  float f = m - 1.0;
  vec2 g = m_plus(m > 1.0 ? m : 1.0, m > 1.0 ? 1.0 : m);
  float s = f / g.x;
  vec2 product = m_times(s, g.x);
  float rest = m_pin(m_pin(f - product.x) - product.y) - s * g.y;
  float low = rest / g.x;
  float t = s * s;
  float v = t * ${polynomial("t", ARTANH)};
  vec2 w = m_times(s, ${num(TWO_LOG2E[0]!)});
  w.y += s * ${num(TWO_LOG2E[1]!)} + low * ${num(TWO_LOG2E[0]!)};
  vec2 lg = m_plus(w.x, w.y + w.x * v);
  vec2 sum = m_plus(e, lg.x);
  return m_plus(sum.x, sum.y + lg.y);
}
`),
  /**
   * |x|ʸ = 2^{y·log₂|x|}, then the sign and the special cases of C's pow. Exponents beyond 2³³ do what 2³³ does, and such
   * a number is even.
   */
  pow: glsl(`
float m_pow(float a, float b) {
  float m = abs(a);
  float y = clamp(b, ${num(-(2 ** 33))}, ${num(2 ** 33)});
  vec2 lg = m_log2Pair(m);
  vec2 p = m_times(y, lg.x);
  float high = clamp(p.x, -160.0, 160.0);
  float n = floor(high + 0.5);
  float r = m_pin(high - n) + (high == p.x ? p.y + y * lg.y : 0.0);
  float value = m_scaled(1.0 + r * ${polynomial("r", EXP2)}, int(n));
  float size = abs(b);
  bool isWhole = size >= 8388608.0 || floor(size) == size;
  bool isOdd = size < 16777216.0 && isWhole && (int(size) & 1) == 1;
  bool isInfinite = floatBitsToUint(m) == 0x7f800000u;
  bool isBeyond = floatBitsToUint(size) == 0x7f800000u;
  bool isPole = m == 0.0 || isInfinite || isBeyond;
  value = isPole ? ((m > 1.0) == (b > 0.0) ? ${INFINITE} : 0.0) : value;
  bool isNone = m_isnan(a) || m_isnan(b) || (a < 0.0 && !isInfinite && !isWhole);
  value = isNone ? ${NOT_A_NUMBER} : isOdd ? m_withSign(value, a) : value;
  return a == 1.0 || b == 0.0 || (a == -1.0 && isBeyond) ? 1.0 : value;
}
`),
};

export const WIDE: MathFunctions = { ...PAIRS, ...POWER };
