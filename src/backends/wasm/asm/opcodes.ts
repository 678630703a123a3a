/**
 * WebAssembly's instructions as data, grouped by the immediates they take.
 *
 * A code above 0xffff is `prefix << 16 | n`: it is written as the prefix byte and then LEB128 of `n`
 * (0xfc: saturating truncation and bulk memory, 0xfd: SIMD).
 */

export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

export const VAL_TYPES: { readonly [T in ValType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** No immediates. */
// biome-ignore format: rows of a table
export const PLAIN = {
  unreachable: 0x00, nop: 0x01, return: 0x0f, drop: 0x1a, select: 0x1b,

  "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.lt_u": 0x49, "i32.gt_s": 0x4a,
  "i32.gt_u": 0x4b, "i32.le_s": 0x4c, "i32.le_u": 0x4d, "i32.ge_s": 0x4e, "i32.ge_u": 0x4f,
  "i64.eqz": 0x50, "i64.eq": 0x51, "i64.ne": 0x52, "i64.lt_s": 0x53, "i64.lt_u": 0x54, "i64.gt_s": 0x55,
  "i64.gt_u": 0x56, "i64.le_s": 0x57, "i64.le_u": 0x58, "i64.ge_s": 0x59, "i64.ge_u": 0x5a,
  "f32.eq": 0x5b, "f32.ne": 0x5c, "f32.lt": 0x5d, "f32.gt": 0x5e, "f32.le": 0x5f, "f32.ge": 0x60,
  "f64.eq": 0x61, "f64.ne": 0x62, "f64.lt": 0x63, "f64.gt": 0x64, "f64.le": 0x65, "f64.ge": 0x66,

  "i32.clz": 0x67, "i32.ctz": 0x68, "i32.popcnt": 0x69, "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c,
  "i32.div_s": 0x6d, "i32.div_u": 0x6e, "i32.rem_s": 0x6f, "i32.rem_u": 0x70, "i32.and": 0x71, "i32.or": 0x72,
  "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_s": 0x75, "i32.shr_u": 0x76, "i32.rotl": 0x77, "i32.rotr": 0x78,
  "i64.clz": 0x79, "i64.ctz": 0x7a, "i64.popcnt": 0x7b, "i64.add": 0x7c, "i64.sub": 0x7d, "i64.mul": 0x7e,
  "i64.div_s": 0x7f, "i64.div_u": 0x80, "i64.rem_s": 0x81, "i64.rem_u": 0x82, "i64.and": 0x83, "i64.or": 0x84,
  "i64.xor": 0x85, "i64.shl": 0x86, "i64.shr_s": 0x87, "i64.shr_u": 0x88, "i64.rotl": 0x89, "i64.rotr": 0x8a,

  "f32.abs": 0x8b, "f32.neg": 0x8c, "f32.ceil": 0x8d, "f32.floor": 0x8e, "f32.trunc": 0x8f, "f32.nearest": 0x90,
  "f32.sqrt": 0x91, "f32.add": 0x92, "f32.sub": 0x93, "f32.mul": 0x94, "f32.div": 0x95, "f32.min": 0x96,
  "f32.max": 0x97, "f32.copysign": 0x98,
  "f64.abs": 0x99, "f64.neg": 0x9a, "f64.ceil": 0x9b, "f64.floor": 0x9c, "f64.trunc": 0x9d, "f64.nearest": 0x9e,
  "f64.sqrt": 0x9f, "f64.add": 0xa0, "f64.sub": 0xa1, "f64.mul": 0xa2, "f64.div": 0xa3, "f64.min": 0xa4,
  "f64.max": 0xa5, "f64.copysign": 0xa6,

  "i32.wrap_i64": 0xa7, "i64.extend_i32_s": 0xac, "i64.extend_i32_u": 0xad,
  "f32.convert_i32_s": 0xb2, "f32.convert_i32_u": 0xb3, "f32.convert_i64_s": 0xb4, "f32.convert_i64_u": 0xb5,
  "f32.demote_f64": 0xb6, "f64.convert_i32_s": 0xb7, "f64.convert_i32_u": 0xb8, "f64.convert_i64_s": 0xb9,
  "f64.convert_i64_u": 0xba, "f64.promote_f32": 0xbb,
  "i32.reinterpret_f32": 0xbc, "i64.reinterpret_f64": 0xbd, "f32.reinterpret_i32": 0xbe, "f64.reinterpret_i64": 0xbf,
  "i32.extend8_s": 0xc0, "i32.extend16_s": 0xc1,

  "i32.trunc_sat_f32_s": 0xfc0000, "i32.trunc_sat_f32_u": 0xfc0001, "i32.trunc_sat_f64_s": 0xfc0002,
  "i32.trunc_sat_f64_u": 0xfc0003, "i64.trunc_sat_f32_s": 0xfc0004, "i64.trunc_sat_f64_s": 0xfc0006,

  "i8x16.swizzle": 0xfd000e, "i8x16.splat": 0xfd000f, "i16x8.splat": 0xfd0010, "i32x4.splat": 0xfd0011,
  "i64x2.splat": 0xfd0012, "f32x4.splat": 0xfd0013, "f64x2.splat": 0xfd0014,

  "i8x16.eq": 0xfd0023, "i8x16.ne": 0xfd0024, "i8x16.lt_s": 0xfd0025, "i8x16.lt_u": 0xfd0026, "i8x16.gt_s": 0xfd0027,
  "i8x16.gt_u": 0xfd0028, "i8x16.le_s": 0xfd0029, "i8x16.le_u": 0xfd002a, "i8x16.ge_s": 0xfd002b, "i8x16.ge_u": 0xfd002c,
  "i16x8.eq": 0xfd002d, "i16x8.ne": 0xfd002e,
  "i32x4.eq": 0xfd0037, "i32x4.ne": 0xfd0038, "i32x4.lt_s": 0xfd0039, "i32x4.lt_u": 0xfd003a, "i32x4.gt_s": 0xfd003b,
  "i32x4.gt_u": 0xfd003c, "i32x4.le_s": 0xfd003d, "i32x4.le_u": 0xfd003e, "i32x4.ge_s": 0xfd003f, "i32x4.ge_u": 0xfd0040,
  "f32x4.eq": 0xfd0041, "f32x4.ne": 0xfd0042, "f32x4.lt": 0xfd0043, "f32x4.gt": 0xfd0044, "f32x4.le": 0xfd0045,
  "f32x4.ge": 0xfd0046, "f64x2.eq": 0xfd0047, "f64x2.ne": 0xfd0048, "f64x2.lt": 0xfd0049, "f64x2.gt": 0xfd004a,
  "f64x2.le": 0xfd004b, "f64x2.ge": 0xfd004c,
  "i64x2.eq": 0xfd00d6, "i64x2.ne": 0xfd00d7, "i64x2.lt_s": 0xfd00d8, "i64x2.gt_s": 0xfd00d9, "i64x2.le_s": 0xfd00da,
  "i64x2.ge_s": 0xfd00db,

  "v128.not": 0xfd004d, "v128.and": 0xfd004e, "v128.andnot": 0xfd004f, "v128.or": 0xfd0050, "v128.xor": 0xfd0051,
  "v128.bitselect": 0xfd0052, "v128.any_true": 0xfd0053,
  "f32x4.demote_f64x2_zero": 0xfd005e, "f64x2.promote_low_f32x4": 0xfd005f,

  "i8x16.abs": 0xfd0060, "i8x16.neg": 0xfd0061, "i8x16.popcnt": 0xfd0062, "i8x16.all_true": 0xfd0063,
  "i8x16.bitmask": 0xfd0064, "i8x16.narrow_i16x8_s": 0xfd0065, "i8x16.narrow_i16x8_u": 0xfd0066,
  "i8x16.shl": 0xfd006b, "i8x16.shr_s": 0xfd006c, "i8x16.shr_u": 0xfd006d, "i8x16.add": 0xfd006e, "i8x16.sub": 0xfd0071,
  "i8x16.min_s": 0xfd0076, "i8x16.min_u": 0xfd0077, "i8x16.max_s": 0xfd0078, "i8x16.max_u": 0xfd0079,

  "i16x8.abs": 0xfd0080, "i16x8.neg": 0xfd0081, "i16x8.all_true": 0xfd0083, "i16x8.bitmask": 0xfd0084,
  "i16x8.narrow_i32x4_s": 0xfd0085, "i16x8.narrow_i32x4_u": 0xfd0086,
  "i16x8.extend_low_i8x16_s": 0xfd0087, "i16x8.extend_high_i8x16_s": 0xfd0088, "i16x8.extend_low_i8x16_u": 0xfd0089,
  "i16x8.extend_high_i8x16_u": 0xfd008a, "i16x8.shl": 0xfd008b, "i16x8.shr_s": 0xfd008c, "i16x8.shr_u": 0xfd008d,
  "i16x8.add": 0xfd008e, "i16x8.sub": 0xfd0091, "i16x8.mul": 0xfd0095,

  "i32x4.abs": 0xfd00a0, "i32x4.neg": 0xfd00a1, "i32x4.all_true": 0xfd00a3, "i32x4.bitmask": 0xfd00a4,
  "i32x4.extend_low_i16x8_s": 0xfd00a7, "i32x4.extend_high_i16x8_s": 0xfd00a8, "i32x4.extend_low_i16x8_u": 0xfd00a9,
  "i32x4.extend_high_i16x8_u": 0xfd00aa, "i32x4.shl": 0xfd00ab, "i32x4.shr_s": 0xfd00ac, "i32x4.shr_u": 0xfd00ad,
  "i32x4.add": 0xfd00ae, "i32x4.sub": 0xfd00b1, "i32x4.mul": 0xfd00b5, "i32x4.min_s": 0xfd00b6, "i32x4.min_u": 0xfd00b7,
  "i32x4.max_s": 0xfd00b8, "i32x4.max_u": 0xfd00b9,

  "i64x2.abs": 0xfd00c0, "i64x2.neg": 0xfd00c1, "i64x2.all_true": 0xfd00c3, "i64x2.bitmask": 0xfd00c4,
  "i64x2.extend_low_i32x4_s": 0xfd00c7, "i64x2.extend_high_i32x4_s": 0xfd00c8, "i64x2.extend_low_i32x4_u": 0xfd00c9,
  "i64x2.extend_high_i32x4_u": 0xfd00ca, "i64x2.shl": 0xfd00cb, "i64x2.shr_s": 0xfd00cc, "i64x2.shr_u": 0xfd00cd,
  "i64x2.add": 0xfd00ce, "i64x2.sub": 0xfd00d1, "i64x2.mul": 0xfd00d5,

  "f32x4.ceil": 0xfd0067, "f32x4.floor": 0xfd0068, "f32x4.trunc": 0xfd0069, "f32x4.nearest": 0xfd006a,
  "f64x2.ceil": 0xfd0074, "f64x2.floor": 0xfd0075, "f64x2.trunc": 0xfd007a, "f64x2.nearest": 0xfd0094,
  "f32x4.abs": 0xfd00e0, "f32x4.neg": 0xfd00e1, "f32x4.sqrt": 0xfd00e3, "f32x4.add": 0xfd00e4, "f32x4.sub": 0xfd00e5,
  "f32x4.mul": 0xfd00e6, "f32x4.div": 0xfd00e7, "f32x4.min": 0xfd00e8, "f32x4.max": 0xfd00e9, "f32x4.pmin": 0xfd00ea,
  "f32x4.pmax": 0xfd00eb,
  "f64x2.abs": 0xfd00ec, "f64x2.neg": 0xfd00ed, "f64x2.sqrt": 0xfd00ef, "f64x2.add": 0xfd00f0, "f64x2.sub": 0xfd00f1,
  "f64x2.mul": 0xfd00f2, "f64x2.div": 0xfd00f3, "f64x2.min": 0xfd00f4, "f64x2.max": 0xfd00f5, "f64x2.pmin": 0xfd00f6,
  "f64x2.pmax": 0xfd00f7,

  "i32x4.trunc_sat_f32x4_s": 0xfd00f8, "i32x4.trunc_sat_f32x4_u": 0xfd00f9, "f32x4.convert_i32x4_s": 0xfd00fa,
  "f32x4.convert_i32x4_u": 0xfd00fb, "i32x4.trunc_sat_f64x2_s_zero": 0xfd00fc, "i32x4.trunc_sat_f64x2_u_zero": 0xfd00fd,
  "f64x2.convert_low_i32x4_s": 0xfd00fe, "f64x2.convert_low_i32x4_u": 0xfd00ff,

  // Relaxed SIMD: a·b + c and c − a·b, rounded once or twice.
  "f32x4.relaxed_madd": 0xfd0105, "f32x4.relaxed_nmadd": 0xfd0106,
  "f64x2.relaxed_madd": 0xfd0107, "f64x2.relaxed_nmadd": 0xfd0108,
} as const;

/** A memory address immediate; the value is `[code, natural alignment in bytes]`. */
// biome-ignore format: rows of a table
export const MEMORY = {
  "i32.load": [0x28, 4], "i64.load": [0x29, 8], "f32.load": [0x2a, 4], "f64.load": [0x2b, 8],
  "i32.load8_s": [0x2c, 1], "i32.load8_u": [0x2d, 1], "i32.load16_s": [0x2e, 2], "i32.load16_u": [0x2f, 2],
  "i64.load32_s": [0x34, 4], "i64.load32_u": [0x35, 4],
  "i32.store": [0x36, 4], "i64.store": [0x37, 8], "f32.store": [0x38, 4], "f64.store": [0x39, 8],
  "i32.store8": [0x3a, 1], "i32.store16": [0x3b, 2], "i64.store32": [0x3e, 4],
  "v128.load": [0xfd0000, 16], "v128.load8x8_s": [0xfd0001, 8], "v128.load8x8_u": [0xfd0002, 8],
  "v128.load16x4_s": [0xfd0003, 8], "v128.load16x4_u": [0xfd0004, 8], "v128.load32x2_s": [0xfd0005, 8],
  "v128.load32x2_u": [0xfd0006, 8], "v128.load8_splat": [0xfd0007, 1], "v128.load16_splat": [0xfd0008, 2],
  "v128.load32_splat": [0xfd0009, 4], "v128.load64_splat": [0xfd000a, 8], "v128.store": [0xfd000b, 16],
  "v128.load32_zero": [0xfd005c, 4], "v128.load64_zero": [0xfd005d, 8],
  "memory.atomic.notify": [0xfe0000, 4], "memory.atomic.wait32": [0xfe0001, 4],
  "i32.atomic.load": [0xfe0010, 4], "i32.atomic.store": [0xfe0017, 4], "i32.atomic.rmw.add": [0xfe001e, 4],
} as const;

/** A lane number. */
// biome-ignore format: rows of a table
export const LANE = {
  "i8x16.extract_lane_s": 0xfd0015, "i8x16.extract_lane_u": 0xfd0016, "i8x16.replace_lane": 0xfd0017,
  "i16x8.extract_lane_s": 0xfd0018, "i16x8.extract_lane_u": 0xfd0019, "i16x8.replace_lane": 0xfd001a,
  "i32x4.extract_lane": 0xfd001b, "i32x4.replace_lane": 0xfd001c, "i64x2.extract_lane": 0xfd001d,
  "i64x2.replace_lane": 0xfd001e, "f32x4.extract_lane": 0xfd001f, "f32x4.replace_lane": 0xfd0020,
  "f64x2.extract_lane": 0xfd0021, "f64x2.replace_lane": 0xfd0022,
} as const;

/** A memory address, then a lane number. */
// biome-ignore format: rows of a table
export const MEMORY_LANE = {
  "v128.load8_lane": [0xfd0054, 1], "v128.load16_lane": [0xfd0055, 2], "v128.load32_lane": [0xfd0056, 4],
  "v128.load64_lane": [0xfd0057, 8], "v128.store8_lane": [0xfd0058, 1], "v128.store16_lane": [0xfd0059, 2],
  "v128.store32_lane": [0xfd005a, 4], "v128.store64_lane": [0xfd005b, 8],
} as const;

/** Sixteen byte selectors into the two operands' 32 bytes. */
// biome-ignore format: rows of a table
export const SHUFFLE = { "i8x16.shuffle": 0xfd000d } as const;

/** Fixed zero bytes (memory indices); the value is `[code, how many]`. */
// biome-ignore format: rows of a table
export const BULK = { "memory.size": [0x3f, 1], "memory.copy": [0xfc000a, 2], "memory.fill": [0xfc000b, 1] } as const;

/** Instructions that only `FunctionBuilder`'s own methods write. */
// biome-ignore format: rows of a table
export const CONTROL = {
  block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, br_if: 0x0d, call: 0x10,
  "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22,
  "i32.const": 0x41, "i64.const": 0x42, "f32.const": 0x43, "f64.const": 0x44, "v128.const": 0xfd000c,
} as const;

export type Plain = keyof typeof PLAIN;
export type MemoryOp = keyof typeof MEMORY;
export type LaneOp = keyof typeof LANE;
export type MemoryLaneOp = keyof typeof MEMORY_LANE;
export type ShuffleOp = keyof typeof SHUFFLE;
export type BulkOp = keyof typeof BULK;
export type Mnemonic = Plain | MemoryOp | LaneOp | MemoryLaneOp | ShuffleOp | BulkOp;

/** A constant byte offset to add to the address, and the alignment (in bytes) to promise: the natural one unless given. */
export interface MemArg {
  readonly offset?: number;
  readonly align?: number;
}

/** What follows the mnemonic in `op`. */
export type Immediates<N extends Mnemonic> = N extends MemoryOp
  ? [at?: MemArg]
  : N extends LaneOp
    ? [lane: number]
    : N extends MemoryLaneOp
      ? [at: MemArg, lane: number]
      : N extends ShuffleOp
        ? [lanes: readonly number[]]
        : [];
