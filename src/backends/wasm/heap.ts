/**
 * Values in tfjs's heap. JavaScript's own memory is the ground: a value may always move to the host, so a heap that runs
 * full gives back what was not used lately, and handles that were dropped are freed when the collector finds them.
 */
import { BYTES, type TypedArray, viewBytes } from "../../ir/dtype.ts";
import type { Buffer, DeviceMemory } from "../backend.ts";
import type { TfjsHeap } from "./tfjs.ts";

/** Every block is followed by so many readable bytes, because kernels load whole vectors. */
export const PADDING = 16;

/** Blocks start at cache lines: vectors that cross two of them are slower to load. */
const CACHE_LINE = 64;

/** Held memory beyond this makes values move to the host, the least recently used first. */
const INITIAL_LIMIT = 64 * 2 ** 20;
/** Values used during so many last runs stay. */
const RECENT_RUNS = 2;

interface Resident {
  readonly buffer: WeakRef<Buffer>;
  readonly bytes: number;
  lastUse: number;
}

/** The values of one backend that lie in its heap. */
export class Heap {
  private readonly tfjs: TfjsHeap;
  /** By address, the least recently used first. */
  private readonly residents: Map<number, Resident> = new Map();
  private readonly dropped: FinalizationRegistry<number>;
  /** Of each block, the address that tfjs's allocator gave. */
  private readonly raw: Map<number, number> = new Map();
  private clock = 0;
  private held = 0;
  private limit: number = INITIAL_LIMIT;

  constructor(tfjs: TfjsHeap) {
    this.tfjs = tfjs;
    this.dropped = new FinalizationRegistry((pointer) => this.forget(pointer));
  }

  get memory(): WebAssembly.Memory {
    return this.tfjs.memory;
  }

  get heldBytes(): number {
    return this.held;
  }

  /** Starts a run: memory used before may now move. */
  tick(): void {
    this.clock++;
    if (this.held > this.limit) this.shrink(this.held - this.limit / 2);
  }

  /** Memory that nobody tracks, for the caller to free. */
  allocate(bytes: number): number {
    const wanted = bytes + PADDING + CACHE_LINE;
    let pointer = this.tfjs.malloc(wanted);
    if (pointer === 0) {
      this.shrink(Number.POSITIVE_INFINITY);
      pointer = this.tfjs.malloc(wanted);
    }
    if (pointer === 0) {
      throw new RangeError(
        `out of memory: ${bytes} bytes do not fit into the WebAssembly heap of ${this.memory.buffer.byteLength}; ` +
          "use smaller batches, or dispose() of tensors that are no longer needed",
      );
    }
    const aligned = Math.ceil(pointer / CACHE_LINE) * CACHE_LINE;
    this.raw.set(aligned, pointer);
    return aligned;
  }

  free(pointer: number): void {
    this.tfjs.free(this.raw.get(pointer)!);
    this.raw.delete(pointer);
  }

  /** Makes a block the buffer's memory. */
  adopt(buffer: Buffer, pointer: number): void {
    const bytes = buffer.length * BYTES[buffer.dtype];
    this.residents.set(pointer, { buffer: new WeakRef(buffer), bytes, lastUse: this.clock });
    this.held += bytes;
    const memory = new HeapMemory(this, buffer, pointer);
    this.dropped.register(buffer, pointer, memory);
    buffer.device = memory;
  }

  /** The address of the buffer's memory in this heap, or undefined. */
  addressOf(buffer: Buffer): number | undefined {
    if (!(buffer.device instanceof HeapMemory) || buffer.device.heap !== this) return undefined;
    const { pointer } = buffer.device;
    const resident = this.residents.get(pointer)!;
    resident.lastUse = this.clock;
    this.residents.delete(pointer);
    this.residents.set(pointer, resident);
    return pointer;
  }

  /** Takes a buffer's block away from it: the caller has it now. */
  takeOver(buffer: Buffer): void {
    if (buffer.device instanceof HeapMemory) this.disown(buffer.device);
    buffer.device = null;
  }

  /** Stops tracking a block without freeing it. */
  disown(memory: HeapMemory): void {
    this.dropped.unregister(memory);
    const resident = this.residents.get(memory.pointer);
    if (resident !== undefined) this.held -= resident.bytes;
    this.residents.delete(memory.pointer);
  }

  /** The elements at an address, not copied: valid until the heap grows. */
  view(dtype: Buffer["dtype"], pointer: number, length: number): TypedArray {
    return viewBytes(dtype, this.memory.buffer, pointer, length);
  }

  private forget(pointer: number): void {
    const resident = this.residents.get(pointer);
    if (resident === undefined) return;
    this.residents.delete(pointer);
    this.held -= resident.bytes;
    this.free(pointer);
  }

  /** Moves values to the host until so many bytes are free; those in use stay. */
  private shrink(bytes: number): void {
    let freed = 0;
    for (const [pointer, resident] of [...this.residents]) {
      if (freed >= bytes) break;
      if (resident.lastUse > this.clock - RECENT_RUNS) continue;
      const buffer = resident.buffer.deref();
      freed += resident.bytes;
      if (buffer === undefined) this.forget(pointer);
      else {
        buffer.read();
        buffer.release();
      }
    }
    this.limit = Math.max(INITIAL_LIMIT, 2 * this.held);
  }
}

/** A buffer's block in a heap. It does not hold on to the buffer, whose loss frees the block. */
export class HeapMemory implements DeviceMemory {
  readonly heap: Heap;
  readonly pointer: number;
  private readonly dtype: Buffer["dtype"];
  private readonly length: number;

  constructor(heap: Heap, { dtype, length }: Buffer, pointer: number) {
    this.heap = heap;
    this.pointer = pointer;
    this.dtype = dtype;
    this.length = length;
  }

  read(): TypedArray {
    return this.heap.view(this.dtype, this.pointer, this.length).slice();
  }

  release(): void {
    this.heap.disown(this);
    this.heap.free(this.pointer);
  }
}
