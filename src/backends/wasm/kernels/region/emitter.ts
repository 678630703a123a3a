/** Writes the loops and the body of one region. */
import { BYTES } from "../../../../ir/dtype.ts";
import { argsOf, type Instr, type Region } from "../../../../ir/region.ts";
import type { FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import type { MathPrim } from "../math-imports.ts";
import { writeMath32 } from "../math32.ts";
import { type Accumulator, Reduction } from "./accumulate.ts";
import { chooseCopies, isFloat32Math } from "./copies.ts";
import {
  pushCast,
  pushConstant,
  pushDense,
  pushGather,
  pushIndex,
  pushSplat,
  pushStrided,
  storeLanes,
} from "./lanes.ts";
import { type Nest, planNest } from "./nest.ts";
import { type Emitter, PRIMS, pushExtremumWith, SHIFTS } from "./prims.ts";

/** So many float32 terms of a sum are joined before they go to a float64 accumulator. */
const ROWS_TOGETHER = 4;
/** A strip of columns that is summed downwards is two cache lines wide, where its values allow. */
const STRIP = 8;

/** Where an instruction is computed. */
interface Site {
  /** The innermost loop that its value depends on; -1 where it depends on none. */
  readonly level: number;
  /** Whether it differs between lanes. */
  readonly isVector: boolean;
}

export class RegionEmitter {
  private readonly f: FunctionBuilder;
  private readonly region: Region;
  private readonly nest: Nest;
  private readonly e: Emitter;
  private readonly sites: readonly Site[];
  private readonly pointers: readonly Local[];
  private readonly values: Map<string, Local> = new Map();
  private readonly unroll: number;
  private readonly reduction: Reduction | null;
  private accumulators: readonly Accumulator[] = [];

  constructor(module: ModuleBuilder, f: FunctionBuilder, region: Region) {
    this.f = f;
    this.region = region;
    this.nest = planNest(region);
    const lanes = region.body.some((i) => i.dtype === "float64") ? 2 : 4;
    this.e = { f, module, lanes };
    this.sites = this.findSites();
    this.pointers = this.nest.streams.map(() => f.local("i32"));
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
      f.set(this.pointers[k]!);
    });
    this.emitLevel(-1, 1, this.e.lanes);
    this.loop(0, 1, this.e.lanes);
  }

  private findSites(): Site[] {
    const sites: Site[] = [];
    this.region.body.forEach((i, k) => {
      const own = this.nest.streamOf.get(k);
      let level = -1;
      let isVector = false;
      if (own !== undefined) {
        this.nest.axes.forEach((axis, d) => {
          if (axis.strides[own] === 0) return;
          level = d;
          if (d === this.nest.vector) isVector = true;
        });
      }
      for (const a of argsOf(i)) {
        level = Math.max(level, sites[a]!.level);
        isVector ||= sites[a]!.isVector;
      }
      sites.push({ level, isVector });
    });
    return sites;
  }

  /** How many vectors one turn of the vectorized loop computes. */
  private chooseUnroll(): number {
    const vectors = Math.ceil(this.nest.axes[this.nest.vector]!.size / this.e.lanes);
    const copies = chooseCopies(this.region.body, (k) => this.sites[k]!.isVector);
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
      this.emitLevel(d, copies, valid);
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
      this.emitLevel(d, copies, valid);
      sums.forEach((sum, u) => {
        f.get(this.valueOf(this.region.result, u));
        if (row > 0) f.get(sum).op("f32x4.add");
        f.set(sum);
      });
      this.advance(d, 1);
    }
    sums.forEach((sum, u) => {
      this.reduction!.add(this.accumulators[u]!, sum, this.e.lanes);
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
      this.emitLevel(d, copies, valid);
      if (this.reduction?.joinsFirst === true && copies > 1) {
        const values = Array.from({ length: copies }, (_, u) => this.valueOf(this.region.result, u));
        this.reduction.add(this.accumulators[0]!, this.reduction.joined(values), valid);
      } else for (let u = 0; u < copies; u++) this.finishVector(u, valid);
      return;
    }
    this.emitLevel(d, copies, valid);
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
    const value = this.valueOf(this.region.result, u);
    if (this.reduction === null) this.store(value, u, valid);
    else this.reduction.add(this.accumulators[u]!, value, valid);
  }

  /** The same where a kept axis is vectorized outside the reduced loops. */
  private finishElement(copies: number): void {
    for (let u = 0; u < copies; u++) {
      this.reduction!.add(this.accumulators[u]!, this.valueOf(this.region.result, u), this.e.lanes);
    }
  }

  private store(value: Local, u: number, valid: number): void {
    const { nest, region, e } = this;
    const size = BYTES[region.dtype];
    const stride = nest.axes[nest.vector]!.strides[nest.store]! * size;
    storeLanes(this.f, value, this.pointers[nest.store]!, u * e.lanes * stride, stride, region.dtype, e.lanes, valid);
  }

  /** Moves all pointers by `steps` elements of axis `d`. */
  private advance(d: number, steps: number): void {
    if (steps === 0) return;
    this.nest.streams.forEach((stream, k) => {
      const bytes = this.nest.axes[d]!.strides[k]! * steps * stream.size;
      const pointer = this.pointers[k]!;
      if (bytes !== 0) this.f.get(pointer).i32Const(bytes).op("i32.add").set(pointer);
    });
  }

  /** The instructions that belong into loop `level`, each for all copies. */
  private emitLevel(level: number, copies: number, valid: number): void {
    this.region.body.forEach((instr, k) => {
      const site = this.sites[k]!;
      if (site.level !== level) return;
      if (!site.isVector) this.emit(instr, k, 0, valid);
      else if (copies > 1 && isFloat32Math(instr)) this.emitMath(instr, k, copies);
      else for (let u = 0; u < copies; u++) this.emit(instr, k, u, valid);
    });
  }

  /** All copies at once: they are long, and do not wait for each other. */
  private emitMath(instr: Extract<Instr, { kind: "prim" }>, k: number, copies: number): void {
    const us = Array.from({ length: copies }, (_, u) => u);
    const args = us.map((u) => instr.args.map((a) => this.valueOf(a, u)));
    const out = us.map((u) => this.valueOf(k, u));
    writeMath32(this.f, this.e.module, instr.prim as MathPrim, args, out);
  }

  private valueOf(k: number, u: number): Local {
    const key = `${k}|${this.sites[k]!.isVector ? u : 0}`;
    let local = this.values.get(key);
    if (local === undefined) {
      local = this.f.local("v128");
      this.values.set(key, local);
    }
    return local;
  }

  private emit(instr: Instr, k: number, u: number, valid: number): void {
    const { f, e, region } = this;
    switch (instr.kind) {
      case "load":
        this.pushLoad(instr, k, u, valid);
        break;
      case "const":
        pushConstant(f, instr.value, instr.dtype);
        break;
      case "index": {
        const stream = this.nest.streamOf.get(k)!;
        const stride = this.nest.axes[this.nest.vector]!.strides[stream]!;
        pushIndex(f, this.pointers[stream]!, u * e.lanes * stride, stride, instr.dtype);
        break;
      }
      case "cast":
        pushCast(f, this.valueOf(instr.arg, u), region.body[instr.arg]!.dtype, instr.dtype, e.lanes);
        break;
      case "gather":
        pushGather(f, instr.input, this.valueOf(instr.arg, u), instr.length, instr.dtype, e.lanes);
        break;
      case "prim": {
        const last = region.body[instr.args[instr.args.length - 1]!]!;
        const shift = SHIFTS[instr.prim];
        if (shift !== undefined && last.kind === "const") {
          f.get(this.valueOf(instr.args[0]!, u)).i32Const(last.value).op(shift);
          break;
        }
        if (this.pushExtremum(instr, u)) break;
        PRIMS[last.dtype][instr.prim](
          e,
          instr.args.map((a) => this.valueOf(a, u)),
        );
        break;
      }
    }
    f.set(this.valueOf(k, u));
  }

  /** `max` or `min` of a float and a constant; whether it was that. */
  private pushExtremum(instr: Extract<Instr, { kind: "prim" }>, u: number): boolean {
    const { prim, args } = instr;
    if ((prim !== "max" && prim !== "min") || (instr.dtype !== "float32" && instr.dtype !== "float64")) return false;
    const operands = args.map((a) => this.region.body[a]!);
    const position = operands.findIndex((x) => x.kind === "const");
    const operand = operands[position];
    if (operand?.kind !== "const") return false;
    const constant = { position: position === 0 ? 0 : 1, value: operand.value } as const;
    const [a, b] = args.map((x) => this.valueOf(x, u)) as [Local, Local];
    return pushExtremumWith(this.e, prim, instr.dtype, [a, b], constant);
  }

  private pushLoad(instr: Extract<Instr, { kind: "load" }>, k: number, u: number, valid: number): void {
    const { f, e } = this;
    const stream = this.nest.streamOf.get(k)!;
    const pointer = this.pointers[stream]!;
    const elements = this.nest.axes[this.nest.vector]!.strides[stream]!;
    const size = BYTES[instr.dtype];
    const at = u * e.lanes * elements * size;
    if (elements === 0) pushSplat(f, pointer, 0, instr.dtype, e.lanes);
    else if (elements === 1) pushDense(f, pointer, at, instr.dtype, e.lanes);
    else pushStrided(f, pointer, at, elements * size, instr.dtype, e.lanes, valid);
  }
}
