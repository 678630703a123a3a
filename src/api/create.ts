/** Making tensors. The default dtype is float32. */
import { type DType, isFloat } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/layout.ts";
import { asTensor, checkDType, shapeText, type TensorLike } from "./apply.ts";
import { copyLeaf } from "./copies.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { type AnyTypedArray, fromNested, type Nested } from "./nested.ts";
import { checkConstant, leafOf, Tensor } from "./tensor.ts";

/** How a new tensor is made. */
export interface CreateOptions {
  readonly dtype?: DType;
  /** Whether no gradient is ever asked of it. */
  readonly constant?: boolean | null;
}

function options(
  caller: string,
  given: DType | CreateOptions | undefined,
): { dtype: DType | undefined; constant: boolean | undefined } {
  const { dtype, constant } = typeof given === "string" ? { dtype: given } : (given ?? {});
  if (constant !== undefined && constant !== null && typeof constant !== "boolean")
    throw new DTypeError(`${caller}: constant must be true or false, not ${JSON.stringify(constant)}`);
  return { dtype: dtype === undefined ? undefined : checkDType(dtype, caller), constant: constant ?? undefined };
}

/** How a tensor is made of data. */
export interface TensorOptions extends CreateOptions {
  /** Whether the data is copied, the default; without it, a tensor that already is as asked is returned itself. */
  readonly copy?: boolean;
  /** At least so many axes: new ones are put in front. */
  readonly ndmin?: number;
}

/**
 * A tensor with a copy of the data: nested lists, a number, a boolean, a typed array, or a tensor (whose graph is not
 * kept). Lists of booleans give bool, other lists float32, typed arrays their own dtype; int32 and bool are constant.
 *
 * @throws ShapeError for ragged lists, DTypeError for an unknown dtype, for elements that are no numbers, and for integers
 *   that are to have gradients
 */
export function tensor(data: TensorLike, given?: DType | TensorOptions): Tensor {
  const { dtype, constant } = options("tensor", given);
  const { copy = true, ndmin = 0 } = typeof given === "object" ? given : {};
  const made = data instanceof Tensor ? ofTensor(data, dtype, constant, copy) : ofData(data, dtype, constant);
  if (made.ndim >= ndmin) return made;
  const shape = [...new Array<number>(ndmin - made.ndim).fill(1), ...made.shape];
  // A leaf of its own, not a view of one.
  return copyLeaf(made.reshape(shape), made.dtype, made.constant);
}

function ofData(data: Exclude<TensorLike, Tensor>, dtype: DType | undefined, constant: boolean | undefined): Tensor {
  const flat = fromNested(data, dtype);
  return leafOf(flat.data, flat.shape, flat.dtype, constant);
}

function ofTensor(t: Tensor, dtype: DType = t.dtype, constant: boolean | undefined, copy: boolean): Tensor {
  checkConstant("tensor", dtype, constant);
  if (!copy && t.dtype === dtype && t.constant === (constant ?? t.constant)) return t;
  return copyLeaf(t, dtype, constant ?? (copy ? false : t.constant));
}

/**
 * A tensor as it is where it is already as asked, with its graph and gradient; otherwise a new one, as {@link tensor} makes it.
 */
export function astensor(data: TensorLike, given?: DType | CreateOptions): Tensor {
  return tensor(data, { ...(typeof given === "string" ? { dtype: given } : given), copy: false });
}

/** The elements as a constant tensor, of another dtype where one is given: NumPy's arrays, which have no gradients. */
export function asarray(data: TensorLike, dtype?: DType): Tensor {
  const t = asTensor(data);
  return t.constant && (dtype === undefined || dtype === t.dtype) ? t : copyLeaf(t, dtype ?? t.dtype, true);
}

/** As `tensor`, with the elements of a typed array under a shape. */
export function fromData(data: AnyTypedArray | readonly number[], shape: Shape, given?: DType | CreateOptions): Tensor {
  const { dtype, constant } = options("fromData", given);
  const flat = fromNested(data as Nested | AnyTypedArray, dtype);
  if (sizeOf(shape) !== flat.data.length) {
    throw new ShapeError(
      `fromData: ${flat.data.length} elements do not fill shape ${shapeText(shape)}, which has ${sizeOf(shape)}; ` +
        "the lengths' product must be the number of elements",
    );
  }
  return leafOf(flat.data, [...shape], flat.dtype, constant);
}

/** An array of one value; a boolean makes it bool. @throws ShapeError for a length that is no whole number */
export function full(shape: Shape | number, value: number | boolean, given?: DType | CreateOptions): Tensor {
  return filled("full", shape, value, given);
}

function filled(caller: string, shape: Shape | number, value: number | boolean, given?: DType | CreateOptions): Tensor {
  const { dtype = typeof value === "boolean" ? "bool" : "float32", constant } = options(caller, given);
  const lengths = typeof shape === "number" ? [shape] : [...shape];
  const bad = lengths.find((d) => !Number.isInteger(d) || d < 0);
  if (bad !== undefined)
    throw new ShapeError(
      `${caller}: ${bad} in shape ${shapeText(lengths)} is no length; lengths are whole numbers from 0`,
    );
  return leafOf(new Float64Array(sizeOf(lengths)).fill(Number(value)), lengths, dtype, constant);
}

/** Zeros, of any dtype; a number as shape stands for one axis. @throws ShapeError for a length that is no whole number */
export function zeros(shape: Shape | number, given?: DType | CreateOptions): Tensor {
  return filled("zeros", shape, 0, given);
}

/** Ones; see `zeros`. */
export function ones(shape: Shape | number, given?: DType | CreateOptions): Tensor {
  return filled("ones", shape, 1, given);
}

/** How an array like another is made. */
export interface LikeOptions extends CreateOptions {
  /** The shape, where it is not the other's. */
  readonly shape?: Shape | number;
}

/**
 * An array of one value in the shape and dtype of another, unless given, and constant where that is. So for the other
 * `…Like` functions.
 */
export function fullLike(x: TensorLike, value: number | boolean, given?: DType | LikeOptions): Tensor {
  const t = asTensor(x);
  const asked = typeof given === "string" ? { dtype: given } : (given ?? {});
  const { shape = t.shape, dtype = t.dtype, constant = isFloat(dtype) ? t.constant : undefined } = asked;
  return filled("fullLike", shape, value, { dtype, ...(constant === undefined ? {} : { constant }) });
}

/** Zeros of the operand's shape. */
export function zerosLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return fullLike(x, 0, given);
}

/** Ones of the operand's shape. */
export function onesLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return fullLike(x, 1, given);
}

/** `arange(stop)` or `arange(start, stop, step)`: start, start + step, … below stop. */
export function arange(start: number, stop?: number | null, step = 1, given?: DType | CreateOptions): Tensor {
  const { dtype = "float32", constant } = options("arange", given);
  const [from, to] = stop === undefined || stop === null ? [0, start] : [start, stop];
  if (step === 0 || ![from, to, step].every(Number.isFinite)) {
    throw new DTypeError(`arange: start ${from}, stop ${to} and step ${step} must be finite, and the step not 0`);
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  return leafOf(
    Float64Array.from({ length }, (_, k) => from + k * step),
    [length],
    dtype,
    constant,
  );
}

/** How numbers are spaced. */
export interface SpaceOptions extends CreateOptions {
  /** Whether the last number is `stop` itself; true unless given. */
  readonly endpoint?: boolean;
}

/** `count` numbers at equal distances from start to stop, both included unless `endpoint` is false. */
export function linspace(start: number, stop: number, count = 50, given?: DType | SpaceOptions): Tensor {
  return spaced("linspace", start, stop, count, given, (x) => x);
}

function spaced(
  caller: string,
  start: number,
  stop: number,
  count: number,
  given: DType | SpaceOptions | undefined,
  of: (x: number) => number,
): Tensor {
  const { dtype = "float32", constant } = options(caller, given);
  const { endpoint = true } = typeof given === "object" ? given : {};
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`${caller}: the count ${count} is no length; give a whole number from 0`);
  }
  const step = (stop - start) / (endpoint ? count - 1 : count);
  const values = Float64Array.from({ length: count }, (_, k) => {
    const isLast = endpoint && k === count - 1 && k > 0;
    return of(isLast ? stop : k === 0 ? start : start + k * step);
  });
  return leafOf(values, [count], dtype, constant);
}

/** Ones on a diagonal (the main one, or `offset` above it), zeros elsewhere. */
export function eye(rows: number, columns: number = rows, offset = 0, given?: DType | CreateOptions): Tensor {
  const { dtype = "float32", constant } = options("eye", given);
  if (![rows, columns].every((d) => Number.isInteger(d) && d >= 0)) {
    throw new ShapeError(`eye: ${rows} rows and ${columns} columns are no lengths; give whole numbers from 0`);
  }
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) if (i + offset >= 0 && i + offset < columns) data[i * columns + i + offset] = 1;
  return leafOf(data, [rows, columns], dtype, constant);
}

/** The identity matrix. */
export function identity(n: number, given?: DType | CreateOptions): Tensor {
  return eye(n, n, 0, given);
}

/** An array whose elements are not specified: zeros, as JavaScript's memory starts as zeros. */
export function empty(shape: Shape | number, given?: DType | CreateOptions): Tensor {
  return filled("empty", shape, 0, given);
}

/** As `empty`, in the shape and dtype of another. */
export function emptyLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return fullLike(x, 0, given);
}

/** `base` to the powers of `count` numbers at equal distances from start to stop. */
export function logspace(
  start: number,
  stop: number,
  count = 50,
  given?: DType | (SpaceOptions & { readonly base?: number }),
): Tensor {
  const { base = 10 } = typeof given === "object" ? given : {};
  return spaced("logspace", start, stop, count, given, (x) => base ** x);
}

/** `count` numbers from start to stop, each the same multiple of the one before. @throws DTypeError where an end is 0 */
export function geomspace(start: number, stop: number, count = 50, given?: DType | SpaceOptions): Tensor {
  if (start === 0 || stop === 0 || start < 0 !== stop < 0) {
    throw new DTypeError(
      `geomspace: from ${start} to ${stop}: both ends must have one sign and not be 0; use linspace`,
    );
  }
  const sign = start < 0 ? -1 : 1;
  const ends = new Map([
    [Math.log(start * sign), start],
    [Math.log(stop * sign), stop],
  ]);
  return spaced(
    "geomspace",
    Math.log(start * sign),
    Math.log(stop * sign),
    count,
    given,
    (x) => ends.get(x) ?? sign * Math.exp(x),
  );
}
