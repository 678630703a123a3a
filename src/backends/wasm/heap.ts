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

/** The values of one backend that lie in its heap. */
export class Heap {
  private readonly tfjs: TfjsHeap;
  /** By address, the least recently used first. */
  private readonly residents: Map<number, HeapMemory> = new Map();
  private readonly dropped: FinalizationRegistry<HeapMemory>;
  /** Of each block, the address that tfjs's allocator gave. */
  private readonly raw: Map<number, number> = new Map();
  private clock = 0;
  private held = 0;
  private limit: number = INITIAL_LIMIT;

  constructor(tfjs: TfjsHeap) {
    this.tfjs = tfjs;
    this.dropped = new FinalizationRegistry((memory) => this.discard(memory));
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
    // malloc's argument has 32 bits.
    const malloc = (): number => (wanted < 2 ** 32 ? this.tfjs.malloc(wanted) : 0);
    let pointer = malloc();
    if (pointer === 0) {
      this.shrink(Number.POSITIVE_INFINITY);
      pointer = malloc();
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
    const memory = new HeapMemory(this, buffer, pointer);
    memory.lastUse = this.clock;
    this.residents.set(pointer, memory);
    this.held += memory.bytes;
    this.dropped.register(buffer, memory, memory);
    buffer.device = memory;
  }

  /** The address of the buffer's memory in this heap, or undefined. */
  addressOf({ device }: Buffer): number | undefined {
    if (!(device instanceof HeapMemory) || device.heap !== this || device.pointer === 0) return undefined;
    device.lastUse = this.clock;
    this.residents.delete(device.pointer);
    this.residents.set(device.pointer, device);
    return device.pointer;
  }

  /** Takes a buffer's block away from it: the caller has it now. */
  takeOver(buffer: Buffer): void {
    if (buffer.device instanceof HeapMemory) this.forget(buffer.device);
    buffer.device = null;
  }

  /** Frees a block. */
  discard(memory: HeapMemory): void {
    const { pointer } = memory;
    if (this.forget(memory)) this.free(pointer);
  }

  /** The elements at an address, not copied: valid until the heap grows. */
  view(dtype: Buffer["dtype"], pointer: number, length: number): TypedArray {
    return viewBytes(dtype, this.memory.buffer, pointer, length);
  }

  /** Stops tracking a block without freeing it; whether it was tracked. */
  private forget(memory: HeapMemory): boolean {
    this.dropped.unregister(memory);
    if (!this.residents.delete(memory.pointer)) return false;
    this.held -= memory.bytes;
    memory.pointer = 0;
    return true;
  }

  /** Moves values to the host until so many bytes are free; those in use stay. */
  private shrink(bytes: number): void {
    let freed = 0;
    for (const memory of [...this.residents.values()]) {
      if (freed >= bytes) break;
      if (memory.lastUse > this.clock - RECENT_RUNS) continue;
      freed += memory.bytes;
      memory.moveToHost();
    }
    this.limit = Math.max(INITIAL_LIMIT, 2 * this.held);
  }
}

/**
 * A buffer's block in a heap, or its elements on the host once the heap has run full. The heap knows blocks, not buffers:
 * even a weak reference to a buffer would keep it alive until the program next waits, which a busy loop never does.
 */
export class HeapMemory implements DeviceMemory {
  readonly heap: Heap;
  readonly bytes: number;
  /** 0 once the block is gone. */
  pointer: number;
  /** The run that used it last. */
  lastUse = 0;
  readonly backend = "wasm";
  private readonly dtype: Buffer["dtype"];
  private readonly length: number;
  private host: TypedArray | null = null;

  constructor(heap: Heap, { dtype, length }: Buffer, pointer: number) {
    this.heap = heap;
    this.pointer = pointer;
    this.dtype = dtype;
    this.length = length;
    this.bytes = length * BYTES[dtype];
  }

  read(): TypedArray {
    return this.host ?? this.heap.view(this.dtype, this.pointer, this.length).slice();
  }

  /** Gives the block back and keeps the elements. */
  moveToHost(): void {
    this.host = this.read();
    this.heap.discard(this);
  }

  release(): void {
    this.host = null;
    this.heap.discard(this);
  }
}
