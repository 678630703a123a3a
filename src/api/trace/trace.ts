/** The trace: operations as the program makes them, in its order, before anything is compiled. */
import type { Buffer } from "../../backends/backend.ts";
import { type DType, isFloat } from "../../ir/dtype.ts";
import type { Shape } from "../../ir/layout.ts";
import { type Attrs, NO_ATTRS } from "../../ir/node.ts";
import { constantOp, inputOp } from "../../ir/ops/source.ts";
import { detachOp } from "../../ir/ops/view.ts";
import type { Op, View } from "../../ir/record.ts";
import { BackendError } from "../errors.ts";
import type { Storage } from "../tensor/storage.ts";

/** Whether operations are recorded for gradients. */
export const autodiff: { enabled: boolean } = { enabled: true };

let nextId = 0;

/** The number that the next recorded operation gets. */
export function nextNode(): number {
  return nextId;
}

/** Where recorded operations are noted while a function is traced. */
export const recorder: { nodes: TraceNode[] | null } = { nodes: null };

const signatures = new Map<string, number>();

/** A number for each distinct text: equal numbers mean equal texts. */
function intern(text: string): number {
  let id = signatures.get(text);
  if (id === undefined) {
    id = signatures.size;
    signatures.set(text, id);
  }
  return id;
}

/** The signature that an operation without attributes had last: loops ask for the same one again and again. */
const latest = new Map<Op, { readonly shape: Shape; readonly dtype: DType; readonly id: number }>();

function signatureOf(op: Op, attrs: Attrs, shape: Shape, dtype: DType): number {
  const plain = attrs === NO_ATTRS;
  const last = plain ? latest.get(op) : undefined;
  if (last !== undefined && last.shape === shape && last.dtype === dtype) return last.id;
  const id = intern(`${op.name}|${dtype}|${shape}|${op === constantOp ? "" : attrsText(attrs)}`);
  if (plain) latest.set(op, { shape, dtype, id });
  return id;
}

/** One recorded operation. */
export class TraceNode {
  /** Grows in program order. */
  readonly id: number = nextId++;
  readonly op: Op;
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Emptied once the value is known and no gradient can flow through. */
  inputs: readonly TraceNode[];
  /** The value, once it is known. */
  buffer: Buffer | null = null;
  /** Equal for equal operations, attributes and types; the value of a constant does not count. */
  readonly signature: number;
  /** Whether gradients may flow through this value to some tensor that wants one. */
  readonly differentiable: boolean;
  /** The storage whose value this is or was. */
  storage: Storage | null = null;
  /** How many recorded operations and gradient slots may still need this value. */
  uses = 0;
  /** Whether nothing needs the value any more, so that its inputs no longer count it. */
  released = false;
  /** Whether a `backward` has gone through here, after which gradients no longer flow. */
  cleared = false;
  /** The backend that this must be computed on; null for any. */
  readonly home: string | null;

  /** @param variable whether a gradient may be asked of this very value */
  constructor(
    op: Op,
    inputs: readonly TraceNode[],
    attrs: Attrs,
    shape: Shape,
    dtype: DType,
    variable = false,
    home: string | null = null,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.home = home;
    for (const x of inputs) if (x.home !== this.home) this.home = commonHome(op, this.home, x.home);
    for (const x of inputs) {
      x.uses++;
      if (x.released) countAgain(x);
    }
    this.attrs = attrs;
    this.shape = shape;
    this.dtype = dtype;
    this.signature = signatureOf(op, attrs, shape, dtype);
    const flows = op.grad !== "zero" || (op.kind === "effect" && op.effect === "write");
    this.differentiable = isFloat(dtype) && (variable || (flows && inputs.some((x) => x.differentiable)));
    recorder.nodes?.push(this);
  }

  /** The inputs that gradients flow to. The target of a write is a view of its base and adds nothing. */
  get gradientInputs(): readonly TraceNode[] {
    if (this.op.kind === "effect")
      return this.op.effect === "write" ? [this.inputs[0], this.inputs[2]].filter(flows) : [];
    return this.op.grad === "zero" ? [] : this.inputs.filter(flows);
  }

  /** Whether a tensor that was not disposed of holds this value now. */
  get isHeld(): boolean {
    return this.storage !== null && !this.storage.disposed && this.storage.current === this;
  }

  /** Lets go of the inputs. */
  cut(): void {
    const { inputs } = this;
    this.inputs = [];
    if (!this.released) for (const x of inputs) dropUse(x);
  }

  /** Whether this is what a tensor holds now that gradients can be asked of. */
  get isTarget(): boolean {
    return this.storage !== null && !this.storage.constant && this.storage.current === this;
  }
}

/** One use less of a value. */
export function dropUse(node: TraceNode): void {
  node.uses--;
  releaseUnused(node);
}

/** Stops counting what a value was made from once nothing can ask for the value. */
export function releaseUnused(node: TraceNode): void {
  const stack = [node];
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    if (n.uses > 0 || n.released || n.isHeld) continue;
    n.released = true;
    for (const x of n.inputs) {
      x.uses--;
      stack.push(x);
    }
  }
}

/** Counts what a value was made from, which had been let go of, because something asks for the value after all. */
function countAgain(node: TraceNode): void {
  const stack = [node];
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    n.released = false;
    for (const x of n.inputs) {
      x.uses++;
      if (x.released) stack.push(x);
    }
  }
}

/** @throws BackendError for two that differ */
function commonHome(op: Op, a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  throw new BackendError(
    `${op.name}: one operand was moved to ${a} and another to ${b}; move both to one with to(${JSON.stringify(a)})`,
  );
}

const flows = (x: TraceNode | undefined): x is TraceNode => x?.differentiable === true;

function attrsText(attrs: Attrs): string {
  if (attrs === NO_ATTRS) return "";
  return JSON.stringify(attrs, (_k, v: unknown) =>
    typeof v === "number" && (Object.is(v, -0) || !Number.isFinite(v)) ? `#${Object.is(v, -0) ? "-0" : v}` : v,
  );
}

/** What the trace knows of a value that is bound at run time. */
export function inputSignature(node: TraceNode): number {
  return signatureOf(inputOp, NO_ATTRS, node.shape, node.dtype);
}

/** A value that is known from the start. */
export function recordLeaf(buffer: Buffer, shape: Shape, variable: boolean): TraceNode {
  const node = new TraceNode(inputOp, [], NO_ATTRS, shape, buffer.dtype, variable, buffer.home);
  node.buffer = buffer;
  return node;
}

/** A value that stands for one that is given later. */
export function recordLeafOf(shape: Shape, dtype: DType): TraceNode {
  return new TraceNode(inputOp, [], NO_ATTRS, shape, dtype);
}

/** A scalar constant. */
export function recordConstant(value: number, dtype: DType): TraceNode {
  return new TraceNode(constantOp, [], { value }, [], dtype);
}

/** A view of a value. */
export function recordView(op: View, x: TraceNode, attrs: Attrs): TraceNode {
  return new TraceNode(op, [x], attrs, op.shape(x.shape, attrs), x.dtype);
}

/** The value without its past; a gradient can be asked of it where it is `variable`. */
export function untracked(x: TraceNode, variable: boolean): TraceNode {
  return x.differentiable || variable ? new TraceNode(detachOp, [x], NO_ATTRS, x.shape, x.dtype, variable) : x;
}
