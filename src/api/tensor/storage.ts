/** Storages: the memory that a tensor and all its views share. */
import { type DType, isFloat } from "../../ir/dtype.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { gradientOp } from "../../ir/ops/effect.ts";
import { detachOp } from "../../ir/ops/view.ts";
import { dropUse, releaseUnused, TraceNode } from "../trace/trace.ts";

/** The gradient that a `backward` left here: the cotangent that `sweep` brings to `wrt`. */
export interface GradientSlot {
  /** Null where the gradient is known without one: the seed, at the tensor that the sweep starts from. */
  readonly sweep: TraceNode | null;
  /** Null with the sweep: a loss that is kept must not hold the graph it was computed by. */
  readonly wrt: TraceNode | null;
  /** The recorded gradient, once somebody wants it. */
  value: Storage | null;
}

/** What a storage was before a traced function changed it. */
export interface Before {
  readonly current: TraceNode;
  readonly gradient: GradientSlot | null;
  readonly cleared: boolean;
}

/** Where changes of storages are noted while a function is traced. */
export const changes: { before: Map<Storage, Before> | null } = { before: null };

/** Memory with a current value. Writing gives it a new one, and views are derived again from that. */
export class Storage {
  /** The value of all elements, row-major. */
  current: TraceNode;
  /** Grows with every new value. */
  version = 0;
  /** Whether gradients stop here. */
  readonly constant: boolean;
  /** Whether it was made from data, not by an operation. */
  readonly leaf: boolean;
  gradient: GradientSlot | null = null;
  /** The storage whose gradient this is. */
  readonly gradientOf: Storage | null;
  /** Set when a `backward` has gone through here: the next use starts a new graph. */
  cleared = false;
  disposed = false;
  /** Writes since the value was last known. */
  pendingWrites = 0;

  constructor(value: TraceNode, constant: boolean, leaf: boolean, gradientOf: Storage | null = null) {
    this.current = value;
    this.constant = constant || !isFloat(value.dtype);
    this.leaf = leaf;
    this.gradientOf = gradientOf;
    value.storage = this;
  }

  get dtype(): DType {
    return this.current.dtype;
  }

  /** The value for an operation that follows. */
  use(): TraceNode {
    if (this.cleared) {
      const { shape, dtype } = this.current;
      this.replace(new TraceNode(detachOp, [this.current], NO_ATTRS, shape, dtype, !this.constant));
      this.cleared = false;
    }
    return this.current;
  }

  /** To be called before anything changes here. */
  note(): void {
    const { before } = changes;
    if (before === null || before.has(this)) return;
    before.set(this, { current: this.current, gradient: this.gradient, cleared: this.cleared });
  }

  /** Undoes what a traced function did. */
  restore({ current, gradient, cleared }: Before): void {
    this.setGradient(gradient);
    this.current = current;
    this.cleared = cleared;
    this.version++;
  }

  /** Takes the gradient of a new sweep, or none. */
  setGradient(slot: GradientSlot | null): void {
    this.note();
    const before = this.gradient;
    if (slot?.sweep) slot.sweep.uses++;
    this.gradient = slot;
    if (before?.sweep) dropUse(before.sweep);
  }

  /** Takes a new value. */
  replace(value: TraceNode): void {
    this.note();
    const before = this.current;
    this.current = value;
    value.storage = this;
    this.version++;
    releaseUnused(before);
  }
}

/** The gradient of a storage as memory of its own, recorded when first wanted; null without a `backward`. */
export function gradientOf(storage: Storage): Storage | null {
  const slot = storage.gradient;
  if (slot === null) return null;
  if (slot.value === null && slot.sweep !== null && slot.wrt !== null) {
    const node = new TraceNode(gradientOp, [slot.sweep, slot.wrt], NO_ATTRS, slot.wrt.shape, slot.wrt.dtype);
    slot.value = new Storage(node, true, false, storage);
  }
  return slot.value;
}
