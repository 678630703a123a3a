/**
 * The elementary functions of float32 in GLSL ES 3.00, and the division of int32: those of the language are imprecise (a sine
 * may be off by 2e-4), and what they do with NaN, infinities and zeros is up to the driver. `MATH_ULP` (math-ulp.ts) says
 * how precise these are. Subnormal operands and results may count as 0, as the hardware has it.
 *
 * Compilers may contract products and sums, reassociate sums, and take NaN for impossible. Hence products that must be exact have
 * few bits, sums that must be rounded go through `m_pin`, and special values are told by their bits.
 */
import { BASIC, POLES } from "./math-basic.ts";
import { EXPONENTIAL } from "./math-exponential.ts";
import { INVERSE } from "./math-inverse.ts";
import { LOGARITHM } from "./math-logarithm.ts";
import { REMAINDER } from "./math-remainder.ts";
import type { MathFunctions } from "./math-text.ts";
import { TRIGONOMETRIC } from "./math-trigonometric.ts";
import { MATH_ULP } from "./math-ulp.ts";
import { WIDE } from "./math-wide.ts";

const FUNCTIONS: MathFunctions = {
  ...BASIC,
  ...POLES,
  ...WIDE,
  ...REMAINDER,
  ...EXPONENTIAL,
  ...LOGARITHM,
  ...TRIGONOMETRIC,
  ...INVERSE,
};

/**
 * GLSL of the functions named, with all they need, each once, in an order that compiles. It is for `precision highp float`
 * and `precision highp int`.
 */
export function mathSource(names: ReadonlySet<string>): string {
  const done = new Set<string>();
  const code: string[] = [];
  const add = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const found = FUNCTIONS[name];
    if (found === undefined) throw new Error(`there is no function m_${name} for GLSL`);
    for (const needed of found.needs) add(needed);
    code.push(found.code);
  };
  for (const name of names) add(name);
  return code.join("");
}

/** Whether a primitive is a function of this library; it is then called as `m_<prim>(a[, b])` on floats. */
export function isMathFunction(name: string): boolean {
  return Object.hasOwn(MATH_ULP, name);
}
