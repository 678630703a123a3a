/**
 * Scalar expressions: what one output element computes. The primitives are the only thing a code generator must spell:
 * a backend is one exhaustive {@link Emit} map over them.
 */

import { erf, erfc } from "./error-function.ts";

/**
 * How many arguments each primitive takes. `bitAnd`…`shrU` are for int32, and shift by the low five bits. Comparisons, `and`, `or`, `not` give bool;
 * `select` takes a bool first.
 */
export const ARITY = {
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  floorDiv: 2,
  mod: 2,
  rem: 2,
  max: 2,
  min: 2,
  pow: 2,
  atan2: 2,
  neg: 1,
  abs: 1,
  sqrt: 1,
  floor: 1,
  ceil: 1,
  trunc: 1,
  rint: 1,
  cbrt: 1,
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  log2: 1,
  log10: 1,
  sin: 1,
  cos: 1,
  tan: 1,
  asin: 1,
  acos: 1,
  atan: 1,
  sinh: 1,
  cosh: 1,
  tanh: 1,
  asinh: 1,
  acosh: 1,
  atanh: 1,
  erf: 1,
  erfc: 1,
  bitAnd: 2,
  bitOr: 2,
  bitXor: 2,
  shl: 2,
  shr: 2,
  shrU: 2,
  lt: 2,
  le: 2,
  eq: 2,
  and: 2,
  or: 2,
  not: 1,
  select: 3,
} as const;

export type Prim = keyof typeof ARITY;

export type Scalar =
  | { readonly kind: "arg"; readonly index: number }
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "prim"; readonly prim: Prim; readonly args: readonly Scalar[] };

/** One interpretation of every primitive: `tsc` reports a missing one. */
export type Emit<T> = { readonly [P in Prim]: (...args: readonly T[]) => T };

const literal = (v: Scalar | number): Scalar => (typeof v === "number" ? { kind: "const", value: v } : v);

type Build = { readonly [P in Prim]: (...args: readonly (Scalar | number)[]) => Scalar };

/** Builders: `s.add(x, 1)`. Numbers become constants of the dtype that their context has. */
export const s: Build = Object.fromEntries(
  (Object.keys(ARITY) as Prim[]).map((prim) => [
    prim,
    (...args: readonly (Scalar | number)[]): Scalar => ({ kind: "prim", prim, args: args.map(literal) }),
  ]),
) as unknown as Build;

/** The `index`th argument of a scalar expression. */
export const arg = (index: number): Scalar => ({ kind: "arg", index });

/** Folds an expression once a node: `seen` keeps shared sub-expressions shared. */
export function fold<T>(
  e: Scalar,
  emit: Emit<T>,
  argument: (index: number) => T,
  constant: (value: number) => T,
  seen: Map<Scalar, T> = new Map(),
): T {
  const hit = seen.get(e);
  if (hit !== undefined) return hit;
  let out: T;
  if (e.kind === "arg") out = argument(e.index);
  else if (e.kind === "const") out = constant(e.value);
  else out = emit[e.prim](...e.args.map((a) => fold(a, emit, argument, constant, seen)));
  seen.set(e, out);
  return out;
}

/** Whether a primitive's result is bool whatever its arguments are. */
export function isPredicate(prim: Prim): boolean {
  return prim === "lt" || prim === "le" || prim === "eq" || prim === "and" || prim === "or" || prim === "not";
}

/** Round half to even, as IEEE 754 `roundToIntegralTiesToEven`. */
function rint(x: number): number {
  const r = Math.round(x);
  return Object.is(r, x) ? x : r - x === 0.5 && r % 2 !== 0 ? r - 1 || (x < 0 ? -0 : 0) : r || (x < 0 ? -0 : 0);
}

/** The exact remainder with the sign of the divisor; a zero has that sign too. */
function mod(a: number, b: number): number {
  const r = a % b;
  if (r === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return r < 0 === b < 0 ? r : r + b;
}

/** The whole number below the exact quotient, which `Math.floor(a / b)` misses where a / b rounds up to one. */
function floorDiv(a: number, b: number): number {
  if (b === 0) return a / b;
  const r = a % b;
  const exact = (a - r) / b - (r !== 0 && r < 0 !== b < 0 ? 1 : 0);
  return exact === 0 ? (a / b < 0 || Object.is(a / b, -0) ? -0 : 0) : rint(exact);
}

const truth = (b: boolean): number => (b ? 1 : 0);

/** The meaning of each primitive in float64. Used to fold constants and to check rewrite rules. */
export const evaluate: Emit<number> = {
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
  floorDiv: (a, b) => floorDiv(a!, b!),
  mod: (a, b) => mod(a!, b!),
  rem: (a, b) => a! % b!,
  // Of two zeros the second, as NumPy's; NaN where either is.
  max: (a, b) => (a! > b! || Number.isNaN(a) ? a! : b!),
  min: (a, b) => (a! < b! || Number.isNaN(a) ? a! : b!),
  // C's pow, not JavaScript's: 1 to any power and (±1) to ±∞ are 1.
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b!) === Infinity) ? 1 : a! ** b!),
  atan2: (a, b) => Math.atan2(a!, b!),
  neg: (a) => -a!,
  abs: (a) => Math.abs(a!),
  sqrt: (a) => Math.sqrt(a!),
  floor: (a) => Math.floor(a!),
  ceil: (a) => Math.ceil(a!),
  trunc: (a) => Math.trunc(a!),
  rint: (a) => rint(a!),
  cbrt: (a) => Math.cbrt(a!),
  exp: (a) => Math.exp(a!),
  expm1: (a) => Math.expm1(a!),
  log: (a) => Math.log(a!),
  log1p: (a) => Math.log1p(a!),
  log2: (a) => Math.log2(a!),
  log10: (a) => Math.log10(a!),
  sin: (a) => Math.sin(a!),
  cos: (a) => Math.cos(a!),
  tan: (a) => Math.tan(a!),
  asin: (a) => Math.asin(a!),
  acos: (a) => Math.acos(a!),
  atan: (a) => Math.atan(a!),
  sinh: (a) => Math.sinh(a!),
  cosh: (a) => Math.cosh(a!),
  tanh: (a) => Math.tanh(a!),
  asinh: (a) => Math.asinh(a!),
  acosh: (a) => Math.acosh(a!),
  atanh: (a) => Math.atanh(a!),
  erf: (a) => erf(a!),
  erfc: (a) => erfc(a!),
  bitAnd: (a, b) => a! & b!,
  bitOr: (a, b) => a! | b!,
  bitXor: (a, b) => a! ^ b!,
  shl: (a, b) => a! << b!,
  shr: (a, b) => a! >> b!,
  shrU: (a, b) => (a! >>> b!) | 0,
  lt: (a, b) => truth(a! < b!),
  le: (a, b) => truth(a! <= b!),
  eq: (a, b) => truth(a! === b!),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  select: (c, a, b) => (c !== 0 ? a! : b!),
};
