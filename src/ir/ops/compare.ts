/** Comparisons and logic: bool results, no gradient. */
import type { Elementwise } from "../record.ts";
import { type Scalar, s } from "../scalar.ts";

function predicate(
  name: string,
  doc: string,
  arity: number,
  on: Elementwise["on"],
  scalar: Elementwise["scalar"],
  holds: (...x: readonly number[]) => boolean,
): Elementwise {
  const reference = (...x: readonly number[]): number => (holds(...x) ? 1 : 0);
  return { kind: "elementwise", name, doc, arity, result: "bool", on, scalar, reference, grad: "zero" };
}

const isNaNScalar = (x: Scalar): Scalar => s.not(s.eq(x, x));

export const equal: Elementwise = predicate(
  "equal",
  "x = y; NaN equals nothing.",
  2,
  "any",
  (x, y) => s.eq(x!, y!),
  (x, y) => x === y,
);
export const notEqual: Elementwise = predicate(
  "notEqual",
  "x ≠ y.",
  2,
  "any",
  (x, y) => s.not(s.eq(x!, y!)),
  (x, y) => x !== y,
);
export const less: Elementwise = predicate(
  "less",
  "x < y.",
  2,
  "any",
  (x, y) => s.lt(x!, y!),
  (x, y) => x! < y!,
);
export const lessEqual: Elementwise = predicate(
  "lessEqual",
  "x ≤ y.",
  2,
  "any",
  (x, y) => s.le(x!, y!),
  (x, y) => x! <= y!,
);
export const greater: Elementwise = predicate(
  "greater",
  "x > y.",
  2,
  "any",
  (x, y) => s.lt(y!, x!),
  (x, y) => x! > y!,
);
export const greaterEqual: Elementwise = predicate(
  "greaterEqual",
  "x ≥ y.",
  2,
  "any",
  (x, y) => s.le(y!, x!),
  (x, y) => x! >= y!,
);

export const logicalAnd: Elementwise = predicate(
  "logicalAnd",
  "Both.",
  2,
  "bool",
  (x, y) => s.and(x!, y!),
  (x, y) => x !== 0 && y !== 0,
);
export const logicalOr: Elementwise = predicate(
  "logicalOr",
  "Either or both.",
  2,
  "bool",
  (x, y) => s.or(x!, y!),
  (x, y) => x !== 0 || y !== 0,
);
export const logicalXor: Elementwise = predicate(
  "logicalXor",
  "Exactly one.",
  2,
  "bool",
  (x, y) => s.not(s.eq(x!, y!)),
  (x, y) => (x !== 0) !== (y !== 0),
);
export const logicalNot: Elementwise = predicate(
  "logicalNot",
  "Not.",
  1,
  "bool",
  (x) => s.not(x!),
  (x) => x === 0,
);

export const isnan: Elementwise = predicate(
  "isnan",
  "Is NaN.",
  1,
  "float",
  (x) => isNaNScalar(x!),
  (x) => Number.isNaN(x!),
);
export const isinf: Elementwise = predicate(
  "isinf",
  "Is infinite.",
  1,
  "float",
  (x) => s.eq(s.abs(x!), Infinity),
  (x) => Math.abs(x!) === Infinity,
);
export const isfinite: Elementwise = predicate(
  "isfinite",
  "Is neither infinite nor NaN.",
  1,
  "float",
  (x) => s.lt(s.abs(x!), Infinity),
  (x) => Number.isFinite(x!),
);
