/** Logarithms in float32. The polynomial is a minimax fit (Remez), rounded to float32. */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";

/** ln 2 as a sum: the first part has 9 significant bits, so its product with an exponent is exact (Cody and Waite). */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** (ln(1 + f) − f + f²/2) / f³ for √½ − 1 ≤ f ≤ √2 − 1, for a relative error of the logarithm below 2⁻²⁷. */
// biome-ignore format: ascending powers
const LOG_TAIL = [
  0.3333333134651184, -0.250008225440979, 0.20001260936260223, -0.16623324155807495, 0.14200863242149353,
  -0.1315963864326477, 0.12768617272377014, -0.07645487785339355,
];

export function log(v: VectorCode, x: Local): Local {
  return logarithm(v, x, x, undefined);
}

/** ln(u + low): u = 2ᵉ·(1 + f) with √½ ≤ 1 + f < √2. The value at the poles is taken from `x`, the operand. */
function logarithm(v: VectorCode, x: Local, u: Local, low: Local | undefined): Local {
  const subnormal = v.do("lt", u, v.num(2 ** -126));
  const normal = v.select(subnormal, v.mul(u, v.num(2 ** 23)), u);
  // Bits of √½; the difference's high part is e, whatever the mantissa.
  const root = v.int(0x3f3504f3);
  const distance = v.whole("sub", normal, root);
  const shift = v.and(subnormal, v.int(23));
  const e = v.op("f32x4.convert_i32x4_s", v.whole("sub", v.shift("shr_s", distance, 23), shift));
  const mantissa = v.whole("add", v.and(distance, v.int(0x7fffff)), root);
  const f = v.sub(mantissa, v.num(1));
  const square = v.mul(f, f);
  let tail = v.mul(v.mul(f, square), v.polynomial(f, LOG_TAIL));
  tail = v.add(tail, v.mul(e, v.num(LN2[1])));
  if (low !== undefined) tail = v.add(tail, v.div(low, u));
  tail = v.nmadd(square, v.num(0.5), tail);
  const value = v.add(v.add(f, tail), v.mul(e, v.num(LN2[0])));
  return poles(v, x, u, value);
}

/** −∞ at u = 0, NaN below, and the operand itself where it is ∞ or NaN. */
export function poles(v: VectorCode, x: Local, u: Local, value: Local): Local {
  const zero = v.num(0);
  const inside = v.do("lt", u, v.num(Infinity));
  const atZero = v.select(v.do("eq", u, zero), v.num(-Infinity), v.num(NaN));
  return v.select(v.do("le", u, zero), atZero, v.select(inside, value, x));
}

/** ln(1 + x): 1 + x = u + low exactly. */
export function log1p(v: VectorCode, x: Local): Local {
  const one = v.num(1);
  const u = v.add(one, x);
  const rest = v.sub(u, one);
  const low = v.add(v.sub(one, v.sub(u, rest)), v.sub(x, rest));
  // There x − x²/2 rounds to x.
  const tiny = v.do("lt", v.do("abs", x), v.num(2 ** -25));
  return v.select(tiny, x, logarithm(v, x, u, low));
}
