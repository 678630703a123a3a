/** Accumulators of reductions. Sums and products of float32 are taken in float64. */
import type { DType } from "../../../../ir/dtype.ts";
import type { Combine, Region } from "../../../../ir/region.ts";
import type { Local } from "../../asm/function.ts";
import { pushConstant } from "./lanes.ts";
import { type Emitter, PRIMS } from "./prims.ts";

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const SECOND_LANE = [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** One vector's worth of running results: a local, or two where 4 lanes of float32 are kept as float64. */
export type Accumulator = readonly Local[];

export class Reduction {
  private readonly e: Emitter;
  private readonly combine: Combine;
  private readonly identity: number;
  private readonly dtype: DType;
  /** What the accumulators hold. */
  private readonly held: DType;

  constructor(e: Emitter, region: Region) {
    if (region.reduce === null) throw new Error("the region reduces nothing");
    this.e = e;
    this.combine = region.reduce.combine;
    this.identity = region.reduce.identity;
    this.dtype = region.dtype;
    const wide = this.dtype === "float32" && (this.combine === "add" || this.combine === "mul");
    this.held = wide ? "float64" : this.dtype;
  }

  private get isWide(): boolean {
    return this.held !== this.dtype;
  }

  make(): Accumulator {
    const { f, lanes } = this.e;
    return this.isWide && lanes === 4 ? [f.local("v128"), f.local("v128")] : [f.local("v128")];
  }

  reset(acc: Accumulator): void {
    for (const part of acc) {
      pushConstant(this.e.f, this.identity, this.held);
      this.e.f.set(part);
    }
  }

  /** Whether values may be joined in their own dtype before they go to an accumulator: float32 sums, few at a time. */
  get joinsFirst(): boolean {
    return this.isWide && this.combine === "add";
  }

  /** Whether few values may be joined without an accumulator. */
  get joinsInPlace(): boolean {
    return !this.isWide || this.joinsFirst;
  }

  /** Joins a value to another one, both of the region's dtype. */
  joinInPlace(result: Local, value: Local): void {
    PRIMS[this.dtype][this.combine](this.e, [value, result]);
    this.e.f.set(result);
  }

  /** The sum of some float32 values, by pairs. */
  joined(values: readonly Local[]): Local {
    const { f } = this.e;
    let level = [...values];
    while (level.length > 1) {
      const next: Local[] = [];
      for (let k = 0; k + 1 < level.length; k += 2) {
        const sum = f.local("v128");
        f.get(level[k]!)
          .get(level[k + 1]!)
          .op("f32x4.add")
          .set(sum);
        next.push(sum);
      }
      if (level.length % 2 === 1) next.push(level[level.length - 1]!);
      level = next;
    }
    return level[0]!;
  }

  /** Joins the first `valid` lanes of a value. */
  add(acc: Accumulator, value: Local, valid: number): void {
    const { f, lanes } = this.e;
    let x = value;
    if (valid < lanes) {
      x = f.local("v128");
      f.get(value);
      pushConstant(f, this.identity, this.dtype);
      f.v128Const(this.laneMask(valid)).op("v128.bitselect").set(x);
    }
    if (!this.isWide) {
      this.join(acc[0]!, x);
      return;
    }
    const wide = f.local("v128");
    f.get(x).op("f64x2.promote_low_f32x4").set(wide);
    this.join(acc[0]!, wide);
    if (acc.length === 1) return;
    f.get(x).get(x).op("i8x16.shuffle", HIGH_HALF).op("f64x2.promote_low_f32x4").set(wide);
    this.join(acc[1]!, wide);
  }

  /** Joins all lanes of several accumulators into the first lane of the local that is returned. */
  total(accs: readonly Accumulator[]): Local {
    const { f } = this.e;
    const [first, ...rest] = accs.flat() as [Local, ...Local[]];
    for (const part of rest) this.join(first, part);
    const folds = this.laneBytes() === 8 ? [HIGH_HALF] : this.e.lanes === 4 ? [HIGH_HALF, SECOND_LANE] : [SECOND_LANE];
    const moved = f.local("v128");
    for (const lanes of folds) {
      f.get(first).get(first).op("i8x16.shuffle", lanes).set(moved);
      this.join(first, moved);
    }
    if (!this.isWide) return first;
    f.get(first).op("f32x4.demote_f64x2_zero").set(moved);
    return moved;
  }

  /** The lanes of one accumulator as values of the region's dtype. */
  lanes(acc: Accumulator): Local {
    if (!this.isWide) return acc[0]!;
    const { f } = this.e;
    const out = f.local("v128");
    f.get(acc[0]!).op("f32x4.demote_f64x2_zero");
    if (acc.length === 2) f.get(acc[1]!).op("f32x4.demote_f64x2_zero").op("i8x16.shuffle", LOW_HALVES);
    f.set(out);
    return out;
  }

  private join(acc: Local, value: Local): void {
    // The accumulator as the second operand: what `max` does to the first is then no part of the chain.
    PRIMS[this.held][this.combine](this.e, [value, acc]);
    this.e.f.set(acc);
  }

  private laneBytes(): number {
    return this.held === "float64" || (this.held === "bool" && this.e.lanes === 2) ? 8 : 4;
  }

  private laneMask(valid: number): Uint8Array {
    const bytes = this.dtype === "float64" || (this.dtype === "bool" && this.e.lanes === 2) ? 8 : 4;
    return new Uint8Array(16).fill(0xff, 0, valid * bytes);
  }
}
