/**
 * Inverse trigonometric functions and the cube root. The polynomials are minimax fits (Remez), those of the float32 kernels of
 * wasm, as are the formulas.
 */
import { glsl, type MathFunctions, NOT_A_NUMBER, num, polynomial } from "./math-text.ts";

/** (asin(x) − x) / x³ in powers of x², for |x| ≤ ½: a relative error below 2⁻²⁷. */
const ASIN = [
  0.16666752099990845, 0.07495306432247162, 0.045469772070646286, 0.024180764332413673, 0.04216645285487175,
];

/** (atan(t) − t) / t³ in powers of t², for |t| ≤ 1: a relative error below 2⁻²⁸. */
// biome-ignore format: ascending powers
const ATAN = [
  -0.3333331346511841, 0.19998906552791595, -0.14267569780349731, 0.10967876762151718, -0.08445630222558975,
  0.05863187462091446, -0.0318121574819088, 0.011238842271268368, -0.0018630968406796455,
];

/** π/2 as the float32 nearest to it and what it lacks; π is twice that. */
const HALF_PI = [Math.fround(Math.PI / 2), Math.PI / 2 - Math.fround(Math.PI / 2)] as const;
const [HIGH, LOW] = HALF_PI.map(num);
const [PI_HIGH, PI_LOW] = HALF_PI.map((c) => num(2 * c));

const SINES: MathFunctions = {
  /** asin(√z) − √z for z ≤ ¼. */
  arcsineTail: glsl(`
float m_arcsineTail(float root, float z) {
  return root * z * ${polynomial("z", ASIN)};
}
`),
  /** asin(x) = π/2 − 2·asin(√((1 − x) / 2)) beyond ½. */
  asin: glsl(`
float m_asin(float a) {
  float m = abs(a);
  float rest = (1.0 - m) * 0.5;
  float root = sqrt(rest);
  vec2 high = m_plus(${HIGH}, -2.0 * root);
  float far = high.x - (2.0 * m_arcsineTail(root, rest) - (high.y + ${LOW}));
  float value = m > 0.5 ? far : m + m_arcsineTail(m, m * m);
  return m_isnan(a) ? a : m > 1.0 ? ${NOT_A_NUMBER} : m_withSign(value, a);
}
`),
  /** π/2 − asin(x); beyond ½ it is 2·asin(√((1 − |x|) / 2)), taken from π for negative x. */
  acos: glsl(`
float m_acos(float a) {
  float m = abs(a);
  bool isFar = m > 0.5;
  float z = isFar ? (1.0 - m) * 0.5 : a * a;
  float root = isFar ? sqrt(z) : a;
  float tail = m_arcsineTail(root, z);
  vec2 near = m_plus(${HIGH}, -root);
  float value = near.x - (tail - (near.y + ${LOW}));
  float twice = 2.0 * (root + tail);
  value = isFar ? (a < 0.0 ? ${PI_HIGH} - (twice - ${PI_LOW}) : twice) : value;
  return m_isnan(a) ? a : m > 1.0 ? ${NOT_A_NUMBER} : value;
}
`),
};

const TANGENTS: MathFunctions = {
  /** atan(t) for 0 ≤ t ≤ 1. */
  arctangent: glsl(`
float m_arctangent(float t) {
  float square = t * t;
  return t + t * square * ${polynomial("square", ATAN)};
}
`),
  /** atan(x) = π/2 − atan(1 / x) beyond 1. */
  atan: glsl(`
float m_atan(float a) {
  float m = abs(a);
  bool isFar = m > 1.0;
  float angle = m_arctangent(isFar ? m_div(1.0, m) : m);
  return m_isnan(a) ? a : m_withSign(isFar ? ${HIGH} - (angle - ${LOW}) : angle, a);
}
`),
  /** The angle in the first octant, from the smaller coordinate over the larger one, mirrored three times. */
  atan2: glsl(`
float m_atan2(float a, float b) {
  float height = abs(a);
  float width = abs(b);
  float small = min(height, width);
  float large = max(height, width);
  // 0 / 0 counts as 0, ∞ / ∞ as 1.
  float angle = m_arctangent(large == 0.0 ? 0.0 : small == large ? 1.0 : m_div(small, large));
  angle = height > width ? ${HIGH} - (angle - ${LOW}) : angle;
  angle = floatBitsToInt(b) < 0 ? ${PI_HIGH} - (angle - ${PI_LOW}) : angle;
  return m_isnan(a) || m_isnan(b) ? ${NOT_A_NUMBER} : m_withSign(angle, a);
}
`),
};

const ROOT: MathFunctions = {
  /**
   * A third of the exponent as a guess (the bits of 1 times 2/3, moved to where the error is smallest on both sides), then
   * twice Halley's iteration y += y·(r − y) / (2y + r), r = x / y² (the form in which FreeBSD's cbrt is written): the relative
   * error goes from 4% to 3e-5 to less than rounding.
   */
  cbrt: glsl(`
float m_cbrt(float a) {
  float m = abs(a);
  bool isSubnormal = m < ${num(2 ** -126)};
  float x = isSubnormal ? m * ${num(2 ** 24)} : m;
  float y = intBitsToFloat(floatBitsToInt(x) / 3 + 709921077);
  for (int i = 0; i < 2; i++) {
    float r = x / (y * y);
    y += y * (r - y) / (y + y + r);
  }
  float value = isSubnormal ? y * ${num(2 ** -8)} : y;
  bool isFinite = x > 0.0 && floatBitsToUint(m) < 0x7f800000u;
  return isFinite ? m_withSign(value, a) : a;
}
`),
};

export const INVERSE: MathFunctions = { ...SINES, ...TANGENTS, ...ROOT };
