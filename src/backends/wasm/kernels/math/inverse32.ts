/** Inverse trigonometric functions and the cube root in float32. The polynomials are minimax fits (Remez). */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";

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

/** π/2 as a float32 and what it lacks. */
const HALF_PI = [Math.fround(Math.PI / 2), Math.PI / 2 - Math.fround(Math.PI / 2)] as const;

interface Arcsine {
  /** The lanes beyond ½. */
  readonly far: Local;
  /** √z, where z is x², or (1 − |x|) / 2 beyond ½: asin(x) = π/2 − 2·asin(√((1 − x) / 2)). */
  readonly root: Local;
  /** asin(√z) − √z. */
  readonly tail: Local;
  readonly sign: Local;
}

function arcsine(v: VectorCode, x: Local): Arcsine {
  const [magnitude, sign] = v.magnitude(x);
  const far = v.do("gt", magnitude, v.num(0.5));
  const rest = v.mul(v.sub(v.num(1), magnitude), v.num(0.5));
  const z = v.select(far, rest, v.mul(x, x));
  const root = v.select(far, v.do("sqrt", rest), magnitude);
  return { far, root, tail: v.mul(v.mul(root, z), v.polynomial(z, ASIN)), sign };
}

export function asin(v: VectorCode, x: Local): Local {
  const { far, root, tail, sign } = arcsine(v, x);
  const twice = v.add(root, root);
  const high = v.sub(v.num(HALF_PI[0]), twice);
  const lost = v.add(v.sub(v.sub(v.num(HALF_PI[0]), high), twice), v.num(HALF_PI[1]));
  const turned = v.sub(high, v.sub(v.add(tail, tail), lost));
  return v.or(v.select(far, turned, v.add(root, tail)), sign);
}

/** π/2 − asin(x); beyond ½ it is 2·asin(√((1 − |x|) / 2)), taken from π for negative x. */
export function acos(v: VectorCode, x: Local): Local {
  const { far, root, tail, sign } = arcsine(v, x);
  const angle = v.add(root, tail);
  const turns = v.select(far, v.and(v.shift("shr_s", sign, 31), v.num(2)), v.num(1));
  // Added only to π/2; beyond ½ the result's sign is dropped where nothing is to be taken from.
  const added = v.op("v128.andnot", sign, far);
  const signed = v.xor(v.select(far, v.add(angle, angle), angle), v.op("v128.andnot", v.num(-0), added));
  const turned = v.add(v.mul(turns, v.num(HALF_PI[0])), v.add(v.mul(turns, v.num(HALF_PI[1])), signed));
  return v.do("abs", turned);
}

/** atan(t) for 0 ≤ t ≤ 1. */
function arctangent(v: VectorCode, t: Local): Local {
  return v.odd(t, v.mul(t, t), ATAN);
}

/** `angle`, or π/2 (or π) less it. */
function lessFrom(v: VectorCode, turns: 1 | 2, where: Local, angle: Local): Local {
  const rest = v.sub(v.num(turns * HALF_PI[0]), v.sub(angle, v.num(turns * HALF_PI[1])));
  return v.select(where, rest, angle);
}

/** atan(x) = π/2 − atan(1 / x) beyond 1. */
export function atan(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const one = v.num(1);
  const angle = arctangent(v, v.div(v.min(magnitude, one), v.max(magnitude, one)));
  return v.or(lessFrom(v, 1, v.do("gt", magnitude, one), angle), sign);
}

/** The angle in the first octant, from the smaller coordinate over the larger one, mirrored three times. */
export function atan2(v: VectorCode, y: Local, x: Local): Local {
  const [height, sign] = v.magnitude(y);
  const [width, turned] = v.magnitude(x);
  const [small, large] = [v.min(height, width), v.max(width, height)];
  // 0 / 0 counts as 0, ∞ / ∞ as 1.
  const equal = v.select(v.do("eq", small, large), v.num(1), v.div(small, large));
  const t = v.op("v128.andnot", equal, v.do("eq", large, v.num(0)));
  const angle = lessFrom(v, 1, v.do("gt", height, width), arctangent(v, t));
  const result = v.or(lessFrom(v, 2, v.shift("shr_s", turned, 31), angle), sign);
  return v.select(v.do("eq", y, y), result, y);
}

/** The bits of 1 times 2/3, moved to where the error of the first guess is smallest on both sides. */
const CBRT_GUESS = 709_921_077;

/**
 * A third of the exponent as a guess, then twice Halley's iteration y += y·(r − y) / (2y + r), r = x / y² (the form in
 * which FreeBSD's cbrt is written): the relative error goes from 4% to 3e-5 to less than rounding.
 */
export function cbrt(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const subnormal = v.do("lt", magnitude, v.num(2 ** -126));
  const scaled = v.mul(magnitude, v.select(subnormal, v.num(2 ** 24), v.num(1)));
  const third = v.mul(v.op("f32x4.convert_i32x4_s", scaled), v.num(1 / 3));
  let y = v.whole("add", v.op("i32x4.trunc_sat_f32x4_s", third), v.int(CBRT_GUESS));
  for (let i = 0; i < 2; i++) {
    const r = v.div(scaled, v.mul(y, y));
    y = v.add(y, v.div(v.mul(y, v.sub(r, y)), v.add(v.add(y, y), r)));
  }
  const value = v.mul(y, v.select(subnormal, v.num(2 ** -8), v.num(1)));
  const finite = v.and(v.do("lt", magnitude, v.num(Infinity)), v.do("gt", magnitude, v.num(0)));
  return v.or(v.select(finite, value, magnitude), sign);
}
