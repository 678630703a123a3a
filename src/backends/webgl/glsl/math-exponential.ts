/**
 * Exponentials, hyperbolic functions and the error function. The polynomials are minimax fits (Remez), those of the float32
 * kernels of `src/backends/wasm/kernels/math/`.
 */
import { glsl, INFINITE, type MathFunctions, num, polynomial } from "./math-text.ts";

/** ln 2 as a sum: the first part has 9 significant bits, so its product with an exponent is exact (Cody and Waite). */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2: the first makes eʳ, the second eʳ − 1, with a relative error below 2⁻²⁸. */
const EXP = [0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.00836919341236353, 0.001383892260491848];
// biome-ignore format: ascending powers
const EXPM1 = [0.5, 0.16666635870933533, 0.041666511446237564, 0.008341507986187935, 0.0013930544955655932, 0.000150483290781267];

const EXPONENTIALS: MathFunctions = {
  /** r = x − n·ln 2 for the whole number n nearest to x / ln 2. */
  byLn2: glsl(`
float m_byLn2(float x, out float n) {
  n = floor(x * ${num(Math.LOG2E)} + 0.5);
  return m_pin(x - n * ${num(LN2[0])}) - n * ${num(LN2[1])};
}
`),
  /** eˣ = 2ⁿ·eʳ, times 2ᵏ, for |x| ≤ 110; k is such that the result may be subnormal or ∞. */
  expTimes: glsl(`
float m_expTimes(float x, float low, int k) {
  float n;
  float r = m_byLn2(x, n) + low;
  return m_scaled(1.0 + (r + r * r * ${polynomial("r", EXP)}), int(n) + k);
}
`),
  exp: glsl("float m_exp(float a) { return m_isnan(a) ? a : m_expTimes(clamp(a, -104.0, 89.0), 0.0, 0); }\n"),
  /** eˣ − 1 = 2·(h·(eʳ − 1) + (h − ½)) with h = 2ⁿ⁻¹, which does not overflow. */
  expm1: glsl(`
float m_expm1(float a) {
  float n;
  float r = m_byLn2(clamp(a, -20.0, 89.0), n);
  float h = intBitsToFloat((int(n) + 126) << 23);
  float sum = h * (r + r * r * ${polynomial("r", EXPM1)}) + m_pin(h - 0.5);
  return abs(a) < ${num(2 ** -25)} || m_isnan(a) ? a : sum + sum;
}
`),
};

/** (tanh(x) − x) / x³ in powers of x², for |x| ≤ 0.4: a relative error below 2⁻²⁹. */
const TANH = [-0.33333298563957214, 0.13331207633018494, -0.05356115475296974, 0.018741333857178688];

/** (sinh(x) − x) / x³ in powers of x², for |x| ≤ 1: a relative error below 2⁻³¹. */
const SINH = [0.1666666716337204, 0.008333306759595871, 0.0001984386908588931, 2.7761145702243084e-6];

const HYPERBOLIC: MathFunctions = {
  /** Its polynomial near zero, and 1 − 2 / (e^{2|x|} + 1) elsewhere, with an exponent that one shift makes. */
  tanh: glsl(`
float m_tanh(float a) {
  float m = abs(a);
  float square = m * m;
  float near = m + m * square * ${polynomial("square", TANH)};
  float n;
  float r = m_byLn2(2.0 * min(m, 9.1), n);
  float e = intBitsToFloat((int(n) + 127) << 23) * (1.0 + (r + r * r * ${polynomial("r", EXP)}));
  float far = 1.0 - 2.0 / (e + 1.0);
  return m_isnan(a) ? a : m_withSign(m < 0.4 ? near : far, a);
}
`),
  /** E + 1 / 4E with E = e^|x| / 2. */
  cosh: glsl(`
float m_cosh(float a) {
  float e = m_expTimes(min(abs(a), 90.0), 0.0, -1);
  return m_isnan(a) ? a : abs(a) > 89.5 ? ${INFINITE} : e + 0.25 / e;
}
`),
  /** Its polynomial near zero, and E − 1 / 4E with E = e^|x| / 2 elsewhere. */
  sinh: glsl(`
float m_sinh(float a) {
  float m = abs(a);
  float square = m * m;
  float near = m + m * square * ${polynomial("square", SINH)};
  float e = m_expTimes(min(m, 90.0), 0.0, -1);
  float far = m > 89.5 ? ${INFINITE} : e - 0.25 / e;
  return m_isnan(a) ? a : m_withSign(m < 1.0 ? near : far, a);
}
`),
};

/** erf(x) / x − 1 in powers of x², for |x| ≤ 1: a relative error of erf below 2⁻²⁹. */
const ERF = [
  0.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316,
  -0.0007997853099368513, 7.806903158780187e-5,
];

/** ln(erfc(x)) for 1 ≤ x ≤ 4: an error of erfc below 2⁻²⁵. */
// biome-ignore format: ascending powers
const LOG_ERFC = [
  -0.0026720419991761446, -1.1174372434616089, -0.6544907093048096, -0.08863295614719391, 0.01477771159261465,
  -0.00115036906208843,
];

/** P(u) in erfc(x) = exp(−x²)·t·P(2t − 1) with t = 3 / (3 + x), for 0 ≤ x ≤ 10.3: a relative error below 2⁻²⁸. */
// biome-ignore format: ascending powers
const ERFC = [
  0.35800230261245075, 0.29446482925644296, 0.19674276405598345, 0.10348865689951212, 0.03984305760156895,
  0.008946687085571366, -0.0004090154541794828, -0.0010268592348379297, -0.000160664765908056, 0.00010823973215352804,
];

const ERROR: MathFunctions = {
  /** Its polynomial near zero, and 1 − exp(ln(erfc(|x|))) elsewhere; the tail of a tiny number could be subnormal, and lost. */
  erf: glsl(`
float m_erf(float a) {
  float m = min(abs(a), 4.0);
  float square = m * m;
  float near = m + m * ${polynomial("square", ERF)};
  near = m < ${num(2 ** -100)} ? m * ${num(2 / Math.sqrt(Math.PI))} : near;
  float far = 1.0 - m_expTimes(${polynomial("m", LOG_ERFC)}, 0.0, 0);
  return m_isnan(a) ? a : m_withSign(m < 1.0 ? near : far, a);
}
`),
  /** 1 − erf(x) near zero; elsewhere with x² as a sum of two floats, since its error counts x²-fold; 2 − erfc(−x) for negative x. */
  erfc: glsl(`
float m_erfc(float a) {
  float m = min(abs(a), 10.1);
  vec2 square = m_times(m, m);
  float t = 3.0 / (m + 3.0);
  float u = 2.0 * t - 1.0;
  float tail = m_expTimes(-square.x, -square.y, 0) * (t * ${polynomial("u", ERFC)});
  float far = a < 0.0 ? 2.0 - tail : tail;
  return m_isnan(a) ? a : m < 0.5 ? 1.0 - m_erf(a) : far;
}
`),
};

export const EXPONENTIAL: MathFunctions = { ...EXPONENTIALS, ...HYPERBOLIC, ...ERROR };
