/** How the functions of `math.ts` are written down. */

/** A function of GLSL, or several that go together. */
export interface MathFunction {
  readonly code: string;
  /** The functions, by name without `m_`, that the code calls. */
  readonly needs: readonly string[];
}

export type MathFunctions = Readonly<Record<string, MathFunction>>;

/** A record of {@link MathFunctions}: what the code calls is read from it. */
export function glsl(code: string): MathFunction {
  const called = [...code.matchAll(/\bm_(\w+)\(/g)].map((m) => m[1]!);
  const defined = new Set([...code.matchAll(/^\w+ m_(\w+)\(/gm)].map((m) => m[1]!));
  return { code: code.trimStart(), needs: [...new Set(called)].filter((name) => !defined.has(name)) };
}

/** A number as a literal: nine significant digits name one float32. */
export function num(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is no literal of GLSL`);
  const text = String(Number(Math.fround(value).toPrecision(9)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Σ coefficients[k]·xᵏ by Horner's rule. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  const [first, ...rest] = coefficients;
  if (rest.length === 0) return num(first!);
  return `(${polynomial(x, rest)} * ${x} + ${num(first!)})`;
}

/** The number less what is below `bits` significant bits. */
export function truncated(value: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) + 1 - bits);
  return Math.trunc(value / unit) * unit;
}

/** A number as a sum of parts: each but the last has so many significant bits; the last has the rest, and `beyond`. */
export function parts(value: number, bits: readonly number[], beyond = 0): readonly number[] {
  let rest = value;
  const result = bits.map((n) => {
    const part = truncated(rest, n);
    rest -= part;
    return part;
  });
  return [...result, rest + beyond];
}

/** Expressions: literals that the language has not. */
export const INFINITE = "uintBitsToFloat(0x7f800000u)";
export const NOT_A_NUMBER = "uintBitsToFloat(0x7fc00000u)";
