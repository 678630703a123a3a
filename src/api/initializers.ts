/**
 * Weights to start from: MyGrad's initializers, with the right fans. Filters have the shape (outputs, inputs, …kernel), and so a
 * fan-in of inputs·Π kernel and a fan-out of outputs·Π kernel. For weights that stand on the right of a product, of shape (inputs,
 * outputs), give `fanIn` and `fanOut`, or make them the other way round and transpose.
 */
import type { DType } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/layout.ts";
import { shapeText } from "./apply.ts";
import { eye, full, zeros } from "./create.ts";
import { ShapeError } from "./errors.ts";
import * as random from "./random/index.ts";
import type { Tensor } from "./tensor.ts";

/** The options of all initializers. */
export interface InitializerOptions {
  /** float32 unless given. */
  readonly dtype?: DType;
  /** Of the random number generator; the next one of the global generator unless given. */
  readonly key?: random.RandomKey;
  readonly constant?: boolean | null;
}

/** The options of those that scale with the fans. */
export interface FanOptions extends InitializerOptions {
  /** A factor for what follows, such as √2 for relu: 1 unless given. */
  readonly gain?: number;
  readonly fanIn?: number;
  readonly fanOut?: number;
}

function fans(
  caller: string,
  shape: Shape,
  { fanIn, fanOut }: FanOptions,
): { readonly into: number; readonly out: number } {
  if (shape.length < 2 && (fanIn === undefined || fanOut === undefined)) {
    throw new ShapeError(
      `initializers.${caller}: shape ${shapeText(shape)} has no fans; it needs two axes at least, or fanIn and fanOut`,
    );
  }
  const kernel = sizeOf(shape.slice(2));
  return { into: fanIn ?? shape[1]! * kernel, out: fanOut ?? shape[0]! * kernel };
}

const spread = (shape: Shape, bound: number, options: InitializerOptions): Tensor =>
  random.uniform(-bound, bound, shape, options);

/** All elements one value. */
export function constant(
  shape: Shape,
  value = 0,
  { dtype = "float32", constant: fixed }: InitializerOptions = {},
): Tensor {
  return full(shape, value, { dtype, ...(fixed === undefined ? {} : { constant: fixed }) });
}

/** The identity matrix. */
export function identity(n: number, { dtype = "float32", constant: fixed }: InitializerOptions = {}): Tensor {
  return eye(n, n, 0, { dtype, ...(fixed === undefined ? {} : { constant: fixed }) });
}

/** Filters that pass their input on: 1 in the middle of the kernel of channel i for output i, 0 elsewhere. */
export function dirac(shape: Shape, options: InitializerOptions = {}): Tensor {
  if (shape.length < 3)
    throw new ShapeError(`initializers.dirac: shape ${shapeText(shape)} is that of no filters; give (F, C, …)`);
  const t = zeros(shape, {
    dtype: options.dtype ?? "float32",
    ...(options.constant === undefined ? {} : { constant: options.constant }),
  });
  const middle = shape.slice(2).map((d) => Math.floor(d / 2));
  for (let k = 0; k < Math.min(shape[0]!, shape[1]!); k++) t.set_([k, k, ...middle], 1);
  return t;
}

/** Normal numbers of a mean and a standard deviation. */
export function normal(shape: Shape, mean = 0, std = 1, options: InitializerOptions = {}): Tensor {
  return random.normal(mean, std, shape, options);
}

/** Numbers from `low` to less than `high`. */
export function uniform(shape: Shape, low = 0, high = 1, options: InitializerOptions = {}): Tensor {
  return random.uniform(low, high, shape, options);
}

/** Normal numbers of deviation gain·√(2 / (fanIn + fanOut)). Glorot, Bengio: "Understanding the difficulty of training…" (2010). */
export function glorotNormal(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, out } = fans("glorotNormal", shape, options);
  return random.normal(0, (options.gain ?? 1) * Math.sqrt(2 / (into + out)), shape, options);
}

/** Numbers up to ±gain·√(6 / (fanIn + fanOut)). */
export function glorotUniform(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, out } = fans("glorotUniform", shape, options);
  return spread(shape, (options.gain ?? 1) * Math.sqrt(6 / (into + out)), options);
}

/** Normal numbers of deviation gain / √fanIn. He et al.: "Delving Deep into Rectifiers" (2015). */
export function heNormal(shape: Shape, options: FanOptions = {}): Tensor {
  const { into } = fans("heNormal", shape, options);
  return random.normal(0, (options.gain ?? 1) / Math.sqrt(into), shape, options);
}

/** Numbers up to ±gain·√(3 / fanIn). */
export function heUniform(shape: Shape, options: FanOptions = {}): Tensor {
  const { into } = fans("heUniform", shape, options);
  return spread(shape, (options.gain ?? 1) * Math.sqrt(3 / into), options);
}
