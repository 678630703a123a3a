/** Nested lists and typed arrays of any kind, to flat row-major elements and back. */

import type { DType, TypedArray } from "../../ir/dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";

/** A number, a boolean, or (nested) lists of them. */
export type Nested = number | boolean | readonly Nested[];

/** What {@link toNested} gives. */
export type NestedValue = number | boolean | NestedValue[];

/** Every typed array of the language but Float16Array. */
export type AnyTypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Elements in row-major order with their shape, and the dtype that they call for. */
export interface FlatData {
  /**
   * The elements, not yet rounded to `dtype`: a list for nested lists (booleans as 0 and 1), otherwise a typed array.
   * A Float32Array, Float64Array or Int32Array is the caller's own, not a copy.
   */
  readonly data: number[] | TypedArray;
  readonly shape: number[];
  readonly dtype: DType;
}

const MAX_DIMENSIONS = 64;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * Flattens a number, a boolean, nested lists of them, or a typed array.
 *
 * The dtype is `dtype` if given. Otherwise it is "bool" for nothing but booleans, "float32" for lists with any number and
 * for empty lists, the array's own for Float32Array and Float64Array, and "int32" for typed arrays of integers, which
 * must then be in its range.
 */
export function fromNested(value: Nested | AnyTypedArray, dtype?: DType): FlatData {
  if (ArrayBuffer.isView(value)) return fromTypedArray(value, dtype);
  const shape = shapeOf(value);
  const data: number[] = [];
  const numbers = collect(value, shape, [], data);
  return { data, shape, dtype: dtype ?? (numbers || data.length === 0 ? "float32" : "bool") };
}

/** The elements as nested lists: booleans for "bool", numbers otherwise, and a scalar for shape `[]`. */
export function toNested(data: ArrayLike<number>, shape: readonly number[], dtype: DType): NestedValue {
  let next = 0;
  const build = (axis: number): NestedValue => {
    const length = shape[axis];
    if (length === undefined) {
      const element = data[next++]!;
      return dtype === "bool" ? element !== 0 : element;
    }
    return Array.from({ length }, () => build(axis + 1));
  };
  return build(0);
}

function fromTypedArray(array: AnyTypedArray, dtype: DType | undefined): FlatData {
  const shape = [array.length];
  if (array instanceof Float32Array) return { data: array, shape, dtype: dtype ?? "float32" };
  if (array instanceof Float64Array) return { data: array, shape, dtype: dtype ?? "float64" };
  if (array instanceof Int32Array) return { data: array, shape, dtype: dtype ?? "int32" };
  if (typeof array.length !== "number") {
    throw new DTypeError("a DataView has no element type: make a typed array over its buffer");
  }
  if (dtype !== undefined && dtype !== "int32") {
    return { data: Float64Array.from(array as ArrayLike<number | bigint>, Number), shape, dtype };
  }
  const data = new Int32Array(array.length);
  for (let i = 0; i < data.length; i++) {
    const element = array[i]!;
    if (element < INT32_MIN || element > INT32_MAX) {
      throw new DTypeError(
        `${array.constructor.name} element ${element} at index ${i} is outside int32 (${INT32_MIN} to ${INT32_MAX}): ` +
          `pass dtype "float64", which holds integers up to 2 ** 53 exactly`,
      );
    }
    data[i] = Number(element);
  }
  return { data, shape, dtype: "int32" };
}

/** The lengths along the first element of each level. */
function shapeOf(value: Nested): number[] {
  const shape: number[] = [];
  let inner: Nested | undefined = value;
  while (Array.isArray(inner)) {
    if (shape.length === MAX_DIMENSIONS) {
      throw new ShapeError(`lists nest deeper than ${MAX_DIMENSIONS} levels; does a list contain itself?`);
    }
    shape.push(inner.length);
    inner = inner[0];
  }
  return shape;
}

/** Appends the elements to `data`; whether any is a number. */
function collect(value: Nested, shape: readonly number[], path: number[], data: number[]): boolean {
  const length = shape[path.length];
  if (Array.isArray(value)) {
    if (value.length !== length) throw raggedError(value, length, path);
    let numbers = false;
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      if (collect(value[i], shape, path, data)) numbers = true;
      path.pop();
    }
    return numbers;
  }
  if (typeof value !== "number" && typeof value !== "boolean") throw elementError(value, path);
  if (length !== undefined) throw raggedError(value, length, path);
  data.push(Number(value));
  return typeof value === "number";
}

function raggedError(value: Nested, length: number | undefined, path: readonly number[]): ShapeError {
  const first = place(path.map(() => 0));
  const found = Array.isArray(value) ? `a list of length ${value.length}` : `the ${typeof value} ${value}`;
  const wanted = length === undefined ? "an element" : `a list of length ${length}`;
  return new ShapeError(
    `ragged nested list: ${place(path)} is ${found}, but ${first} is ${wanted}; lists at one depth need one length`,
  );
}

function elementError(value: unknown, path: readonly number[]): DTypeError {
  const at = path.length === 0 ? "" : ` at ${place(path)}`;
  const wayOut =
    typeof value === "bigint" || typeof value === "string"
      ? "convert it with Number()"
      : ArrayBuffer.isView(value)
        ? "convert it with Array.from(), or pass one typed array for all elements"
        : "elements are numbers or booleans";
  return new DTypeError(`cannot make an array element of ${describe(value)}${at}: ${wayOut}`);
}

function describe(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (typeof value === "bigint") return `the bigint ${value}n`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") {
    const name = value.constructor?.name ?? "Object";
    return name === "Object" ? "an object" : `a ${name}`;
  }
  return `a ${typeof value}`;
}

/** Where an element is, as one would write it: `value[1][0]`. */
function place(path: readonly number[]): string {
  return `value${path.map((i) => `[${i}]`).join("")}`;
}
