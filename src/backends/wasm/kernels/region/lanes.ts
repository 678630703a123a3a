/**
 * How values lie in vectors. A region works on 4 lanes, or on 2 when anything in it is float64; then float32 and int32
 * occupy the low two of four lanes. A bool is a mask: all ones or zero, 32 bits a lane with 4 lanes and 64 with 2.
 */
import { BYTES, type DType } from "../../../../ir/dtype.ts";
import type { FunctionBuilder, Local } from "../../asm/function.ts";

/** Lanes of a region's vectors. */
export type Lanes = 2 | 4;

const ZERO = new Uint8Array(16);
const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

/** Elements 0, 2, 4 and 6 of two vectors of 32-bit elements. */
const EVEN_ELEMENTS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
/** Bytes 0…7 and 8…15 of a 64-bit mask, each cut to its low 32 bits. */
const NARROW = [0, 1, 2, 3, 8, 9, 10, 11, ...range(8)];
/** The lowest byte of each lane. */
const LOW_BYTES: { readonly [L in Lanes]: readonly number[] } = {
  4: [0, 4, 8, 12, ...range(12)],
  2: [0, 8, ...range(14)],
};

/** Pushes a vector of 32-bit lanes from a mask of a region with 2 lanes. */
export function narrowMask(f: FunctionBuilder, mask: Local): void {
  f.get(mask).get(mask).op("i8x16.shuffle", NARROW);
}

/** Pushes a constant in all lanes. */
export function pushConstant(f: FunctionBuilder, value: number, dtype: DType): void {
  if (dtype === "float64") f.f64x2Const(value);
  else if (dtype === "float32") f.f32x4Const(value);
  else if (dtype === "int32") f.i32x4Const(value);
  else f.v128Const(new Uint8Array(16).fill(value === 0 ? 0 : 0xff));
}

/** Turns the 0 or 1 in each 32-bit lane on the stack into a mask. */
function maskOf01(f: FunctionBuilder, lanes: Lanes): void {
  f.op("i32x4.neg");
  if (lanes === 2) f.op("i64x2.extend_low_i32x4_s");
}

/** Pushes one element at `pointer` + `offset` bytes in all lanes. */
export function pushSplat(f: FunctionBuilder, pointer: Local, offset: number, dtype: DType, lanes: Lanes): void {
  f.get(pointer);
  if (dtype === "float64") f.op("v128.load64_splat", { offset });
  else if (dtype !== "bool") f.op("v128.load32_splat", { offset });
  else {
    f.op("i32.load8_u", { offset }).op("i32x4.splat");
    maskOf01(f, lanes);
  }
}

/** Pushes neighbouring elements from `pointer` + `offset` bytes. Up to a whole vector is read. */
export function pushDense(f: FunctionBuilder, pointer: Local, offset: number, dtype: DType, lanes: Lanes): void {
  f.get(pointer);
  if (dtype === "bool") {
    f.op("v128.load32_zero", { offset, align: 1 }).op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
    maskOf01(f, lanes);
  } else if (dtype === "float64" || lanes === 4) f.op("v128.load", { offset, align: BYTES[dtype] });
  else f.op("v128.load64_zero", { offset, align: 4 });
}

/** Pushes the first `valid` lanes from elements `stride` bytes apart; `pointer` + `offset` is the first one. */
export function pushStrided(
  f: FunctionBuilder,
  pointer: Local,
  offset: number,
  stride: number,
  dtype: DType,
  lanes: Lanes,
  valid: number,
): void {
  // Every second element of two vectors; the last bytes may lie behind the buffer, where something readable is.
  if (stride === 8 && lanes === 4 && valid === 4 && offset >= 0 && dtype !== "bool") {
    for (const half of [0, 16]) f.get(pointer).op("v128.load", { offset: offset + half, align: 4 });
    f.op("i8x16.shuffle", EVEN_ELEMENTS);
    return;
  }
  f.v128Const(ZERO);
  for (let lane = 0; lane < valid; lane++) {
    const at = offset + lane * stride;
    // The instruction takes the address below the vector: a local holds the vector meanwhile.
    const vector = f.local("v128");
    f.set(vector).get(pointer);
    const near = at >= 0;
    if (!near) f.i32Const(at).op("i32.add");
    const immediate = near ? at : 0;
    if (dtype === "bool") {
      const element = f.local("i32");
      f.op("i32.load8_u", { offset: immediate }).set(element).get(vector).get(element).op("i32x4.replace_lane", lane);
    } else {
      f.get(vector);
      if (dtype === "float64") f.op("v128.load64_lane", { offset: immediate }, lane);
      else f.op("v128.load32_lane", { offset: immediate }, lane);
    }
  }
  if (dtype === "bool") maskOf01(f, lanes);
}

/** Pushes the elements at the positions in the lanes of `index`, moved inside a buffer of `length` elements at `base`. */
export function pushGather(
  f: FunctionBuilder,
  base: Local,
  index: Local,
  length: number,
  dtype: DType,
  lanes: Lanes,
): void {
  const inside = f.local("v128");
  f.get(index)
    .i32x4Const(0)
    .op("i32x4.max_s")
    .i32x4Const(length - 1)
    .op("i32x4.min_s")
    .set(inside);
  const address = f.local("i32");
  const vector = f.local("v128");
  f.v128Const(ZERO).set(vector);
  const shift = Math.log2(BYTES[dtype]);
  for (let lane = 0; lane < lanes; lane++) {
    f.get(inside).op("i32x4.extract_lane", lane);
    if (shift > 0) f.i32Const(shift).op("i32.shl");
    f.get(base).op("i32.add").set(address);
    if (dtype === "bool") f.get(vector).get(address).op("i32.load8_u").op("i32x4.replace_lane", lane);
    else
      f.get(address)
        .get(vector)
        .op(dtype === "float64" ? "v128.load64_lane" : "v128.load32_lane", {}, lane);
    f.set(vector);
  }
  f.get(vector);
  if (dtype === "bool") maskOf01(f, lanes);
}

/** The value in memory form: a mask becomes bytes 0 or 1 in the low lanes. */
function memoryForm(f: FunctionBuilder, value: Local, dtype: DType, lanes: Lanes): Local {
  if (dtype !== "bool") return value;
  const bytes = f.local("v128");
  f.get(value).v128Const(new Uint8Array(16).fill(1)).op("v128.and").tee(bytes).get(bytes);
  f.op("i8x16.shuffle", LOW_BYTES[lanes]).set(bytes);
  return bytes;
}

/** Stores the first `valid` lanes to elements `stride` bytes apart. Nothing else is written. */
export function storeLanes(
  f: FunctionBuilder,
  value: Local,
  pointer: Local,
  offset: number,
  stride: number,
  dtype: DType,
  lanes: Lanes,
  valid: number,
): void {
  const size = BYTES[dtype];
  const form = memoryForm(f, value, dtype, lanes);
  if (stride === size && valid === lanes) {
    f.get(pointer).get(form);
    const bytes = size * lanes;
    if (bytes === 16) f.op("v128.store", { offset, align: size });
    else if (bytes === 8) f.op("v128.store64_lane", { offset, align: size }, 0);
    else if (bytes === 4) f.op("v128.store32_lane", { offset, align: 1 }, 0);
    else f.op("v128.store16_lane", { offset, align: 1 }, 0);
    return;
  }
  for (let lane = 0; lane < valid; lane++) {
    const at = offset + lane * stride;
    f.get(pointer);
    if (at < 0) f.i32Const(at).op("i32.add");
    f.get(form);
    const immediate = { offset: Math.max(at, 0) };
    if (size === 8) f.op("v128.store64_lane", immediate, lane);
    else if (size === 4) f.op("v128.store32_lane", immediate, lane);
    else f.op("v128.store8_lane", immediate, lane);
  }
}

/** Pushes the whole numbers from `scalar` (a local) + `offset` in steps of `stride`, as `dtype`. */
export function pushIndex(f: FunctionBuilder, scalar: Local, offset: number, stride: number, dtype: DType): void {
  f.get(scalar).op("i32x4.splat");
  const steps = new Int32Array(range(4).map((lane) => offset + lane * stride));
  f.v128Const(new Uint8Array(steps.buffer)).op("i32x4.add");
  if (dtype === "float32") f.op("f32x4.convert_i32x4_s");
  else if (dtype === "float64") f.op("f64x2.convert_low_i32x4_s");
  else if (dtype === "bool") throw new Error("an index is no bool");
}

/** Pushes a value in another dtype: floats are truncated and saturate to int32, and anything but 0 is true. */
export function pushCast(f: FunctionBuilder, x: Local, from: DType, to: DType, lanes: Lanes): void {
  if (from === to) f.get(x);
  else if (from === "bool") castMask(f, x, to, lanes);
  else if (to === "bool") {
    f.get(x).v128Const(ZERO);
    if (from === "float64") f.op("f64x2.ne");
    else f.op(from === "float32" ? "f32x4.ne" : "i32x4.ne");
    if (lanes === 2 && from !== "float64") f.op("i64x2.extend_low_i32x4_s");
  } else {
    f.get(x);
    if (from === "float32") f.op(to === "float64" ? "f64x2.promote_low_f32x4" : "i32x4.trunc_sat_f32x4_s");
    else if (from === "float64") f.op(to === "float32" ? "f32x4.demote_f64x2_zero" : "i32x4.trunc_sat_f64x2_s_zero");
    else f.op(to === "float64" ? "f64x2.convert_low_i32x4_s" : "f32x4.convert_i32x4_s");
  }
}

function castMask(f: FunctionBuilder, x: Local, to: DType, lanes: Lanes): void {
  if (to === "float64" || lanes === 4) f.get(x);
  else narrowMask(f, x);
  pushConstant(f, 1, to);
  f.op("v128.and");
}
