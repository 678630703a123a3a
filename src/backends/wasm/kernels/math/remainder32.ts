/** Quotients and remainders of float32, exact by float64 arithmetic; where |a / b| ≥ 2²⁸ or b is infinite the host's. */
import type { Local } from "../../asm/function.ts";
import type { VectorCode } from "../vector-code.ts";
import { unlessRare, widened } from "./write.ts";

/**
 * Each half from a, b, q = trunc(a / b) and r = a − q·b. A quotient of float32 numbers that is below 2²⁸ and no whole
 * number is further from the next one than half a unit of float64; q·b is exact as it has at most 52 bits.
 */
function divided(
  v: VectorCode,
  prim: "floorDiv" | "mod" | "rem",
  a: Local,
  b: Local,
  body: (w: VectorCode, q: Local, r: Local, b: Local) => Local,
): Local {
  const rough = v.do("abs", v.div(a, b));
  const usual = v.and(v.do("lt", rough, v.num(2 ** 28)), v.do("lt", v.do("abs", b), v.num(Infinity)));
  const value = widened(v, [a, b], (w, x, y) => {
    const q = w.do("trunc", w.div(x!, y!));
    return body(w, q, w.sub(x!, w.mul(q, y!)), y!);
  });
  return unlessRare(v, v.op("v128.not", usual), prim, [a, b], value);
}

/** Where r is not 0 and its sign is not b's. */
function isBelow(w: VectorCode, r: Local, b: Local): Local {
  return w.do("lt", w.mul(r, w.or(w.and(b, w.num(-0)), w.num(1))), w.num(0));
}

export function rem(v: VectorCode, a: Local, b: Local): Local {
  const value = divided(v, "rem", a, b, (_w, _q, r) => r);
  return v.or(value, v.and(a, v.num(-0)));
}

export function mod(v: VectorCode, a: Local, b: Local): Local {
  const value = divided(v, "mod", a, b, (w, _q, r, y) => w.add(r, w.and(isBelow(w, r, y), y)));
  return v.or(value, v.and(b, v.num(-0)));
}

export function floorDiv(v: VectorCode, a: Local, b: Local): Local {
  return divided(v, "floorDiv", a, b, (w, q, r, y) => w.sub(q, w.and(isBelow(w, r, y), w.num(1))));
}
