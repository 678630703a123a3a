/** Arithmetic of two operands, and selection. */
import { elementwise as ew } from "../build.ts";
import type { Elementwise } from "../record.ts";
import { evaluate, s } from "../scalar.ts";
import { equal, less } from "./compare.ts";
import { exp, log, negative, trunc } from "./unary.ts";

export const add: Elementwise = {
  kind: "elementwise",
  name: "add",
  doc: "x + y.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.add(x!, y!),
  reference: (x, y) => x! + y!,
  grad: (g) => [g, g],
};

export const subtract: Elementwise = {
  kind: "elementwise",
  name: "subtract",
  doc: "x - y.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.sub(x!, y!),
  reference: (x, y) => x! - y!,
  grad: (g) => [g, ew(negative, g)],
};

export const multiply: Elementwise = {
  kind: "elementwise",
  name: "multiply",
  doc: "x · y.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.mul(x!, y!),
  reference: (x, y) => x! * y!,
  grad: (g, [x, y]) => [ew(multiply, g, y!), ew(multiply, g, x!)],
};

export const divide: Elementwise = {
  kind: "elementwise",
  name: "divide",
  doc: "x / y.",
  arity: 2,
  result: "same",
  on: "float",
  scalar: (x, y) => s.div(x!, y!),
  reference: (x, y) => x! / y!,
  grad: (g, [, y], q) => [ew(divide, g, y!), ew(negative, ew(divide, ew(multiply, g, q), y!))],
};

export const floorDivide: Elementwise = {
  kind: "elementwise",
  name: "floorDivide",
  doc: "The largest whole number not above x / y; for int32, 0 where y is 0.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.floorDiv(x!, y!),
  reference: (x, y) => {
    if (y === 0) return x! / y;
    if (!Number.isFinite(x)) return Number.NaN;
    if (!Number.isFinite(y)) return x! * y! < 0 ? -1 : Math.floor(x! / y!);
    const low = Math.floor(x! / y!);
    // x / y may have been rounded up to the next whole number.
    return x! % y! !== 0 && low === x! / y! ? low - 1 : low;
  },
  grad: "zero",
};

export const remainder: Elementwise = {
  kind: "elementwise",
  name: "remainder",
  doc: "The exact remainder of x / y with the sign of y; for int32, 0 where y is 0.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.mod(x!, y!),
  reference: (x, y) => {
    const rest = x! % y!;
    if (rest === 0) return Math.sign(y!) < 0 || Object.is(y, -0) ? -0 : 0;
    return Math.sign(rest) === Math.sign(y!) || Number.isNaN(rest) ? rest : rest + y!;
  },
  grad: (g, [x, y]) => [g, ew(negative, ew(multiply, g, ew(floorDivide, x!, y!)))],
};

export const fmod: Elementwise = {
  kind: "elementwise",
  name: "fmod",
  doc: "The exact remainder of x / y with the sign of x; for int32, 0 where y is 0.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.rem(x!, y!),
  reference: (x, y) => x! % y!,
  grad: (g, [x, y]) => [g, ew(negative, ew(multiply, g, ew(trunc, ew(divide, x!, y!))))],
};

/** The convention at the edges is MyGrad's: d/dx is 0 where y is 0, and d/dy is 0 where x is 0. */
export const power: Elementwise = {
  kind: "elementwise",
  name: "power",
  doc: "x to the power y.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.pow(x!, y!),
  reference: (x, y) => (x === 1 ? 1 : x === -1 && !Number.isFinite(y!) && !Number.isNaN(y!) ? 1 : x! ** y!),
  grad: (g, [x, y], z) => {
    const slope = ew(multiply, y!, ew(power, x!, ew(subtract, y!, 1)));
    const safe = ew(where, ew(equal, x!, 0), 1, x!);
    return [
      ew(multiply, g, ew(where, ew(equal, y!, 0), 0, slope)),
      ew(multiply, g, ew(where, ew(equal, x!, 0), 0, ew(multiply, z, ew(log, safe)))),
    ];
  },
};

/** Ties give neither operand a gradient. */
export const maximum: Elementwise = {
  kind: "elementwise",
  name: "maximum",
  doc: "The larger of x and y; NaN where either is.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.max(x!, y!),
  reference: (x, y) => evaluate.max(x!, y!),
  grad: (g, [x, y]) => [ew(where, ew(less, y!, x!), g, 0), ew(where, ew(less, x!, y!), g, 0)],
};

/** Ties give neither operand a gradient. */
export const minimum: Elementwise = {
  kind: "elementwise",
  name: "minimum",
  doc: "The smaller of x and y; NaN where either is.",
  arity: 2,
  result: "same",
  on: "number",
  scalar: (x, y) => s.min(x!, y!),
  reference: (x, y) => evaluate.min(x!, y!),
  grad: (g, [x, y]) => [ew(where, ew(less, x!, y!), g, 0), ew(where, ew(less, y!, x!), g, 0)],
};

export const arctan2: Elementwise = {
  kind: "elementwise",
  name: "arctan2",
  doc: "The angle of the point (y, x) = (first, second), in radians.",
  arity: 2,
  result: "same",
  on: "float",
  scalar: (x, y) => s.atan2(x!, y!),
  reference: (x, y) => Math.atan2(x!, y!),
  grad: (g, [x, y]) => {
    const scaled = ew(divide, g, ew(add, ew(multiply, x!, x!), ew(multiply, y!, y!)));
    return [ew(multiply, scaled, y!), ew(negative, ew(multiply, scaled, x!))];
  },
};

/** max(x, y) + log1p(exp(-|x - y|)); infinities of one sign have difference NaN and need their own branch. */
export const logaddexp: Elementwise = {
  kind: "elementwise",
  name: "logaddexp",
  doc: "log(exp(x) + exp(y)).",
  arity: 2,
  result: "same",
  on: "float",
  scalar: (x, y) =>
    s.select(s.eq(x!, y!), s.add(x!, Math.LN2), s.add(s.max(x!, y!), s.log1p(s.exp(s.neg(s.abs(s.sub(x!, y!))))))),
  reference: (x, y) => {
    const m = Math.max(x!, y!);
    return Number.isFinite(m) ? m + Math.log1p(Math.exp(Math.min(x!, y!) - m)) : m;
  },
  grad: (g, [x, y], z) => [
    ew(multiply, g, ew(exp, ew(subtract, x!, z))),
    ew(multiply, g, ew(exp, ew(subtract, y!, z))),
  ],
};

export const logaddexp2: Elementwise = {
  kind: "elementwise",
  name: "logaddexp2",
  doc: "log2(2**x + 2**y).",
  arity: 2,
  result: "same",
  on: "float",
  scalar: (x, y) =>
    s.select(
      s.eq(x!, y!),
      s.add(x!, 1),
      s.add(s.max(x!, y!), s.mul(s.log1p(s.pow(2, s.neg(s.abs(s.sub(x!, y!))))), Math.LOG2E)),
    ),
  reference: (x, y) => {
    const m = Math.max(x!, y!);
    return Number.isFinite(m) ? m + Math.log1p(2 ** (Math.min(x!, y!) - m)) / Math.LN2 : m;
  },
  grad: (g, [x, y], z) => [
    ew(multiply, g, ew(power, 2, ew(subtract, x!, z))),
    ew(multiply, g, ew(power, 2, ew(subtract, y!, z))),
  ],
};

export const where: Elementwise = {
  kind: "elementwise",
  name: "where",
  doc: "x where the condition holds, otherwise y.",
  arity: 3,
  result: "same",
  on: "any",
  scalar: (c, x, y) => s.select(c!, x!, y!),
  reference: (c, x, y) => (c ? x! : y!),
  grad: (g, [c]) => [null, ew(where, c!, g, 0), ew(where, c!, 0, g)],
};
