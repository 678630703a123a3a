/** Logarithms and inverse hyperbolic functions. The polynomial is a minimax fit (Remez), that of the float32 kernels of wasm. */
import { glsl, type MathFunctions, num, parts, polynomial } from "./math-text.ts";

/** ln 2 as a sum: the first part has 9 significant bits, so its product with an exponent is exact (Cody and Waite). */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** (ln(1 + f) − f + f²/2) / f³ for √½ − 1 ≤ f ≤ √2 − 1, for a relative error of the logarithm below 2⁻²⁷. */
// biome-ignore format: ascending powers
const LOG_TAIL = [
  0.3333333134651184, -0.250008225440979, 0.20001260936260223, -0.16623324155807495, 0.14200863242149353,
  -0.1315963864326477, 0.12768617272377014, -0.07645487785339355,
];

/** As sums whose first parts have so many bits that their products with 12 bits, or with an exponent, are exact. */
const [LOG2E, LOG10E, LOG10_2] = [
  parts(Math.LOG2E, [12]),
  parts(Math.LOG10E, [12]),
  parts(Math.log10(2), [12]),
] as const;

/** log(x) to a base, in the form of FreeBSD's log2f: f − f²/2 is split so that its product with 1 / ln(base) has no error. */
const toBase = (name: string, scale: readonly number[], exponent: string): string => `
float m_${name}(float a) {
  float e;
  float f = m_splitExponent(a, e) - 1.0;
  float hsq = m_pin(0.5 * f * f);
  float high = m_high(f - hsq);
  float low = (m_pin(f - high) - hsq) + f * f * f * ${polynomial("f", LOG_TAIL)};
  float rest = (low + high) * ${num(scale[1]!)} + low * ${num(scale[0]!)};
  float value = ${exponent};
  return m_poles(a, a, value);
}
`;

const LOGARITHMS: MathFunctions = {
  /** ln(u + low) + extra·ln 2 = ln(m) + (e + extra)·ln 2 + low / u; `x` is the operand, for the poles. */
  logOf: glsl(`
float m_logOf(float x, float u, float low, float extra) {
  float e;
  float f = m_splitExponent(u, e) - 1.0;
  e += extra;
  float square = f * f;
  float tail = f * square * ${polynomial("f", LOG_TAIL)} + e * ${num(LN2[1])} + low / u;
  float value = m_pin(f + (tail - 0.5 * square)) + e * ${num(LN2[0])};
  return m_poles(x, u, value);
}
`),
  log: glsl("float m_log(float a) { return m_logOf(a, a, 0.0, 0.0); }\n"),
  /** ln(1 + h + l): 1 + h is a sum of two floats. */
  log1pOf: glsl(`
float m_log1pOf(float x, float h, float l) {
  bool isLarge = abs(h) > 1.0;
  vec2 u = m_plus(isLarge ? h : 1.0, isLarge ? 1.0 : h);
  return m_logOf(x, u.x, u.y + l, 0.0);
}
`),
  /** Below 2⁻²⁵, x − x²/2 rounds to x. */
  log1p: glsl("float m_log1p(float a) { return abs(a) < 2.98023224e-8 ? a : m_log1pOf(a, a, 0.0); }\n"),
  log2: glsl(toBase("log2", LOG2E, `(rest + high * ${num(LOG2E[0]!)}) + e`)),
  log10: glsl(
    toBase("log10", LOG10E, `(rest + e * ${num(LOG10_2[1]!)} + high * ${num(LOG10E[0]!)}) + e * ${num(LOG10_2[0]!)}`),
  ),
};

/** ln(x + y) is ln(2x) where the other summand is as good as x. */
const LARGE = 2 ** 20;

const INVERSE: MathFunctions = {
  /** ln(1 + x + x² / (1 + √(x² + 1))) (as in fdlibm). */
  asinh: glsl(`
float m_asinh(float a) {
  float m = abs(a);
  bool isLarge = m > ${num(LARGE)};
  float x = min(m, ${num(LARGE)});
  float square = x * x;
  vec2 v = m_plus(x, square / (1.0 + sqrt(square + 1.0)));
  float value = isLarge ? m_logOf(m, m, 0.0, 1.0) : m_log1pOf(x, v.x, v.y);
  return m_isnan(a) || m < ${num(2 ** -13)} ? a : m_withSign(value, a);
}
`),
  /** ln(1 + t + √(2t + t²)) with t = x − 1 (as in fdlibm). */
  acosh: glsl(`
float m_acosh(float a) {
  bool isLarge = a > ${num(LARGE)};
  float t = min(a, ${num(LARGE)}) - 1.0;
  float root = sqrt(2.0 * t + t * t);
  vec2 v = m_plus(root, t);
  float near = m_log1pOf(a, v.x, v.y);
  return m_isnan(a) ? a : isLarge ? m_logOf(a, a, 0.0, 1.0) : a < 1.0 ? uintBitsToFloat(0x7fc00000u) : near;
}
`),
  /** ½·ln(1 + 2x + 2x² / (1 − x)) (as in fdlibm); from ½ on, 1 − x is exact. */
  atanh: glsl(`
float m_atanh(float a) {
  float m = abs(a);
  float twice = m + m;
  float rest = 1.0 - m;
  vec2 v = m < 0.5 ? m_plus(twice, twice * m / rest) : vec2(m_div(twice, rest), 0.0);
  float value = 0.5 * m_log1pOf(v.x, v.x, v.y);
  value = m > 1.0 ? uintBitsToFloat(0x7fc00000u) : value;
  return m_isnan(a) || m < ${num(2 ** -13)} ? a : m_withSign(value, a);
}
`),
};

export const LOGARITHM: MathFunctions = { ...LOGARITHMS, ...INVERSE };
