/** Random arrays. Each call takes the next key of the global generator, unless it is given one. */
import { type DType, isFloat } from "../../ir/dtype.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../ir/layout.ts";
import { DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { asTensor, broadcastShape, checkDType, shapeText, type TensorLike } from "../functions/apply.ts";
import { checkAxis, checkShape } from "../functions/axes.ts";
import { zeros } from "../functions/create.ts";
import { add, cos, less, log, log1p, multiply, negative, sqrt, subtract } from "../functions/elementwise.ts";
import { naming } from "../functions/naming.ts";
import { checkOptions, whatIs } from "../functions/options.ts";
import { argmax } from "../functions/reductions.ts";
import { cumsum } from "../functions/scans.ts";
import { argsort, searchsorted } from "../functions/sorting.ts";
import { checkFlag, withConstant } from "../functions/ufunc.ts";
import { checkWritable } from "../tensor/inplace.ts";
import { checkConstant } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { broadcastTo } from "../tensor/views.ts";
import { hasFloat64 } from "../trace/backend.ts";
import { untracked } from "../trace/trace.ts";
import { valuesIfKnown } from "../trace/tracing.ts";
import { eventNode, positiveNode, sortingWords, uniformNode, wholeNode, words } from "./bits.ts";
import { nextKey, RandomKey } from "./key.ts";

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
  checkDType(dtype, `random.${caller}`);
  throw new DTypeError(`random.${caller}: gives floats, not ${dtype}; use randint or bernoulli, or astype`);
}

/** Options that are as they should be. A call that fails leaves the global generator as it was: its key comes last. */
function checkRandom<O extends RandomOptions>(caller: string, given: O, others: readonly (keyof O & string)[] = []): O {
  const options = checkOptions(`random.${caller}`, given, ["key", "dtype", "constant", ...others]) as O;
  const { key, constant = null, dtype } = options;
  if (key !== undefined && !(key instanceof RandomKey))
    throw new GradloomError(`random.${caller}: the key is ${whatIs(key)}; make one with random.key(seed)`);
  if (dtype !== undefined) checkDType(dtype, `random.${caller}`);
  checkFlag(`random.${caller}`, constant);
  return options;
}

/** A leaf of random numbers. */
function leaf(caller: string, t: Tensor, dtype: Float, options: RandomOptions): Tensor {
  const node = t.astype(dtype).node();
  const made = Tensor.of(untracked(node, true), false, true);
  return withConstant(`random.${caller}`, made, options.constant);
}

/** Numbers of one kind, as a constant; computed in float64 and rounded, or in float32 where there is no float64. */
type Standard = (shape: Shape, key: RandomKey, dtype: Float) => Tensor;

/** What numbers of a dtype are computed in: the same ones to the last bit on all backends that have float64. */
const workOf = (dtype: Float): Float => (hasFloat64() ? "float64" : dtype);

/** From 0 to less than 1. */
const uniformIn = (shape: Shape, key: RandomKey, work: Float, block = 0): Tensor =>
  Tensor.of(uniformNode(shape, key, work, block), true);

/** More than 0, and less than 1. */
const positiveIn = (shape: Shape, key: RandomKey, work: Float): Tensor =>
  Tensor.of(positiveNode(shape, key, work, "itself"), true);

/** -log(1 - u). */
function exponentialIn(shape: Shape, key: RandomKey, work: Float, block = 0): Tensor {
  if (work === "float64") return negative(log1p(negative(uniformIn(shape, key, work, block))));
  return negative(log(Tensor.of(positiveNode(shape, key, work, "complement", block), true)));
}

const inWork =
  (f: (shape: Shape, key: RandomKey, work: Float) => Tensor): Standard =>
  (shape, key, dtype) =>
    f(shape, key, workOf(dtype)).astype(dtype);

/** Numbers from 0 to less than 1. */
export function random(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  const { key, dtype, constant = null } = checkRandom("random", options);
  const float = floatOf("random", dtype);
  const node = uniformNode(checkShape("random.random", shape), key ?? nextKey(), float);
  return leaf("random", Tensor.of(node, true), float, { constant });
}

const sameAs =
  (name: string): typeof random =>
  (shape, options) =>
    naming(`random.${name}`, () => random(shape, options));

/** As {@link random}. */
export const randomSample: typeof random = sameAs("randomSample");
/** As {@link random}. */
export const ranf: typeof random = sameAs("ranf");
/** As {@link random}. */
export const sample: typeof random = sameAs("sample");

/** Numbers from 0 to less than 1, of the shape that the arguments say: `rand(2, 3)`. */
export function rand(...shape: readonly number[]): Tensor {
  return naming("random.rand", () => random(shape));
}

/** Standard normal numbers of the shape that the arguments say: `randn(2, 3)`. */
export function randn(...shape: readonly number[]): Tensor {
  return naming("random.randn", () => standardNormal(shape));
}

/**
 * Standard normal numbers by the transform of Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958), in
 * float64: the same on every backend, but for the last digits where there is no float64 (`webgl`).
 */
export function standardNormal(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  const { key, dtype, constant = null } = checkRandom("standardNormal", options);
  const [lengths, float] = [checkShape("random.standardNormal", shape), floatOf("standardNormal", dtype)];
  return leaf("standardNormal", normalOf(lengths, key ?? nextKey(), float), float, { constant });
}

const normalOf: Standard = inWork((shape, key, work) => {
  const log1 =
    work === "float64" ? log(subtract(1, uniformIn(shape, key, work))) : negative(exponentialIn(shape, key, work));
  return multiply(sqrt(multiply(log1, -2)), cos(multiply(uniformIn(shape, key, work, 1), 2 * Math.PI)));
});

/** `loc + scale·z`: gradients flow to parameters that are tensors. */
function located(
  caller: string,
  standard: Standard,
  [loc, scale]: readonly [TensorLike, TensorLike],
  shape: Shape | number | undefined,
  given: RandomOptions,
): Tensor {
  const options = checkRandom(caller, given);
  const parameters = [loc, scale].map((p) => (typeof p === "number" ? p : asTensor(p, `random.${caller}`)));
  const own = naming(`random.${caller}`, () => broadcastShape(caller, parameters));
  if (typeof scale === "number" && scale < 0 && caller !== "uniform")
    throw new GradloomError(`random.${caller}: the scale is ${scale}; it is a number from 0`);
  const lengths = shape === undefined ? own : checkShape(`random.${caller}`, shape);
  const joint = broadcastShapes(own, lengths);
  if (joint === null || joint.length !== lengths.length || joint.some((d, k) => d !== lengths[k])) {
    throw new ShapeError(
      `random.${caller}: parameters of shape ${shapeText(own)} do not broadcast to ${shapeText(lengths)}; leave the shape out, or ` +
        "make it larger",
    );
  }
  const float = parameters.find((p): p is Tensor => typeof p !== "number" && isFloat((p as Tensor).dtype));
  const dtype = floatOf(caller, options.dtype ?? float?.dtype);
  const z = standard(lengths, options.key ?? nextKey(), dtype);
  const value = add(multiply(z, parameters[1]!), parameters[0]!).astype(dtype);
  return value.constant
    ? leaf(caller, value, dtype, options)
    : withConstant(`random.${caller}`, value, options.constant);
}

/** Normal numbers with a mean and a standard deviation, which may be arrays. */
export function normal(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  return located("normal", normalOf, [loc, scale], shape, options);
}

/** Numbers from `low` to less than `high`, which may be arrays. */
export function uniform(
  low: TensorLike = 0,
  high: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  const width = naming("random.uniform", () => subtract(high, low));
  return located("uniform", inWork(uniformIn), [low, width], shape, options);
}

/** Exponential numbers with a mean of `scale`. */
export function exponential(scale: TensorLike = 1, shape?: Shape | number, options: RandomOptions = {}): Tensor {
  return located("exponential", inWork(exponentialIn), [0, scale], shape, options);
}

/** Gumbel numbers: -log(-log u). */
export function gumbel(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  return located("gumbel", inWork(gumbelIn), [loc, scale], shape, options);
}

const gumbelIn = (shape: Shape, key: RandomKey, work: Float): Tensor =>
  negative(log(negative(log(positiveIn(shape, key, work)))));

/** Laplace numbers: the difference of two exponential ones. */
export function laplace(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  const standard = inWork((s, k, work) => subtract(exponentialIn(s, k, work, 1), exponentialIn(s, k, work)));
  return located("laplace", standard, [loc, scale], shape, options);
}

/** Logistic numbers: log u - log(1 - u). */
export function logistic(
  loc: TensorLike = 0,
  scale: TensorLike = 1,
  shape?: Shape | number,
  options: RandomOptions = {},
): Tensor {
  const standard = inWork((s, k, work) => {
    const u = positiveIn(s, k, work);
    return subtract(log(u), log1p(negative(u)));
  });
  return located("logistic", standard, [loc, scale], shape, options);
}

/**
 * Whole numbers from `low` to less than `high`, or from 0 to less than `low`; int32. No number is more likely than another by
 * more than one part in 2 ** 64 / (high - low). The same on every backend.
 *
 * @throws GradloomError where there is no number to choose from, or one does not fit into int32
 */
export function randint(
  low: number,
  high?: number | null,
  shape: Shape | number = [],
  options: RandomOptions = {},
): Tensor {
  const { key, dtype, constant = null } = checkRandom("randint", options);
  const [from, to] = high === undefined || high === null ? [0, low] : [low, high];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from >= to || from < -(2 ** 31) || to > 2 ** 31) {
    throw new GradloomError(
      `random.randint: from ${whatIs(from)} to less than ${whatIs(to)}; give whole numbers of int32, the second larger than the first`,
    );
  }
  const lengths = checkShape("random.randint", shape);
  checkConstant("random.randint", dtype ?? "int32", constant ?? undefined);
  const whole = Tensor.of(wholeNode(lengths, key ?? nextKey(), from, to - from), true);
  return withConstant("random.randint", whole.astype(dtype ?? "int32"), constant);
}

/** 32 random bits an element; int32. */
export function bits(shape: Shape | number = [], options: RandomOptions = {}): Tensor {
  const { key } = checkRandom("bits", options);
  return Tensor.of(words(checkShape("random.bits", shape), key ?? nextKey())[0], true);
}

/** Whether an event of a probability happens; bool. The probability may be an array. */
export function bernoulli(p: TensorLike = 0.5, shape?: Shape | number, options: RandomOptions = {}): Tensor {
  const { key } = checkRandom("bernoulli", options);
  const chance = typeof p === "number" ? p : asTensor(p, "random.bernoulli").detach();
  const values = typeof chance === "number" ? [chance] : (valuesIfKnown(chance) ?? []);
  const bad = values.find((each) => !(each >= 0 && each <= 1));
  if (bad !== undefined)
    throw new GradloomError(`random.bernoulli: ${bad} is no probability; probabilities are from 0 to 1`);
  const own = typeof chance === "number" ? [] : chance.shape;
  const lengths = checkShape("random.bernoulli", shape ?? own);
  naming("random.bernoulli", () => broadcastTo(zeros(own), lengths));
  if (typeof chance === "number") return Tensor.of(eventNode(lengths, key ?? nextKey(), chance), true);
  const work = workOf(chance.dtype === "float64" ? "float64" : "float32");
  return less(uniformIn(lengths, key ?? nextKey(), work), chance);
}

/** Positions along an axis, each with the probability softmax(logits) (by Gumbel's trick); int32. */
export function categorical(logits: TensorLike, options: RandomOptions & { readonly axis?: number } = {}): Tensor {
  const { axis = -1, key } = checkRandom("categorical", options, ["axis"]);
  const t = asTensor(logits, "random.categorical").detach();
  const along = checkAxis("random.categorical", axis, t.ndim);
  if (t.shape[along] === 0)
    throw new ShapeError(`random.categorical: axis ${along} of shape ${shapeText(t.shape)} is empty; give logits`);
  return argmax(
    add(t, gumbelIn(t.shape, key ?? nextKey(), workOf(t.dtype === "float64" ? "float64" : "float32"))),
    along,
  );
}

/** With so many elements, two of 32 bits are likely to be equal. */
const MANY = 4096;

/** The positions of an array of one axis in random order. */
function randomOrder(shape: Shape, key: RandomKey): Tensor {
  const [first, second] = sortingWords(shape, key).map((node) => Tensor.of(node, true)) as [Tensor, Tensor];
  if (sizeOf(shape) < MANY) return argsort(first);
  // By both: sorting is stable.
  const order = argsort(second);
  return order.get(argsort(first.get(order)));
}

/** The elements along the first axis in random order, or the numbers below `x` where that is a number. */
export function permutation(x: number | TensorLike, options: RandomOptions = {}): Tensor {
  const { key } = checkRandom("permutation", options);
  if (typeof x === "number" && (!Number.isInteger(x) || x < 0))
    throw new GradloomError(
      `random.permutation: ${x} is no number of elements; give a whole number from 0, or an array`,
    );
  const from = typeof x === "number" ? null : asTensor(x, "random.permutation");
  const n = from === null ? (x as number) : from.shape[0];
  if (n === undefined) throw new ShapeError("random.permutation: a scalar array has nothing to permute; pass a list");
  const order = randomOrder(checkShape("random.permutation", n), key ?? nextKey());
  return from === null ? order : from.get(order);
}

/** Puts the elements along the first axis of a tensor into random order, in place. */
export function shuffle(x: Tensor, options: RandomOptions = {}): void {
  if (!(x instanceof Tensor))
    throw new DTypeError(`random.shuffle: ${whatIs(x)} is no tensor, which is written in place; use permutation`);
  naming("random.shuffle", () => {
    checkWritable("random.shuffle", x);
    x.set_("...", permutation(x, options));
  });
}

/** What {@link choice} takes besides. */
export interface ChoiceOptions extends RandomOptions {
  /** Whether an element may be chosen again; true unless given. */
  readonly replace?: boolean;
  /** The probability of each element; equal ones unless given. */
  readonly p?: TensorLike;
}

/** Elements chosen from an array of one axis, or from the numbers below `a`. @throws GradloomError, ShapeError */
export function choice(a: number | TensorLike, shape: Shape | number = [], options: ChoiceOptions = {}): Tensor {
  const { replace = true, p, key } = checkRandom("choice", options, ["replace", "p"]);
  const from = typeof a === "number" ? null : asTensor(a, "random.choice");
  const n = from === null ? (a as number) : from.size;
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31)
    throw new GradloomError(
      `random.choice: ${n} is no number of elements; give a whole number of int32 from 0, or an array`,
    );
  if (from !== null && from.ndim !== 1)
    throw new ShapeError(
      `random.choice: chooses from one axis, not from shape ${shapeText(from.shape)}; use ravel(), or choose positions`,
    );
  const lengths = checkShape("random.choice", shape);
  const count = sizeOf(lengths);
  const weights = p === undefined ? null : asTensor(p, "random.choice").detach();
  const possible = weights === null ? n : checkWeights(weights, n);
  if ((possible === 0 && count > 0) || (!replace && count > possible)) {
    const of = possible === n ? `${n} elements` : `${n} elements, ${possible} of them with a probability above 0,`;
    throw new GradloomError(
      `random.choice: cannot choose ${count} of ${of}${replace ? "; pass some" : " without replacement; choose fewer"}`,
    );
  }
  const work = workOf(weights?.dtype === "float64" ? "float64" : "float32");
  const [likely, own] = [weights?.astype(work) ?? null, key ?? nextKey()];
  const positions = replace ? withReplacement(n, lengths, likely, own) : without(n, lengths, likely, own);
  return from === null ? positions : from.get(positions);
}

/** How many elements may be chosen. @throws ShapeError, GradloomError where these are no `n` probabilities */
function checkWeights(weights: Tensor, n: number): number {
  if (weights.ndim !== 1 || weights.size !== n) {
    throw new ShapeError(
      `random.choice: p has shape ${shapeText(weights.shape)} for ${n} elements; it must be (${n},), one probability for each`,
    );
  }
  const values = valuesIfKnown(weights);
  if (values === null) return n;
  const bad = values.find((v) => !(v >= 0));
  if (bad !== undefined)
    throw new GradloomError(`random.choice: p has ${bad}, which is no probability; probabilities are from 0 to 1`);
  const total = Array.from(values).reduce((sum, v) => sum + v, 0);
  // The root of the dtype's precision, as in NumPy.
  if (Math.abs(total - 1) > (weights.dtype === "float64" ? 2 ** -26 : 2 ** -11.5) && n > 0)
    throw new GradloomError(`random.choice: p sums to ${total}, not to 1; divide it by its sum`);
  return values.filter((v) => v > 0).length;
}

function withReplacement(n: number, shape: Shape, weights: Tensor | null, key: RandomKey): Tensor {
  if (weights === null) return randint(0, Math.max(n, 1), shape, { key });
  const steps = cumsum(weights);
  return searchsorted(steps, multiply(uniformIn(shape, key, weights.dtype as Float), steps.get(-1)), {
    side: "right",
  }).minimum(n - 1);
}

/** The first elements of an order by -log u / weight: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006). */
function without(n: number, shape: Shape, weights: Tensor | null, key: RandomKey): Tensor {
  const arrival = negative(log(positiveIn([n], key, (weights?.dtype as Float | undefined) ?? workOf("float32"))));
  const order = argsort(weights === null ? arrival : arrival.div(weights));
  return order
    .get(`:${sizeOf(shape)}`)
    .reshape(shape)
    .pos();
}
