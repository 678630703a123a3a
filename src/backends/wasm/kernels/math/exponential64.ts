/** Exponentials in float64. The polynomials are minimax fits (Remez). */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";

/** ln 2 as a sum: the first part has 42 significant bits, so its product with an exponent is exact (Cody and Waite). */
export const LN2_64 = [0.6931471805598903, 5.497923018708371e-14] as const;

/** 1.5·2⁵²: the low bits of a sum with it are those of the nearest whole number. */
const ROUND = 1.5 * 2 ** 52;

/** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2: the first makes eʳ with an error of 2⁻⁵⁷, the second eʳ − 1 with one of 2⁻⁶⁰. */
// biome-ignore format: ascending powers
const EXP = [
  0.500000000000001, 0.16666666666666674, 0.041666666666522106, 0.008333333333322215, 0.0013888888947786544,
  0.00019841269886564585, 2.4801487364871305e-5, 2.7557242366561972e-6, 2.7632641110638405e-7, 2.511003863139111e-8,
];
// biome-ignore format: ascending powers
const EXPM1 = [
  0.5, 0.16666666666666677, 0.04166666666666651, 0.0083333333333217, 0.0013888888888962296, 0.0001984126988594104,
  2.48015871726284e-5, 2.755724440209509e-6, 2.75574026071106e-7, 2.5108968243388058e-8, 2.0875329760385102e-9,
];

/** (tanh(x) − x) / x³ in powers of x², for |x| ≤ 0.4: a relative error of 2⁻⁵⁹. */
// biome-ignore format: ascending powers
const TANH = [
  -0.3333333333333321, 0.13333333333302094, -0.05396825394114665, 0.02186948738166335, -0.008863207658272499,
  0.0035917202445190197, -0.0014521360355557018, 0.0005695640128315466, -0.00017459966359440287,
];

/** r = x − n·ln 2 for the whole number n nearest to x / ln 2, and `bits` whose low ones are n's. */
function reduceByLn2(v: VectorCode, x: Local): readonly [bits: Local, r: Local] {
  const bits = v.madd(x, v.num(Math.LOG2E), v.num(ROUND));
  const n = v.sub(bits, v.num(ROUND));
  return [bits, v.nmadd(n, v.num(LN2_64[1]), v.nmadd(n, v.num(LN2_64[0]), x))];
}

function series(v: VectorCode, r: Local, coefficients: readonly number[]): Local {
  return v.madd(v.mul(r, r), v.polynomial(r, coefficients), r);
}

/** eˣ = 2ⁿ·eʳ, with 2ⁿ as a product of two powers so that neither overflows and a subnormal result is rounded once. */
export function exp64(v: VectorCode, x: Local): Local {
  const [bits, r] = reduceByLn2(v, v.clamp(x, -746, 710));
  const mantissa = v.add(series(v, r, EXP), v.num(1));
  const half = v.shift("shl", v.shift("shr_u", bits, 1), 52);
  const rest = v.whole("sub", v.shift("shl", bits, 52), half);
  const scaled = v.mul(mantissa, v.whole("add", half, v.num(1)));
  return v.mul(scaled, v.whole("add", rest, v.num(1)));
}

/** eˣ − 1 = 2·(h·(eʳ − 1) + (h − ½)) with h = 2ⁿ⁻¹, which does not overflow. */
export function expm1_64(v: VectorCode, x: Local): Local {
  const [bits, r] = reduceByLn2(v, v.clamp(x, -40, 710));
  const h = v.whole("add", v.shift("shl", bits, 52), v.num(0.5));
  const sum = v.add(v.mul(h, series(v, r, EXPM1)), v.sub(h, v.num(0.5)));
  return v.select(v.do("lt", v.do("abs", x), v.num(2 ** -54)), x, v.add(sum, sum));
}

/** Its polynomial near zero, and 1 − 2 / (e^{2|x|} + 1) elsewhere. */
export function tanh64(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const near = v.odd(magnitude, v.mul(x, x), TANH);
  const bounded = v.min(magnitude, v.num(20));
  const [bits, r] = reduceByLn2(v, v.add(bounded, bounded));
  const mantissa = v.add(series(v, r, EXP), v.num(1));
  const power = v.whole("add", v.shift("shl", bits, 52), v.num(1));
  const far = v.sub(v.num(1), v.div(v.num(2), v.add(v.mul(mantissa, power), v.num(1))));
  return v.or(v.select(v.do("lt", magnitude, v.num(0.4)), near, far), sign);
}
