/** The error function in float64: the scheme and the polynomials of `src/ir/error-function.ts`. */
import { ERF, ERFC, ERFC_SCALE } from "../../../../ir/error-function.ts";
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";
import { exp64 } from "./exponential64.ts";

/** erf(x) for |x| ≤ 1. */
function near(v: VectorCode, x: Local): Local {
  return v.add(x, v.mul(x, v.polynomial(v.mul(x, x), ERF)));
}

/** erfc(x) for x ≥ ½: exp(−x²) is e + e·d·(1 + d/2 + d²/6) with e = exp(−h²), d = h² − x² and h, 26 bits of x. */
function upperTail(v: VectorCode, x: Local): Local {
  const bounded = v.min(x, v.num(28));
  const h = v.and(bounded, v.long(-(1n << 27n)));
  const d = v.mul(v.sub(h, bounded), v.add(h, bounded));
  const e = exp64(v, v.do("neg", v.mul(h, h)));
  const gaussian = v.add(e, v.mul(e, v.mul(d, v.polynomial(d, [1, 1 / 2, 1 / 6]))));
  const t = v.div(v.num(ERFC_SCALE), v.add(bounded, v.num(ERFC_SCALE)));
  return v.mul(gaussian, v.mul(t, v.polynomial(v.sub(v.add(t, t), v.num(1)), ERFC)));
}

export function erf64(v: VectorCode, x: Local): Local {
  const [magnitude, sign] = v.magnitude(x);
  const far = v.sub(v.num(1), upperTail(v, magnitude));
  return v.or(v.select(v.do("gt", magnitude, v.num(1)), far, near(v, magnitude)), sign);
}

export function erfc64(v: VectorCode, x: Local): Local {
  const magnitude = v.do("abs", x);
  const tail = upperTail(v, magnitude);
  const far = v.select(v.do("lt", x, v.num(0)), v.sub(v.num(2), tail), tail);
  return v.select(v.do("lt", magnitude, v.num(0.5)), v.sub(v.num(1), near(v, x)), far);
}
