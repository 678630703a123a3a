/** Linear algebra: products, norms, diagonals and triangles. */

import { lessEqual } from "../../ir/ops/compare.ts";
import { iotaOp } from "../../ir/ops/source.ts";
import { diagonalOp } from "../../ir/ops/view.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { slice } from "../tensor/index-syntax.ts";
import { Tensor } from "../tensor/tensor.ts";
import { expandDims, ravel, reshape, transpose } from "../tensor/views.ts";
import { TraceNode } from "../trace/trace.ts";
import { asTensor, asTensors, elementwiseNode, shapeText, type TensorLike } from "./apply.ts";
import { checkAxes, checkShape } from "./axes.ts";
import { zeros } from "./create.ts";
import { einsum } from "./einsum.ts";
import { absolute, multiply, power, sqrt, square, where } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { naming } from "./naming.ts";
import { checkNumber, checkOptions, checkWhole, isList, whatIs } from "./options.ts";
import { type Axes, axesOf, max, min, sum } from "./reductions.ts";

/** The product over the last axis of `a` and the last but one of `b`, as NumPy's `dot`; with a scalar, the plain product. */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a, "dot"), asTensor(b, "dot")];
  if (x.ndim === 0 || y.ndim === 0) return multiply(x, y);
  return paired("dot", x, y, [x.ndim - 1], [Math.max(y.ndim - 2, 0)]);
}

/** Σ over the last axes of both; with a scalar, the plain product. */
export function inner(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a, "inner"), asTensor(b, "inner")];
  if (x.ndim === 0 || y.ndim === 0) return multiply(x, y);
  return paired("inner", x, y, [x.ndim - 1], [y.ndim - 1]);
}

/** All products of an element of `a` with one of `b`, both flattened. */
export function outer(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a, "outer"), asTensor(b, "outer")];
  return naming("outer", () => multiply(expandDims(ravel(x), 1), ravel(y)));
}

/** Σ over pairs of axes: the last `n` of `a` with the first `n` of `b`, or the lists of both. */
export function tensordot(
  a: TensorLike,
  b: TensorLike,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
): Tensor {
  const [x, y] = [asTensor(a, "tensordot"), asTensor(b, "tensordot")];
  if (typeof axes === "number") {
    checkWhole("tensordot", "the number of axes", axes, 0);
    const short = x.ndim < axes ? x : y;
    if (short.ndim < axes)
      throw new ShapeError(`tensordot: shape ${shapeText(short.shape)} has not ${axes} axes to sum over; name fewer`);
    const all = (n: number): number[] => Array.from({ length: n }, (_, k) => k);
    return paired("tensordot", x, y, all(x.ndim).slice(x.ndim - axes), all(axes));
  }
  if (!isList(axes) || axes.length !== 2)
    throw new GradloomError(`tensordot: the axes are ${whatIs(axes)}; give their number, or [axes of a, axes of b]`);
  return paired("tensordot", x, y, checkAxes("tensordot", axes[0], x.ndim), checkAxes("tensordot", axes[1], y.ndim));
}

/** Σ over pairs of axes. @throws ShapeError where they have other lengths */
function paired(caller: string, x: Tensor, y: Tensor, left: readonly number[], right: readonly number[]): Tensor {
  const misfit = left.findIndex((axis, k) => x.shape[axis] !== y.shape[right[k]!]);
  if (left.length !== right.length || misfit >= 0) {
    throw new ShapeError(
      `${caller}: axes [${left.join(", ")}] of shape ${shapeText(x.shape)} and [${right.join(", ")}] of shape ` +
        `${shapeText(y.shape)} do not pair up; summed axes must be equally many and of equal lengths: transpose an operand`,
    );
  }
  const xs = x.shape.map((_, k) => k);
  const ys = y.shape.map((_, k) => (right.includes(k) ? left[right.indexOf(k)]! : x.ndim + k));
  const out = [...xs.filter((k) => !left.includes(k)), ...ys.filter((_, k) => !right.includes(k))];
  return einsum(x, xs, y, ys, out);
}

/** Every element of `a` times the whole of `b`, in blocks. */
export function kron(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a, "kron"), asTensor(b, "kron")];
  const rank = Math.max(x.ndim, y.ndim);
  const lead = (t: Tensor): number[] => [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const [p, q] = [lead(x), lead(y)];
  const left = reshape(
    x,
    p.flatMap((d) => [d, 1]),
  );
  const right = reshape(
    y,
    q.flatMap((d) => [1, d]),
  );
  const joined = p.map((d, k) => d * q[k]!);
  return naming("kron", () => reshape(multiply(left, right), joined));
}

/**
 * The product of several matrices, in the order that takes the fewest multiplications (dynamic programming; Cormen et al.,
 * "Introduction to Algorithms", 15.2). The first may be a row and the last a column of one axis.
 *
 * @throws ShapeError for fewer than two, for other than one or two axes, and for sizes that do not fit
 */
export function multiMatmul(matrices: readonly TensorLike[]): Tensor {
  const all = asTensors(matrices, "multiMatmul");
  if (all.length < 2) throw new ShapeError(`multiMatmul: ${all.length} matrices; pass two at least`);
  all.forEach((t, k) => {
    const isEnd = k === 0 || k === all.length - 1;
    if (t.ndim === 2 || (isEnd && t.ndim === 1)) return;
    throw new ShapeError(
      `multiMatmul: operand ${k} has shape ${shapeText(t.shape)}; matrices have two axes, and only the first and the last ` +
        "may have one",
    );
  });
  all.slice(1).forEach((t, k) => {
    const before = all[k]!;
    if (before.shape.at(-1) === t.shape[0]) return;
    throw new ShapeError(
      `multiMatmul: operand ${k} of shape ${shapeText(before.shape)} and operand ${k + 1} of shape ${shapeText(t.shape)} do not ` +
        "fit; the columns of the one must be as many as the rows of the other",
    );
  });
  if (all.length === 2) return matmul(all[0]!, all[1]!);
  const last = all.length - 1;
  const shapes = all.map((t, k): readonly number[] => {
    if (t.ndim === 2) return t.shape;
    return k === 0 ? [1, t.size] : [t.size, 1];
  });
  const sizes = [shapes[0]![0]!, ...shapes.map((s) => s[1]!)];
  const cost = all.map(() => all.map(() => 0));
  const cut = all.map(() => all.map(() => 0));
  for (let span = 1; span <= last; span++) {
    for (let i = 0; i + span <= last; i++) {
      const j = i + span;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const c = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (c < cost[i]![j]!) [cost[i]![j], cut[i]![j]] = [c, k];
      }
    }
  }
  const product = (i: number, j: number): Tensor => {
    if (i === j) return all[i]!;
    const k = cut[i]![j]!;
    return matmul(product(i, k), product(k + 1, j));
  };
  return product(0, last);
}

/** The options of {@link norm}. */
export interface NormOptions {
  /** The order of the norm; 2 unless given. Infinity is the largest magnitude, -Infinity the smallest. */
  readonly ord?: number | null;
  readonly axis?: Axes;
  readonly keepdims?: boolean;
}

/**
 * The vector norm (Σ |x|^ord)^(1/ord) along one axis. Without an axis and an order, the root of the sum of all squares.
 * Its gradient at 0 is 0.
 *
 * @throws GradloomError for matrix norms and order 0, which are not supported
 */
export function norm(x: TensorLike, options: NormOptions = {}): Tensor {
  const { ord = null, axis = null, keepdims = false } = checkOptions("norm", options, ["ord", "axis", "keepdims"]);
  const t = asTensor(x, "norm");
  const axes = axesOf("norm", axis, t.ndim);
  if (ord !== null) checkNumber("norm", "ord", ord);
  if ((axes.length > 1 && ord !== null) || ord === 0 || Number.isNaN(ord)) {
    throw new GradloomError(
      `norm: ord ${ord} over ${axes.length} axes is not supported; matrix norms and order 0 are left out: name one axis`,
    );
  }
  const magnitude = absolute(t.dtype === "float32" || t.dtype === "float64" ? t : t.astype("float64"));
  if (ord === Number.POSITIVE_INFINITY) return naming("norm", () => max(magnitude, axes, keepdims));
  if (ord === Number.NEGATIVE_INFINITY) return naming("norm", () => min(magnitude, axes, keepdims));
  if (ord === 1) return sum(magnitude, axes, keepdims);
  const order = ord ?? 2;
  const total = sum(order === 2 ? square(magnitude) : power(magnitude, order), axes, keepdims);
  // At 0 the root has an infinite slope: its argument is replaced there, and so gets no gradient.
  const isZero = total.eq(0);
  const safe = where(isZero, 1, total);
  const root = order === 2 ? sqrt(safe) : power(safe, 1 / order);
  const atZero = order < 0 ? Number.POSITIVE_INFINITY : 0;
  return where(isZero, order < 0 ? atZero : total, root);
}

/** The diagonal of two axes, `offset` above the main one, as a view whose last axis runs along it. It can be written. */
export function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  return diagonalOf("diagonal", x, offset, axis1, axis2);
}

function diagonalOf(caller: string, x: TensorLike, offset: number, axis1: number, axis2: number): Tensor {
  const t = asTensor(x, caller);
  checkWhole(caller, "the offset", offset);
  if (t.ndim < 2) throw new ShapeError(`${caller}: shape ${shapeText(t.shape)} has fewer than two axes; pass a matrix`);
  const [a, b] = checkAxes(caller, [axis1, axis2], t.ndim) as [number, number];
  const [rows, columns] = [t.shape[a]!, t.shape[b]!];
  const [down, right] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const length = Math.max(Math.min(rows - down, columns - right), 0);
  const start = (from: number, size: number): ReturnType<typeof slice> =>
    slice(Math.min(from, size), Math.min(from, size) + length);
  const square = t.get(...t.shape.map((d, k) => (k === a ? start(down, d) : k === b ? start(right, d) : ":")));
  const rest = t.shape.map((_, k) => k).filter((k) => k !== a && k !== b);
  return square.view(diagonalOp, { groups: [...rest.map((k) => [k]), [a, b]] });
}

/** The sum along a diagonal of two axes. */
export function trace(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  return sum(diagonalOf("trace", x, offset, axis1, axis2), -1);
}

/** Of a matrix its diagonal; of a list the matrix that has it as its diagonal, `offset` above the main one. */
export function diag(x: TensorLike, offset = 0): Tensor {
  const t = asTensor(x, "diag");
  checkWhole("diag", "the offset", offset);
  if (t.ndim === 2) return diagonalOf("diag", t, offset, 0, 1);
  if (t.ndim !== 1)
    throw new ShapeError(`diag: shape ${shapeText(t.shape)} has ${t.ndim} axes; pass one axis or two, or use diagonal`);
  const n = t.size + Math.abs(offset);
  const made = zeros(checkShape("diag", [n, n]), { dtype: t.dtype });
  diagonal(made, offset).set_("...", t);
  return made;
}

function triangle(caller: string, x: TensorLike, offset: number, upper: boolean): Tensor {
  const t = asTensor(x, caller);
  checkWhole(caller, "the offset", offset);
  if (t.ndim < 1) throw new ShapeError(`${caller}: a scalar has no triangles; pass a matrix`);
  const m = t.ndim === 1 ? t.broadcastTo([t.size, t.size]) : t;
  const rank = m.ndim;
  const along = (axis: number, start: number): TraceNode => {
    const strides = m.shape.map((_, k) => (k === axis ? 1 : 0));
    return new TraceNode(iotaOp, [], { strides, offset: start, scale: 1 }, m.shape, "int32");
  };
  // Element (i, j) lies in the lower triangle where j ≤ i + offset.
  const [row, column] = [along(rank - 2, offset), along(rank - 1, 0)];
  const keep = upper ? elementwiseNode(lessEqual, row, column) : elementwiseNode(lessEqual, column, row);
  return where(Tensor.of(keep, true), m, m.dtype === "bool" ? false : 0);
}

/** The elements on and below a diagonal of the last two axes; zeros above. */
export function tril(x: TensorLike, offset = 0): Tensor {
  return triangle("tril", x, offset, false);
}

/** The elements on and above a diagonal of the last two axes; zeros below. */
export function triu(x: TensorLike, offset = 0): Tensor {
  return triangle("triu", x, offset, true);
}

/** The matrix with its last two axes exchanged, as a view. */
export function matrixTranspose(x: TensorLike): Tensor {
  const t = asTensor(x, "matrixTranspose");
  if (t.ndim < 2)
    throw new ShapeError(`matrixTranspose: shape ${shapeText(t.shape)} has fewer than two axes; pass a matrix`);
  const axes = t.shape.map((_, k) => k);
  return transpose(t, [...axes.slice(0, -2), t.ndim - 1, t.ndim - 2]);
}
