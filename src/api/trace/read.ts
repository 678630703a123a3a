/** Elements on the host. */
import { type Buffer, DeviceLost } from "../../backends/backend.ts";
import { allocate, type TypedArray } from "../../ir/dtype.ts";
import { forEachOffset, isContiguous, type Layout, sizeOf } from "../../ir/layout.ts";
import { ContextLostError } from "../errors.ts";

/**
 * The elements of a buffer; the array is the buffer's own.
 *
 * @throws ContextLostError where they were in a device's memory alone, and the device is gone
 */
export function read(buffer: Buffer, caller: string): TypedArray {
  try {
    return buffer.read();
  } catch (cause) {
    throw explained(cause, caller);
  }
}

/** The same, without holding up the thread while a device is not done. */
export async function readLater(buffer: Buffer, caller: string): Promise<TypedArray> {
  try {
    return await buffer.readLater();
  } catch (cause) {
    throw explained(cause, caller);
  }
}

/** A device that is gone, as the error that users know; anything else as it is. */
export function explained(cause: unknown, caller: string): unknown {
  return cause instanceof DeviceLost ? new ContextLostError(`${caller}: ${cause.message}`, { cause }) : cause;
}

/** A fresh array of the elements at a layout of `all`; null for all of them. */
export function elementsAt(all: TypedArray, layout: Layout | null): TypedArray {
  if (layout === null) return all.slice();
  const size = sizeOf(layout.shape);
  if (isContiguous(layout)) return all.slice(0, size);
  const out = allocate(dtypeOf(all), size);
  let at = 0;
  forEachOffset(layout, (offset) => {
    out[at++] = all[offset]!;
  });
  return out;
}

function dtypeOf(array: TypedArray): "bool" | "int32" | "float32" | "float64" {
  if (array instanceof Uint8Array) return "bool";
  if (array instanceof Int32Array) return "int32";
  return array instanceof Float32Array ? "float32" : "float64";
}
