/** Exponentials and hyperbolic functions in float32. The polynomials are minimax fits (Remez), rounded to float32. */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";

/** ln 2 as a sum: the first part has 9 significant bits, so its product with an exponent is exact (Cody and Waite). */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** 1.5·2²³: the low bits of a sum with it are those of the nearest whole number. */
const ROUND = 1.5 * 2 ** 23;

/** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2: the first makes eʳ, the second eʳ − 1, with a relative error below 2⁻²⁸. */
const EXP = [0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.00836919341236353, 0.001383892260491848];
// biome-ignore format: ascending powers
const EXPM1 = [0.5, 0.16666635870933533, 0.041666511446237564, 0.008341507986187935, 0.0013930544955655932, 0.000150483290781267];

/** r = x − n·ln 2 for the whole number n nearest to x / ln 2, and `bits` whose low ones are those of n + `bias`. */
function reduceByLn2(v: VectorCode, x: Local, bias = 0): readonly [bits: Local, r: Local] {
  const round = v.num(ROUND + bias);
  const bits = v.madd(x, v.num(Math.LOG2E), round);
  const n = v.sub(bits, round);
  return [bits, v.nmadd(n, v.num(LN2[1]), v.nmadd(n, v.num(LN2[0]), x))];
}

function series(v: VectorCode, r: Local, coefficients: readonly number[]): Local {
  return v.madd(v.mul(r, r), v.polynomial(r, coefficients), r);
}

/** 2ⁿ⁺ᵇ, where `shifted` has n in the place of the exponent. */
function power(v: VectorCode, shifted: Local, bias: number): Local {
  return v.whole("add", shifted, v.num(2 ** bias));
}

/** scale·eʳ = scale + (r·scale)·(1 + r/2 + …), where the scale is a power of two. */
function scaledExp(v: VectorCode, r: Local, scale: Local): Local {
  return v.madd(v.mul(r, scale), v.polynomial(r, [1, ...EXP]), scale);
}

/** eˣ = 2ⁿ·eʳ, with 2ⁿ as a product of two powers so that neither overflows and a subnormal result is rounded once. */
export function exp(v: VectorCode, x: Local): Local {
  // Both halves of n + 254 have the bias of an exponent, 127.
  const [bits, r] = reduceByLn2(v, v.clamp(x, -104, 89), 254);
  const half = v.shift("shr_s", bits, 1);
  const [first, second] = [v.shift("shl", half, 23), v.shift("shl", v.whole("sub", bits, half), 23)];
  return v.mul(scaledExp(v, r, first), second);
}

/** eˣ for x ≤ 0: with 2ⁿ⁺²⁴, which is normal for all n that matter, and a product that rounds subnormal results once. */
export function expOfNonpositive(v: VectorCode, x: Local): Local {
  const [bits, r] = reduceByLn2(v, v.max(x, v.num(-104)), 127 + 24);
  return v.mul(scaledExp(v, r, v.shift("shl", bits, 23)), v.num(2 ** -24));
}

/** eˣ for −80 ≤ x ≤ 0. */
export function expOfNegative(v: VectorCode, x: Local): Local {
  const [bits, r] = reduceByLn2(v, x, 127);
  return scaledExp(v, r, v.shift("shl", bits, 23));
}

/** eˣ − 1 = 2·(h·(eʳ − 1) + (h − ½)) with h = 2ⁿ⁻¹, which does not overflow. */
export function expm1(v: VectorCode, x: Local): Local {
  const [bits, r] = reduceByLn2(v, v.clamp(x, -20, 89));
  const h = power(v, v.shift("shl", bits, 23), -1);
  const sum = v.add(v.mul(h, series(v, r, EXPM1)), v.sub(h, v.num(0.5)));
  const [magnitude] = v.magnitude(x);
  return v.select(v.do("lt", magnitude, v.num(2 ** -25)), x, v.add(sum, sum));
}

/** (tanh(x) − x) / x³ in powers of x², for |x| ≤ 0.4: a relative error below 2⁻²⁹. */
const TANH = [-0.33333298563957214, 0.13331207633018494, -0.05356115475296974, 0.018741333857178688];

/** Its polynomial near zero, and 1 − 2 / (e^{2|x|} + 1) elsewhere. */
export function tanh(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const near = v.odd(magnitude, v.mul(x, x), TANH);
  const bounded = v.min(magnitude, v.num(9.1));
  const [bits, r] = reduceByLn2(v, v.add(bounded, bounded));
  const mantissa = v.add(series(v, r, EXP), v.num(1));
  const grown = v.add(v.mul(mantissa, power(v, v.shift("shl", bits, 23), 0)), v.num(1));
  const far = v.sub(v.num(1), v.div(v.num(2), grown));
  return v.or(v.select(v.do("lt", magnitude, v.num(0.4)), near, far), sign);
}

/** eˣ / 2 for x ≥ 0. */
function halfExp(v: VectorCode, magnitude: Local): Local {
  const [bits, r] = reduceByLn2(v, v.min(magnitude, v.num(90)));
  const mantissa = v.add(series(v, r, EXP), v.num(1));
  return v.mul(v.add(mantissa, mantissa), power(v, v.shift("shl", bits, 23), -2));
}

/** E + 1 / 4E with E = e^|x| / 2. */
export function cosh(v: VectorCode, x: Local): Local {
  const e = halfExp(v, v.do("abs", x));
  return v.add(e, v.div(v.num(0.25), e));
}

/** (sinh(x) − x) / x³ in powers of x², for |x| ≤ 1: a relative error below 2⁻³¹. */
const SINH = [0.1666666716337204, 0.008333306759595871, 0.0001984386908588931, 2.7761145702243084e-6];

/** Its polynomial near zero, and E − 1 / 4E with E = e^|x| / 2 elsewhere. */
export function sinh(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const e = halfExp(v, magnitude);
  const far = v.or(v.sub(e, v.div(v.num(0.25), e)), sign);
  return v.select(v.do("lt", magnitude, v.num(1)), v.odd(x, v.mul(x, x), SINH), far);
}
