/** The `wasm` backend: plans become modules that run on tfjs's heap. */
import { BYTES } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/layout.ts";
import type { Plan, Target, TensorSpec } from "../../ir/plan.ts";
import { Buffer, type Executable, type PlanBackend, type Threads } from "../backend.ts";
import { BASELINE, type Features, type MemoryLimits } from "./asm/module.ts";
import { emitPlan, HEAP_MODULE } from "./emit.ts";
import { engineFeatures, hasSimd } from "./features.ts";
import { Heap, PADDING } from "./heap.ts";
import { MATH_IMPORTS, MATH_MODULE } from "./kernels/math-imports.ts";
import { threadedTarget, withoutTfjs } from "./own-target.ts";
import type { TfjsHeap } from "./tfjs.ts";
import { coreCount, isNode } from "./threads/environment.ts";
import { makeOwnHeap } from "./threads/memory.ts";
import type { Pool, ThreadedRun } from "./threads/pool.ts";

/** Outputs up to this size are copied to the host at once, so that losses leave nothing in the heap. */
const SMALL_BYTES = 4096;
/** `"auto"` is at most so many threads: memory does not feed more. */
const MAX_AUTO = 8;
/** A block of the arena starts at a multiple of this. */
const ALIGNMENT = 64;

const align = (n: number): number => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

/** What a compiled plan needs at run time besides its code. */
export interface Interface {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly arenaBytes: number;
  readonly aliases: readonly (readonly [number, number])[];
}

/** Starts the backend for so many threads, or one a core; for one, with the reason, where there cannot be more. */
export async function loadWasm(wanted: number | "auto" = 1): Promise<WasmBackend> {
  if (!hasSimd()) throw new Error("this engine has no WebAssembly SIMD; use a browser of 2023 or later");
  const threads = wanted === "auto" ? Math.min(MAX_AUTO, await coreCount()) : wanted;
  if (threads === 1) return loadOne(null);
  const { sharedHeapOrReason } = await import("./threads/shared-heap.ts");
  const heap = sharedHeapOrReason();
  if (typeof heap === "string") return loadOne({ asked: threads, pool: null, missing: heap });
  const target = threadedTarget(threads);
  try {
    const { Pool } = await import("./threads/pool.ts");
    return new WasmBackend(heap, target, { asked: threads, pool: await Pool.start(heap, threads) });
  } catch (e) {
    // The heap is as good for one thread.
    const reason = e instanceof Error ? e.message : String(e);
    return new WasmBackend(heap, { ...target, threads: 1 }, { asked: threads, pool: null, missing: reason });
  }
}

/**
 * One thread: in Node on the heap of tfjs, whose kernels are faster for some narrow products; in pages on one of our own,
 * so that a page loads no `.wasm` files, and a bundler has none to find.
 */
async function loadOne(asked: Asked | null): Promise<WasmBackend> {
  if (isNode()) {
    const [{ loadTfjsHeap }, { TARGET }] = await Promise.all([import("./tfjs.ts"), import("./target.ts")]);
    return new WasmBackend(await loadTfjsHeap(), TARGET, asked ?? ONE);
  }
  return new WasmBackend(makeOwnHeap(), withoutTfjs("pages do without tfjs"), asked ?? ONE);
}

/** The threads that were asked for, and what came of it. */
type Asked =
  | { readonly asked: number; readonly pool: Pool }
  | { readonly asked: number; readonly pool: null; readonly missing: string | null };

const ONE: Asked = { asked: 1, pool: null, missing: null };

export class WasmBackend implements PlanBackend {
  readonly kind = "plan";
  readonly name = "wasm";
  readonly target: Target;
  readonly heap: Heap;
  private readonly tfjs: TfjsHeap;
  private readonly asked: Asked;
  private arena = 0;
  private arenaCapacity = 0;
  /** Host buffers that were uploaded for a run once: the second time they stay. */
  readonly uploadedOnce: WeakSet<Buffer> = new WeakSet();

  constructor(tfjs: TfjsHeap, target: Target, asked: Asked = ONE) {
    this.tfjs = tfjs;
    this.asked = asked;
    this.target = target;
    this.heap = new Heap(tfjs);
  }

  get threads(): Threads {
    const { asked, pool } = this.asked;
    const missing = this.asked.pool === null ? this.asked.missing : this.asked.pool.failure;
    return { asked, running: pool === null || missing !== null ? 1 : pool.threads, missing };
  }

  /** Whether the heap is shared between threads: code is made for one kind or the other. */
  get isShared(): boolean {
    return typeof SharedArrayBuffer !== "undefined" && this.heap.memory.buffer instanceof SharedArrayBuffer;
  }

  /** The code of a plan, for this engine unless `features` says otherwise. */
  emit(plan: Plan, shared: boolean = this.isShared, features: Features = engineFeatures()): Uint8Array<ArrayBuffer> {
    const limits: MemoryLimits = shared ? { shared, min: 0, max: 65536 } : { min: 0 };
    return emitPlan(plan, limits, features, {
      addBarrier: this.asked.pool?.addBarrier,
      addTfjsMatmul: this.tfjs.addTfjsMatmul,
    });
  }

  /** The code of a plan that runs on every engine with SIMD. */
  emitPortable(plan: Plan, shared: boolean): Uint8Array<ArrayBuffer> {
    return this.emit(plan, shared, BASELINE);
  }

  /** Makes code for one thread runnable. */
  instantiate(code: Uint8Array<ArrayBuffer>, shape: Interface): Executable {
    return new WasmExecutable(this, new Code(this, code, null), shape);
  }

  /** The entry of a compiled module. */
  entry(module: WebAssembly.Module): WebAssembly.ExportValue {
    const instance = new WebAssembly.Instance(module, {
      [HEAP_MODULE]: { memory: this.heap.memory },
      [MATH_MODULE]: MATH_IMPORTS,
      tfjs: this.tfjs.exports,
    });
    return instance.exports.run!;
  }

  compile(plan: Plan): Executable {
    const pool = (plan.threads ?? 1) === 1 ? null : this.asked.pool;
    return new WasmExecutable(this, new Code(this, this.emit(plan), pool), plan);
  }

  memory(): { readonly heapBytes: number; readonly heldBytes: number } {
    return { heapBytes: this.heap.memory.buffer.byteLength, heldBytes: this.heap.heldBytes + this.arenaCapacity };
  }

  /** Working memory of at least so many bytes; its contents do not outlive a run. */
  reserve(bytes: number): number {
    if (bytes > this.arenaCapacity) {
      if (this.arenaCapacity > 0) this.heap.free(this.arena);
      this.arenaCapacity = 0;
      this.arena = this.heap.allocate(bytes);
      this.arenaCapacity = bytes;
    }
    return this.arena;
  }
}

type Run = (table: number, arena: number) => void;

/** The code of a plan, which is compiled before the first run: then, or ahead of it and beside the thread. */
class Code {
  private readonly backend: WasmBackend;
  private readonly pool: Pool | null;
  private code: Uint8Array<ArrayBuffer> | null;
  private run: Run | null = null;

  /** @param pool the threads that share the work; null for this one alone */
  constructor(backend: WasmBackend, code: Uint8Array<ArrayBuffer>, pool: Pool | null) {
    this.backend = backend;
    this.code = code;
    this.pool = pool;
  }

  /** @param owner the workers of the pool let go of the code when it was collected */
  start(owner: object): Run {
    return this.run ?? this.instantiate(new WebAssembly.Module(this.code!), owner);
  }

  async prepare(owner: object): Promise<void> {
    if (this.run !== null) return;
    const module = await WebAssembly.compile(this.code!);
    if (this.run === null) this.instantiate(module, owner);
  }

  private instantiate(module: WebAssembly.Module, owner: object): Run {
    const entry = this.backend.entry(module);
    const { pool } = this;
    if (pool === null) this.run = entry as Run;
    else {
      const threaded = pool.add(entry as ThreadedRun, this.code!);
      this.run = (table, arena) => pool.run(threaded, table, arena);
      pool.forgetWith(owner, threaded);
    }
    this.code = null;
    return this.run;
  }
}

const bytesOf = (b: Buffer): number => b.length * BYTES[b.dtype];

class WasmExecutable implements Executable {
  private readonly backend: WasmBackend;
  private readonly code: Code;
  private readonly shape: Interface;
  /** input → output that may take over its memory. */
  private readonly heirs: ReadonlyMap<number, number>;

  constructor(backend: WasmBackend, code: Code, shape: Interface) {
    this.backend = backend;
    this.code = code;
    this.shape = shape;
    this.heirs = new Map(shape.aliases);
  }

  prepare(): Promise<void> {
    return this.code.prepare(this);
  }

  run(inputs: readonly Buffer[], keep?: ReadonlySet<number>): Buffer[] {
    const { heap } = this.backend;
    const start = this.code.start(this);
    const { outputs, arenaBytes } = this.shape;
    heap.tick();
    const results = outputs.map(({ shape, dtype }) => new Buffer(dtype, sizeOf(shape), null));
    // Staged after the plan's own part of the arena: the table, inputs that are used once, small outputs.
    let staged = align(arenaBytes);
    const stage = (bytes: number): number => {
      const at = staged;
      staged += align(bytes + PADDING);
      return at;
    };
    const table = stage((inputs.length + outputs.length) * 4);
    const uploads: { readonly buffer: Buffer; readonly at: number }[] = [];
    const addresses = inputs.map((buffer, k) => {
      const resident = heap.addressOf(buffer);
      if (resident !== undefined) return resident;
      buffer.read();
      if (this.heirs.has(k) || this.backend.uploadedOnce.has(buffer)) return this.upload(buffer);
      this.backend.uploadedOnce.add(buffer);
      uploads.push({ buffer, at: stage(bytesOf(buffer)) });
      return -1 - (uploads.length - 1);
    });
    const owned: (number | null)[] = results.map(() => null);
    const small: { readonly k: number; readonly at: number }[] = [];
    for (const [i, o] of this.heirs) {
      owned[o] = addresses[i]!;
      if (keep === undefined || keep.has(i)) inputs[i]!.read();
    }
    const fresh: number[] = [];
    let arena: number;
    try {
      results.forEach((buffer, k) => {
        if (owned[k] !== null) return;
        if (bytesOf(buffer) <= SMALL_BYTES) small.push({ k, at: stage(bytesOf(buffer)) });
        else {
          owned[k] = heap.allocate(bytesOf(buffer));
          fresh.push(owned[k]);
        }
      });
      arena = this.backend.reserve(staged);
    } catch (e) {
      for (const pointer of fresh) heap.free(pointer);
      throw e;
    }
    for (const i of this.heirs.keys()) heap.takeOver(inputs[i]!);
    for (const { buffer, at } of uploads) heap.view(buffer.dtype, arena + at, buffer.length).set(buffer.read());
    const slots = heap.view("int32", arena + table, inputs.length + outputs.length);
    addresses.forEach((address, k) => {
      slots[k] = address < 0 ? arena + uploads[-1 - address]!.at : address;
    });
    owned.forEach((address, k) => {
      if (address !== null) slots[inputs.length + k] = address;
    });
    for (const { k, at } of small) slots[inputs.length + k] = arena + at;
    start(arena + table, arena);
    for (const { k, at } of small)
      results[k]!.host = heap.view(results[k]!.dtype, arena + at, results[k]!.length).slice();
    owned.forEach((address, k) => {
      if (address !== null) heap.adopt(results[k]!, address);
    });
    return results;
  }

  private upload(buffer: Buffer): number {
    const { heap } = this.backend;
    const pointer = heap.allocate(bytesOf(buffer));
    heap.view(buffer.dtype, pointer, buffer.length).set(buffer.read());
    heap.adopt(buffer, pointer);
    return pointer;
  }
}
