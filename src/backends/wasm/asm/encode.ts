/** The byte encodings of the WebAssembly binary format: LEB128, IEEE floats, names, sized vectors. */

/** A growing array of bytes. */
export class ByteSink {
  private buffer: Uint8Array = new Uint8Array(256);
  private used: number = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): this {
    this.reserve(1);
    this.buffer[this.used++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.reserve(values.length);
    this.buffer.set(values, this.used);
    this.used += values.length;
    return this;
  }

  /** Unsigned LEB128: seven bits a byte, low first; the high bit says that more follow. For 0 <= value < 2^53. */
  u32(value: number): this {
    if (!(value >= 0 && value <= 0xffffffff) || !Number.isInteger(value)) throw new RangeError(`not a u32: ${value}`);
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit integer: stops when the rest is the sign extension of the last byte's bit 6. */
  i32(value: number): this {
    return this.i64(BigInt(value | 0));
  }

  /** Signed LEB128 of a 64-bit integer. */
  i64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const signed = (low & 0x40) !== 0;
      if ((rest === 0n && !signed) || (rest === -1n && signed)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  f32(value: number): this {
    return this.bytes(new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): this {
    return this.bytes(new Uint8Array(new Float64Array([value]).buffer));
  }

  /** A UTF-8 string with its byte length in front. */
  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.u32(encoded.length).bytes(encoded);
  }

  /** `write`'s bytes with their length in front: how sections, bodies and name maps are framed. */
  sized(write: (inner: ByteSink) => void): this {
    const inner = new ByteSink();
    write(inner);
    return this.u32(inner.length).bytes(inner.view());
  }

  /** The bytes so far, without a copy: valid until the next write. */
  view(from: number = 0, to: number = this.used): Uint8Array {
    return this.buffer.subarray(from, to);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view());
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.used + more));
    larger.set(this.view());
    this.buffer = larger;
  }
}
