/** The error function in float32. The polynomials are minimax fits (Remez). */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";
import { expOfNegative } from "./exponential32.ts";
import { exp2 } from "./wide32.ts";
import { widened } from "./write.ts";

/** erf(x) / x − 1 in powers of x², for |x| ≤ 1: a relative error of erf below 2⁻²⁹. */
// biome-ignore format: ascending powers
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

/** Its polynomial near zero, and 1 − exp(ln(erfc(|x|))) elsewhere. */
export function erf(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const square = v.mul(x, x);
  const near = v.add(magnitude, v.mul(magnitude, v.polynomial(square, ERF)));
  const far = v.sub(v.num(1), expOfNegative(v, v.polynomial(v.min(magnitude, v.num(4)), LOG_ERFC)));
  return v.or(v.select(v.do("lt", magnitude, v.num(1)), near, far), sign);
}

/** P(u) in erfc(x) = exp(−x²)·t·P(2t − 1) with t = 3 / (3 + x), for 0 ≤ x ≤ 10.3: a relative error below 2⁻²⁸. */
// biome-ignore format: ascending powers
const ERFC = [
  0.35800230261245075, 0.29446482925644296, 0.19674276405598345, 0.10348865689951212, 0.03984305760156895,
  0.008946687085571366, -0.0004090154541794828, -0.0010268592348379297, -0.000160664765908056, 0.00010823973215352804,
];

/** In float64, since the error of x² counts x²-fold; 2 − erfc(−x) for negative x. */
export function erfc(v: VectorCode, x: Local): Local {
  return widened(v, [x], (w, half) => {
    const magnitude = w.do("abs", half!);
    const t = w.div(w.num(3), w.add(magnitude, w.num(3)));
    const tail = w.mul(t, w.polynomial(w.sub(w.add(t, t), w.num(1)), ERFC));
    const value = w.mul(exp2(w, w.mul(w.mul(half!, half!), w.num(-Math.LOG2E))), tail);
    return w.select(w.do("lt", half!, w.num(0)), w.sub(w.num(2), value), value);
  });
}
