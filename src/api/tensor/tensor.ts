import type { Buffer } from "../../backends/backend.ts";
import type { DType, TypedArray } from "../../ir/dtype.ts";
import { contiguous, type Layout, type Shape, sizeOf } from "../../ir/layout.ts";
import type { Attrs } from "../../ir/node.ts";
import { inputOp } from "../../ir/ops/source.ts";
import { copy } from "../../ir/ops/unary.ts";
import { reshapeOp, transposeOp } from "../../ir/ops/view.ts";
import type { View } from "../../ir/record.ts";
import { DisposedError, ShapeError } from "../errors.ts";
import { checkTensor, elementwiseNode, shapeText, type TensorLike } from "../functions/apply.ts";
import { ready } from "../trace/backend.ts";
import { backward, clearGraph } from "../trace/backward.ts";
import { evaluate } from "../trace/evaluate.ts";
import { freshGradients, noteUse } from "../trace/pending.ts";
import { elementsAt, read, readLater } from "../trace/read.ts";
import { autodiff, recordView, type TraceNode, untracked } from "../trace/trace.ts";
import { checkReadable, currentTracing } from "../trace/tracing.ts";
import { formatArray, formatRepr } from "./format.ts";
import { TensorMethods } from "./methods.ts";
import { type NestedValue, toNested } from "./nested.ts";
import { disposeStorage, registerInScope } from "./scope.ts";
import { gradientOf, Storage } from "./storage.ts";
import { fittingShape } from "./views.ts";

interface ViewStep {
  readonly op: View;
  readonly attrs: Attrs;
}

/**
 * An n-dimensional array with NumPy's semantics. Operations are recorded and run when values are asked for; views share
 * memory; gradients follow MyGrad's rules. Instances come from `tensor`, `zeros`…, and from operations.
 */
export class Tensor extends TensorMethods {
  readonly dtype: DType;
  /**
   * The memory, shared with all views.
   *
   * @internal
   */
  readonly storage: Storage;
  /** The tensor that owns the memory of this view; null for one that owns its memory itself. */
  readonly base: Tensor | null;
  private place: Layout;
  private chain: readonly ViewStep[];
  private ownGradient: Tensor | null = null;
  private derived: { readonly node: TraceNode; readonly version: number } | null = null;

  static {
    // Where Node looks for a value's own way of being shown.
    const value = function (this: Tensor): string {
      return this.inspect();
    };
    Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), { value });
  }

  private constructor(storage: Storage, chain: readonly ViewStep[], layout: Layout, base: Tensor | null) {
    super();
    this.storage = storage;
    this.chain = chain;
    this.place = layout;
    this.dtype = storage.dtype;
    this.base = base;
  }

  /**
   * The tensor of a recorded value that is no view.
   *
   * @internal
   */
  static of(node: TraceNode, constant: boolean = !node.differentiable, leaf = false): Tensor {
    const value = autodiff.enabled || leaf ? node : untracked(node, !constant);
    return registered(new Tensor(new Storage(value, constant, leaf), [], contiguous(node.shape), null));
  }

  /**
   * Where the elements lie in the memory.
   *
   * @internal
   */
  get layout(): Layout {
    return this.place;
  }

  /** The lengths of the axes. Setting them reshapes this tensor in place; its memory and the views of it stay as they are. */
  get shape(): Shape {
    return this.place.shape;
  }

  /** @throws ShapeError for lengths that do not fit the elements, or that no view of the memory can have */
  set shape(shape: Shape) {
    this.checkAlive("shape");
    const attrs = { shape: fittingShape("shape", this.shape, shape) };
    if (reshapeOp.layout(this.layout, attrs) === null) {
      throw new ShapeError(
        `shape: a view of shape ${shapeText(this.shape)} cannot become ${shapeText(shape)} without a copy; use reshape()`,
      );
    }
    const reshaped = this.view(reshapeOp, attrs);
    this.chain = reshaped.chain;
    this.place = reshaped.place;
    this.derived = null;
    this.ownGradient = null;
  }

  /** The tensor of a recorded value in memory of its own, whose axes lie in `order`, the outermost first. */
  static ordered(node: TraceNode, order: readonly number[]): Tensor {
    const stored = elementwiseNode(copy, recordView(transposeOp as View, node, { axes: order }));
    const back = { op: transposeOp as View, attrs: { axes: order.map((_, k) => order.indexOf(k)) } };
    const layout = back.op.layout(contiguous(stored.shape), back.attrs)!;
    const constant = !stored.differentiable;
    const value = autodiff.enabled ? stored : untracked(stored, !constant);
    return registered(new Tensor(new Storage(value, constant, false), [back], layout, null));
  }

  /**
   * Whether the elements may lie in another order than row-major.
   *
   * @internal
   */
  get isStrided(): boolean {
    return this.chain.length > 0;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether no gradient is ever asked of it: int32 and bool always, floats where they were made so. */
  get constant(): boolean {
    return this.storage.constant;
  }

  /**
   * The value for an operation that follows.
   *
   * @throws DisposedError that names the operation
   * @internal
   */
  node(caller = "use"): TraceNode {
    this.checkAlive(caller);
    this.storage.use();
    return this.valueNode();
  }

  /**
   * The value as it is, for reading.
   *
   * @internal
   */
  valueNode(): TraceNode {
    const { current, version } = this.storage;
    if (this.chain.length === 0) return current;
    // A trace leaves nothing behind in the tensors that it uses.
    if (currentTracing() !== null) return derive(this.storage.current, this.chain);
    if (this.derived === null || this.derived.version !== version || this.derived.node.released)
      this.derived = { node: derive(current, this.chain), version };
    return this.derived.node;
  }

  /**
   * A chain of views of the memory's present value, for a write alone: a view that is also read may become known by itself, and is
   * then no longer a view of anything.
   *
   * @internal
   */
  targetNode(caller: string): TraceNode {
    this.node(caller);
    return derive(this.storage.current, this.chain);
  }

  /**
   * A view of this tensor; a copy where no strides can express it (as with NumPy's `reshape`).
   *
   * @internal
   */
  view<A extends Attrs>(op: View<A>, attrs: A): Tensor {
    this.checkAlive(op.name);
    const layout = op.layout(this.layout, attrs);
    if (layout === null) {
      noteUse(this.storage, true);
      const copied = Tensor.of(elementwiseNode(copy, this.node())).view(op, attrs);
      return new Tensor(copied.storage, copied.chain, copied.place, null);
    }
    return new Tensor(this.storage, [...this.chain, { op: op as View, attrs }], layout, this.base ?? this);
  }

  /** Whether a tensor shares memory with this one. */
  sharesMemory(other: Tensor): boolean {
    return this.storage === checkTensor("sharesMemory", other).storage;
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  /** The elements, row-major, in a fresh typed array (bool: one byte an element, 0 or 1). Loads a backend if needed. */
  async data(): Promise<TypedArray> {
    this.checkAlive("data");
    if (!this.isKnown()) await ready();
    const { known, isOwn } = this.computed("data");
    return elementsAt(await readLater(known, "data"), isOwn ? null : this.layout);
  }

  /**
   * As `data`, without waiting.
   *
   * @throws BackendError where something must be computed and no backend is ready
   */
  dataSync(): TypedArray {
    this.checkAlive("dataSync");
    return this.read("dataSync");
  }

  /** Nested lists of the elements, or one number; booleans for bool. */
  tolist(): NestedValue {
    this.checkAlive("tolist");
    return toNested(this.read("tolist"), this.shape, this.dtype);
  }

  /**
   * The one element as a number (bool: 0 or 1).
   *
   * @throws ShapeError unless there is exactly one
   */
  item(): number {
    this.checkAlive("item");
    if (this.size !== 1)
      throw new ShapeError(`item: shape ${shapeText(this.shape)} holds ${this.size} elements, not 1; use tolist()`);
    return this.read("item")[0]!;
  }

  /**
   * Computes the elements now, and everything pending, without copying them out. Returns this tensor.
   *
   * @throws BackendError where no backend is ready
   */
  evaluate(): this {
    this.checkAlive("evaluate");
    if (this.isKnown()) return this;
    checkReadable(this.valueNode(), "evaluate");
    evaluate([this.valueNode()], "evaluate");
    return this;
  }

  private isKnown(): boolean {
    return this.storage.current.buffer !== null || this.valueNode().buffer !== null;
  }

  private read(caller: string): TypedArray {
    const buffer = this.computed(caller);
    return elementsAt(read(buffer.known, caller), buffer.isOwn ? null : this.layout);
  }

  /** What holds the elements: all of them in their order, or those of the memory that this looks at. */
  private computed(caller: string): { readonly known: Buffer; readonly isOwn: boolean } {
    const node = this.valueNode();
    checkReadable(node, caller);
    if (this.storage.current.buffer === null && node.buffer === null) evaluate([node], caller);
    return { known: node.buffer ?? this.storage.current.buffer!, isOwn: node.buffer !== null };
  }

  /** What NumPy's `str` shows. */
  override toString(): string {
    if (this.storage.disposed) return "<disposed tensor>";
    try {
      return formatArray(this.read("toString"), this.shape, this.dtype);
    } catch (e) {
      if (!this.isKnown())
        return `<tensor of shape ${shapeText(this.shape)}, ${this.dtype}, not computed: no backend is ready>`;
      throw e;
    }
  }

  /** What `console.log` shows in Node: NumPy's `repr`. */
  inspect(): string {
    const text = this.toString();
    return text.startsWith("<") ? text : formatRepr(this.read("inspect"), this.shape, this.dtype);
  }

  // --- gradients ---------------------------------------------------------------------------------------------------

  /**
   * Reverse-mode differentiation: gives every tensor upstream its gradient, in `.grad`.
   *
   * @param seed the cotangent of this tensor, broadcast to its shape; ones if left out, so that a tensor counts as its sum
   * @throws InvalidBackpropError where an earlier `backward` has already gone through a part of the graph
   */
  backward(seed?: TensorLike): void {
    this.checkAlive("backward");
    backward(this, seed);
  }

  /**
   * What the last `backward` left, or null; any operation on the tensor that is no view drops it. The gradient of a view is
   * a view of its base's.
   */
  get grad(): Tensor | null {
    this.checkAlive("grad");
    const memory = gradientOf(this.storage);
    if (memory === null) return null;
    if (this.ownGradient?.storage !== memory) {
      const base = this.base === null ? null : this.base.grad;
      this.ownGradient = registered(new Tensor(memory, this.chain, this.place, base));
    }
    return this.ownGradient;
  }

  /** Drops the gradient of this tensor and of all that share its memory. Returns this tensor. */
  nullGrad(): this {
    this.storage.setGradient(null);
    freshGradients.delete(this.storage);
    return this;
  }

  /**
   * Forgets how this tensor and all those it was computed from were made, as `backward` does afterwards: gradients no longer
   * flow through them.
   */
  clearGraph(): void {
    this.checkAlive("clearGraph");
    clearGraph(this);
  }

  /** The name of the operation that made this tensor; null for one that was made from data, or whose graph was cleared. */
  get creator(): string | null {
    if (this.base !== null) return this.chain[this.chain.length - 1]?.op.name ?? null;
    const { leaf, current, cleared } = this.storage;
    return leaf || cleared || current.op === inputOp ? null : current.op.name;
  }

  // --- memory ------------------------------------------------------------------------------------------------------

  /** Gives the memory back now; this tensor and all its views can no longer be used. */
  dispose(): void {
    disposeStorage(this.storage);
  }

  /** `dispose()`, at the end of a block that says `using t = …`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * @throws DisposedError that names the operation
   * @internal
   */
  checkAlive(caller: string): void {
    if (!this.storage.disposed) return;
    throw new DisposedError(
      `${caller}: this tensor of shape ${shapeText(this.shape)} was disposed; drop the dispose() or read it before, ` +
        "or return it from the scope()",
    );
  }
}

/** A chain of views of a value. */
function derive(value: TraceNode, chain: readonly ViewStep[]): TraceNode {
  return chain.reduce((x, { op, attrs }) => recordView(op, x, attrs), value);
}

/** Notes a tensor that owns its memory in the innermost scope; views belong to the scope of what they are views of. */
function registered(t: Tensor): Tensor {
  registerInScope(t);
  return t;
}
