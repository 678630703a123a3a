/** Sine, cosine and tangent. The polynomials are minimax fits (Remez), those of the float32 kernels of wasm. */
import { glsl, type MathFunctions, NOT_A_NUMBER, num, parts, polynomial } from "./math-text.ts";

/** π/2 as a sum (Cody and Waite): products of the first three with a number below 2¹² are exact. */
const HALF_PI = parts(Math.PI / 2, [12, 12, 12], 6.123233995736766e-17);

/** Up to there the number of quadrants is below 2¹¹. */
const NEAR = 3072;

/** The first 224 bits of 2/π after the point. Before them are 32 bits that are 0. */
// biome-ignore format: one number
const TWO_OVER_PI = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
] as const;

/** The four words that begin with word \`k\`. */
const words = (k: number): string =>
  `uvec4(${TWO_OVER_PI.slice(k, k + 4)
    .map((w) => `0x${w.toString(16)}u`)
    .join(", ")})`;

/** (sin(r) − r) / r³ and (cos(r) − 1 + r²/2) / r⁴ in powers of r², for |r| ≤ π/4: relative errors below 2⁻²⁸. */
const SIN = [-0.16666655242443085, 0.008332190103828907, -0.0001951839221874252];
const COS = [0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-5];

const REDUCTION: MathFunctions = {
  highProduct: glsl(`
uint m_highProduct(uint a, uint b) {
  uint ah = a >> 16;
  uint al = a & 0xffffu;
  uint bh = b >> 16;
  uint bl = b & 0xffffu;
  uint cross = al * bh;
  uint middle = (al * bl >> 16) + ah * bl + (cross & 0xffffu);
  return ah * bh + (cross >> 16) + (middle >> 16);
}
`),
  /**
   * The quadrant of x ≥ 2¹¹ and what is left, by the method of Payne and Hanek ("Radian reduction for trigonometric functions",
   * 1983): x = m·2ᵏ, and the bits of 2/π whose product with x is a multiple of 4 are left out. Of 96 bits of the product
   * two are the quadrant, and the error of the others is below 2⁻⁷⁰; no float32 is so near a multiple of π/2.
   */
  byHalfPiFar: glsl(`
vec2 m_byHalfPiFar(float x, out int q) {
  uint bits = floatBitsToUint(x);
  uint m = (bits & 0x7fffffu) | 0x800000u;
  // The first bit that counts.
  int s = int(bits >> 23) - 150 - 2 + 32;
  uvec4 w = s < 32 ? ${words(0)} : s < 64 ? ${words(1)} : s < 96 ? ${words(2)} : s < 128 ? ${words(3)} : ${words(4)};
  int n = s & 31;
  uvec3 t = n == 0 ? w.xyz : (w.xyz << n) | (w.yzw >> (32 - n));
  uint carried = m_highProduct(m, t.z);
  uint p1 = m * t.y + carried;
  uint p0 = m * t.x + m_highProduct(m, t.y) + (p1 < carried ? 1u : 0u);
  uint p2 = m * t.z;
  uint f0 = (p0 << 2) | (p1 >> 30);
  uint f1 = (p1 << 2) | (p2 >> 30);
  bool isUpper = f0 >= 0x80000000u;
  q = int(p0 >> 30) + (isUpper ? 1 : 0);
  // The distance to the nearest quadrant.
  f0 = isUpper ? ~f0 : f0;
  f1 = isUpper ? ~f1 : f1;
  float high = float(f0 >> 8) * ${num(2 ** -24)};
  float low = float((f0 & 0xffu) << 16 | f1 >> 16) * ${num(2 ** -48)} + float(f1 & 0xffffu) * ${num(2 ** -64)};
  vec2 r = m_times(high, ${num(Math.PI / 2)});
  r.y += high * ${num(Math.PI / 2 - Math.fround(Math.PI / 2))} + low * ${num(Math.PI / 2)};
  return isUpper ? -r : r;
}
`),
  /** r = |x| − q·π/2 in two floats, |r| ≤ π/4, with the sign of x, as q has it. */
  byHalfPi: glsl(`
vec2 m_byHalfPi(float a, out int q) {
  float x = abs(a);
  float n = floor(min(x, ${num(NEAR)}) * ${num(2 / Math.PI)} + 0.5);
  q = int(n);
  float d = m_pin(m_pin(x - n * ${num(HALF_PI[0]!)}) - n * ${num(HALF_PI[1]!)});
  float s = m_pin(d - n * ${num(HALF_PI[2]!)});
  vec2 r = vec2(s, m_pin(m_pin(d - s) - n * ${num(HALF_PI[2]!)}) - n * ${num(HALF_PI[3]!)});
  // A loop, since software renderers take both sides of a branch.
  for (bool isFar = x > ${num(NEAR)}; isFar; isFar = false) r = m_byHalfPiFar(x, q);
  r = m_plus(r.x, r.y);
  bool isNegative = floatBitsToInt(a) < 0;
  q = isNegative ? -q : q;
  r = isNegative ? -r : r;
  return (floatBitsToUint(x) & 0x7fffffffu) >= 0x7f800000u ? vec2(${NOT_A_NUMBER}) : r;
}
`),
};

const FUNCTIONS: MathFunctions = {
  /** The sine of r + q·π/2, with r in two floats. */
  sineOf: glsl(`
float m_sineOf(vec2 r, int q) {
  float square = r.x * r.x;
  float sine = r.x + (r.x * square * ${polynomial("square", SIN)} + r.y);
  float cosine = 1.0 - (0.5 * square - (square * square * ${polynomial("square", COS)} - r.x * r.y));
  float value = (q & 1) == 0 ? sine : cosine;
  return (q & 2) == 0 ? value : -value;
}
`),
  /** The sum of −0 with the tail of its series would be +0. */
  sin: glsl(`
float m_sin(float a) {
  int q;
  vec2 r = m_byHalfPi(a, q);
  return a == 0.0 ? a : m_sineOf(r, q);
}
`),
  cos: glsl(`
float m_cos(float a) {
  int q;
  vec2 r = m_byHalfPi(a, q);
  return m_sineOf(r, q + 1);
}
`),
  tan: glsl(`
float m_tan(float a) {
  int q;
  vec2 r = m_byHalfPi(a, q);
  float value = m_sineOf(r, q) / m_sineOf(r, q + 1);
  return a == 0.0 ? a : value;
}
`),
};

export const TRIGONOMETRIC: MathFunctions = { ...REDUCTION, ...FUNCTIONS };
