import type { FunctionBuilder, Local } from "../asm/function.ts";
import type { Plain } from "../asm/opcodes.ts";

/** Writes vector code as expressions: each call emits one instruction and gives the local that holds its value. */
export class VectorCode {
  readonly f: FunctionBuilder;

  constructor(f: FunctionBuilder) {
    this.f = f;
  }

  /** Any instruction whose operands and result are vectors. */
  op(name: Plain, ...args: readonly Local[]): Local {
    for (const arg of args) this.f.get(arg);
    this.f.op(name);
    return this.result();
  }

  /** Four equal float32 lanes. */
  float(value: number): Local {
    this.f.f32x4Const(value);
    return this.result();
  }

  /** Four equal int32 lanes. */
  int(value: number): Local {
    this.f.i32x4Const(value);
    return this.result();
  }

  /** Two equal float64 lanes. */
  double(value: number): Local {
    this.f.f64x2Const(value);
    return this.result();
  }

  add(a: Local, b: Local): Local {
    return this.op("f32x4.add", a, b);
  }

  sub(a: Local, b: Local): Local {
    return this.op("f32x4.sub", a, b);
  }

  mul(a: Local, b: Local): Local {
    return this.op("f32x4.mul", a, b);
  }

  div(a: Local, b: Local): Local {
    return this.op("f32x4.div", a, b);
  }

  /** Bits of `a` where the mask is one, of `b` elsewhere. */
  select(mask: Local, a: Local, b: Local): Local {
    return this.op("v128.bitselect", a, b, mask);
  }

  /** Integer shifts of all lanes. */
  shift(name: "i32x4.shl" | "i32x4.shr_s" | "i32x4.shr_u", a: Local, bits: number): Local {
    this.f.get(a).i32Const(bits).op(name);
    return this.result();
  }

  /** Σ coefficients[i] · xⁱ, by Horner's rule. */
  polynomial(x: Local, coefficients: readonly number[]): Local {
    return coefficients
      .map((c) => () => this.float(c))
      .reduceRight<Local | undefined>(
        (sum, c) => (sum === undefined ? c() : this.add(this.mul(sum, x), c())),
        undefined,
      )!;
  }

  /** |x| and the sign bit of each lane. */
  magnitude(x: Local): readonly [magnitude: Local, sign: Local] {
    const sign = this.int(-(2 ** 31));
    return [this.op("v128.andnot", x, sign), this.op("v128.and", x, sign)];
  }

  private result(): Local {
    const local = this.f.local("v128");
    this.f.set(local);
    return local;
  }
}
