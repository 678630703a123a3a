/** Writes the instructions of a region's body, where the loops want them. */
import { BYTES } from "../../../../ir/dtype.ts";
import { argsOf, type Instr, type Region } from "../../../../ir/region.ts";
import type { Local } from "../../asm/function.ts";
import type { MathPrim } from "../math-imports.ts";
import { writeMath32 } from "../math32.ts";
import { isFloat32Math } from "./copies.ts";
import { pushCast, pushConstant, pushDense, pushGather, pushIndex, pushSplat, pushStrided } from "./lanes.ts";
import type { Nest } from "./nest.ts";
import { type Emitter, PRIMS, pushExtremumWith, SHIFTS } from "./prims.ts";

/** Where an instruction is computed. */
interface Site {
  /** The innermost loop that its value depends on; -1 where it depends on none. */
  readonly level: number;
  /** Whether it differs between lanes. */
  readonly isVector: boolean;
}

export class BodyEmitter {
  /** The pointer of each stream. */
  readonly pointers: readonly Local[];
  private readonly e: Emitter;
  private readonly region: Region;
  private readonly nest: Nest;
  private readonly sites: readonly Site[];
  private readonly values: Map<string, Local> = new Map();
  /** What is added to each stream's pointer, in bytes, where loops are written out. */
  private readonly shifts: number[];

  constructor(e: Emitter, region: Region, nest: Nest) {
    this.e = e;
    this.region = region;
    this.nest = nest;
    this.pointers = nest.streams.map(() => e.f.local("i32"));
    this.shifts = nest.streams.map(() => 0);
    this.sites = this.findSites();
  }

  /** Whether an instruction's value differs between lanes. */
  isVector(k: number): boolean {
    return this.sites[k]!.isVector;
  }

  /** Moves what is loaded next by `steps` elements of an axis. */
  shift(strides: readonly number[], steps: number): void {
    strides.forEach((stride, k) => {
      this.shifts[k]! += stride * steps * this.nest.streams[k]!.size;
    });
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

  /** The instructions that belong into loop `level`, each for all copies. */
  emitLevel(level: number, copies: number, valid: number): void {
    this.region.body.forEach((instr, k) => {
      const site = this.sites[k]!;
      if (site.level !== level) return;
      if (!site.isVector) this.emit(instr, k, 0, valid);
      else if (isFloat32Math(instr)) this.emitMath(instr, k, copies);
      else for (let u = 0; u < copies; u++) this.emit(instr, k, u, valid);
    });
  }

  /** All copies at once: they are long, and do not wait for each other. */
  private emitMath(instr: Extract<Instr, { kind: "prim" }>, k: number, copies: number): void {
    const us = Array.from({ length: copies }, (_, u) => u);
    const args = us.map((u) => instr.args.map((a) => this.valueOf(a, u)));
    const out = us.map((u) => this.valueOf(k, u));
    writeMath32(this.e.f, this.e.module, instr.prim as MathPrim, args, out, instr.nonpositive);
  }

  valueOf(k: number, u: number): Local {
    const key = `${k}|${this.sites[k]!.isVector ? u : 0}`;
    let local = this.values.get(key);
    if (local === undefined) {
      local = this.e.f.local("v128");
      this.values.set(key, local);
    }
    return local;
  }

  private emit(instr: Instr, k: number, u: number, valid: number): void {
    const { e, region } = this;
    const { f } = e;
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
        pushIndex(f, this.pointers[stream]!, u * e.lanes * stride + this.shifts[stream]!, stride, instr.dtype);
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
    const { e } = this;
    const { f } = e;
    const stream = this.nest.streamOf.get(k)!;
    const pointer = this.pointers[stream]!;
    const elements = this.nest.axes[this.nest.vector]!.strides[stream]!;
    const size = BYTES[instr.dtype];
    const at = u * e.lanes * elements * size + this.shifts[stream]!;
    if (elements === 0) pushSplat(f, pointer, at, instr.dtype, e.lanes);
    else if (elements === 1) pushDense(f, pointer, at, instr.dtype, e.lanes);
    else pushStrided(f, pointer, at, elements * size, instr.dtype, e.lanes, valid);
  }
}
