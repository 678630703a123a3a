/** Random arrays. Each call takes the next key of the global generator, unless it is given one. */
import { type DType, isFloat } from "../../ir/dtype.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../ir/layout.ts";
import { asTensor, shapeText, type TensorLike } from "../apply.ts";
import { add, cos, floor, less, log, log1p, maximum, multiply, negative, sqrt, subtract } from "../elementwise.ts";
import { DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { argmax } from "../reductions.ts";
import { cumsum } from "../scans.ts";
import { argsort, searchsorted } from "../sorting.ts";
import { Tensor } from "../tensor.ts";
import { untracked } from "../trace.ts";
import { withConstant } from "../ufunc.ts";
import { checkShape, uniformNode, words } from "./bits.ts";
import { nextKey, type RandomKey } from "./key.ts";

/** The options of every random function. */
export interface RandomOptions {
  /** The key that the numbers are computed from; the next one of the global generator unless given. */
  readonly key?: RandomKey;
  /** float32 unless given. The numbers of two dtypes are not the same. */
  readonly dtype?: DType;
  /** Whether no gradient is ever asked of the result. */
  readonly constant?: boolean | null;
}

type Float = "float32" | "float64";

function floatOf(caller: string, dtype: DType = "float32"): Float {
  if (dtype === "float32" || dtype === "float64") return dtype;
  throw new DTypeError(`random.${caller}: gives floats, not ${dtype}; use randint or bernoulli, or astype`);
}

/** A leaf of random numbers. */
function leaf(t: Tensor, dtype: Float, options: RandomOptions): Tensor {
  const node = t.astype(dtype).node();
  const made = Tensor.of(untracked(node, true), false, true);
  return withConstant("random", made, options.constant);
}

/** Numbers from 0 to less than 1 in float64, as a constant. */
const uniform64 = (shape: Shape, key: RandomKey, block = 0): Tensor =>
  Tensor.of(uniformNode(shape, key, "float64", block), true);

const positive64 = (shape: Shape, key: RandomKey): Tensor => maximum(uniform64(shape, key), 2 ** -54);

/** Numbers from 0 to less than 1. */
export function random(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  const dtype = floatOf("random", options.dtype);
  const node = uniformNode(checkShape("random", shape), options.key ?? nextKey(), dtype);
  return leaf(Tensor.of(node, true), dtype, options);
}

export const randomSample: typeof random = random;
export const ranf: typeof random = random;
export const sample: typeof random = random;

/** Numbers from 0 to less than 1, of the shape that the arguments say: `rand(2, 3)`. */
export function rand(...shape: readonly number[]): Tensor {
  return random(shape);
}

/** Standard normal numbers of the shape that the arguments say: `randn(2, 3)`. */
export function randn(...shape: readonly number[]): Tensor {
  return standardNormal(shape);
}

/**
 * Standard normal numbers, in float64 by the transform of Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958):
 * the same on every backend.
 */
export function standardNormal(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  const lengths = checkShape("standardNormal", shape);
  return leaf(normal64(lengths, options.key ?? nextKey()), floatOf("standardNormal", options.dtype), options);
}

function normal64(shape: Shape, key: RandomKey): Tensor {
  const radius = sqrt(multiply(log(subtract(1, uniform64(shape, key))), -2));
  return multiply(radius, cos(multiply(uniform64(shape, key, 1), 2 * Math.PI)));
}

/** `loc + scale·z`: gradients flow to parameters that are tensors. */
function located(
  caller: string,
  standard: (shape: Shape, key: RandomKey) => Tensor,
  [loc, scale]: readonly [TensorLike, TensorLike],
  shape: Shape | number | undefined,
  options: RandomOptions,
): Tensor {
  const parameters = [loc, scale].map((p) => (typeof p === "number" ? p : asTensor(p)));
  const own = broadcastShapes(...parameters.map((p) => (typeof p === "number" ? [] : (p as Tensor).shape)));
  if (own === null) throw new ShapeError(`random.${caller}: the parameters' shapes do not broadcast`);
  const lengths = shape === undefined ? own : checkShape(caller, shape);
  const joint = broadcastShapes(own, lengths);
  if (joint === null || joint.length !== lengths.length || joint.some((d, k) => d !== lengths[k])) {
    throw new ShapeError(
      `random.${caller}: parameters of shape ${shapeText(own)} do not broadcast to ${shapeText(lengths)}; leave the shape out, or ` +
        "make it larger",
    );
  }
  const given = parameters.find((p): p is Tensor => typeof p !== "number" && isFloat((p as Tensor).dtype));
  const dtype = floatOf(caller, options.dtype ?? given?.dtype);
  const z = standard(lengths, options.key ?? nextKey()).astype(dtype);
  const value = add(multiply(z, parameters[1]!), parameters[0]!).astype(dtype);
  return value.constant ? leaf(value, dtype, options) : withConstant(caller, value, options.constant);
}

/** Normal numbers with a mean and a standard deviation, which may be arrays. */
export function normal(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  return located("normal", normal64, [loc, scale], shape, options);
}

/** Numbers from `low` to less than `high`, which may be arrays. */
export function uniform(
  low: TensorLike = 0,
  high: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  return located("uniform", uniform64, [low, subtract(high, low)], shape, options);
}

/** Exponential numbers with a mean of `scale`. */
export function exponential(scale: TensorLike = 1, shape?: Shape | number, options: RandomOptions = {}): Tensor {
  const standard = (s: Shape, k: RandomKey): Tensor => negative(log1p(negative(uniform64(s, k))));
  return located("exponential", standard, [0, scale], shape, options);
}

/** Gumbel numbers: -log(-log u). */
export function gumbel(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  return located("gumbel", gumbel64, [loc, scale], shape, options);
}

const gumbel64 = (shape: Shape, key: RandomKey): Tensor => negative(log(negative(log(positive64(shape, key)))));

/** Laplace numbers: the difference of two exponential ones. */
export function laplace(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  const standard = (s: Shape, k: RandomKey): Tensor =>
    subtract(log1p(negative(uniform64(s, k))), log1p(negative(uniform64(s, k, 1))));
  return located("laplace", standard, [loc, scale], shape, options);
}

/** Logistic numbers: log u - log(1 - u). */
export function logistic(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  const standard = (s: Shape, k: RandomKey): Tensor => {
    const u = positive64(s, k);
    return subtract(log(u), log1p(negative(u)));
  };
  return located("logistic", standard, [loc, scale], shape, options);
}

/**
 * Whole numbers from `low` to less than `high`, or from 0 to less than `low`; int32. No number is more likely than another by
 * more than one part in 2 ** 53 / (high - low).
 *
 * @throws GradloomError where there is no number to choose from, or one does not fit into int32
 */
export function randint(
  low: number,
  high?: number | null,
  shape: Shape | number = [],
  options: RandomOptions = {},
): Tensor {
  const [from, to] = high === undefined || high === null ? [0, low] : [low, high];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from >= to || from < -(2 ** 31) || to > 2 ** 31) {
    throw new GradloomError(
      `random.randint: from ${from} to less than ${to}: give whole numbers of int32, the second larger than the first`,
    );
  }
  const u = uniform64(checkShape("randint", shape), options.key ?? nextKey());
  const whole = add(floor(multiply(u, to - from)), from).astype("int32");
  return options.dtype === undefined || options.dtype === "int32" ? whole : whole.astype(options.dtype);
}

/** 32 random bits an element; int32. */
export function bits(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  return Tensor.of(words(checkShape("bits", shape), options.key ?? nextKey())[0], true);
}

/** Whether an event of a probability happens; bool. The probability may be an array. */
export function bernoulli(p: TensorLike = 0.5, shape?: Shape | number, options: RandomOptions = {}): Tensor {
  const own = typeof p === "number" ? [] : asTensor(p).shape;
  return less(
    uniform64(checkShape("bernoulli", shape ?? own), options.key ?? nextKey()),
    typeof p === "number" ? p : asTensor(p).detach(),
  );
}

/** Positions along an axis, each with the probability softmax(logits) (by Gumbel's trick); int32. */
export function categorical(
  logits: TensorLike,
  { axis = -1, ...options }: RandomOptions & { readonly axis?: number } = {},
): Tensor {
  const t = asTensor(logits).detach();
  return argmax(add(t, gumbel64(t.shape, options.key ?? nextKey())), axis);
}

/** The elements along the first axis in random order, or the numbers below `x` where that is a number. */
export function permutation(x: number | TensorLike, options: RandomOptions = {}): Tensor {
  if (typeof x === "number" && (!Number.isInteger(x) || x < 0))
    throw new GradloomError(
      `random.permutation: ${x} is no number of elements; give a whole number from 0, or an array`,
    );
  const n = typeof x === "number" ? x : asTensor(x).shape[0];
  if (n === undefined) throw new ShapeError("random.permutation: a scalar array has nothing to permute");
  const order = argsort(uniform64([n], options.key ?? nextKey()));
  return typeof x === "number" ? order : asTensor(x).get(order);
}

/** Puts the elements along the first axis of a tensor into random order, in place. */
export function shuffle(x: Tensor, options: RandomOptions = {}): void {
  x.set_("...", permutation(x, options));
}

/** What {@link choice} takes besides. */
export interface ChoiceOptions extends RandomOptions {
  /** Whether an element may be chosen again; true unless given. */
  readonly replace?: boolean;
  /** The probability of each element; equal ones unless given. */
  readonly p?: TensorLike;
}

/** Elements chosen from an array of one axis, or from the numbers below `a`. @throws GradloomError, ShapeError */
export function choice(
  a: number | TensorLike,
  shape: Shape | number = [],
  { replace = true, p, ...options }: ChoiceOptions = {},
): Tensor {
  const from = typeof a === "number" ? null : asTensor(a);
  const n = from === null ? (a as number) : from.size;
  const lengths = checkShape("choice", shape);
  const count = sizeOf(lengths);
  const key = options.key ?? nextKey();
  const weights = p === undefined ? null : asTensor(p).detach().astype("float64");
  if (from !== null && from.ndim !== 1)
    throw new ShapeError(`random.choice: chooses from one axis, not from shape ${shapeText(from.shape)}`);
  if (weights !== null && weights.size !== n)
    throw new ShapeError(`random.choice: ${weights.size} probabilities for ${n} elements; give one for each`);
  if ((n === 0 && count > 0) || (!replace && count > n))
    throw new GradloomError(
      `random.choice: cannot choose ${count} of ${n} elements${replace ? "" : " without replacement"}`,
    );
  const positions = replace ? withReplacement(n, lengths, weights, key) : without(n, lengths, weights, key);
  return from === null ? positions : from.get(positions);
}

function withReplacement(n: number, shape: Shape, weights: Tensor | null, key: RandomKey): Tensor {
  if (weights === null) return randint(0, Math.max(n, 1), shape, { key });
  const steps = cumsum(weights);
  return searchsorted(steps, multiply(uniform64(shape, key), steps.get(-1)), { side: "right" }).minimum(n - 1);
}

/** The first elements of an order by -log u / weight: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006). */
function without(n: number, shape: Shape, weights: Tensor | null, key: RandomKey): Tensor {
  const arrival = negative(log(positive64([n], key)));
  const order = argsort(weights === null ? arrival : arrival.div(weights));
  return order
    .get(`:${sizeOf(shape)}`)
    .reshape(shape)
    .pos();
}
