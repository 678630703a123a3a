/**
 * Values in textures. JavaScript's own memory is the ground, as with the heap of the wasm backend: what was not used lately
 * moves there when textures take too much, and handles that were dropped are freed when the collector finds them.
 */
import type { TypedArray } from "../../ir/dtype.ts";
import type { Buffer, DeviceMemory } from "../backend.ts";
import type { Texture, Textures } from "./gl/textures.ts";
import type { TextureDType } from "./glsl/types.ts";

/** Textures beyond this make values move to the host, the least recently used first. */
const INITIAL_LIMIT = 512 * 2 ** 20;
/** Values used during so many last runs stay. */
const RECENT_RUNS = 2;

/** The values of one backend that lie in textures. */
export class TextureHeap {
  readonly textures: Textures;
  /** The least recently used first. */
  private readonly residents: Set<TextureMemory> = new Set();
  private readonly dropped: FinalizationRegistry<TextureMemory>;
  private clock = 0;
  private limit: number = INITIAL_LIMIT;

  constructor(textures: Textures) {
    this.textures = textures;
    this.dropped = new FinalizationRegistry((memory) => this.discard(memory));
  }

  /** Starts a run: what was used before may now move. */
  tick(): void {
    this.clock++;
    if (this.textures.usedBytes > this.limit) this.shrink(this.textures.usedBytes - this.limit / 2);
  }

  /** Makes a texture the buffer's memory. */
  adopt(buffer: Buffer, texture: Texture): void {
    const memory = new TextureMemory(this, texture, buffer.length);
    memory.lastUse = this.clock;
    this.residents.add(memory);
    this.dropped.register(buffer, memory, memory);
    buffer.device = memory;
  }

  /** The texture that holds a buffer, or null. */
  textureOf({ device }: Buffer): Texture | null {
    if (!(device instanceof TextureMemory) || device.heap !== this || device.texture === null) return null;
    device.lastUse = this.clock;
    this.residents.delete(device);
    this.residents.add(device);
    return device.texture;
  }

  /** Gives a texture back. */
  discard(memory: TextureMemory): void {
    this.dropped.unregister(memory);
    if (!this.residents.delete(memory) || memory.texture === null) return;
    this.textures.release(memory.texture);
    memory.texture = null;
  }

  private shrink(bytes: number): void {
    let freed = 0;
    for (const memory of [...this.residents]) {
      if (freed >= bytes) break;
      if (memory.lastUse > this.clock - RECENT_RUNS) continue;
      freed += memory.texture?.bytes ?? 0;
      memory.moveToHost();
    }
    this.limit = Math.max(INITIAL_LIMIT, 2 * this.textures.usedBytes);
  }
}

/** A buffer's texture, or its elements on the host once there were too many textures. It does not know the buffer. */
export class TextureMemory implements DeviceMemory {
  readonly backend = "webgl";
  readonly heap: TextureHeap;
  /** Null once it was given back. */
  texture: Texture | null;
  /** The run that used it last. */
  lastUse = 0;
  private readonly length: number;
  private host: TypedArray | null = null;

  constructor(heap: TextureHeap, texture: Texture, length: number) {
    this.heap = heap;
    this.texture = texture;
    this.length = length;
  }

  get isLost(): boolean {
    return this.host === null && this.heap.textures.isLost;
  }

  get dtype(): TextureDType | null {
    return this.texture?.dtype ?? null;
  }

  read(): TypedArray {
    return this.host ?? this.heap.textures.read(this.present(), this.length);
  }

  async readLater(): Promise<TypedArray> {
    return this.host ?? this.heap.textures.readLater(this.present(), this.length);
  }

  /** Gives the texture back and keeps the elements. */
  moveToHost(): void {
    this.host = this.read();
    this.heap.discard(this);
  }

  release(): void {
    this.host = null;
    this.heap.discard(this);
  }

  private present(): Texture {
    if (this.texture === null) throw new Error("read: the texture was given back");
    return this.texture;
  }
}
