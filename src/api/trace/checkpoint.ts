/** Copies of tensors on the host, for the time after a lost graphics context. */
import { Buffer, DeviceLost, type DeviceMemory } from "../../backends/backend.ts";
import type { TypedArray } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/layout.ts";
import { GradloomError } from "../errors.ts";
import { checkTensor } from "../functions/apply.ts";
import { checkOptions, isList, whatIs } from "../functions/options.ts";
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { restartBackend } from "./backend.ts";
import { freshGradients, scalarRoots, writtenLeaves } from "./pending.ts";
import { collect } from "./program.ts";
import { readLater } from "./read.ts";
import { recordLeaf, type TraceNode } from "./trace.ts";

/** The options of {@link checkpoint}. */
export interface CheckpointOptions {
  /** After so many updates the tensors are copied to the host again: 100 unless given. */
  readonly every?: number;
}

/** Tensors that are kept on the host too. */
export interface Checkpoint {
  /** How often the tensors have changed: an evaluation, or a call of a function made by `jit`, that changes any of them is one update. */
  readonly updates: number;
  /** The updates up to the last copy: what {@link recover} goes back to. */
  readonly saved: number;
  /** Copies the tensors now. Resolves when the copy is there; rejects, and keeps the one before, where the device is lost. */
  save(): Promise<void>;
  /** Keeps them no longer. */
  stop(): void;
}

const active = new Set<Kept>();

/**
 * Keeps copies of tensors on the host, so that {@link recover} can go back to them: parameters, the state of an optimizer. All are
 * copied together, now and after every so many updates, while the program goes on; a loop must `await` something now and
 * then for copies to arrive, as one that reads losses by `await loss.data()` does.
 *
 * @throws GradloomError for anything but a list of tensors that share no memory
 */
export function checkpoint(tensors: readonly Tensor[], options?: CheckpointOptions | null): Checkpoint {
  if (!isList(tensors)) throw new GradloomError(`checkpoint: pass a list of tensors, not ${whatIs(tensors)}`);
  const { every = 100 } = checkOptions("checkpoint", options, ["every"]);
  if (!Number.isInteger(every) || every < 1)
    throw new GradloomError(`checkpoint: every is ${whatIs(every)}; pass a count of updates, from 1`);
  const storages = tensors.map((t) => checkTensor("checkpoint", t).storage);
  if (new Set(storages).size < storages.length)
    throw new GradloomError(
      "checkpoint: two of the tensors share memory; pass the tensor that the others are views of, once",
    );
  const kept = new Kept(storages, every);
  active.add(kept);
  return kept;
}

/** What {@link checkpoint} returns. */
class Kept implements Checkpoint {
  updates = 0;
  saved = 0;
  private readonly storages: readonly Storage[];
  private readonly every: number;
  /** Of the storages, when it was last looked. */
  private version: number;
  private values: readonly TypedArray[] | null = null;
  /** Whether a copy is under way that nobody asked for. */
  private isSaving = false;

  constructor(storages: readonly Storage[], every: number) {
    this.storages = storages;
    this.every = every;
    this.version = this.versions();
    this.saveSoon();
  }

  private versions(): number {
    return this.storages.reduce((sum, { version }) => sum + version, 0);
  }

  /** To be called after programs have run. */
  look(): void {
    const version = this.versions();
    if (version !== this.version) this.updates++;
    this.version = version;
    this.saveSoon();
  }

  /** Copies the tensors if that is due and they have values. */
  private saveSoon(): void {
    const isDue = this.values === null || this.updates - this.saved >= this.every;
    if (!isDue || this.isSaving || this.storages.some(({ current }) => current.buffer === null)) return;
    this.isSaving = true;
    this.save().then(
      () => {
        this.isSaving = false;
        this.saveSoon();
      },
      () => {
        this.isSaving = false;
      },
    );
  }

  async save(): Promise<void> {
    const { updates } = this;
    const buffers = this.storages.map(({ current }) => current.buffer);
    const missing = buffers.indexOf(null);
    if (missing >= 0)
      throw new GradloomError(
        `save: tensor ${missing} of the checkpoint has no value yet; evaluate() it, or read it, first`,
      );
    // Each read is asked for at once: later programs do not show in it.
    const values = await Promise.all(buffers.map((buffer) => readLater(buffer!, "save")));
    if (updates < this.saved) return;
    this.values = values;
    this.saved = updates;
  }

  stop(): void {
    active.delete(this);
    this.values = null;
  }

  /** Goes back to the copies where any of the tensors is lost. @returns how many tensors that were */
  restore(): number {
    const { values, storages } = this;
    if (values === null || !storages.some(({ current }) => isLost(current))) return 0;
    storages.forEach((storage, k) => {
      const { dtype, shape, home } = storage.current;
      const buffer = new Buffer(dtype, sizeOf(shape), values[k]!);
      buffer.home = home;
      setValue(storage, buffer);
      storage.setGradient(null);
    });
    this.updates = this.saved;
    this.version = this.versions();
    return storages.length;
  }
}

/** Programs have run: checkpoints may be due. */
export function lookAtCheckpoints(): void {
  for (const kept of active) kept.look();
}

/** What {@link recover} found. */
export interface Recovery {
  /** Whether a context was lost. */
  readonly wasLost: boolean;
  /** How many tensors went back to their checkpoints. */
  readonly restored: number;
}

/**
 * Starts the backend anew after its graphics context was lost, and gives tensors in checkpoints the values of their last copies:
 * training goes on from there. Tensors that were on the graphics card and in no checkpoint stay lost: reading them throws
 * `ContextLostError`. Where nothing is lost, nothing happens.
 *
 * @throws BackendError where the backend does not start again; after `setBackend("wasm")`, `recover()` goes on there
 */
export async function recover(): Promise<Recovery> {
  const wasLost = await restartBackend("recover");
  dropLost();
  let restored = 0;
  for (const kept of active) restored += kept.restore();
  return { wasLost, restored };
}

/** Whether a value is lost, or what it is to be computed from. */
function isLost(node: TraceNode): boolean {
  if (node.buffer !== null) return node.buffer.isLost;
  return collect([node]).inputs.some(({ buffer }) => buffer?.isLost === true);
}

/** What is pending and can never be computed must not stand in the way of all else. */
function dropLost(): void {
  for (const storage of [...freshGradients]) {
    const gradient = storage.gradient?.value?.current;
    if (gradient !== undefined && !isLost(gradient)) continue;
    freshGradients.delete(storage);
    storage.setGradient(null);
  }
  for (const root of [...scalarRoots]) {
    if (!isLost(root)) continue;
    scalarRoots.delete(root);
    root.buffer ??= lostBuffer(root);
  }
  for (const storage of [...writtenLeaves]) if (isLost(storage.current)) setValue(storage, lostBuffer(storage.current));
}

function setValue(storage: Storage, buffer: Buffer): void {
  storage.replace(recordLeaf(buffer, storage.current.shape, !storage.constant));
  storage.cleared = false;
  storage.pendingWrites = 0;
  writtenLeaves.delete(storage);
}

const lost = (): never => {
  throw new DeviceLost("the value was to be computed from others that were lost with the graphics context");
};

const LOST: DeviceMemory = {
  backend: "webgl",
  isLost: true,
  read: lost,
  readLater: async () => lost(),
  release: () => {},
};

function lostBuffer({ dtype, shape }: TraceNode): Buffer {
  return new Buffer(dtype, sizeOf(shape), null, LOST);
}
