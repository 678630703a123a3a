/** Making tensors. The default dtype is float32. */
import { type DType, isFloat } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import { DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { copyLeaf } from "../tensor/copies.ts";
import { checkConstant, leafOf } from "../tensor/leaf.ts";
import { type AnyTypedArray, fromNested, type Nested } from "../tensor/nested.ts";
import { Tensor } from "../tensor/tensor.ts";
import { asTensor, checkDType, shapeText, type TensorLike } from "./apply.ts";
import { checkShape } from "./axes.ts";
import { naming } from "./naming.ts";
import { checkOptions, checkWhole, whatIs } from "./options.ts";
import { checkFlag } from "./ufunc.ts";

/** How a new tensor is made. */
export interface CreateOptions {
  readonly dtype?: DType;
  /** Whether no gradient is ever asked of it. */
  readonly constant?: boolean | null;
}

function options(
  caller: string,
  given: DType | CreateOptions | undefined,
  others: readonly string[] = [],
): { dtype: DType | undefined; constant: boolean | undefined } {
  const known = ["dtype", "constant", ...others] as (keyof CreateOptions)[];
  const { dtype, constant }: CreateOptions =
    typeof given === "string" ? { dtype: given } : checkOptions(caller, given, known);
  checkFlag(caller, constant);
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
  const { dtype, constant } = options("tensor", given, ["copy", "ndmin"]);
  const { copy = true, ndmin = 0 } = typeof given === "object" ? (given ?? {}) : {};
  checkWhole("tensor", "ndmin", ndmin);
  const made = data instanceof Tensor ? ofTensor(data, dtype, constant, copy) : ofData(data, dtype, constant);
  if (made.ndim >= ndmin) return made;
  const shape = [...new Array<number>(ndmin - made.ndim).fill(1), ...made.shape];
  // A leaf of its own, not a view of one.
  return copyLeaf(made.reshape(shape), made.dtype, made.constant);
}

function ofData(data: Exclude<TensorLike, Tensor>, dtype: DType | undefined, constant: boolean | undefined): Tensor {
  const flat = naming("tensor", () => fromNested(data, dtype));
  return leafOf(flat.data, flat.shape, flat.dtype, constant);
}

function ofTensor(t: Tensor, dtype: DType = t.dtype, constant: boolean | undefined, copy: boolean): Tensor {
  t.checkAlive("tensor");
  checkConstant("tensor", dtype, constant);
  if (!copy && t.dtype === dtype && t.constant === (constant ?? t.constant)) return t;
  return copyLeaf(t, dtype, constant ?? (copy ? false : t.constant));
}

/**
 * A tensor as it is where it is already as asked, with its graph and gradient; otherwise a new one, as {@link tensor} makes it.
 */
export function astensor(data: TensorLike, given?: DType | CreateOptions): Tensor {
  const { dtype, constant } = options("astensor", given);
  const asked = { ...(dtype === undefined ? {} : { dtype }), ...(constant === undefined ? {} : { constant }) };
  return naming("astensor", () => tensor(data, { ...asked, copy: false }));
}

/** The elements as a constant tensor, of another dtype where one is given: NumPy's arrays, which have no gradients. */
export function asarray(data: TensorLike, dtype?: DType): Tensor {
  const t = asTensor(data, "asarray");
  if (dtype !== undefined) checkDType(dtype, "asarray");
  return t.constant && (dtype === undefined || dtype === t.dtype) ? t : copyLeaf(t, dtype ?? t.dtype, true);
}

/** As `tensor`, with the elements of a typed array under a shape. */
export function fromData(data: AnyTypedArray | readonly number[], shape: Shape, given?: DType | CreateOptions): Tensor {
  const { dtype, constant } = options("fromData", given);
  const lengths = checkShape("fromData", shape);
  const flat = naming("fromData", () => fromNested(data as Nested | AnyTypedArray, dtype));
  if (sizeOf(lengths) !== flat.data.length) {
    throw new ShapeError(
      `fromData: ${flat.data.length} elements do not fill shape ${shapeText(lengths)}, which has ${sizeOf(lengths)}; ` +
        "the lengths' product must be the number of elements",
    );
  }
  return leafOf(flat.data, lengths, flat.dtype, constant, "fromData");
}

/** An array of one value; a boolean makes it bool. @throws ShapeError for a length that is no whole number */
export function full(shape: Shape | number, value: number | boolean, given?: DType | CreateOptions): Tensor {
  return filled("full", shape, value, given);
}

function filled(caller: string, shape: Shape | number, value: number | boolean, given?: DType | CreateOptions): Tensor {
  const { dtype = typeof value === "boolean" ? "bool" : "float32", constant } = options(caller, given);
  if (typeof value !== "number" && typeof value !== "boolean")
    throw new DTypeError(`${caller}: the value is ${whatIs(value)}; pass a number or a boolean`);
  if (dtype === "int32" && !(Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31))
    throw new DTypeError(`${caller}: ${value} is no number that int32 holds; pass one, or ask for "float64"`);
  const lengths = checkShape(caller, shape);
  return leafOf(new Float64Array(sizeOf(lengths)).fill(Number(value)), lengths, dtype, constant, caller);
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
  return like("fullLike", x, value, given);
}

function like(caller: string, x: TensorLike, value: number | boolean, given?: DType | LikeOptions): Tensor {
  const t = asTensor(x, caller);
  const known = ["dtype", "constant", "shape"] as const;
  const asked = typeof given === "string" ? { dtype: given } : checkOptions(caller, given, known);
  const { shape = t.shape, dtype = t.dtype, constant = isFloat(dtype) ? t.constant : undefined } = asked as LikeOptions;
  return filled(caller, shape, value, { dtype, ...(constant === undefined ? {} : { constant }) });
}

/** Zeros of the operand's shape. */
export function zerosLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return like("zerosLike", x, 0, given);
}

/** Ones of the operand's shape. */
export function onesLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return like("onesLike", x, 1, given);
}

/** `arange(stop)` or `arange(start, stop, step)`: start, start + step, … below stop. */
export function arange(start: number, stop?: number | null, step = 1, given?: DType | CreateOptions): Tensor {
  const { dtype = "float32", constant } = options("arange", given);
  const [from, to] = stop === undefined || stop === null ? [0, start] : [start, stop];
  if (step === 0 || ![from, to, step].every(Number.isFinite)) {
    const given = [from, to, step].map(whatIs);
    throw new GradloomError(
      `arange: start ${given[0]}, stop ${given[1]} and step ${given[2]}; all must be finite numbers, and the step not 0`,
    );
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  const shape = checkShape("arange", length);
  const values = Float64Array.from({ length }, (_, k) => from + k * step);
  return leafOf(values, shape, dtype, constant, "arange");
}

/** How numbers are spaced. */
export interface SpaceOptions extends CreateOptions {
  /** Whether the last number is `stop` itself; true unless given. */
  readonly endpoint?: boolean;
}

/** `count` numbers at equal distances from start to stop, both included unless `endpoint` is false; int32 is rounded down. */
export function linspace(start: number, stop: number, count = 50, given?: DType | SpaceOptions): Tensor {
  const dtype = typeof given === "string" ? given : given?.dtype;
  return spaced("linspace", start, stop, count, given, dtype === "int32" ? Math.floor : (x) => x);
}

function spaced(
  caller: string,
  start: number,
  stop: number,
  count: number,
  given: DType | SpaceOptions | undefined,
  of: (x: number) => number,
  others: readonly string[] = [],
): Tensor {
  if (![start, stop].every(Number.isFinite)) {
    throw new GradloomError(`${caller}: from ${whatIs(start)} to ${whatIs(stop)}; both ends must be finite numbers`);
  }
  const { dtype = "float32", constant } = options(caller, given, ["endpoint", ...others]);
  const { endpoint = true } = typeof given === "object" ? (given ?? {}) : {};
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`${caller}: the count ${whatIs(count)} is no length; give a whole number from 0`);
  }
  const shape = checkShape(caller, count);
  const step = (stop - start) / (endpoint ? count - 1 : count);
  const values = Float64Array.from({ length: count }, (_, k) => {
    const isLast = endpoint && k === count - 1 && k > 0;
    return of(isLast ? stop : k === 0 ? start : start + k * step);
  });
  return leafOf(values, shape, dtype, constant, caller);
}

/** Ones on a diagonal (the main one, or `offset` above it), zeros elsewhere. */
export function eye(rows: number, columns: number = rows, offset = 0, given?: DType | CreateOptions): Tensor {
  const { dtype = "float32", constant } = options("eye", given);
  if (![rows, columns].every((d) => Number.isInteger(d) && d >= 0)) {
    throw new ShapeError(
      `eye: ${whatIs(rows)} rows and ${whatIs(columns)} columns are no lengths; give whole numbers from 0`,
    );
  }
  if (!Number.isInteger(offset))
    throw new GradloomError(`eye: the offset ${whatIs(offset)} is no whole number; 0 is the main diagonal`);
  checkShape("eye", [rows, columns]);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) if (i + offset >= 0 && i + offset < columns) data[i * columns + i + offset] = 1;
  return leafOf(data, [rows, columns], dtype, constant, "eye");
}

/** The identity matrix. */
export function identity(n: number, given?: DType | CreateOptions): Tensor {
  return naming("identity", () => eye(n, n, 0, given));
}

/** An array whose elements are not specified: zeros, as JavaScript's memory starts as zeros. */
export function empty(shape: Shape | number, given?: DType | CreateOptions): Tensor {
  return filled("empty", shape, 0, given);
}

/** As `empty`, in the shape and dtype of another. */
export function emptyLike(x: TensorLike, given?: DType | LikeOptions): Tensor {
  return like("emptyLike", x, 0, given);
}

/** `base` to the powers of `count` numbers at equal distances from start to stop. */
export function logspace(
  start: number,
  stop: number,
  count = 50,
  given?: DType | (SpaceOptions & { readonly base?: number }),
): Tensor {
  const { base = 10 } = typeof given === "object" ? (given ?? {}) : {};
  if (typeof base !== "number") throw new GradloomError(`logspace: the base is ${whatIs(base)}; pass a number`);
  return spaced("logspace", start, stop, count, given, (x) => base ** x, ["base"]);
}

/** `count` numbers from start to stop, each the same multiple of the one before. @throws GradloomError where an end is 0 */
export function geomspace(start: number, stop: number, count = 50, given?: DType | SpaceOptions): Tensor {
  const ok = [start, stop].every((n) => typeof n === "number" && n !== 0) && start < 0 === stop < 0;
  if (!ok) {
    throw new GradloomError(
      `geomspace: from ${whatIs(start)} to ${whatIs(stop)}; both ends must be numbers of one sign and not 0: use linspace`,
    );
  }
  const sign = start < 0 ? -1 : 1;
  const ends = new Map([
    [Math.log10(start * sign), start],
    [Math.log10(stop * sign), stop],
  ]);
  return spaced(
    "geomspace",
    Math.log10(start * sign),
    Math.log10(stop * sign),
    count,
    given,
    (x) => ends.get(x) ?? sign * 10 ** x,
  );
}
