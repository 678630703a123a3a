import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** What an array is to a workload: SGD changes parameters; inputs come from outside. */
export type Role = "input" | "parameter";

/** An array that all contenders start from, in row-major order. */
export interface Data {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
  readonly role: Role;
}

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Makes the same numbers in every process. */
export class Numbers {
  private readonly random = xoroshiro128plus(1);

  private uniform(shape: readonly number[], scale: number): Float32Array {
    return Float32Array.from({ length: count(shape) }, () => (2 * uniformFloat64(this.random) - 1) * scale);
  }

  /** Uniform from -scale to scale. */
  input(shape: readonly number[], scale = 1): Data {
    return { shape, values: this.uniform(shape, scale), role: "input" };
  }

  /** Uniform from -scale to scale. */
  parameter(shape: readonly number[], scale: number): Data {
    return { shape, values: this.uniform(shape, scale), role: "parameter" };
  }

  /** The same number everywhere. */
  constant(shape: readonly number[], value: number): Data {
    return { shape, values: new Float32Array(count(shape)).fill(value), role: "parameter" };
  }

  /** Whole numbers from 0 to below `limit`. */
  integers(shape: readonly number[], limit: number): Data {
    const values = Int32Array.from({ length: count(shape) }, () => Math.floor(uniformFloat64(this.random) * limit));
    return { shape, values, role: "input" };
  }

  /** Rows with a single 1. */
  oneHot(rows: number, classes: number): Data {
    const values = new Float32Array(rows * classes);
    for (let i = 0; i < rows; i++) values[i * classes + ((i * 7) % classes)] = 1;
    return { shape: [rows, classes], values, role: "input" };
  }
}

/** The same array with its axes in another order. */
export function permute(data: Data, order: readonly number[]): Data {
  const shape = order.map((axis) => data.shape[axis]!);
  const strides = data.shape.map((_, k) => count(data.shape.slice(k + 1)));
  const values = data.values.slice();
  const index = shape.map(() => 0);
  for (let at = 0; at < values.length; at++) {
    values[at] = data.values[order.reduce((offset, axis, k) => offset + index[k]! * strides[axis]!, 0)]!;
    for (let k = shape.length - 1; k >= 0 && ++index[k]! === shape[k]; k--) index[k] = 0;
  }
  return { ...data, shape, values };
}

/** The same elements in another shape. */
export function reshape(data: Data, shape: readonly number[]): Data {
  return { ...data, shape };
}

const SAMPLES = 1500;

/** Evenly spread elements of a result: an odd distance, so that they fall into all columns of most shapes. */
export function sample(values: ArrayLike<number>): number[] {
  const step = Math.max(1, Math.floor(values.length / SAMPLES)) | 1;
  return Array.from({ length: Math.ceil(values.length / step) }, (_, k) => values[k * step]!);
}
