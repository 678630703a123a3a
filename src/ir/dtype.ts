/** Element types, their sizes, and NumPy's promotion between them. */

/** All element types, in promotion order (see {@link promote} for the one exception to "the later wins"). */
export const DTYPES = ["bool", "int32", "float32", "float64"] as const;

/** An element type. `bool` is stored as one byte, 0 or 1. */
export type DType = (typeof DTYPES)[number];

/** The arrays that hold elements on the host, one kind a dtype. */
export type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

/** Bytes an element takes. */
export const BYTES: { readonly [D in DType]: number } = { bool: 1, int32: 4, float32: 4, float64: 8 };

/** Whether gradients can flow through values of this dtype. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && (DTYPES as readonly string[]).includes(value);
}

/**
 * The dtype of an operation on two dtypes, as NumPy's `result_type`: `int32` with `float32` is `float64`, because
 * float32 does not hold every int32.
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const pair = [a, b];
  if (pair.includes("int32") && pair.includes("float32")) return "float64";
  return DTYPES.indexOf(a) > DTYPES.indexOf(b) ? a : b;
}

/** The float dtype that functions such as `exp` of this dtype are computed in (NumPy's float16 for bool is float32 here). */
export function toFloat(dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  return dtype === "bool" ? "float32" : "float64";
}

/** The float dtype of true division, and so of `mean`. */
export function toQuotient(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "float64";
}

/** Whether a value of dtype `from` may be stored in place as `to` (NumPy's "same_kind" rule). */
export function canCastSameKind(from: DType, to: DType): boolean {
  const kind: { readonly [D in DType]: number } = { bool: 0, int32: 1, float32: 2, float64: 2 };
  return kind[from] <= kind[to];
}

/** A zero-filled host array of `length` elements. */
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "bool":
      return new Uint8Array(length);
    case "int32":
      return new Int32Array(length);
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
  }
}

/** A host array over `length` elements of existing bytes. `offset` is in bytes and a multiple of the element's size. */
export function viewBytes(dtype: DType, buffer: ArrayBufferLike, offset: number, length: number): TypedArray {
  switch (dtype) {
    case "bool":
      return new Uint8Array(buffer, offset, length);
    case "int32":
      return new Int32Array(buffer, offset, length);
    case "float32":
      return new Float32Array(buffer, offset, length);
    case "float64":
      return new Float64Array(buffer, offset, length);
  }
}
