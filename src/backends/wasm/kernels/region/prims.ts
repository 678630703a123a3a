/** The primitives as vector instructions, for each element type. */
import type { DType } from "../../../../ir/dtype.ts";
import type { Prim } from "../../../../ir/scalar.ts";
import type { FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import type { Plain } from "../../asm/opcodes.ts";
import type { MathPrim } from "../math-imports.ts";
import { pushMath32 } from "../math32.ts";
import { pushMath64 } from "../math64.ts";
import { type Int32Function, int32Scalar } from "./int32.ts";
import { type Lanes, narrowMask } from "./lanes.ts";

/** Where instructions go. */
export interface Emitter {
  readonly f: FunctionBuilder;
  readonly module: ModuleBuilder;
  readonly lanes: Lanes;
}

/** Pushes the result of a primitive. */
export type Push = (e: Emitter, args: readonly Local[]) => void;
/** Every primitive: `tsc` reports a missing one. */
export type Table = { readonly [P in Prim]: Push };

const plain =
  (name: Plain): Push =>
  ({ f }, args) => {
    for (const a of args) f.get(a);
    f.op(name);
  };

const swapped =
  (name: Plain): Push =>
  ({ f }, args) => {
    f.get(args[1]!).get(args[0]!).op(name);
  };

const undefinedOn =
  (prim: Prim, dtype: DType): Push =>
  () => {
    throw new Error(`${prim} is not defined on ${dtype}`);
  };

const and = plain("v128.and");
const or = plain("v128.or");
const not = plain("v128.not");

/** The lanes of a mask where it holds, of another value elsewhere. */
const select: Push = ({ f }, [mask, a, b]) => {
  f.get(a!).get(b!).get(mask!).op("v128.bitselect");
};

/** As `select`, where the mask may have 64 bits a lane and the values 32. */
const select32: Push = (e, [mask, a, b]) => {
  e.f.get(a!).get(b!);
  if (e.lanes === 2) narrowMask(e.f, mask!);
  else e.f.get(mask!);
  e.f.op("v128.bitselect");
};

/** A comparison of 32-bit lanes. */
const compare32 =
  (name: Plain): Push =>
  (e, args) => {
    plain(name)(e, args);
    if (e.lanes === 2) e.f.op("i64x2.extend_low_i32x4_s");
  };

const call =
  (prim: MathPrim, width: "f32" | "f64"): Push =>
  ({ f, module }, args) => {
    if (width === "f32") pushMath32(f, module, prim, args);
    else pushMath64(f, module, prim, args);
  };

/**
 * The larger or smaller one of two floats: of two zeros the second, as NumPy's, and NaN where either is. WebAssembly's
 * `pmax` and `pmin` are one instruction of the processor (its `max` and `min` are eight), and give the first operand where
 * the operands are equal or one is NaN.
 */
const extremum =
  (t: "f32x4" | "f64x2", name: "pmax" | "pmin"): Push =>
  ({ f }, [a, b]) => {
    f.get(b!).get(a!).op(`${t}.${name}`).get(a!).get(a!).op(`${t}.ne`).op("v128.or");
  };

/** As {@link extremum}, where one operand is this constant; false where it needs the general code. */
export function pushExtremumWith(
  { f }: Emitter,
  prim: "max" | "min",
  dtype: "float32" | "float64",
  [a, b]: readonly [Local, Local],
  constant: { readonly position: 0 | 1; readonly value: number },
): boolean {
  const t = dtype === "float32" ? "f32x4" : "f64x2";
  const { position, value } = constant;
  if (Number.isNaN(value) || (position === 1 && Object.is(value, -0))) return false;
  if (position === 0) f.get(b).get(a).op(`${t}.p${prim}`);
  else {
    f.get(a).get(b).op(`${t}.p${prim}`);
    // Both zeros become the constant, +0.
    if (value === 0) f.get(b).op(`${t}.add`);
  }
  return true;
}

function floatTable(t: "f32x4" | "f64x2", width: "f32" | "f64"): Table {
  const op = (name: string): Push => plain(`${t}.${name}` as Plain);
  const compare = (name: string): Push => (t === "f32x4" ? compare32(`${t}.${name}` as Plain) : op(name));
  const math = (prim: MathPrim): Push => call(prim, width);
  return {
    ...(without(width === "f32" ? "float32" : "float64", BITS) as Undefined<Bits>),
    add: op("add"),
    sub: op("sub"),
    mul: op("mul"),
    div: op("div"),
    floorDiv: math("floorDiv"),
    mod: math("mod"),
    rem: math("rem"),
    max: extremum(t, "pmax"),
    min: extremum(t, "pmin"),
    pow: math("pow"),
    atan2: math("atan2"),
    neg: op("neg"),
    abs: op("abs"),
    sqrt: op("sqrt"),
    floor: op("floor"),
    ceil: op("ceil"),
    trunc: op("trunc"),
    rint: op("nearest"),
    cbrt: math("cbrt"),
    exp: math("exp"),
    expm1: math("expm1"),
    log: math("log"),
    log1p: math("log1p"),
    log2: math("log2"),
    log10: math("log10"),
    sin: math("sin"),
    cos: math("cos"),
    tan: math("tan"),
    asin: math("asin"),
    acos: math("acos"),
    atan: math("atan"),
    sinh: math("sinh"),
    cosh: math("cosh"),
    tanh: math("tanh"),
    asinh: math("asinh"),
    acosh: math("acosh"),
    atanh: math("atanh"),
    erf: math("erf"),
    erfc: math("erfc"),
    lt: compare("lt"),
    le: compare("le"),
    eq: compare("eq"),
    and,
    or,
    not,
    select: t === "f32x4" ? select32 : select,
  };
}

const same: Push = ({ f }, [x]) => {
  f.get(x!);
};

/** Lane by lane, by a scalar function. */
const eachLane =
  (prim: Int32Function): Push =>
  ({ f, module, lanes }, [a, b]) => {
    const scalar = int32Scalar(module, prim);
    f.get(a!);
    for (let lane = 0; lane < lanes; lane++) {
      f.get(a!).op("i32x4.extract_lane", lane).get(b!).op("i32x4.extract_lane", lane);
      f.call(scalar).op("i32x4.replace_lane", lane);
    }
  };

function without(dtype: DType, prims: readonly Prim[]): { [P in Prim]?: Push } {
  return Object.fromEntries(prims.map((p) => [p, undefinedOn(p, dtype)]));
}

const BITS = ["bitAnd", "bitOr", "bitXor", "shl", "shr", "shrU"] as const;
type Bits = (typeof BITS)[number];

/** Shifts of each lane by its own amount; see `pushShift` for the common case of one amount for all. */
const shiftLanes =
  (name: "i32.shl" | "i32.shr_s" | "i32.shr_u"): Push =>
  ({ f, lanes }, [a, b]) => {
    f.get(a!);
    for (let lane = 0; lane < lanes; lane++) {
      f.get(a!).op("i32x4.extract_lane", lane).get(b!).op("i32x4.extract_lane", lane);
      f.op(name).op("i32x4.replace_lane", lane);
    }
  };

/** The vector shifts, by the primitive. */
export const SHIFTS: { readonly [name: string]: "i32x4.shl" | "i32x4.shr_s" | "i32x4.shr_u" } = {
  shl: "i32x4.shl",
  shr: "i32x4.shr_s",
  shrU: "i32x4.shr_u",
};

const FLOAT_ONLY = [
  ...(["div", "atan2", "sqrt", "cbrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan"] as const),
  ...(["asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc"] as const),
] as const;
type FloatOnly = (typeof FLOAT_ONLY)[number];
type Undefined<P extends Prim> = { readonly [K in P]: Push };

const INT32_TABLE: Table = {
  ...(without("int32", FLOAT_ONLY) as Undefined<FloatOnly>),
  bitAnd: and,
  bitOr: or,
  bitXor: plain("v128.xor"),
  shl: shiftLanes("i32.shl"),
  shr: shiftLanes("i32.shr_s"),
  shrU: shiftLanes("i32.shr_u"),
  add: plain("i32x4.add"),
  sub: plain("i32x4.sub"),
  mul: plain("i32x4.mul"),
  floorDiv: eachLane("floorDiv"),
  mod: eachLane("mod"),
  rem: eachLane("rem"),
  pow: eachLane("pow"),
  max: plain("i32x4.max_s"),
  min: plain("i32x4.min_s"),
  neg: plain("i32x4.neg"),
  abs: plain("i32x4.abs"),
  floor: same,
  ceil: same,
  trunc: same,
  rint: same,
  lt: compare32("i32x4.lt_s"),
  le: compare32("i32x4.le_s"),
  eq: compare32("i32x4.eq"),
  and,
  or,
  not,
  select: select32,
};

const ARITHMETIC = [
  "add",
  "sub",
  "mul",
  "floorDiv",
  "mod",
  "rem",
  "pow",
  "neg",
  "abs",
  "floor",
  "ceil",
  "trunc",
  "rint",
] as const;

const BOOL_TABLE: Table = {
  ...(without("bool", FLOAT_ONLY) as Undefined<FloatOnly>),
  ...(without("bool", BITS) as Undefined<Bits>),
  ...(without("bool", ARITHMETIC) as Undefined<(typeof ARITHMETIC)[number]>),
  max: or,
  min: and,
  // a < b: not a, and b.
  lt: swapped("v128.andnot"),
  le: (e, [a, b]) => {
    e.f.get(a!).op("v128.not").get(b!).op("v128.or");
  },
  eq: ({ f }, [a, b]) => {
    f.get(a!).get(b!).op("v128.xor").op("v128.not");
  },
  and,
  or,
  not,
  select,
};

/** The instructions of each primitive, by the dtype of its (last) operand. */
export const PRIMS: { readonly [D in DType]: Table } = {
  bool: BOOL_TABLE,
  int32: INT32_TABLE,
  float32: floatTable("f32x4", "f32"),
  float64: floatTable("f64x2", "f64"),
};
