/** Writes the loops of one region. */
import { BYTES } from "../../../../ir/dtype.ts";
import type { Region } from "../../../../ir/region.ts";
import type { FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import { type Accumulator, Reduction } from "./accumulate.ts";
import { BodyEmitter } from "./body.ts";
import { chooseCopies, isMath } from "./copies.ts";
import { storeLanes } from "./lanes.ts";
import { type Nest, planNest } from "./nest.ts";
import type { Emitter } from "./prims.ts";

/** So many float32 terms of a sum are joined before they go to a float64 accumulator. */
const ROWS_TOGETHER = 4;
/** Reductions of so few elements are written out, without accumulators. */
const FEW = 16;
/** The instructions of such code, all copies together. */
const MAX_WRITTEN_OUT = 1200;
/** A strip of columns that is summed downwards is two cache lines wide, where its values allow. */
const STRIP = 8;

export class RegionEmitter {
  private readonly f: FunctionBuilder;
  private readonly region: Region;
  private readonly nest: Nest;
  private readonly e: Emitter;
  private readonly body: BodyEmitter;
  private readonly unroll: number;
  private readonly reduction: Reduction | null;
  private accumulators: readonly Accumulator[] = [];

  constructor(module: ModuleBuilder, f: FunctionBuilder, region: Region) {
    this.f = f;
    this.region = region;
    this.nest = planNest(region);
    const lanes = region.body.some((i) => i.dtype === "float64") ? 2 : 4;
    this.e = { f, module, lanes };
    this.body = new BodyEmitter(this.e, region, this.nest);
    this.unroll = this.chooseUnroll();
    this.reduction = region.reduce === null ? null : new Reduction(this.e, region);
  }

  run(): void {
    const { f, nest } = this;
    nest.streams.forEach((stream, k) => {
      const start = stream.offset * stream.size;
      if (stream.param === null) f.i32Const(start);
      else {
        f.get(stream.param);
        if (start !== 0) f.i32Const(start).op("i32.add");
      }
      f.set(this.body.pointers[k]!);
    });
    this.body.emitLevel(-1, 1, this.e.lanes);
    this.loop(0, 1, this.e.lanes);
  }

  /** How many vectors one turn of the vectorized loop computes. */
  private chooseUnroll(): number {
    const vectors = Math.ceil(this.nest.axes[this.nest.vector]!.size / this.e.lanes);
    const copies = chooseCopies(this.region.body, (k) => this.body.isVector(k));
    const isStrip = this.region.reduce !== null && !this.nest.axes[this.nest.vector]!.reduced;
    return Math.max(1, Math.min(isStrip && copies > 4 ? STRIP : copies, vectors));
  }

  /** The loops from depth `d` inwards, for `copies` vectors of which the last has `valid` lanes. */
  private loop(d: number, copies: number, valid: number): void {
    if (d === this.nest.reduceFrom && this.reduction !== null) this.reduceInside(d, copies, valid);
    else this.loopInside(d, copies, valid);
  }

  private loopInside(d: number, copies: number, valid: number): void {
    const { nest } = this;
    if (d === nest.axes.length) {
      this.finishElement(copies);
      return;
    }
    if (d === nest.vector) {
      this.vectorLoop(d);
      return;
    }
    const { size } = nest.axes[d]!;
    const turn = (): void => {
      this.body.emitLevel(d, copies, valid);
      this.loop(d + 1, copies, valid);
    };
    if (size === 1) {
      turn();
      return;
    }
    const isBottom = d === nest.axes.length - 1;
    const groups = isBottom && this.reduction?.joinsFirst === true ? Math.floor(size / ROWS_TOGETHER) : 0;
    this.repeat(
      groups,
      () => this.joinRows(d, copies, valid),
      () => undefined,
    );
    this.repeat(size - groups * ROWS_TOGETHER, turn, () => this.advance(d, 1));
    this.advance(d, -size);
  }

  /** Some turns of the innermost reduced loop, joined before they go to the accumulators. */
  private joinRows(d: number, copies: number, valid: number): void {
    const { f } = this;
    const sums = Array.from({ length: copies }, () => f.local("v128"));
    for (let row = 0; row < ROWS_TOGETHER; row++) {
      this.body.emitLevel(d, copies, valid);
      sums.forEach((sum, u) => {
        f.get(this.body.valueOf(this.region.result, u));
        if (row > 0) f.get(sum).op("f32x4.add");
        f.set(sum);
      });
      this.advance(d, 1);
    }
    sums.forEach((sum, u) => {
      this.reduction!.add(this.accumulators[u]!, sum, this.e.lanes);
    });
  }

  /** Whether the reduced loops from `d` inwards can be written out. */
  private isFew(d: number, copies: number): boolean {
    const { nest, region } = this;
    const axes = nest.axes.slice(d);
    const count = axes.reduce((n, axis) => n * axis.size, 1);
    const hosts = region.body.some((i) => i.kind === "gather" || (i.kind === "prim" && isMath(i.prim)));
    return (
      this.reduction!.joinsInPlace &&
      count > 0 &&
      count <= FEW &&
      !hosts &&
      count * copies * region.body.length <= MAX_WRITTEN_OUT &&
      axes.every((axis) => axis.strides.every((stride) => stride >= 0))
    );
  }

  /** The reduced loops from `d` inwards, written out; the results are stored. */
  private writeOut(d: number, copies: number, valid: number): void {
    const { f, nest, region } = this;
    const results = Array.from({ length: copies }, () => f.local("v128"));
    let isFirst = true;
    const walk = (depth: number): void => {
      if (depth === nest.axes.length) {
        results.forEach((result, u) => {
          const value = this.body.valueOf(region.result, u);
          if (isFirst) f.get(value).set(result);
          else this.reduction!.joinInPlace(result, value);
        });
        isFirst = false;
        return;
      }
      const { size, strides } = nest.axes[depth]!;
      for (let at = 0; at < size; at++) {
        this.body.emitLevel(depth, copies, valid);
        walk(depth + 1);
        this.body.shift(strides, 1);
      }
      this.body.shift(strides, -size);
    };
    walk(d);
    results.forEach((result, u) => {
      this.store(result, u, valid);
    });
  }

  private vectorLoop(d: number): void {
    const { lanes } = this.e;
    const { size } = this.nest.axes[d]!;
    const wide = lanes * this.unroll;
    const mains = Math.floor(size / wide);
    const singles = this.unroll === 1 ? 0 : Math.floor((size % wide) / lanes);
    const rest = size % lanes;
    this.repeat(
      mains,
      () => this.chunk(d, this.unroll, lanes),
      () => this.advance(d, wide),
    );
    this.repeat(
      singles,
      () => this.chunk(d, 1, lanes),
      () => this.advance(d, lanes),
    );
    if (rest > 0) this.chunk(d, 1, rest);
    this.advance(d, -(mains * wide + singles * lanes));
  }

  private chunk(d: number, copies: number, valid: number): void {
    if (d === this.nest.axes.length - 1) {
      this.body.emitLevel(d, copies, valid);
      if (this.reduction?.joinsFirst === true && copies > 1) {
        const values = Array.from({ length: copies }, (_, u) => this.body.valueOf(this.region.result, u));
        this.reduction.add(this.accumulators[0]!, this.reduction.joined(values), valid);
      } else for (let u = 0; u < copies; u++) this.finishVector(u, valid);
      return;
    }
    this.body.emitLevel(d, copies, valid);
    this.loop(d + 1, copies, valid);
  }

  /** `turn` then `step`, so many times. */
  private repeat(times: number, turn: () => void, step: () => void): void {
    if (times === 0) return;
    if (times === 1) {
      turn();
      step();
      return;
    }
    const counter = this.f.local("i32");
    this.f.i32Const(0).set(counter);
    this.f.forLoop(counter, { const: times }, 1, () => {
      turn();
      step();
    });
  }

  /** Runs the loops from `d` inwards for one result (or one strip of results) and stores it. */
  private reduceInside(d: number, copies: number, valid: number): void {
    const reduction = this.reduction!;
    const isRow = this.nest.vector >= d;
    if (!isRow && this.isFew(d, copies)) {
      this.writeOut(d, copies, valid);
      return;
    }
    const outer = this.accumulators;
    this.accumulators = Array.from({ length: !isRow ? copies : reduction.joinsFirst ? 1 : this.unroll }, () =>
      reduction.make(),
    );
    for (const acc of this.accumulators) reduction.reset(acc);
    this.loopInside(d, copies, valid);
    if (isRow) this.store(reduction.total(this.accumulators), 0, 1);
    else {
      this.accumulators.forEach((acc, u) => {
        this.store(reduction.lanes(acc), u, valid);
      });
    }
    this.accumulators = outer;
  }

  /** What is done with copy `u` at the bottom of a nest whose innermost loop is vectorized. */
  private finishVector(u: number, valid: number): void {
    const value = this.body.valueOf(this.region.result, u);
    if (this.reduction === null) this.store(value, u, valid);
    else this.reduction.add(this.accumulators[u]!, value, valid);
  }

  /** The same where a kept axis is vectorized outside the reduced loops. */
  private finishElement(copies: number): void {
    for (let u = 0; u < copies; u++) {
      this.reduction!.add(this.accumulators[u]!, this.body.valueOf(this.region.result, u), this.e.lanes);
    }
  }

  private store(value: Local, u: number, valid: number): void {
    const { nest, region, e } = this;
    const size = BYTES[region.dtype];
    const stride = nest.axes[nest.vector]!.strides[nest.store]! * size;
    storeLanes(
      this.f,
      value,
      this.body.pointers[nest.store]!,
      u * e.lanes * stride,
      stride,
      region.dtype,
      e.lanes,
      valid,
    );
  }

  /** Moves all pointers by `steps` elements of axis `d`. */
  private advance(d: number, steps: number): void {
    if (steps === 0) return;
    this.nest.streams.forEach((stream, k) => {
      const bytes = this.nest.axes[d]!.strides[k]! * steps * stream.size;
      const pointer = this.body.pointers[k]!;
      if (bytes !== 0) this.f.get(pointer).i32Const(bytes).op("i32.add").set(pointer);
    });
  }
}
