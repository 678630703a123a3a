/**
 * Functions of float32 that are computed in float64 and rounded: logarithms, powers, inverse hyperbolic functions. The
 * polynomials are minimax fits (Remez).
 */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";
import { poles } from "./logarithm32.ts";
import { widened } from "./write.ts";

/** (2·artanh(s) / s − 2) / s² in powers of s², for s = f / (2 + f) and √½ ≤ 1 + f ≤ √2: a relative error of 2⁻³⁷. */
const ARTANH = [0.6666666564552638, 0.400003351733076, 0.28537309703048896, 0.23582129556668055];

/** The bits of √½ in float64, and the same without the exponent of 1. */
const ROOT = 0x3fe6a09e667f3bcdn;
const ROOT_LESS_ONE = ROOT - (1023n << 52n);

/** e and m, where x = 2ᵉ·m and √½ ≤ m < √2; x is a normal positive float64. */
function splitExponent(v: VectorCode, x: Local): readonly [e: Local, m: Local] {
  const distance = v.whole("sub", x, v.long(ROOT_LESS_ONE));
  // The biased exponent as the low bits of a float64 beyond 2⁵².
  const biased = v.or(v.shift("shr_u", distance, 52), v.num(2 ** 52));
  const m = v.whole("add", v.and(distance, v.long((1n << 52n) - 1n)), v.long(ROOT));
  return [v.sub(biased, v.num(2 ** 52 + 1023)), m];
}

/** e and ln(m), where x = 2ᵉ·m and √½ ≤ m < √2: s = (m − 1) / (m + 1), ln(m) = 2·artanh(s) (as in fdlibm's log). */
function splitLog(v: VectorCode, x: Local): readonly [e: Local, ln: Local] {
  const [e, m] = splitExponent(v, x);
  const s = v.div(v.sub(m, v.num(1)), v.add(m, v.num(1)));
  const square = v.mul(s, s);
  return [e, v.mul(s, v.add(v.mul(square, v.polynomial(square, ARTANH)), v.num(2)))];
}

/** The logarithm to another base than e, given its value for e, with the values at the poles. */
function logTo(v: VectorCode, x: Local, base: number): Local {
  const [e, ln] = splitLog(v, x);
  const scale = 1 / Math.log(base);
  const exponents = base === 2 ? e : v.mul(e, v.num(Math.LN2 * scale));
  return poles(v, x, x, v.add(exponents, base === Math.E ? ln : v.mul(ln, v.num(scale))));
}

export function log2(v: VectorCode, x: Local): Local {
  return widened(v, [x], (w, half) => logTo(w, half!, 2));
}

export function log10(v: VectorCode, x: Local): Local {
  return widened(v, [x], (w, half) => logTo(w, half!, 10));
}

/** Below that, asinh(x) and atanh(x) round to x. */
const TINY = 2 ** -12;

/** sign(x)·ln(|x| + √(x² + 1)). */
export function asinh(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const value = widened(v, [magnitude], (w, half) => {
    const root = w.do("sqrt", w.add(w.mul(half!, half!), w.num(1)));
    return logTo(w, w.add(half!, root), Math.E);
  });
  return v.select(v.do("lt", magnitude, v.num(TINY)), x, v.or(value, sign));
}

/** ln(x + √(x² − 1)). */
export function acosh(v: VectorCode, x: Local): Local {
  const value = widened(v, [x], (w, half) => {
    const root = w.do("sqrt", w.sub(w.mul(half!, half!), w.num(1)));
    return logTo(w, w.add(half!, root), Math.E);
  });
  return v.or(value, v.do("lt", x, v.num(1)));
}

/** ½·ln((1 + x) / (1 − x)). */
export function atanh(v: VectorCode, x: Local): Local {
  const value = widened(v, [x], (w, half) => {
    const ratio = w.div(w.add(w.num(1), half!), w.sub(w.num(1), half!));
    return w.mul(logTo(w, ratio, Math.E), w.num(0.5));
  });
  return v.select(v.do("lt", v.do("abs", x), v.num(TINY)), x, value);
}

/** 2ʳ for |r| ≤ ½: a relative error of 2⁻²⁹. */
// biome-ignore format: ascending powers
const EXP2 = [
  1.0000000005548684, 0.6931472057433217, 0.24022646880984974, 0.05550328516476252, 0.009618488162515778,
  0.00134001423155737, 0.00015346998865666304,
];

/** 2ᵖ, beyond the exponents of float32 ∞ or 0. */
export function exp2(v: VectorCode, p: Local): Local {
  const round = v.num(1.5 * 2 ** 52);
  const bounded = v.clamp(p, -160, 160);
  const bits = v.add(bounded, round);
  const mantissa = v.polynomial(v.sub(bounded, v.sub(bits, round)), EXP2);
  return v.mul(mantissa, v.whole("add", v.shift("shl", bits, 52), v.num(1)));
}

/** |x|ʸ = 2^{y·log₂|x|}, then the sign and the special cases of C's pow. */
export function pow(v: VectorCode, x: Local, y: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  let value = widened(v, [magnitude, y], (w, base, exponent) => {
    const [e, ln] = splitLog(w, base!);
    const log = w.add(e, w.mul(ln, w.num(Math.LOG2E)));
    const finite = w.select(w.do("lt", base!, w.num(Infinity)), log, base!);
    const atZero = w.select(w.do("eq", base!, w.num(0)), w.num(-Infinity), finite);
    return exp2(w, w.mul(exponent!, atZero));
  });
  const one = v.num(1);
  const minusOne = v.and(v.do("eq", x, v.num(-1)), v.do("eq", y, y));
  const isOne = v.or(v.or(v.do("eq", x, one), v.do("eq", y, v.num(0))), minusOne);
  value = v.select(isOne, one, value);
  const half = v.mul(y, v.num(0.5));
  const isWhole = v.do("eq", v.do("trunc", y), y);
  const isOdd = v.and(isWhole, v.do("ne", v.do("trunc", half), half));
  const negative = v.and(v.do("lt", x, v.num(0)), v.do("gt", x, v.num(-Infinity)));
  return v.or(v.xor(value, v.and(sign, isOdd)), v.op("v128.andnot", negative, isWhole));
}
