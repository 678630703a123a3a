/**
 * NumPy's `.npy`: one array. The bytes are `\x93NUMPY`, two of version, the header's length (two bytes in version 1, four
 * in 2 and 3), the header, which is a Python dictionary padded so that what follows is a multiple of 64, and the elements.
 */
import type { DType, TypedArray } from "../../ir/dtype.ts";
import { forEachOffset, type Shape, sizeOf } from "../../ir/layout.ts";
import { DTypeError, ModelFormatError, ShapeError } from "../errors.ts";
import { shapeText } from "../functions/apply.ts";

/** Row-major elements with their shape. */
export interface NpyArray {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

interface Header {
  readonly descr: PythonValue;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT = 64;
/** NumPy's own limit. */
const MAX_AXES = 64;
/** NumPy leaves room in the header for the first axis to grow to so many digits. */
const GROWTH_DIGITS = 21;
/** NumPy's own headers are far shorter, but for records of thousands of fields. */
const MAX_HEADER = 2 ** 20;
const DESCR: { readonly [D in DType]: string } = { bool: "|b1", int32: "<i4", float32: "<f4", float64: "<f8" };

// --- writing -------------------------------------------------------------------------------------------------------

/**
 * An array as the bytes of a `.npy` file, the same that `numpy.save` writes.
 *
 * @throws ShapeError for more axes than NumPy reads
 */
export function encodeNpy(array: NpyArray, where: string): Uint8Array {
  const { data, shape, dtype } = array;
  if (shape.length > MAX_AXES) {
    throw new ShapeError(
      `${where}: the array has ${shape.length} axes, and NumPy reads up to ${MAX_AXES}; reshape it first`,
    );
  }
  const room = shape.length === 0 ? 0 : Math.max(0, GROWTH_DIGITS - String(shape[0]).length);
  const text = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${shapeText(shape)}, }${" ".repeat(room)}`;
  const start = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set([...MAGIC, 1, 0, (start - 10) & 255, (start - 10) >> 8]);
  bytes.fill(0x20, 10, start);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

// --- reading -------------------------------------------------------------------------------------------------------

/** Whether bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((b, k) => bytes[k] === b);
}

/**
 * The array in the bytes of a `.npy` file. Integers become int32 where all fit, otherwise float64; float16 becomes
 * float32.
 *
 * @param where what messages begin with: the function, and the name of the array
 * @throws ModelFormatError where the bytes are damaged, DTypeError for elements that no dtype here holds
 */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  const { text, start } = headerText(bytes, where);
  const { descr, fortran, shape } = parseHeader(text, where);
  const { kind, size, little } = elementType(descr, where);
  const count = sizeOf(shape);
  const got = bytes.length - start;
  if (got < count * size) {
    damaged(
      where,
      `shape ${shapeText(shape)} of ${descr} takes ${count * size} bytes, and ${got} are there: the file is cut off`,
    );
  }
  if (got > count * size) {
    damaged(
      where,
      `${got - count * size} bytes follow the array; where several were written to one file, use numpy.savez instead`,
    );
  }
  // A copy of its own: the elements of a file may lie at any offset, a typed array's may not.
  const own = new Uint8Array(count * size);
  own.set(bytes.subarray(start));
  if (!little && size > 1) reverseElements(own, size);
  const { data, dtype } = convert(kind, own.buffer, where);
  return { data: fortran ? rowMajor(data, shape) : data, shape, dtype };
}

function damaged(where: string, reason: string): never {
  throw new ModelFormatError(`${where}: ${reason}`);
}

function headerText(bytes: Uint8Array, where: string): { text: string; start: number } {
  if (!isNpy(bytes))
    damaged(where, `these ${bytes.length} bytes are no .npy array; pass what numpy.save or saveNpy() wrote`);
  if (bytes.length < 12) damaged(where, "the header is cut off: save or copy the file again");
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3 || bytes[7] !== 0) {
    damaged(
      where,
      `.npy version ${version}.${bytes[7]} is unknown, this release reads 1.0 to 3.0; save it again with numpy.save`,
    );
  }
  const from = version === 1 ? 10 : 12;
  const start = from + (version === 1 ? numbers.getUint16(8, true) : numbers.getUint32(8, true));
  if (start > bytes.length) damaged(where, "the header is longer than the file: it is damaged or cut off");
  if (start > MAX_HEADER) damaged(where, `the header has ${start - from} bytes: the file is damaged`);
  return { text: new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(from, start)), start };
}

function parseHeader(text: string, where: string): Header {
  const value = parsePython(text);
  if (!(value instanceof Map)) damaged(where, "the header is no Python dictionary: the file is damaged");
  const descr = value.get("descr");
  const fortran = value.get("fortran_order");
  const shape = value.get("shape");
  if (descr === undefined || typeof fortran !== "boolean" || !Array.isArray(shape) || !shape.every(isLength)) {
    damaged(where, "the header does not describe an array: the file is damaged");
  }
  // As in NumPy, the axes other than those of length 0 must make a countable number.
  if (shape.length > MAX_AXES || !Number.isSafeInteger(8 * sizeOf(shape.filter((d) => d > 0)))) {
    damaged(where, `shape ${shapeText(shape)} is beyond what NumPy writes: the file is damaged`);
  }
  return { descr, fortran, shape };
}

const isLength = (v: PythonValue): v is number => typeof v === "number" && Number.isSafeInteger(v) && v >= 0;

const KINDS = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"] as const;
type Kind = (typeof KINDS)[number];

/** @throws DTypeError for types that have no counterpart here */
function elementType(descr: PythonValue, where: string): { kind: Kind; size: number; little: boolean } {
  const name = typeof descr === "string" ? descr : "";
  const kind = KINDS.find((k) => k === name.slice(1));
  if (kind === undefined || !"<>|=".includes(name[0]!)) throw unsupported(descr, where);
  return { kind, size: Number(kind[1]), little: name[0] !== ">" };
}

function unsupported(descr: PythonValue, where: string): DTypeError {
  const name = typeof descr === "string" ? descr : "";
  const [what, wayOut] = typeof descr === "string" ? describe(name) : ["records", "save each field as its own array"];
  const shown = name === "" ? "" : ` (${JSON.stringify(name.slice(0, 20))})`;
  return new DTypeError(
    `${where}: the elements are ${what}${shown}, and arrays here are bool, int32, float32 or float64; ` +
      `${wayOut} before you save it in NumPy`,
  );
}

function describe(name: string): readonly [string, string] {
  const kind = name[1] ?? "";
  if (kind === "O") return ["Python objects", "convert it with x.astype(numpy.float64)"];
  if (kind === "c") return ["complex numbers", "split it into x.real and x.imag"];
  if (kind === "U" || kind === "S" || kind === "a") return ["strings", "turn them into numbers"];
  if (kind === "M" || kind === "m") return ["dates or times", "turn them into numbers with x.astype(numpy.int64)"];
  return ["of an unknown type", "convert it with x.astype(numpy.float64)"];
}

function reverseElements(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

type Converted = Omit<NpyArray, "shape">;

/** Little-endian elements in a dtype of this library. */
function convert(kind: Kind, buffer: ArrayBuffer, where: string): Converted {
  switch (kind) {
    case "b1":
      return { data: new Uint8Array(buffer).map((b) => (b === 0 ? 0 : 1)), dtype: "bool" };
    case "i1":
      return { data: Int32Array.from(new Int8Array(buffer)), dtype: "int32" };
    case "u1":
      return { data: Int32Array.from(new Uint8Array(buffer)), dtype: "int32" };
    case "i2":
      return { data: Int32Array.from(new Int16Array(buffer)), dtype: "int32" };
    case "u2":
      return { data: Int32Array.from(new Uint16Array(buffer)), dtype: "int32" };
    case "i4":
      return { data: new Int32Array(buffer), dtype: "int32" };
    case "u4":
      return fromUint32(new Uint32Array(buffer));
    case "i8":
      return fromBig(new BigInt64Array(buffer), where);
    case "u8":
      return fromBig(new BigUint64Array(buffer), where);
    case "f2":
      return { data: Float32Array.from(new Uint16Array(buffer), halfToNumber), dtype: "float32" };
    case "f4":
      return { data: new Float32Array(buffer), dtype: "float32" };
    case "f8":
      return { data: new Float64Array(buffer), dtype: "float64" };
  }
}

function fromUint32(values: Uint32Array): Converted {
  return values.every((v) => v < 2 ** 31)
    ? { data: Int32Array.from(values), dtype: "int32" }
    : { data: Float64Array.from(values), dtype: "float64" };
}

function fromBig(values: BigInt64Array | BigUint64Array, where: string): Converted {
  const data = new Float64Array(values.length);
  let small = true;
  for (let i = 0; i < data.length; i++) {
    const value = values[i]!;
    const number = Number(value);
    if (BigInt(number) !== value) {
      throw new DTypeError(
        `${where}: the integer ${value} at flat index ${i} fits neither int32 nor, exactly, float64; ` +
          "convert the array with x.astype(numpy.float64) before you save it in NumPy",
      );
    }
    if (number < -(2 ** 31) || number >= 2 ** 31) small = false;
    data[i] = number;
  }
  return small ? { data: Int32Array.from(data), dtype: "int32" } : { data, dtype: "float64" };
}

/** The value of 16 bits as an IEEE half float: one of sign, five of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Elements that lie with the first axis fastest, in the order with the last fastest. */
function rowMajor<T extends TypedArray>(data: T, shape: Shape): T {
  const out = data.slice() as T;
  const strides = shape.map((_, k) => sizeOf(shape.slice(0, k)));
  let at = 0;
  forEachOffset({ shape, strides, offset: 0 }, (offset) => {
    out[at++] = data[offset]!;
  });
  return out;
}

// --- Python literals -----------------------------------------------------------------------------------------------

type PythonValue = string | number | boolean | PythonValue[] | Map<PythonValue, PythonValue>;

const TOKEN = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+)L?|(True|False)|([[\](){},:]))/sy;
const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };
/** Nested records are the deepest thing that NumPy writes. */
const MAX_DEPTH = 64;

interface Token {
  readonly mark: string | null;
  readonly value: PythonValue;
}

/** The one literal in a text (strings, whole numbers, booleans, lists, tuples, dictionaries), or null. */
function parsePython(text: string): PythonValue | null {
  const tokens: Token[] = [];
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return null;
    at = TOKEN.lastIndex;
    const [, single, double, digits, truth, mark = null] = found;
    const string = single ?? double;
    tokens.push({ mark, value: string ?? (digits === undefined ? truth === "True" : Number(digits)) });
  }
  const reader = { tokens, at: 0 };
  const value = parseValue(reader, 0);
  return reader.at === tokens.length ? value : null;
}

function parseValue(reader: { readonly tokens: readonly Token[]; at: number }, depth: number): PythonValue | null {
  const token = reader.tokens[reader.at++];
  if (token === undefined || depth > MAX_DEPTH) return null;
  if (token.mark === null) return token.value;
  const closing = CLOSING[token.mark];
  if (closing === undefined) return null;
  const takes = (mark: string): boolean => reader.tokens[reader.at]?.mark === mark && reader.at++ >= 0;
  const list: PythonValue[] = [];
  const map = new Map<PythonValue, PythonValue>();
  while (!takes(closing)) {
    const item = parseValue(reader, depth + 1);
    if (item === null) return null;
    list.push(item);
    if (closing === "}") {
      const value = takes(":") ? parseValue(reader, depth + 1) : null;
      if (value === null || map.has(item)) return null;
      map.set(item, value);
    }
    if (!takes(",") && reader.tokens[reader.at]?.mark !== closing) return null;
  }
  return closing === "}" ? map : list;
}
