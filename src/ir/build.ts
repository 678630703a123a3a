/** Makes nodes: the result's type follows from the operation's record. Operands must already agree (invariant I3). */
import type { DType } from "./dtype.ts";
import { type Shape, sameShape } from "./layout.ts";
import { type Attrs, NO_ATTRS, type Node } from "./node.ts";
import { castOp } from "./ops/cast.ts";
import { gatherOp } from "./ops/gather.ts";
import { constantOp, inputOp, iotaOp } from "./ops/source.ts";
import { updateOp } from "./ops/update.ts";
import { broadcastToOp, reshapeOp, sliceOp, transposeOp } from "./ops/view.ts";
import type { Contract, Elementwise, Kernel, Reduce, Scan, View } from "./record.ts";

/** An element-wise operation on operands of one shape; a number stands for a constant of the others' type. */
export function elementwise(op: Elementwise, ...operands: readonly (Node | number)[]): Node {
  const like = operands.findLast((o): o is Node => typeof o !== "number")!;
  const inputs = operands.map((o) => (typeof o === "number" ? full(like.shape, o, like.dtype) : o));
  const dtype = op.result === "bool" ? "bool" : inputs[inputs.length - 1]!.dtype;
  return { op, inputs, attrs: NO_ATTRS, shape: like.shape, dtype };
}

export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : { op: castOp, inputs: [x], attrs: { dtype }, shape: x.shape, dtype };
}

/** A reduction over `axes`, which are kept with length 1; over no axes it is the operand itself. */
export function reduce(op: Reduce, x: Node, axes: readonly number[]): Node {
  if (axes.length === 0) return x;
  const shape = x.shape.map((d, k) => (axes.includes(k) ? 1 : d));
  return { op, inputs: [x], attrs: { axes }, shape, dtype: x.dtype };
}

export function view<A extends Attrs>(op: View<A>, x: Node, attrs: A): Node {
  return { op: op as View, inputs: [x], attrs, shape: op.shape(x.shape, attrs), dtype: x.dtype };
}

export function contract(op: Contract, a: Node, b: Node): Node {
  return { op, inputs: [a, b], attrs: NO_ATTRS, shape: op.shape(a.shape, b.shape), dtype: a.dtype };
}

export function broadcastTo(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : view(broadcastToOp, x, { shape });
}

export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : view(reshapeOp, x, { shape });
}

/** Axes reordered; an identity permutation is the operand itself. */
export function transpose(x: Node, axes: readonly number[]): Node {
  return axes.every((a, k) => a === k) ? x : view(transposeOp, x, { axes });
}

/** The last two axes swapped. */
export function matrixTranspose(x: Node): Node {
  const axes = x.shape.map((_, k) => k);
  const n = axes.length;
  [axes[n - 2], axes[n - 1]] = [n - 1, n - 2];
  return transpose(x, axes);
}

/** A scalar constant. */
export function constant(value: number, dtype: DType): Node {
  return { op: constantOp, inputs: [], attrs: { value }, shape: [], dtype };
}

/** An array of one value. */
export function full(shape: Shape, value: number, dtype: DType): Node {
  return broadcastTo(constant(value, dtype), shape);
}

/** The array whose element `i` is `offset + scale·Σ i[k]·strides[k]`. */
export function iota(shape: Shape, strides: readonly number[], dtype: DType, offset = 0, scale = 1): Node {
  return { op: iotaOp, inputs: [], attrs: { strides, offset, scale }, shape, dtype };
}

export function input(shape: Shape, dtype: DType, name = ""): Node {
  return { op: inputOp, inputs: [], attrs: { name }, shape, dtype };
}

/** `base` with the elements at `strides`, `offset` (over its row-major elements) replaced by those of `value`. */
export function update(base: Node, value: Node, strides: readonly number[], offset: number): Node {
  return { op: updateOp, inputs: [base, value], attrs: { strides, offset }, shape: base.shape, dtype: base.dtype };
}

/** The elements of `x` at row-major positions. */
export function gather(x: Node, index: Node): Node {
  return { op: gatherOp, inputs: [x, index], attrs: NO_ATTRS, shape: index.shape, dtype: x.dtype };
}

/** A running value along an axis. */
export function scan(op: Scan, axis: number, ...x: readonly Node[]): Node {
  return { op, inputs: x, attrs: { axis }, shape: x[0]!.shape, dtype: x[0]!.dtype };
}

export function kernel(op: Kernel, inputs: readonly Node[], attrs: Attrs = NO_ATTRS): Node {
  return { op, inputs, attrs, ...op.type(inputs, attrs) };
}

/** The elements in reverse along an axis. */
export function flip(x: Node, axis: number): Node {
  const starts = x.shape.map((d, k) => (k === axis ? Math.max(d - 1, 0) : 0));
  return view(sliceOp, x, { starts, steps: x.shape.map((_, k) => (k === axis ? -1 : 1)), lengths: x.shape });
}
