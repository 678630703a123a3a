/** Runs what `jit` has traced: binds values, starts the plan, and stores what it gives. */
import { Buffer, DeviceLost, type Executable } from "../../backends/backend.ts";
import type { Shape } from "../../ir/layout.ts";
import { BackendError, DisposedError } from "../errors.ts";
import { shapeText } from "../functions/apply.ts";
import { nextKey, type RandomKey } from "../random/key.ts";
import { assign } from "../tensor/inplace.ts";
import { Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Arguments } from "./arguments.ts";
import { runOnce } from "./cache.ts";
import { lookAtCheckpoints } from "./checkpoint.ts";
import { evaluate } from "./evaluate.ts";
import { freshGradients, writtenLeaves } from "./pending.ts";
import { explained } from "./read.ts";
import { recordLeaf } from "./trace.ts";

/** Where an input of the plan comes from. */
export type Binding =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "outside"; readonly storage: Storage }
  | { readonly kind: "constant"; readonly buffer: Buffer }
  /** A word of a key: one of the arguments, or the next of the global generator. */
  | { readonly kind: "key" | "drawn"; readonly index: number; readonly word: 0 | 1 };

/** What the function returns, or a part of it. Outputs are by number; -1 is none. */
export type Result =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "list"; readonly items: readonly Result[] }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [string, Result])[] }
  | {
      readonly kind: "output";
      readonly index: number;
      readonly gradient: number;
      readonly shape: Shape;
      readonly constant: boolean;
      readonly leaf: boolean;
    };

/** What happens to a storage from outside, or to that of an argument (where `storage` is null). */
export interface Change {
  readonly storage: Storage | null;
  readonly argument: number;
  /** The output that it holds afterwards; -1 where its value stays. */
  readonly value: number;
  readonly gradient: "kept" | "none" | number;
}

export interface Effects {
  readonly result: Result;
  readonly changes: readonly Change[];
}

interface Parts {
  readonly executable: Executable;
  readonly bindings: readonly Binding[];
  readonly effects: Effects;
  /** Inputs whose memory an output may take over. */
  readonly donations: readonly (readonly [number, number])[];
  /** How many keys of the global generator a call uses. */
  readonly draws: number;
  readonly decidedBy: ReadonlyMap<Storage, number>;
  /** The backend that the arguments were moved to; null where they were not. */
  readonly home: string | null;
}

const wordBuffer = (key: RandomKey, word: 0 | 1): Buffer =>
  new Buffer("int32", 1, Int32Array.of(word === 0 ? key.first : key.second));

/** The value of a tensor as row-major elements. */
function bufferOf(t: Tensor): Buffer {
  const node = t.valueNode();
  if (node.buffer === null) evaluate([node], "jit");
  return node.buffer ?? t.valueNode().buffer!;
}

/** A traced function. */
export class Plan {
  private readonly parts: Parts;
  /** The storages from outside that a call writes to. */
  private readonly written: ReadonlySet<Storage>;
  private readonly writesArguments: boolean;

  constructor(parts: Parts) {
    this.parts = parts;
    const writes = parts.effects.changes.filter((c) => c.value >= 0);
    this.written = new Set(writes.flatMap((c) => c.storage ?? []));
    this.writesArguments = writes.some((c) => c.storage === null);
  }

  isValid(): boolean {
    for (const [storage, version] of this.parts.decidedBy) if (storage.version !== version) return false;
    return true;
  }

  /** @param call the function itself, for arguments that share memory which it writes to */
  run(given: Arguments, call: () => unknown): unknown {
    if (this.isShared(given)) return call();
    const { executable, effects, home } = this.parts;
    const inputs = this.inputs(given);
    const keep = this.prepareDonations(given, inputs);
    let outputs: Buffer[];
    try {
      outputs = runOnce(executable, inputs, keep);
    } catch (cause) {
      if (cause instanceof DeviceLost) throw explained(cause, "jit");
      throw new BackendError(`jit: the plan failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    for (const buffer of outputs) buffer.home = home;
    for (const change of effects.changes) store(change, given, outputs);
    lookAtCheckpoints();
    return resultOf(effects.result, given, outputs);
  }

  /** Compiles without running. */
  async prepare(): Promise<void> {
    await this.parts.executable.prepare?.();
  }

  /** Whether a write would show in an argument, which the plan reads as it was before. */
  private isShared({ tensors }: Arguments): boolean {
    if (this.written.size > 0 && tensors.some(({ tensor }) => this.written.has(tensor.storage))) return true;
    return this.writesArguments && new Set(tensors.map(({ tensor }) => tensor.storage)).size < tensors.length;
  }

  private inputs(given: Arguments): Buffer[] {
    const { bindings, draws } = this.parts;
    const drawn = Array.from({ length: draws }, nextKey);
    return bindings.map((b) => {
      switch (b.kind) {
        case "argument":
          return bufferOf(given.tensors[b.index]!.tensor);
        case "outside":
          return outsideValue(b.storage);
        case "constant":
          return b.buffer;
        default:
          return wordBuffer((b.kind === "key" ? given.keys : drawn)[b.index]!, b.word);
      }
    });
  }

  /** The inputs that must stay readable; one that is bound twice gives way in a copy. */
  private prepareDonations({ tensors }: Arguments, inputs: Buffer[]): ReadonlySet<number> {
    const keep = new Set<number>();
    for (const [i] of this.parts.donations) {
      if (inputs.indexOf(inputs[i]!) !== inputs.lastIndexOf(inputs[i]!)) {
        const { dtype, length } = inputs[i]!;
        inputs[i] = new Buffer(dtype, length, inputs[i]!.read().slice());
        continue;
      }
      const binding = this.parts.bindings[i]!;
      const storage =
        binding.kind === "outside"
          ? binding.storage
          : binding.kind === "argument"
            ? tensors[binding.index]!.tensor.storage
            : null;
      if (storage !== null && storage.current.uses > 0) keep.add(i);
    }
    return keep;
  }
}

function outsideValue(storage: Storage): Buffer {
  if (storage.disposed) {
    throw new DisposedError(
      `jit: a tensor of shape ${shapeText(storage.current.shape)} that the function uses was disposed; keep it, or pass it as an argument`,
    );
  }
  if (storage.current.buffer === null) evaluate([storage.current], "jit");
  return storage.current.buffer!;
}

function store({ storage, argument, value, gradient }: Change, given: Arguments, outputs: readonly Buffer[]): void {
  const tensor = argument < 0 ? null : given.tensors[argument]!.tensor;
  const target = storage ?? tensor!.storage;
  if (value >= 0) {
    const buffer = outputs[value]!;
    if (tensor !== null && tensor.base !== null) {
      assign(tensor, Tensor.of(recordLeaf(buffer, tensor.shape, false), true, true));
    } else {
      target.replace(recordLeaf(buffer, target.current.shape, !target.constant));
      target.cleared = false;
      target.pendingWrites = 0;
      writtenLeaves.delete(target);
    }
  }
  if (gradient === "kept") return;
  freshGradients.delete(target);
  if (gradient === "none") {
    if (target.gradient !== null) target.setGradient(null);
    return;
  }
  setGradient(target, outputs[gradient]!);
}

function setGradient(target: Storage, buffer: Buffer): void {
  const value = new Storage(recordLeaf(buffer, target.current.shape, false), true, false, target);
  target.setGradient({ sweep: null, wrt: null, value });
}

function resultOf(
  result: Result,
  given: Arguments,
  outputs: readonly Buffer[],
  made = new Map<Result, Tensor>(),
): unknown {
  switch (result.kind) {
    case "value":
      return result.value;
    case "argument":
      return given.tensors[result.index]!.tensor;
    case "list":
      return result.items.map((each) => resultOf(each, given, outputs, made));
    case "fields":
      return Object.fromEntries(result.fields.map(([name, each]) => [name, resultOf(each, given, outputs, made)]));
    default: {
      const known = made.get(result);
      if (known !== undefined) return known;
      const { index, gradient, shape, constant, leaf } = result;
      const t = Tensor.of(recordLeaf(outputs[index]!, shape, !constant), constant, leaf);
      if (gradient >= 0) setGradient(t.storage, outputs[gradient]!);
      made.set(result, t);
      return t;
    }
  }
}
