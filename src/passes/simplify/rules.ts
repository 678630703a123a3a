/**
 * Equational rewrites as data. `holds` says what a rule preserves: `bits` (every float, NaN and signed zero included)
 * or `int` (only for integers and bool). One property test evaluates both sides of each.
 */
import { add, divide, maximum, minimum, multiply, subtract, where } from "../../ir/ops/arithmetic.ts";
import { logicalAnd, logicalNot, logicalOr } from "../../ir/ops/compare.ts";
import { absolute, copy, negative } from "../../ir/ops/unary.ts";
import { any, type Pattern, p } from "./pattern.ts";

export interface Rule {
  readonly name: string;
  readonly from: Pattern;
  readonly to: Pattern;
  readonly holds: "bits" | "int";
  /** Wildcards that stand for bool. */
  readonly bool?: readonly number[];
}

const [x, y, z] = [any(0), any(1), any(2)];

export const RULES: readonly Rule[] = [
  { name: "copy", from: p(copy, x), to: x, holds: "bits" },
  { name: "mul-one", from: p(multiply, x, 1), to: x, holds: "bits" },
  { name: "one-mul", from: p(multiply, 1, x), to: x, holds: "bits" },
  { name: "div-one", from: p(divide, x, 1), to: x, holds: "bits" },
  { name: "sub-zero", from: p(subtract, x, 0), to: x, holds: "bits" },
  { name: "add-negative-zero", from: p(add, x, -0), to: x, holds: "bits" },
  { name: "negative-zero-add", from: p(add, -0, x), to: x, holds: "bits" },
  { name: "add-zero", from: p(add, x, 0), to: x, holds: "int" },
  { name: "zero-add", from: p(add, 0, x), to: x, holds: "int" },
  { name: "sub-self", from: p(subtract, x, x), to: { kind: "value", value: 0 }, holds: "int" },
  { name: "mul-zero", from: p(multiply, x, 0), to: { kind: "value", value: 0 }, holds: "int" },
  { name: "mul-minus-one", from: p(multiply, x, -1), to: p(negative, x), holds: "bits" },
  { name: "minus-one-mul", from: p(multiply, -1, x), to: p(negative, x), holds: "bits" },
  { name: "neg-neg", from: p(negative, p(negative, x)), to: x, holds: "bits" },
  { name: "add-neg", from: p(add, x, p(negative, y)), to: p(subtract, x, y), holds: "bits" },
  { name: "neg-add", from: p(add, p(negative, x), y), to: p(subtract, y, x), holds: "bits" },
  { name: "sub-neg", from: p(subtract, x, p(negative, y)), to: p(add, x, y), holds: "bits" },
  { name: "neg-mul-neg", from: p(multiply, p(negative, x), p(negative, y)), to: p(multiply, x, y), holds: "bits" },
  { name: "abs-abs", from: p(absolute, p(absolute, x)), to: p(absolute, x), holds: "bits" },
  { name: "abs-neg", from: p(absolute, p(negative, x)), to: p(absolute, x), holds: "bits" },
  { name: "max-same", from: p(maximum, x, x), to: x, holds: "bits" },
  { name: "min-same", from: p(minimum, x, x), to: x, holds: "bits" },
  { name: "where-same", from: p(where, z, x, x), to: x, holds: "bits", bool: [2] },
  { name: "where-not", from: p(where, p(logicalNot, z), x, y), to: p(where, z, y, x), holds: "bits", bool: [2] },
  { name: "where-true", from: p(where, 1, x, y), to: x, holds: "bits" },
  { name: "where-false", from: p(where, 0, x, y), to: y, holds: "bits" },
  { name: "not-not", from: p(logicalNot, p(logicalNot, z)), to: z, holds: "bits", bool: [2] },
  { name: "and-same", from: p(logicalAnd, z, z), to: z, holds: "bits", bool: [2] },
  { name: "or-same", from: p(logicalOr, z, z), to: z, holds: "bits", bool: [2] },
];
