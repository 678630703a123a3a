/** Textures that hold elements: made, kept for the next use, filled and read. */
import { allocate, type TypedArray } from "../../../ir/dtype.ts";
import { type Extent, extentOf, MAX_ROW_BITS, type TextureDType } from "../glsl/types.ts";
import type { Device } from "./device.ts";

/** Textures that nobody uses are kept up to so many bytes. */
const KEPT_BYTES = 256 * 2 ** 20;

interface Format {
  readonly internal: number;
  readonly format: number;
  readonly type: number;
  readonly texelBytes: number;
}

/** One texture with the framebuffer that draws into it. */
export interface Texture {
  readonly key: string;
  readonly handle: WebGLTexture;
  readonly framebuffer: WebGLFramebuffer;
  readonly dtype: TextureDType;
  readonly extent: Extent;
  readonly bytes: number;
}

export class Textures {
  private readonly device: Device;
  private readonly formats: { readonly [D in TextureDType]: Format };
  /** By dtype and extent; those given back last come last. */
  private readonly free: Map<string, Texture[]> = new Map();
  /** The framebuffer of draws to several textures. */
  private several: WebGLFramebuffer | null = null;
  private attached = 0;
  private freeBytes = 0;
  private allBytes = 0;

  constructor(device: Device) {
    this.device = device;
    const { gl } = device;
    this.formats = {
      float32: { internal: gl.RGBA32F, format: gl.RGBA, type: gl.FLOAT, texelBytes: 16 },
      int32: { internal: gl.RGBA32I, format: gl.RGBA_INTEGER, type: gl.INT, texelBytes: 16 },
      bool: { internal: gl.RGBA8UI, format: gl.RGBA_INTEGER, type: gl.UNSIGNED_BYTE, texelBytes: 4 },
    };
  }

  /** Whether all that textures held is gone. */
  get isLost(): boolean {
    return this.device.isLost;
  }

  /** Bytes of all textures, those that nobody uses included. */
  get bytes(): number {
    return this.allBytes;
  }

  /** Bytes of the textures in use. */
  get usedBytes(): number {
    return this.allBytes - this.freeBytes;
  }

  /** A texture for so many elements; what it holds is undefined. */
  acquire(dtype: TextureDType, length: number): Texture {
    const extent = extentOf(length);
    const key = `${dtype} ${extent.width}x${extent.height}`;
    const kept = this.free.get(key)?.pop();
    if (kept !== undefined) {
      this.freeBytes -= kept.bytes;
      return kept;
    }
    return this.create(key, dtype, extent);
  }

  release(texture: Texture): void {
    const list = this.free.get(texture.key);
    if (list === undefined) this.free.set(texture.key, [texture]);
    else list.push(texture);
    this.freeBytes += texture.bytes;
    for (const [key, others] of this.free) {
      while (this.freeBytes > KEPT_BYTES && others.length > 0) this.destroy(others.shift()!);
      if (others.length === 0) this.free.delete(key);
      if (this.freeBytes <= KEPT_BYTES) break;
    }
  }

  upload(texture: Texture, data: TypedArray): void {
    const { gl } = this.device;
    const { width } = texture.extent;
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    const rows = Math.floor(data.length / (4 * width));
    if (rows > 0) this.uploadRows(texture, 0, rows, data.subarray(0, rows * width * 4));
    const rest = data.length - rows * width * 4;
    if (rest === 0) return;
    const last = allocate(texture.dtype, width * 4);
    last.set(data.subarray(rows * width * 4));
    this.uploadRows(texture, rows, 1, last);
  }

  private uploadRows(texture: Texture, row: number, rows: number, data: TypedArray): void {
    const { gl } = this.device;
    const { format, type } = this.formats[texture.dtype];
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, row, texture.extent.width, rows, format, type, data);
  }

  /** The elements, once the device is done with all that was asked of it before. */
  read(texture: Texture, length: number): TypedArray {
    const { gl } = this.device;
    this.device.checkAlive();
    const all = this.hostArray(texture);
    this.bindForReading(texture);
    const { width, height } = texture.extent;
    const [format, type] = this.readFormat(texture);
    gl.readPixels(0, 0, width, height, format, type, all);
    this.device.checkAlive();
    return elementsOf(texture, all, length);
  }

  /** The same, while the thread does something else. */
  async readLater(texture: Texture, length: number): Promise<TypedArray> {
    const { gl } = this.device;
    this.device.checkAlive();
    const all = this.hostArray(texture);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, all.byteLength, gl.STREAM_READ);
    this.bindForReading(texture);
    const [format, type] = this.readFormat(texture);
    gl.readPixels(0, 0, texture.extent.width, texture.extent.height, format, type, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    try {
      await this.device.done();
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
      gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, all);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
      this.device.checkAlive();
    } finally {
      gl.deleteBuffer(buffer);
    }
    return elementsOf(texture, all, length);
  }

  /** Makes textures of one extent what is drawn to. */
  bindTargets(targets: readonly Texture[]): void {
    const { gl } = this.device;
    const [first] = targets;
    if (targets.length === 1) gl.bindFramebuffer(gl.FRAMEBUFFER, first!.framebuffer);
    else {
      this.several ??= gl.createFramebuffer();
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.several);
      const points = targets.map((_, k) => gl.COLOR_ATTACHMENT0 + k);
      targets.forEach(({ handle }, k) => {
        gl.framebufferTexture2D(gl.FRAMEBUFFER, points[k]!, gl.TEXTURE_2D, handle, 0);
      });
      // What an earlier draw left attached would bound this one by its size.
      for (let k = targets.length; k < this.attached; k++)
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + k, gl.TEXTURE_2D, null, 0);
      this.attached = targets.length;
      gl.drawBuffers(points);
    }
    gl.viewport(0, 0, first!.extent.width, first!.extent.height);
  }

  /** Draws to the targets with the program in use. */
  draw(): void {
    const { gl } = this.device;
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private bindForReading(texture: Texture): void {
    const { gl } = this.device;
    gl.bindFramebuffer(gl.FRAMEBUFFER, texture.framebuffer);
  }

  /** What every implementation reads a framebuffer of such a format as. */
  private readFormat({ dtype }: Texture): readonly [format: number, type: number] {
    const { gl } = this.device;
    const { format, type } = this.formats[dtype];
    return [format, dtype === "bool" ? gl.UNSIGNED_INT : type];
  }

  private hostArray({ dtype, extent }: Texture): Float32Array | Int32Array | Uint32Array {
    const length = extent.width * extent.height * 4;
    if (dtype === "float32") return new Float32Array(length);
    return dtype === "int32" ? new Int32Array(length) : new Uint32Array(length);
  }

  private create(key: string, dtype: TextureDType, extent: Extent): Texture {
    const { gl, capabilities } = this.device;
    this.device.checkAlive();
    if (extent.height > capabilities.maxTextureSize) {
      throw new Error(
        `an array takes a texture of ${extent.width}x${extent.height} texels of four elements, and this device's have at ` +
          `most ${capabilities.maxTextureSize} rows (${capabilities.maxTextureSize * 2 ** MAX_ROW_BITS * 4} elements); use the wasm backend, ` +
          "or smaller arrays",
      );
    }
    const { internal, texelBytes } = this.formats[dtype];
    const handle = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, handle);
    gl.texStorage2D(gl.TEXTURE_2D, 1, internal, extent.width, extent.height);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, handle, 0);
    const bytes = extent.width * extent.height * texelBytes;
    this.allBytes += bytes;
    return { key, handle, framebuffer, dtype, extent, bytes };
  }

  private destroy(texture: Texture): void {
    const { gl } = this.device;
    gl.deleteFramebuffer(texture.framebuffer);
    gl.deleteTexture(texture.handle);
    this.freeBytes -= texture.bytes;
    this.allBytes -= texture.bytes;
  }
}

function elementsOf({ dtype }: Texture, all: TypedArray | Uint32Array, length: number): TypedArray {
  if (dtype === "bool") return Uint8Array.from(all.subarray(0, length));
  return all.length === length ? (all as TypedArray) : (all.slice(0, length) as TypedArray);
}
