/** Functions of one operand. */
import { elementwise as ew, full } from "../build.ts";
import { referenceErf, referenceErfc } from "../error-function.ts";
import type { Node } from "../node.ts";
import type { Elementwise, GradRule } from "../record.ts";
import { type Scalar, s } from "../scalar.ts";
import { add, divide, multiply, subtract, where } from "./arithmetic.ts";
import { equal, less } from "./compare.ts";

type Unary = {
  readonly name: string;
  readonly doc: string;
  readonly on?: Elementwise["on"];
  readonly scalar: (x: Scalar) => Scalar;
  readonly reference: (x: number) => number;
  readonly grad: GradRule | "zero";
};

const unary = ({ on = "float", scalar, reference, ...rest }: Unary): Elementwise => ({
  kind: "elementwise",
  arity: 1,
  result: "same",
  on,
  scalar: (x) => scalar(x!),
  reference: (x) => reference(x!),
  ...rest,
});

export const copy: Elementwise = unary({
  name: "copy",
  doc: "x, in fresh memory.",
  on: "any",
  scalar: (x) => x,
  reference: (x) => x,
  grad: (g) => [g],
});

export const negative: Elementwise = unary({
  name: "negative",
  doc: "-x.",
  on: "number",
  scalar: (x) => s.neg(x),
  reference: (x) => -x,
  grad: (g) => [ew(negative, g)],
});

/** The gradient at 0 is 0. */
export const absolute: Elementwise = unary({
  name: "absolute",
  doc: "|x|.",
  on: "number",
  scalar: (x) => s.abs(x),
  reference: (x) => Math.abs(x),
  grad: (g, [x]) => [ew(multiply, g, ew(sign, x!))],
});

export const sign: Elementwise = unary({
  name: "sign",
  doc: "-1, 0 or 1; NaN of NaN.",
  on: "number",
  scalar: (x) => s.select(s.lt(0, x), 1, s.select(s.lt(x, 0), -1, s.select(s.eq(x, 0), 0, x))),
  reference: (x) => Math.sign(x) + 0,
  grad: "zero",
});

export const reciprocal: Elementwise = unary({
  name: "reciprocal",
  doc: "1 / x.",
  scalar: (x) => s.div(1, x),
  reference: (x) => 1 / x,
  grad: (g, _x, y) => [ew(negative, ew(multiply, g, ew(multiply, y, y)))],
});

export const square: Elementwise = unary({
  name: "square",
  doc: "x².",
  on: "number",
  scalar: (x) => s.mul(x, x),
  reference: (x) => x * x,
  grad: (g, [x]) => [ew(multiply, g, ew(multiply, x!, 2))],
});

export const sqrt: Elementwise = unary({
  name: "sqrt",
  doc: "The square root.",
  scalar: (x) => s.sqrt(x),
  reference: (x) => Math.sqrt(x),
  grad: (g, _x, y) => [ew(divide, g, ew(multiply, y, 2))],
});

export const cbrt: Elementwise = unary({
  name: "cbrt",
  doc: "The cube root.",
  scalar: (x) => s.cbrt(x),
  reference: (x) => Math.cbrt(x),
  grad: (g, _x, y) => [ew(divide, g, ew(multiply, ew(multiply, y, y), 3))],
});

export const exp: Elementwise = unary({
  name: "exp",
  doc: "e to the x.",
  scalar: (x) => s.exp(x),
  reference: (x) => Math.exp(x),
  grad: (g, _x, y) => [ew(multiply, g, y)],
});

export const exp2: Elementwise = unary({
  name: "exp2",
  doc: "2 to the x.",
  scalar: (x) => s.pow(2, x),
  reference: (x) => 2 ** x,
  grad: (g, _x, y) => [ew(multiply, g, ew(multiply, y, Math.LN2))],
});

export const expm1: Elementwise = unary({
  name: "expm1",
  doc: "exp(x) - 1, exact near 0.",
  scalar: (x) => s.expm1(x),
  reference: (x) => Math.expm1(x),
  grad: (g, [x]) => [ew(multiply, g, ew(exp, x!))],
});

export const log: Elementwise = unary({
  name: "log",
  doc: "The natural logarithm.",
  scalar: (x) => s.log(x),
  reference: (x) => Math.log(x),
  grad: (g, [x]) => [ew(divide, g, x!)],
});

export const log2: Elementwise = unary({
  name: "log2",
  doc: "The logarithm to base 2.",
  scalar: (x) => s.log2(x),
  reference: (x) => Math.log2(x),
  grad: (g, [x]) => [ew(divide, g, ew(multiply, x!, Math.LN2))],
});

export const log10: Elementwise = unary({
  name: "log10",
  doc: "The logarithm to base 10.",
  scalar: (x) => s.log10(x),
  reference: (x) => Math.log10(x),
  grad: (g, [x]) => [ew(divide, g, ew(multiply, x!, Math.LN10))],
});

export const log1p: Elementwise = unary({
  name: "log1p",
  doc: "log(1 + x), exact near 0.",
  scalar: (x) => s.log1p(x),
  reference: (x) => Math.log1p(x),
  grad: (g, [x]) => [ew(divide, g, ew(add, x!, 1))],
});

export const sin: Elementwise = unary({
  name: "sin",
  doc: "The sine of x radians.",
  scalar: (x) => s.sin(x),
  reference: (x) => Math.sin(x),
  grad: (g, [x]) => [ew(multiply, g, ew(cos, x!))],
});

export const cos: Elementwise = unary({
  name: "cos",
  doc: "The cosine of x radians.",
  scalar: (x) => s.cos(x),
  reference: (x) => Math.cos(x),
  grad: (g, [x]) => [ew(negative, ew(multiply, g, ew(sin, x!)))],
});

export const tan: Elementwise = unary({
  name: "tan",
  doc: "The tangent of x radians.",
  scalar: (x) => s.tan(x),
  reference: (x) => Math.tan(x),
  grad: (g, _x, y) => [ew(multiply, g, ew(add, ew(multiply, y, y), 1))],
});

/** The gradient at ±1 is 0. */
export const arcsin: Elementwise = unary({
  name: "arcsin",
  doc: "The angle in [-π/2, π/2] whose sine is x.",
  scalar: (x) => s.asin(x),
  reference: (x) => Math.asin(x),
  grad: (g, [x]) => {
    const slope = ew(reciprocal, ew(sqrt, ew(subtract, 1, ew(multiply, x!, x!))));
    return [ew(multiply, g, ew(where, ew(equal, ew(absolute, x!), 1), 0, slope))];
  },
});

/** The gradient at ±1 is 0. */
export const arccos: Elementwise = unary({
  name: "arccos",
  doc: "The angle in [0, π] whose cosine is x.",
  scalar: (x) => s.acos(x),
  reference: (x) => Math.acos(x),
  grad: (g, [x]) => {
    const slope = ew(reciprocal, ew(sqrt, ew(subtract, 1, ew(multiply, x!, x!))));
    return [ew(negative, ew(multiply, g, ew(where, ew(equal, ew(absolute, x!), 1), 0, slope)))];
  },
});

export const arctan: Elementwise = unary({
  name: "arctan",
  doc: "The angle in (-π/2, π/2) whose tangent is x.",
  scalar: (x) => s.atan(x),
  reference: (x) => Math.atan(x),
  grad: (g, [x]) => [ew(divide, g, ew(add, ew(multiply, x!, x!), 1))],
});

export const sinh: Elementwise = unary({
  name: "sinh",
  doc: "The hyperbolic sine.",
  scalar: (x) => s.sinh(x),
  reference: (x) => Math.sinh(x),
  grad: (g, [x]) => [ew(multiply, g, ew(cosh, x!))],
});

export const cosh: Elementwise = unary({
  name: "cosh",
  doc: "The hyperbolic cosine.",
  scalar: (x) => s.cosh(x),
  reference: (x) => Math.cosh(x),
  grad: (g, [x]) => [ew(multiply, g, ew(sinh, x!))],
});

export const tanh: Elementwise = unary({
  name: "tanh",
  doc: "The hyperbolic tangent.",
  scalar: (x) => s.tanh(x),
  reference: (x) => Math.tanh(x),
  grad: (g, _x, y) => [ew(multiply, g, ew(subtract, 1, ew(multiply, y, y)))],
});

/** 2/√π·exp(−x²), the derivative of erf. */
const bell = (g: Node, x: Node): Node =>
  ew(multiply, ew(multiply, g, 2 / Math.sqrt(Math.PI)), ew(exp, ew(negative, ew(multiply, x, x))));

export const erf: Elementwise = unary({
  name: "erf",
  doc: "The error function, 2/√π·∫exp(−t²) from 0 to x.",
  scalar: (x) => s.erf(x),
  reference: referenceErf,
  grad: (g, [x]) => [bell(g, x!)],
});

export const erfc: Elementwise = unary({
  name: "erfc",
  doc: "1 − erf(x), exact also where erf(x) is nearly 1.",
  scalar: (x) => s.erfc(x),
  reference: referenceErfc,
  grad: (g, [x]) => [ew(negative, bell(g, x!))],
});

export const arcsinh: Elementwise = unary({
  name: "arcsinh",
  doc: "The inverse of sinh.",
  scalar: (x) => s.asinh(x),
  reference: (x) => Math.asinh(x),
  grad: (g, [x]) => [ew(divide, g, ew(sqrt, ew(add, ew(multiply, x!, x!), 1)))],
});

export const arccosh: Elementwise = unary({
  name: "arccosh",
  doc: "The inverse of cosh on [0, ∞).",
  scalar: (x) => s.acosh(x),
  reference: (x) => Math.acosh(x),
  grad: (g, [x]) => [ew(divide, g, ew(sqrt, ew(subtract, ew(multiply, x!, x!), 1)))],
});

export const arctanh: Elementwise = unary({
  name: "arctanh",
  doc: "The inverse of tanh.",
  scalar: (x) => s.atanh(x),
  reference: (x) => Math.atanh(x),
  grad: (g, [x]) => [ew(divide, g, ew(subtract, 1, ew(multiply, x!, x!)))],
});

export const sigmoid: Elementwise = unary({
  name: "sigmoid",
  doc: "1 / (1 + exp(-x)).",
  scalar: (x) => s.div(1, s.add(1, s.exp(s.neg(x)))),
  reference: (x) => 1 / (1 + Math.exp(-x)),
  grad: (g, _x, y) => [ew(multiply, g, ew(multiply, y, ew(subtract, 1, y)))],
});

export const floor: Elementwise = unary({
  name: "floor",
  doc: "The largest whole number not above x.",
  scalar: (x) => s.floor(x),
  reference: (x) => Math.floor(x),
  grad: "zero",
});

export const ceil: Elementwise = unary({
  name: "ceil",
  doc: "The smallest whole number not below x.",
  scalar: (x) => s.ceil(x),
  reference: (x) => Math.ceil(x),
  grad: "zero",
});

export const trunc: Elementwise = unary({
  name: "trunc",
  doc: "x without its fraction.",
  scalar: (x) => s.trunc(x),
  reference: (x) => Math.trunc(x),
  grad: "zero",
});

export const rint: Elementwise = unary({
  name: "rint",
  doc: "The nearest whole number, halves to the even one.",
  scalar: (x) => s.rint(x),
  reference: (x) => {
    const low = Math.floor(x);
    const up = x - low;
    const nearest = up < 0.5 || (up === 0.5 && low % 2 === 0) ? low : low + 1;
    return nearest === 0 && (x < 0 || Object.is(x, -0)) ? -0 : Number.isFinite(x) ? nearest : x;
  },
  grad: "zero",
});

/**
 * The derivative π·(cos u/u - sin u/u²), u = πx, cancels near 0, so there it is the sum of its power series
 * π·(-u/3 + u³/30 - u⁵/840 + u⁷/45360 - u⁹/3991680), whose next term is below float64's precision for |x| < 0.1.
 */
export const sinc: Elementwise = unary({
  name: "sinc",
  doc: "sin(πx) / (πx); 1 at 0.",
  scalar: (x) => s.select(s.eq(x, 0), 1, s.div(s.sin(s.mul(x, Math.PI)), s.mul(x, Math.PI))),
  reference: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  grad: (g, [x], y) => {
    const u = ew(multiply, x!, Math.PI);
    const u2 = ew(multiply, u, u);
    const terms = [1 / 3991680, -1 / 45360, 1 / 840, -1 / 30, 1 / 3];
    const highest = full(x!.shape, -Math.PI * terms[0]!, x!.dtype);
    const series = terms.slice(1).reduce((sum, t) => ew(add, ew(multiply, sum, u2), -Math.PI * t), highest);
    const nearZero = ew(less, ew(absolute, x!), 0.1);
    const safe = ew(where, nearZero, 1, x!);
    const direct = ew(divide, ew(subtract, ew(cos, u), y), safe);
    return [ew(multiply, g, ew(where, nearZero, ew(multiply, series, u), direct))];
  },
});
