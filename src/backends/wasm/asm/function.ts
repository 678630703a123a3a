import { ByteSink } from "./encode.ts";
import type { Immediates, MemArg, Mnemonic, ValType } from "./opcodes.ts";
import { BULK, CONTROL, LANE, MEMORY, MEMORY_LANE, PLAIN, SHUFFLE, VAL_TYPES } from "./opcodes.ts";

/** A function of the module: imported or generated. Its index is known only once the module is written. */
export interface FuncRef {
  readonly kind: "import" | "function";
  readonly name: string;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Position among the module's functions of its kind. */
  readonly position: number;
}

/** The index of a local variable; parameters come first. */
export type Local = number;

/** A place that `br` can go to: a block's end or a loop's start. */
export interface Label {
  readonly depth: number;
}

/** The other side of a loop's comparison: a local, or a constant. */
export type Bound = Local | { readonly const: number };

/** A `call` whose target index is written at `at`, later. */
interface Fixup {
  readonly at: number;
  readonly target: FuncRef;
}

type Codes = Readonly<Record<string, number | readonly [number, number] | undefined>>;
const [plain, memory, lane, memoryLane, shuffle, bulk]: readonly [Codes, Codes, Codes, Codes, Codes, Codes] = [
  PLAIN,
  MEMORY,
  LANE,
  MEMORY_LANE,
  SHUFFLE,
  BULK,
];

/** Writes one function's body. Every emitting method returns the builder. */
export class FunctionBuilder {
  readonly params: readonly ValType[];
  private readonly locals: ValType[] = [];
  private readonly code: ByteSink = new ByteSink();
  private readonly fixups: Fixup[] = [];
  private depth: number = 0;

  constructor(params: readonly ValType[]) {
    this.params = params;
  }

  /** The local of the `index`-th parameter. */
  param(index: number): Local {
    if (this.params[index] === undefined) throw new RangeError(`no parameter ${index}`);
    return index;
  }

  /** A new local variable, zero at entry. */
  local(type: ValType): Local {
    this.locals.push(type);
    return this.params.length + this.locals.length - 1;
  }

  get(local: Local): this {
    this.write(CONTROL["local.get"]).u32(local);
    return this;
  }

  set(local: Local): this {
    this.write(CONTROL["local.set"]).u32(local);
    return this;
  }

  tee(local: Local): this {
    this.write(CONTROL["local.tee"]).u32(local);
    return this;
  }

  i32Const(value: number): this {
    this.write(CONTROL["i32.const"]).i32(value);
    return this;
  }

  i64Const(value: bigint): this {
    this.write(CONTROL["i64.const"]).i64(value);
    return this;
  }

  f32Const(value: number): this {
    this.write(CONTROL["f32.const"]).f32(value);
    return this;
  }

  f64Const(value: number): this {
    this.write(CONTROL["f64.const"]).f64(value);
    return this;
  }

  v128Const(bytes: ArrayLike<number>): this {
    if (bytes.length !== 16) throw new RangeError(`v128.const takes 16 bytes, not ${bytes.length}`);
    this.write(CONTROL["v128.const"]).bytes(bytes);
    return this;
  }

  /** The same float32 in all four lanes, as a constant. */
  f32x4Const(value: number): this {
    return this.v128Const(new Uint8Array(new Float32Array(4).fill(value).buffer));
  }

  /** The same float64 in both lanes, as a constant. */
  f64x2Const(value: number): this {
    return this.v128Const(new Uint8Array(new Float64Array(2).fill(value).buffer));
  }

  /** The same int32 in all four lanes, as a constant. */
  i32x4Const(value: number): this {
    return this.v128Const(new Uint8Array(new Int32Array(4).fill(value).buffer));
  }

  /** Any instruction but those with a method of their own. */
  op<N extends Mnemonic>(name: N, ...immediates: Immediates<N>): this {
    const [first, second] = immediates as readonly (MemArg | number | readonly number[] | undefined)[];
    const simple = plain[name];
    if (simple !== undefined) {
      this.write(simple as number);
      return this;
    }
    const withMemory = memory[name] ?? memoryLane[name];
    if (withMemory !== undefined) {
      const [code, natural] = withMemory as readonly [number, number];
      const at = (first ?? {}) as MemArg;
      this.write(code)
        .u32(Math.log2(at.align ?? natural))
        .u32(at.offset ?? 0);
      if (memoryLane[name] !== undefined) this.code.byte(second as number);
      return this;
    }
    if (lane[name] !== undefined) this.write(lane[name] as number).byte(first as number);
    else if (shuffle[name] !== undefined)
      this.write(shuffle[name] as number).bytes(checkLanes(first as readonly number[]));
    else {
      const [code, zeros] = bulk[name] as readonly [number, number];
      this.write(code).bytes(new Uint8Array(zeros));
    }
    return this;
  }

  call(target: FuncRef): this {
    this.write(CONTROL.call);
    this.fixups.push({ at: this.code.length, target });
    return this;
  }

  /** `body` may leave by `br(label)`, which goes to the end. */
  block(body: (label: Label) => void, result?: ValType): this {
    return this.nest(CONTROL.block, result, body);
  }

  /** `body` may start again by `br(label)`; otherwise it runs once. */
  loop(body: (label: Label) => void, result?: ValType): this {
    return this.nest(CONTROL.loop, result, body);
  }

  /** Takes an i32 condition. With a `result`, both branches must leave one. */
  if(then: (label: Label) => void, otherwise?: (label: Label) => void, result?: ValType): this {
    return this.nest(CONTROL.if, result, (label) => {
      then(label);
      if (otherwise === undefined) return;
      this.write(CONTROL.else);
      otherwise(label);
    });
  }

  br(label: Label): this {
    this.write(CONTROL.br).u32(this.depth - label.depth);
    return this;
  }

  brIf(label: Label): this {
    this.write(CONTROL.br_if).u32(this.depth - label.depth);
    return this;
  }

  /** `while (counter < end) { body; counter += step }`, signed; the caller sets `counter` first. `exit` leaves the loop. */
  forLoop(counter: Local, end: Bound, step: number, body: (exit: Label) => void): this {
    return this.block((exit) => {
      this.get(counter).bound(end).op("i32.ge_s").brIf(exit);
      this.loop((again) => {
        body(exit);
        this.get(counter).i32Const(step).op("i32.add").tee(counter).bound(end).op("i32.lt_s").brIf(again);
      });
    });
  }

  /** Pushes a loop's end. */
  private bound(end: Bound): this {
    return typeof end === "number" ? this.get(end) : this.i32Const(end.const);
  }

  private nest(code: number, result: ValType | undefined, body: (label: Label) => void): this {
    this.write(code).byte(result === undefined ? 0x40 : VAL_TYPES[result]);
    const label: Label = { depth: ++this.depth };
    body(label);
    this.depth--;
    this.write(CONTROL.end);
    return this;
  }

  private write(code: number): ByteSink {
    return code > 0xffff ? this.code.byte(code >>> 16).u32(code & 0xffff) : this.code.byte(code);
  }

  /**
   * The function's entry of the code section, without its size. `resolve` gives a target's index; `writeBody` is called
   * with other numberings too (see `ModuleBuilder.addFunction`).
   */
  writeBody(out: ByteSink, resolve: (target: FuncRef) => number): void {
    const runs: { type: ValType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.u32(runs.length);
    for (const { type, count } of runs) out.u32(count).byte(VAL_TYPES[type]);
    let from = 0;
    for (const { at, target } of this.fixups) {
      out.bytes(this.code.view(from, at)).u32(resolve(target));
      from = at;
    }
    out.bytes(this.code.view(from)).byte(CONTROL.end);
  }
}

function checkLanes(lanes: readonly number[]): readonly number[] {
  if (lanes.length !== 16 || lanes.some((each) => !(each >= 0 && each < 32)))
    throw new RangeError(`not 16 lanes below 32: ${lanes}`);
  return lanes;
}
