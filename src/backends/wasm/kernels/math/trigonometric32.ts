/** Sine, cosine and tangent in float32. The polynomials are minimax fits (Remez). */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";
import { unlessRare, widened } from "./write.ts";

/** π/2 as a sum: the first part has 25 significant bits, so its product with a number below 2²⁸ is exact. */
const HALF_PI = [1.5707963109016418, 1.5893254773528196e-8] as const;

/** 1.5·2⁵²: the low bits of a sum with it are those of the nearest whole number. */
const ROUND = 1.5 * 2 ** 52;

/** Operands beyond that are the host's; NaN is not among them, nor need it be. */
const HUGE = 2 ** 27;

/** (sin(r) − r) / r³ and (cos(r) − 1 + r²/2) / r⁴ in powers of r², for |r| ≤ π/4: relative errors below 2⁻²⁸. */
const SIN32 = [-0.16666655242443085, 0.008332190103828907, -0.0001951839221874252];
const COS32 = [0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-5];

/** The quadrant q in the low bits of float64 lanes, and r = x − q·π/2. */
function reduceByHalfPi(v: VectorCode, x: Local): readonly [bits: Local, r: Local] {
  const bits = v.madd(x, v.num(2 / Math.PI), v.num(ROUND));
  const q = v.sub(bits, v.num(ROUND));
  return [bits, v.nmadd(q, v.num(HALF_PI[1]), v.nmadd(q, v.num(HALF_PI[0]), x))];
}

export const sin = (v: VectorCode, x: Local): Local => sineOrCosine(v, x, "sin");
export const cos = (v: VectorCode, x: Local): Local => sineOrCosine(v, x, "cos");

/** By quadrants of x: the reduction is done in float64, the polynomials are float32. */
function sineOrCosine(v: VectorCode, x: Local, prim: "sin" | "cos"): Local {
  const w = v.as("f64x2");
  const [bits0, r0] = reduceByHalfPi(w, w.op("f64x2.promote_low_f32x4", x));
  const [bits1, r1] = reduceByHalfPi(w, w.op("f64x2.promote_low_f32x4", v.shuffle(x, x, [2, 3, 2, 3])));
  const q = v.shuffle(bits0, bits1, [0, 2, 4, 6]);
  const demote = (r: Local): Local => w.op("f32x4.demote_f64x2_zero", r);
  const r = v.shuffle(demote(r0), demote(r1), [0, 1, 4, 5]);
  const square = v.mul(r, r);
  const sine = v.odd(r, square, SIN32);
  const tail = v.mul(v.mul(square, square), v.polynomial(square, COS32));
  const cosine = v.add(v.nmadd(square, v.num(0.5), tail), v.num(1));
  const turned = prim === "sin" ? q : v.whole("add", q, v.int(1));
  const isOdd = v.shift("shr_s", v.shift("shl", turned, 31), 31);
  const negative = v.and(v.shift("shl", turned, 30), v.num(-0));
  const value = v.xor(v.select(isOdd, cosine, sine), negative);
  // The sum of −0 with the tail of its series is +0.
  const signed = prim === "sin" ? v.select(v.do("eq", x, v.num(0)), x, value) : value;
  return unlessRare(v, v.do("ge", v.do("abs", x), v.num(HUGE)), prim, [x], signed);
}

/** As above, for float64 arithmetic that is rounded to float32. */
const SIN = [-0.16666666641373437, 0.008333329355996842, -0.00019839325082898415, 2.718217424149276e-6];
const COS = [0.04166664551959488, -0.0013887308134476798, 2.4432211268865764e-5];

/** sin / cos, or −cos / sin in odd quadrants, in float64. */
export function tan(v: VectorCode, x: Local): Local {
  const value = widened(v, [x], (w, half) => {
    const [bits, r] = reduceByHalfPi(w, half!);
    const square = w.mul(r, r);
    const sine = w.odd(r, square, SIN);
    const tail = w.mul(w.mul(square, square), w.polynomial(square, COS));
    const cosine = w.add(w.sub(tail, w.mul(square, w.num(0.5))), w.num(1));
    const low = w.and(bits, w.long(1n));
    const isOdd = w.op("i64x2.eq", low, w.long(1n));
    const quotient = w.div(w.select(isOdd, cosine, sine), w.select(isOdd, sine, cosine));
    return w.xor(quotient, w.and(isOdd, w.num(-0)));
  });
  const signed = v.select(v.do("eq", x, v.num(0)), x, value);
  return unlessRare(v, v.do("ge", v.do("abs", x), v.num(HUGE)), "tan", [x], signed);
}
