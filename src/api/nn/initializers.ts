/**
 * Weights to start from: MyGrad's initializers, with the right fans. Filters have the shape (outputs, inputs, …kernel), and so a
 * fan-in of inputs·Π kernel and a fan-out of outputs·Π kernel. For weights that stand on the right of a product, of shape (inputs,
 * outputs), give `fanIn` and `fanOut`, or make them the other way round and transpose.
 */
import type { DType } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { shapeText } from "../functions/apply.ts";
import { checkShape } from "../functions/axes.ts";
import { eye, full, zeros } from "../functions/create.ts";
import { naming } from "../functions/naming.ts";
import { checkOptions, whatIs } from "../functions/options.ts";
import * as random from "../random/index.ts";
import type { Tensor } from "../tensor/tensor.ts";

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

interface Fans {
  readonly into: number;
  readonly out: number;
  readonly gain: number;
  /** What the random function is given. */
  readonly rest: random.RandomOptions;
}

const BASIC = ["dtype", "key", "constant"] as const;

function fans(caller: string, shape: Shape, given: FanOptions): Fans {
  const name = `initializers.${caller}`;
  const { fanIn, fanOut, gain = 1, ...rest } = checkOptions(name, given, [...BASIC, "gain", "fanIn", "fanOut"]);
  const lengths = checkShape(name, shape);
  for (const [option, value] of Object.entries({ fanIn, fanOut, gain })) {
    if (value === undefined || (typeof value === "number" && value > 0)) continue;
    throw new GradloomError(`${name}: ${option} is ${whatIs(value)}; it must be a number above 0`);
  }
  if (lengths.length < 2 && (fanIn === undefined || fanOut === undefined)) {
    throw new ShapeError(
      `${name}: shape ${shapeText(lengths)} has no fans; it needs two axes at least, or fanIn and fanOut`,
    );
  }
  const kernel = sizeOf(lengths.slice(2));
  return { into: fanIn ?? lengths[1]! * kernel, out: fanOut ?? lengths[0]! * kernel, gain, rest };
}

/** All elements one value. */
export function constant(shape: Shape, value = 0, options: InitializerOptions = {}): Tensor {
  const { dtype = "float32", constant: fixed } = checkOptions("initializers.constant", options, BASIC);
  const asked = { dtype, ...(fixed === undefined ? {} : { constant: fixed }) };
  return naming("initializers.constant", () => full(shape, value, asked));
}

/** The identity matrix. */
export function identity(n: number, options: InitializerOptions = {}): Tensor {
  const { dtype = "float32", constant: fixed } = checkOptions("initializers.identity", options, BASIC);
  return naming("initializers.identity", () =>
    eye(n, n, 0, { dtype, ...(fixed === undefined ? {} : { constant: fixed }) }),
  );
}

/** Filters that pass their input on: 1 in the middle of the kernel of channel i for output i, 0 elsewhere. */
export function dirac(shape: Shape, options: InitializerOptions = {}): Tensor {
  const { dtype = "float32", constant: fixed } = checkOptions("initializers.dirac", options, BASIC);
  const lengths = checkShape("initializers.dirac", shape);
  if (lengths.length < 3)
    throw new ShapeError(`initializers.dirac: shape ${shapeText(lengths)} is that of no filters; give (F, C, …)`);
  const asked = { dtype, ...(fixed === undefined ? {} : { constant: fixed }) };
  const t = naming("initializers.dirac", () => zeros(lengths, asked));
  const middle = lengths.slice(2).map((d) => Math.floor(d / 2));
  for (let k = 0; k < Math.min(lengths[0]!, lengths[1]!); k++) t.set_([k, k, ...middle], 1);
  return t;
}

/** Normal numbers of a mean and a standard deviation. */
export function normal(shape: Shape, mean = 0, std = 1, options: InitializerOptions = {}): Tensor {
  return naming("initializers.normal", () => random.normal(mean, std, shape, options));
}

/** Numbers from `low` to less than `high`. */
export function uniform(shape: Shape, low = 0, high = 1, options: InitializerOptions = {}): Tensor {
  return naming("initializers.uniform", () => random.uniform(low, high, shape, options));
}

/** Normal numbers of deviation gain·√(2 / (fanIn + fanOut)). Glorot, Bengio: "Understanding the difficulty of training…" (2010). */
export function glorotNormal(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, out, gain, rest } = fans("glorotNormal", shape, options);
  return naming("initializers.glorotNormal", () => random.normal(0, gain * Math.sqrt(2 / (into + out)), shape, rest));
}

/** Numbers up to ±gain·√(6 / (fanIn + fanOut)). */
export function glorotUniform(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, out, gain, rest } = fans("glorotUniform", shape, options);
  return spread("glorotUniform", shape, gain * Math.sqrt(6 / (into + out)), rest);
}

/** Normal numbers of deviation gain / √fanIn. He et al.: "Delving Deep into Rectifiers" (2015). */
export function heNormal(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, gain, rest } = fans("heNormal", shape, options);
  return naming("initializers.heNormal", () => random.normal(0, gain / Math.sqrt(into), shape, rest));
}

/** Numbers up to ±gain·√(3 / fanIn). */
export function heUniform(shape: Shape, options: FanOptions = {}): Tensor {
  const { into, gain, rest } = fans("heUniform", shape, options);
  return spread("heUniform", shape, gain * Math.sqrt(3 / into), rest);
}

function spread(caller: string, shape: Shape, bound: number, options: random.RandomOptions): Tensor {
  return naming(`initializers.${caller}`, () => random.uniform(-bound, bound, shape, options));
}
