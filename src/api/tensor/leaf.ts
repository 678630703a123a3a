/** Tensors made from data. */
import { Buffer } from "../../backends/backend.ts";
import { allocate, type DType, isFloat } from "../../ir/dtype.ts";
import type { Shape } from "../../ir/layout.ts";
import { DTypeError } from "../errors.ts";
import { checkDType } from "../functions/apply.ts";
import { recordLeaf } from "../trace/trace.ts";
import { type AnyTypedArray, fromNested, type Nested } from "./nested.ts";
import { Tensor } from "./tensor.ts";

/** A leaf with a copy of the data. */
export function leafFrom(value: Nested | AnyTypedArray, dtype: DType | undefined, constant: boolean): Tensor {
  const flat = fromNested(value, dtype);
  return leafOf(flat.data, flat.shape, checkDType(flat.dtype, "tensor"), constant);
}

/** @throws DTypeError where integers or booleans are to have gradients */
export function checkConstant(caller: string, dtype: DType, constant: boolean | undefined): void {
  if (constant !== false || isFloat(dtype)) return;
  throw new DTypeError(
    `${caller}: ${dtype} tensors are constants: leave constant out, or ask for floats with dtype "float32"`,
  );
}

/** A leaf with a copy of row-major elements. Integers and booleans are constant. */
export function leafOf(
  data: ArrayLike<number>,
  shape: Shape,
  dtype: DType,
  constant?: boolean,
  caller = "tensor",
): Tensor {
  checkConstant(caller, dtype, constant);
  const host = allocate(dtype, data.length);
  if (dtype === "bool") for (let i = 0; i < data.length; i++) host[i] = data[i] === 0 ? 0 : 1;
  else host.set(data);
  const variable = constant !== true && isFloat(dtype);
  return Tensor.of(recordLeaf(new Buffer(dtype, host.length, host), shape, variable), !variable, true);
}
