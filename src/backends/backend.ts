/** What the API asks of a backend, and the memory that values live in. */
import type { DType, TypedArray } from "../ir/dtype.ts";
import type { Graph } from "../ir/node.ts";
import type { Plan, Target } from "../ir/plan.ts";

/** The device is gone, and with it what lay in its memory alone. */
export class DeviceLost extends Error {
  override get name(): string {
    return "DeviceLost";
  }
}

/** A program that a device cannot run, whatever the values: another backend may. */
export class NotSupported extends Error {
  override get name(): string {
    return "NotSupported";
  }
}

/** A copy of a value's elements in a backend's own memory. */
export interface DeviceMemory {
  /** The backend's name. */
  readonly backend: string;
  /** Whether the device is gone, and the elements with it. */
  readonly isLost?: boolean;
  /** A fresh host array of the elements. */
  read(): TypedArray;
  /** The same without holding up the thread meanwhile, where a device computes by itself. */
  readLater?(): Promise<TypedArray>;
  /** Gives the memory back. */
  release(): void;
}

/** The elements of one value, row-major: on the host, in a backend's memory, or in both. At least one is there. */
export class Buffer {
  readonly dtype: DType;
  readonly length: number;
  host: TypedArray | null;
  device: DeviceMemory | null;
  /** The backend that programs which read this must run on; null for any. */
  home: string | null = null;
  /** What somebody waits for already. */
  private reading: Promise<TypedArray> | null = null;

  constructor(dtype: DType, length: number, host: TypedArray | null, device: DeviceMemory | null = null) {
    this.dtype = dtype;
    this.length = length;
    this.host = host;
    this.device = device;
  }

  /** The elements on the host. The array is the buffer's own: callers must not change it. */
  read(): TypedArray {
    if (this.host === null) {
      if (this.device === null) throw new Error("read: the buffer holds nothing");
      this.host = this.device.read();
    }
    return this.host;
  }

  /** The same, without holding up the thread while a device is not done. */
  async readLater(): Promise<TypedArray> {
    if (this.host !== null || this.device?.readLater === undefined) return this.read();
    this.reading ??= this.device.readLater();
    try {
      this.host ??= await this.reading;
    } finally {
      this.reading = null;
    }
    return this.host;
  }

  /** Whether the elements were on a device that is gone. */
  get isLost(): boolean {
    return this.host === null && this.device?.isLost === true;
  }

  /** Gives the backend's memory back; the elements are lost unless the host has them. */
  release(): void {
    this.device?.release();
    this.device = null;
  }
}

/** A compiled program. */
export interface Executable {
  /**
   * Runs once.
   *
   * @param inputs one buffer an input; no two are the same
   * @param keep inputs that must stay readable; where the plan lets an output take over the memory of any other input, that
   *   one is empty afterwards
   * @returns the outputs, in fresh buffers
   */
  run(inputs: readonly Buffer[], keep?: ReadonlySet<number>): Buffer[];
  /** Compiles what the first run would have to wait for, without holding up the thread. */
  prepare?(): Promise<void>;
}

/** How many threads a backend's plans run on. */
export interface Threads {
  readonly asked: number;
  readonly running: number;
  /** Why there are fewer than were asked for; null where there are not. */
  readonly missing: string | null;
}

/** What draws, for a backend that does. */
export interface Graphics {
  /** What the driver calls itself. */
  readonly renderer: string;
  /** Whether the processor draws, not a graphics card. */
  readonly isSoftware: boolean;
  /** Whether the driver compiles shaders while the program goes on. */
  readonly parallelCompile: boolean;
  /** What was found out by drawing: whether these stay what they are. */
  readonly probe?: {
    readonly nan: boolean;
    readonly infinity: boolean;
    /** Numbers below 2⁻¹²⁶. */
    readonly subnormals: boolean;
  };
}

/** A backend that runs plans. */
export interface PlanBackend {
  readonly kind: "plan";
  readonly name: string;
  readonly target: Target;
  readonly threads: Threads;
  readonly graphics?: Graphics;
  /** Whether the device is gone: the backend has to be started anew. */
  readonly isLost?: boolean;
  compile(plan: Plan): Executable;
  /** Bytes of the backend's heap, and those of it that values hold. */
  memory(): { readonly heapBytes: number; readonly heldBytes: number };
}

/** A backend that interprets graphs as they were recorded. */
export interface GraphBackend {
  readonly kind: "graph";
  readonly name: string;
  compile(graph: Graph): Executable;
}

export type Backend = PlanBackend | GraphBackend;
