import type { FuncRef, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import type { MathPrim } from "./math-imports.ts";
import { addHostMath, callEachLane, F32X4 } from "./math-imports.ts";
import { VectorCode } from "./vector-code.ts";

/**
 * The f32x4 function of `prim`, added to the module if it is not there: v128 operands to a v128. The primitives of
 * {@link VECTOR} err by less than two units in the last place; the others are the host's float64 result, rounded.
 */
export function math32(module: ModuleBuilder, prim: MathPrim): FuncRef {
  const name = `${prim}_f32x4`;
  const write = VECTOR[prim];
  if (write === undefined) return addHostMath(module, name, F32X4, prim);
  return module.addFunction(name, ["v128"], ["v128"], (f, x) => {
    f.get(write(new VectorCode(f), x, module));
  });
}

type Write = (v: VectorCode, x: Local, module: ModuleBuilder) => Local;

const VECTOR: { readonly [P in MathPrim]?: Write } = {
  exp,
  expm1,
  log: (v, x) => logarithm(v, x, x, undefined),
  log1p,
  tanh,
  sin: (v, x, module) => sineOrCosine(v, x, module, "sin"),
  cos: (v, x, module) => sineOrCosine(v, x, module, "cos"),
};

/** ln 2 as a sum: the first part has 9 significant bits, so its product with an exponent is exact. */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** n = round(x / ln 2) and r = x − n·ln 2. */
function reduceByLn2(v: VectorCode, x: Local): readonly [n: Local, r: Local] {
  const n = v.op("f32x4.nearest", v.mul(x, v.float(Math.LOG2E)));
  return [n, v.sub(v.sub(x, v.mul(n, v.float(LN2[0]))), v.mul(n, v.float(LN2[1])))];
}

/** eʳ − 1 = r + r²·(1/2! + r/3! + …), to the `terms`-th power of r. */
function exponentialSeries(v: VectorCode, r: Local, terms: number): Local {
  const coefficients: number[] = [];
  for (let i = 2, factorial = 2; i <= terms; factorial *= ++i) coefficients.push(1 / factorial);
  return v.add(r, v.mul(v.mul(r, r), v.polynomial(r, coefficients)));
}

/** 2ⁿ for int32 lanes −126 ≤ n ≤ 127. */
function powerOfTwo(v: VectorCode, n: Local): Local {
  return v.shift("i32x4.shl", v.op("i32x4.add", n, v.int(127)), 23);
}

function clamp(v: VectorCode, x: Local, low: number, high: number): Local {
  return v.op("f32x4.max", v.op("f32x4.min", x, v.float(high)), v.float(low));
}

/** eˣ = 2ⁿ·eʳ, with 2ⁿ as a product of two powers so that neither overflows and a subnormal result is rounded once. */
function exp(v: VectorCode, x: Local): Local {
  const [n, r] = reduceByLn2(v, clamp(v, x, -104, 89));
  const whole = v.op("i32x4.trunc_sat_f32x4_s", n);
  const half = v.shift("i32x4.shr_s", whole, 1);
  const mantissa = v.add(exponentialSeries(v, r, 7), v.float(1));
  const scaled = v.mul(mantissa, powerOfTwo(v, half));
  return v.mul(scaled, powerOfTwo(v, v.op("i32x4.sub", whole, half)));
}

/** eˣ − 1 = 2·(h·(eʳ − 1) + (h − ½)) with h = 2ⁿ⁻¹; n = 0 as long as |x| < 0.7, where other n would cancel. */
function expm1(v: VectorCode, x: Local): Local {
  const bounded = clamp(v, x, -40, 89);
  const [n, r] = reduceByLn2(v, bounded);
  const [magnitude] = v.magnitude(x);
  const small = v.op("f32x4.lt", magnitude, v.float(0.7));
  const series = exponentialSeries(v, v.select(small, bounded, r), 10);
  const whole = v.op("i32x4.trunc_sat_f32x4_s", v.op("v128.andnot", n, small));
  const h = powerOfTwo(v, v.op("i32x4.sub", whole, v.int(1)));
  const sum = v.add(v.mul(h, series), v.sub(h, v.float(0.5)));
  return v.select(isTiny(v, magnitude), x, v.add(sum, sum));
}

/** Where x ± x²/2 rounds to x. */
function isTiny(v: VectorCode, magnitude: Local): Local {
  return v.op("f32x4.lt", magnitude, v.float(2 ** -25));
}

/** (ln(1 + f) − f + f²/2) / f³ for √½ − 1 ≤ f < √2 − 1 (Cephes, logf). */
// biome-ignore format: ascending powers
const LOG_TAIL = [
  3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.242014084600001e-1,
  1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
] as const;

/** ln(u + low): u = 2ᵉ·(1 + f) with √½ ≤ 1 + f < √2. The value at the poles is taken from `x`, the operand. */
function logarithm(v: VectorCode, x: Local, u: Local, low: Local | undefined): Local {
  const subnormal = v.op("f32x4.lt", u, v.float(2 ** -126));
  const normal = v.select(subnormal, v.mul(u, v.float(2 ** 23)), u);
  // Bits of √½; the difference's high part is e, whatever the mantissa.
  const root = v.int(0x3f3504f3);
  const distance = v.op("i32x4.sub", normal, root);
  const shift = v.op("v128.and", subnormal, v.int(23));
  const e = v.op("f32x4.convert_i32x4_s", v.op("i32x4.sub", v.shift("i32x4.shr_s", distance, 23), shift));
  const mantissa = v.op("i32x4.add", v.op("v128.and", distance, v.int(0x7fffff)), root);
  const f = v.sub(mantissa, v.float(1));
  const square = v.mul(f, f);
  let tail = v.mul(v.mul(f, square), v.polynomial(f, LOG_TAIL));
  tail = v.add(tail, v.mul(e, v.float(LN2[1])));
  if (low !== undefined) tail = v.add(tail, v.div(low, u));
  tail = v.sub(tail, v.mul(square, v.float(0.5)));
  const value = v.add(v.add(f, tail), v.mul(e, v.float(LN2[0])));
  return logarithmEdges(v, x, u, value);
}

/** −∞ at u = 0, NaN below, and the operand itself where it is ∞ or NaN. */
function logarithmEdges(v: VectorCode, x: Local, u: Local, value: Local): Local {
  const zero = v.float(0);
  const inside = v.op("f32x4.lt", u, v.float(Infinity));
  const atZero = v.select(v.op("f32x4.eq", u, zero), v.float(-Infinity), v.float(NaN));
  return v.select(v.op("f32x4.le", u, zero), atZero, v.select(inside, value, x));
}

/** ln(1 + x): 1 + x = u + low exactly. */
function log1p(v: VectorCode, x: Local): Local {
  const one = v.float(1);
  const u = v.add(one, x);
  const rest = v.sub(u, one);
  const low = v.add(v.sub(one, v.sub(u, rest)), v.sub(x, rest));
  const [magnitude] = v.magnitude(x);
  return v.select(isTiny(v, magnitude), x, logarithm(v, x, u, low));
}

/** (tanh(x) − x) / x³ in powers of x², for |x| < 0.625 (Cephes, tanhf). */
const TANH_TAIL = [
  -3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3,
] as const;

/** x + x³·P(x²) near zero, and 1 − 2 / (e^{2|x|} + 1) with the sign of x elsewhere. */
function tanh(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const square = v.mul(x, x);
  const near = v.add(x, v.mul(v.mul(x, square), v.polynomial(square, TANH_TAIL)));
  const grown = v.add(exp(v, v.add(magnitude, magnitude)), v.float(1));
  const far = v.sub(v.float(1), v.div(v.float(2), grown));
  const small = v.op("f32x4.lt", magnitude, v.float(0.625));
  return v.op("v128.or", sign, v.select(small, near, far));
}

/** π/2 as a sum: the first part has 25 significant bits, so its product with a number below 2²⁸ is exact. */
const HALF_PI = [1.5707963109016418, 1.5893254773528196e-8] as const;

/** (sin(r) − r) / r³ and (cos(r) − 1 + r²/2) / r⁴ in powers of r², for |r| ≤ π/4 (Cephes, sinf). */
const SIN_TAIL = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4] as const;
const COS_TAIL = [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5] as const;

/** By quadrants q of |x|; the host takes the vectors that have a lane beyond 2²⁷ or NaN. */
function sineOrCosine(v: VectorCode, x: Local, module: ModuleBuilder, prim: "sin" | "cos"): Local {
  const { f } = v;
  const result = f.local("v128");
  const [magnitude, sign] = v.magnitude(x);
  f.get(v.op("f32x4.lt", magnitude, v.float(2 ** 27))).op("i32x4.all_true");
  f.if(
    () => {
      const [q, r] = reduceByHalfPi(v, magnitude);
      const square = v.mul(r, r);
      const sine = v.add(r, v.mul(v.mul(r, square), v.polynomial(square, SIN_TAIL)));
      const tail = v.mul(v.mul(square, square), v.polynomial(square, COS_TAIL));
      const cosine = v.add(v.sub(tail, v.mul(square, v.float(0.5))), v.float(1));
      const turned = prim === "sin" ? q : v.op("i32x4.add", q, v.int(1));
      const odd = v.op("i32x4.ne", v.op("v128.and", turned, v.int(1)), v.int(0));
      const negative = v.shift("i32x4.shl", v.op("v128.and", turned, v.int(2)), 30);
      const value = v.op("v128.xor", v.select(odd, cosine, sine), negative);
      f.get(prim === "sin" ? v.op("v128.xor", value, sign) : value).set(result);
    },
    () => {
      callEachLane(module, f, F32X4, prim, [x]);
      f.set(result);
    },
  );
  return result;
}

/** q = round(x / (π/2)) as int32 and r = x − q·π/2, computed in float64. */
function reduceByHalfPi(v: VectorCode, x: Local): readonly [q: Local, r: Local] {
  const halves = [x, shuffle(v, x, x, [2, 3, 2, 3])].map((half) => {
    const wide = v.op("f64x2.promote_low_f32x4", half);
    const q = v.op("f64x2.nearest", v.op("f64x2.mul", wide, v.double(2 / Math.PI)));
    const high = v.op("f64x2.sub", wide, v.op("f64x2.mul", q, v.double(HALF_PI[0])));
    const r = v.op("f64x2.sub", high, v.op("f64x2.mul", q, v.double(HALF_PI[1])));
    return [v.op("i32x4.trunc_sat_f64x2_s_zero", q), v.op("f32x4.demote_f64x2_zero", r)] as const;
  });
  const [[q0, r0], [q1, r1]] = halves as [readonly [Local, Local], readonly [Local, Local]];
  return [shuffle(v, q0, q1, [0, 1, 4, 5]), shuffle(v, r0, r1, [0, 1, 4, 5])];
}

/** 32-bit lanes of `a` (0 to 3) and `b` (4 to 7). */
function shuffle(v: VectorCode, a: Local, b: Local, lanes: readonly number[]): Local {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
  v.f.get(a).get(b).op("i8x16.shuffle", bytes);
  const local = v.f.local("v128");
  v.f.set(local);
  return local;
}
