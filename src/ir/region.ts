/**
 * Regions: what fusion makes. A region is one loop nest over an iteration space that loads elements of its input
 * buffers through strides, computes a typed straight-line body, optionally reduces over some axes, and stores through
 * strides. It is plain data: it can be printed, compared, saved, interpreted and compiled.
 */
import type { DType } from "./dtype.ts";
import type { Shape } from "./layout.ts";
import type { Prim } from "./scalar.ts";

/**
 * One instruction of a body; its operands are the indices of earlier instructions. Strides are one an iteration axis,
 * in elements (0: the value does not depend on that axis); offsets are in elements.
 */
export type Instr =
  | {
      readonly kind: "load";
      readonly input: number;
      readonly strides: readonly number[];
      readonly offset: number;
      readonly dtype: DType;
    }
  | { readonly kind: "const"; readonly value: number; readonly dtype: DType }
  /** The number `offset + Σ i[k]·strides[k]` of the iteration index `i`. */
  | { readonly kind: "index"; readonly strides: readonly number[]; readonly offset: number; readonly dtype: DType }
  /**
   * `dtype` is the result's; the operands of a comparison share another one, and `select`'s first is bool. An `exp` may know
   * that its operand is nowhere above zero.
   */
  | {
      readonly kind: "prim";
      readonly prim: Prim;
      readonly args: readonly number[];
      readonly dtype: DType;
      readonly nonpositive?: true;
    }
  | { readonly kind: "cast"; readonly arg: number; readonly dtype: DType }
  /** The element of an input of `length` elements at the position that `arg` (int32) says, moved inside where it is outside. */
  | {
      readonly kind: "gather";
      readonly input: number;
      readonly arg: number;
      readonly length: number;
      readonly dtype: DType;
    };

/** The instructions that an instruction reads. */
export function argsOf(i: Instr): readonly number[] {
  if (i.kind === "prim") return i.args;
  return i.kind === "cast" || i.kind === "gather" ? [i.arg] : [];
}

/** The input that an instruction loads from, or null. */
export function inputOf(i: Instr): number | null {
  return i.kind === "load" || i.kind === "gather" ? i.input : null;
}

/** How a reduction joins two values; `or` and `and` are for bool. */
export type Combine = "add" | "mul" | "max" | "min" | "or" | "and";

export interface Region {
  /** The iteration space. Any axis may be of length 0. */
  readonly shape: Shape;
  readonly body: readonly Instr[];
  /** The instruction whose value is stored, or reduced and then stored. */
  readonly result: number;
  /** Axes of the iteration space that are reduced, in ascending order. The reduced value of no elements is `identity`. */
  readonly reduce: { readonly combine: Combine; readonly axes: readonly number[]; readonly identity: number } | null;
  /** Where the result goes in the output buffer: strides (0 on reduced axes) and offset, in elements. */
  readonly store: { readonly strides: readonly number[]; readonly offset: number };
  /** dtype of the output buffer; equals the dtype of the `result` instruction. */
  readonly dtype: DType;
}
