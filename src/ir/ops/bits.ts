/** Operations on the bits of int32, in two's complement. Shifts use the low five bits of their second operand. */
import type { Elementwise } from "../record.ts";
import { type Scalar, s } from "../scalar.ts";

function bits(
  name: string,
  doc: string,
  scalar: (x: Scalar, y: Scalar) => Scalar,
  reference: (x: number, y: number) => number,
): Elementwise {
  return {
    kind: "elementwise",
    name,
    doc,
    arity: 2,
    result: "same",
    on: "integer",
    scalar: (x, y) => scalar(x!, y!),
    reference: (x, y) => reference(x!, y!),
    grad: "zero",
  };
}

/** The bits, the lowest first. */
const bitsOf = (x: number): number[] => Array.from({ length: 32 }, (_, k) => Math.floor(x / 2 ** k) & 1);
const fromBits = (list: readonly number[]): number => list.reduce((n, bit, k) => n + bit * 2 ** k, 0) | 0;
const bitwise =
  (f: (a: number, b: number) => boolean) =>
  (x: number, y: number): number => {
    const [a, b] = [bitsOf(x), bitsOf(y)];
    return fromBits(a.map((bit, k) => Number(f(bit, b[k]!))));
  };
const amount = (y: number): number => ((y % 32) + 32) % 32;

export const bitwiseAnd: Elementwise = bits(
  "bitwiseAnd",
  "The bits set in both.",
  (x, y) => s.bitAnd(x, y),
  bitwise((a, b) => a === 1 && b === 1),
);
export const bitwiseOr: Elementwise = bits(
  "bitwiseOr",
  "The bits set in either or both.",
  (x, y) => s.bitOr(x, y),
  bitwise((a, b) => a === 1 || b === 1),
);
export const bitwiseXor: Elementwise = bits(
  "bitwiseXor",
  "The bits set in exactly one.",
  (x, y) => s.bitXor(x, y),
  bitwise((a, b) => a !== b),
);
export const leftShift: Elementwise = bits(
  "leftShift",
  "x moved up by y bits.",
  (x, y) => s.shl(x, y),
  (x, y) => Number(BigInt.asIntN(32, BigInt(x) << BigInt(amount(y)))),
);
export const rightShift: Elementwise = bits(
  "rightShift",
  "x moved down by y bits; the sign comes after it.",
  (x, y) => s.shr(x, y),
  (x, y) => Math.floor(x / 2 ** amount(y)),
);
export const rightShiftUnsigned: Elementwise = bits(
  "rightShiftUnsigned",
  "x moved down by y bits; zeros come after it.",
  (x, y) => s.shrU(x, y),
  (x, y) => Math.floor((x < 0 ? x + 2 ** 32 : x) / 2 ** amount(y)) | 0,
);
