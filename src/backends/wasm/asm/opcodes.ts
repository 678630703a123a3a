/**
 * WebAssembly's instructions as data, as far as kernels use them, grouped by the immediates they take.
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

  "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.gt_s": 0x4a, "i32.le_s": 0x4c,
  "i32.ge_s": 0x4e,

  "f32.eq": 0x5b, "f32.ne": 0x5c, "f32.lt": 0x5d, "f64.eq": 0x61, "f64.ne": 0x62, "f64.lt": 0x63,

  "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c, "i32.div_s": 0x6d, "i32.rem_s": 0x6f, "i32.and": 0x71,
  "i32.or": 0x72, "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_s": 0x75, "i32.shr_u": 0x76, "f32.add": 0x92,
  "f64.add": 0xa0, "f32.demote_f64": 0xb6, "f64.convert_i64_s": 0xb9, "f64.promote_f32": 0xbb,
  "i32x4.splat": 0xfd0011, "f32x4.splat": 0xfd0013,

  "i32x4.eq": 0xfd0037, "i32x4.ne": 0xfd0038, "i32x4.lt_s": 0xfd0039, "i32x4.le_s": 0xfd003d, "f32x4.eq": 0xfd0041,
  "f32x4.ne": 0xfd0042, "f32x4.lt": 0xfd0043, "f32x4.gt": 0xfd0044, "f32x4.le": 0xfd0045, "f32x4.ge": 0xfd0046,
  "f64x2.eq": 0xfd0047, "f64x2.ne": 0xfd0048, "f64x2.lt": 0xfd0049, "f64x2.gt": 0xfd004a, "f64x2.le": 0xfd004b,
  "f64x2.ge": 0xfd004c, "i64x2.eq": 0xfd00d6,

  "v128.not": 0xfd004d, "v128.and": 0xfd004e, "v128.andnot": 0xfd004f, "v128.or": 0xfd0050, "v128.xor": 0xfd0051,
  "v128.bitselect": 0xfd0052, "v128.any_true": 0xfd0053, "f32x4.demote_f64x2_zero": 0xfd005e,
  "f64x2.promote_low_f32x4": 0xfd005f, "i16x8.extend_low_i8x16_u": 0xfd0089,

  "i32x4.abs": 0xfd00a0, "i32x4.neg": 0xfd00a1, "i32x4.extend_low_i16x8_u": 0xfd00a9, "i32x4.shl": 0xfd00ab,
  "i32x4.shr_s": 0xfd00ac, "i32x4.shr_u": 0xfd00ad, "i32x4.add": 0xfd00ae, "i32x4.sub": 0xfd00b1,
  "i32x4.mul": 0xfd00b5, "i32x4.min_s": 0xfd00b6, "i32x4.max_s": 0xfd00b8,

  "i64x2.extend_low_i32x4_s": 0xfd00c7, "i64x2.shl": 0xfd00cb, "i64x2.shr_s": 0xfd00cc, "i64x2.shr_u": 0xfd00cd,
  "i64x2.add": 0xfd00ce, "i64x2.sub": 0xfd00d1,

  "f32x4.ceil": 0xfd0067, "f32x4.floor": 0xfd0068, "f32x4.trunc": 0xfd0069, "f32x4.nearest": 0xfd006a,
  "f64x2.ceil": 0xfd0074, "f64x2.floor": 0xfd0075, "f64x2.trunc": 0xfd007a, "f64x2.nearest": 0xfd0094,
  "f32x4.abs": 0xfd00e0, "f32x4.neg": 0xfd00e1, "f32x4.sqrt": 0xfd00e3, "f32x4.add": 0xfd00e4, "f32x4.sub": 0xfd00e5,
  "f32x4.mul": 0xfd00e6, "f32x4.div": 0xfd00e7, "f32x4.min": 0xfd00e8, "f32x4.max": 0xfd00e9, "f32x4.pmin": 0xfd00ea,
  "f32x4.pmax": 0xfd00eb, "f64x2.abs": 0xfd00ec, "f64x2.neg": 0xfd00ed, "f64x2.sqrt": 0xfd00ef,
  "f64x2.add": 0xfd00f0, "f64x2.sub": 0xfd00f1, "f64x2.mul": 0xfd00f2, "f64x2.div": 0xfd00f3, "f64x2.min": 0xfd00f4,
  "f64x2.max": 0xfd00f5, "f64x2.pmin": 0xfd00f6, "f64x2.pmax": 0xfd00f7,

  "i32x4.trunc_sat_f32x4_s": 0xfd00f8, "f32x4.convert_i32x4_s": 0xfd00fa, "i32x4.trunc_sat_f64x2_s_zero": 0xfd00fc,
  "f64x2.convert_low_i32x4_s": 0xfd00fe,

  // Relaxed SIMD: a·b + c and c − a·b, rounded once or twice.
  "f32x4.relaxed_madd": 0xfd0105, "f32x4.relaxed_nmadd": 0xfd0106, "f64x2.relaxed_madd": 0xfd0107,
  "f64x2.relaxed_nmadd": 0xfd0108,
} as const;

/** A memory address immediate; the value is `[code, natural alignment in bytes]`. */
// biome-ignore format: rows of a table
export const MEMORY = {
  "i32.load": [0x28, 4], "f32.load": [0x2a, 4], "f64.load": [0x2b, 8], "i32.load8_u": [0x2d, 1],

  "i32.store": [0x36, 4], "f32.store": [0x38, 4], "f64.store": [0x39, 8], "i32.store8": [0x3a, 1],
  "v128.load": [0xfd0000, 16],

  "v128.load32_splat": [0xfd0009, 4], "v128.load64_splat": [0xfd000a, 8], "v128.store": [0xfd000b, 16],
  "v128.load32_zero": [0xfd005c, 4], "v128.load64_zero": [0xfd005d, 8], "memory.atomic.notify": [0xfe0000, 4],
  "memory.atomic.wait32": [0xfe0001, 4], "i32.atomic.load": [0xfe0010, 4], "i32.atomic.store": [0xfe0017, 4],
  "i32.atomic.rmw.add": [0xfe001e, 4],
} as const;

/** A lane number. */
// biome-ignore format: rows of a table
export const LANE = {
  "i32x4.extract_lane": 0xfd001b, "i32x4.replace_lane": 0xfd001c, "f32x4.extract_lane": 0xfd001f,
  "f32x4.replace_lane": 0xfd0020, "f64x2.extract_lane": 0xfd0021, "f64x2.replace_lane": 0xfd0022,
} as const;

/** A memory address, then a lane number. */
// biome-ignore format: rows of a table
export const MEMORY_LANE = {
  "v128.load32_lane": [0xfd0056, 4], "v128.load64_lane": [0xfd0057, 8], "v128.store8_lane": [0xfd0058, 1],
  "v128.store16_lane": [0xfd0059, 2], "v128.store32_lane": [0xfd005a, 4], "v128.store64_lane": [0xfd005b, 8],
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
