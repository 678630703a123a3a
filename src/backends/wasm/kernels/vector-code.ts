import type { FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import type { Plain } from "../asm/opcodes.ts";

export type FloatVector = "f32x4" | "f64x2";
/** The instructions that both vectors of floats have. */
type Arithmetic = "add" | "sub" | "mul" | "div" | "sqrt" | "pmin" | "pmax" | "nearest" | "trunc" | "abs" | "neg";
type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Vectors that no one reads any more, by the function whose locals they are. */
const FREE = new WeakMap<FunctionBuilder, Local[]>();

/**
 * Writes vector code as expressions: each call emits one instruction and gives the local that holds its value. Several
 * copies of the code can be written at once, instruction by instruction, for operands that differ: the copies do not
 * wait for each other. A value is then named by the local of its first copy.
 */
export class VectorCode {
  readonly f: FunctionBuilder;
  readonly module: ModuleBuilder;
  readonly type: FloatVector;
  private readonly copies: number;
  /** The locals of all copies, by that of the first; a value that is not here is the same in all. */
  private readonly twins: Map<Local, readonly Local[]>;
  private readonly taken: Local[];

  private constructor(
    f: FunctionBuilder,
    module: ModuleBuilder,
    type: FloatVector,
    copies: number,
    twins: Map<Local, readonly Local[]> = new Map(),
    taken: Local[] = [],
  ) {
    this.f = f;
    this.module = module;
    this.type = type;
    this.copies = copies;
    this.twins = twins;
    this.taken = taken;
  }

  /** Pushes what `write` computes. Its locals are used again by the next one in the same function. */
  static push(
    f: FunctionBuilder,
    module: ModuleBuilder,
    type: FloatVector,
    write: (v: VectorCode, ...args: readonly Local[]) => Local,
    args: readonly Local[],
  ): void {
    const v = new VectorCode(f, module, type, 1);
    f.get(write(v, ...args));
    FREE.set(f, (FREE.get(f) ?? []).concat(v.taken));
  }

  /** The same for several lists of operands, with the results in `out`. */
  static writeCopies(
    f: FunctionBuilder,
    module: ModuleBuilder,
    type: FloatVector,
    write: (v: VectorCode, ...args: readonly Local[]) => Local,
    args: readonly (readonly Local[])[],
    out: readonly Local[],
  ): void {
    const twins = new Map<Local, readonly Local[]>();
    const v = new VectorCode(f, module, type, args.length, twins);
    // Operands get names of their own: one local may be the first copy of one and the second of another.
    const names = args[0]!.map((_, k) => {
      const name = -1 - k;
      twins.set(
        name,
        args.map((each) => each[k]!),
      );
      return name;
    });
    const result = write(v, ...names);
    out.forEach((local, copy) => {
      f.get(v.at(result, copy)).set(local);
    });
    FREE.set(f, (FREE.get(f) ?? []).concat(v.taken));
  }

  /** The same code on vectors of another type. */
  as(type: FloatVector): VectorCode {
    return new VectorCode(this.f, this.module, type, this.copies, this.twins, this.taken);
  }

  /** Writes `body` for each copy; `at` gives a value's local. */
  each(body: (at: (value: Local) => Local) => void): void {
    for (let copy = 0; copy < this.copies; copy++) body((value) => this.at(value, copy));
  }

  /** Any instruction whose operands and result are vectors. */
  op(name: Plain, ...args: readonly Local[]): Local {
    return this.result((at) => {
      for (const arg of args) this.f.get(at(arg));
      this.f.op(name);
    });
  }

  /** An instruction of this type of floats. */
  do(name: Arithmetic | Comparison, ...args: readonly Local[]): Local {
    return this.op(`${this.type}.${name}`, ...args);
  }

  /** Equal lanes of this type of floats. */
  num(value: number): Local {
    if (this.type === "f32x4") this.f.f32x4Const(value);
    else this.f.f64x2Const(value);
    return this.constant();
  }

  /** Four equal int32 lanes. */
  int(value: number): Local {
    this.f.i32x4Const(value);
    return this.constant();
  }

  /** Two equal int64 lanes. */
  long(value: bigint): Local {
    this.f.v128Const(new Uint8Array(new BigInt64Array(2).fill(value).buffer));
    return this.constant();
  }

  add(a: Local, b: Local): Local {
    return this.do("add", a, b);
  }

  sub(a: Local, b: Local): Local {
    return this.do("sub", a, b);
  }

  mul(a: Local, b: Local): Local {
    return this.do("mul", a, b);
  }

  div(a: Local, b: Local): Local {
    return this.do("div", a, b);
  }

  /** a·b + c, rounded once where the engine can. */
  madd(a: Local, b: Local, c: Local): Local {
    return this.module.features.relaxed ? this.op(`${this.type}.relaxed_madd`, a, b, c) : this.add(this.mul(a, b), c);
  }

  /** c − a·b, rounded once where the engine can. */
  nmadd(a: Local, b: Local, c: Local): Local {
    return this.module.features.relaxed ? this.op(`${this.type}.relaxed_nmadd`, a, b, c) : this.sub(c, this.mul(a, b));
  }

  /** The smaller one; `a` where one of them is NaN. */
  min(a: Local, b: Local): Local {
    return this.do("pmin", a, b);
  }

  /** The larger one; `a` where one of them is NaN. */
  max(a: Local, b: Local): Local {
    return this.do("pmax", a, b);
  }

  clamp(x: Local, low: number, high: number): Local {
    return this.max(this.min(x, this.num(high)), this.num(low));
  }

  and(a: Local, b: Local): Local {
    return this.op("v128.and", a, b);
  }

  or(a: Local, b: Local): Local {
    return this.op("v128.or", a, b);
  }

  xor(a: Local, b: Local): Local {
    return this.op("v128.xor", a, b);
  }

  /** Bits of `a` where the mask is one, of `b` elsewhere. */
  select(mask: Local, a: Local, b: Local): Local {
    return this.op("v128.bitselect", a, b, mask);
  }

  /** Sums and shifts of integer lanes that are as wide as the floats. */
  whole(name: "add" | "sub", a: Local, b: Local): Local {
    return this.op(`${this.type === "f32x4" ? "i32x4" : "i64x2"}.${name}`, a, b);
  }

  shift(name: "shl" | "shr_s" | "shr_u", a: Local, bits: number): Local {
    return this.result((at) => {
      this.f.get(at(a)).i32Const(bits);
      this.f.op(`${this.type === "f32x4" ? "i32x4" : "i64x2"}.${name}`);
    });
  }

  /** 32-bit lanes of `a` (0 to 3) and `b` (4 to 7). */
  shuffle(a: Local, b: Local, lanes: readonly number[]): Local {
    const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
    return this.result((at) => this.f.get(at(a)).get(at(b)).op("i8x16.shuffle", bytes));
  }

  /** Σ coefficients[i] · xⁱ, by Horner's rule. */
  polynomial(x: Local, coefficients: readonly number[]): Local {
    let sum = this.num(coefficients[coefficients.length - 1]!);
    for (let i = coefficients.length - 2; i >= 0; i--) sum = this.madd(sum, x, this.num(coefficients[i]!));
    return sum;
  }

  /** x + x·u·P(u): what odd functions are near zero, u = x². */
  odd(x: Local, u: Local, coefficients: readonly number[]): Local {
    return this.madd(this.mul(x, u), this.polynomial(u, coefficients), x);
  }

  /** |x| and the sign bit of each lane. */
  magnitude(x: Local): readonly [magnitude: Local, sign: Local] {
    const sign = this.num(-0);
    return [this.op("v128.andnot", x, sign), this.and(x, sign)];
  }

  /** A new value, for those that several branches set. */
  local(): Local {
    const locals = Array.from({ length: this.copies }, () => this.take());
    this.twins.set(locals[0]!, locals);
    return locals[0]!;
  }

  private take(): Local {
    const local = FREE.get(this.f)?.pop() ?? this.f.local("v128");
    this.taken.push(local);
    return local;
  }

  private at(value: Local, copy: number): Local {
    return this.twins.get(value)?.[copy] ?? value;
  }

  /** The value that `push` leaves on the stack, for each copy. */
  private result(push: (at: (value: Local) => Local) => void): Local {
    const out = this.local();
    this.each((at) => {
      push(at);
      this.f.set(at(out));
    });
    return out;
  }

  /** The value on the stack, the same for all copies. */
  private constant(): Local {
    const out = this.take();
    this.f.set(out);
    return out;
  }
}
