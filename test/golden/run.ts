/** Runs golden cases through the public API, in float64. */
import * as gl from "../../src/index.ts";
import type { GoldenArg, GoldenArray, GoldenCase, GoldenIndexItem, GoldenKwargs, GoldenOp, GoldenStep } from "./load.ts";

type Args = readonly (gl.Tensor | number | readonly gl.Tensor[])[];
type Env = ReadonlyMap<string, gl.Tensor>;
type Run = (args: Args, kwargs: GoldenKwargs, env: Env) => gl.Tensor;

const t = (a: Args[number] | undefined): gl.Tensor => a as gl.Tensor;
const list = (a: Args[number] | undefined): readonly gl.Tensor[] => a as readonly gl.Tensor[];
/** The `where` and `out` of a step; undefined where it has neither. */
function ufuncOptions({ where, out }: GoldenKwargs, env: Env): gl.UfuncOptions | undefined {
  if (where === undefined && out === undefined) return undefined;
  return {
    ...(where === undefined ? {} : { where: gl.fromData([...where.mask], where.shape, "bool") }),
    ...(out === undefined ? {} : { out: env.get(out)! }),
  };
}
const unary =
  (f: (x: gl.Tensor, options?: gl.UfuncOptions) => gl.Tensor): Run =>
  ([x], kwargs, env) =>
    f(t(x), ufuncOptions(kwargs, env));
const binary =
  (f: (x: gl.Tensor, y: gl.Tensor, options?: gl.UfuncOptions) => gl.Tensor): Run =>
  ([x, y], kwargs, env) =>
    f(t(x), t(y), ufuncOptions(kwargs, env));
const plainBinary =
  (f: (x: gl.Tensor, y: gl.Tensor) => gl.Tensor): Run =>
  ([x, y]) =>
    f(t(x), t(y));
const reduction =
  (f: (x: gl.Tensor, axis?: gl.Axes, keepdims?: boolean) => gl.Tensor): Run =>
  ([x], { axis = null, keepdims = false }) =>
    f(t(x), axis, keepdims);
const spread =
  (f: (x: gl.Tensor, axis?: gl.Axes, ddof?: number, keepdims?: boolean) => gl.Tensor): Run =>
  ([x], { axis = null, ddof = 0, keepdims = false }) =>
    f(t(x), axis, ddof, keepdims);
const inPlace =
  (f: (x: gl.Tensor, y: gl.Tensor) => gl.Tensor): Run =>
  ([x, y]) =>
    f(t(x), t(y));

/** How each operation is called; reading and writing by an index are steps of their own. */
const CALLS: { readonly [Op in Exclude<GoldenOp, "getitem" | "setitem">]: Run } = {
  absolute: unary(gl.absolute),
  arccos: unary(gl.arccos),
  arccosh: unary(gl.arccosh),
  arcsin: unary(gl.arcsin),
  arcsinh: unary(gl.arcsinh),
  arctan: unary(gl.arctan),
  arctanh: unary(gl.arctanh),
  cbrt: unary(gl.cbrt),
  cos: unary(gl.cos),
  cosh: unary(gl.cosh),
  exp: unary(gl.exp),
  exp2: unary(gl.exp2),
  expm1: unary(gl.expm1),
  log: unary(gl.log),
  log10: unary(gl.log10),
  log1p: unary(gl.log1p),
  log2: unary(gl.log2),
  negative: unary(gl.negative),
  positive: unary(gl.positive),
  reciprocal: unary(gl.reciprocal),
  sin: unary(gl.sin),
  sinc: unary(gl.sinc),
  sinh: unary(gl.sinh),
  sqrt: unary(gl.sqrt),
  square: unary(gl.square),
  tan: unary(gl.tan),
  tanh: unary(gl.tanh),
  glu: ([x], { axis }) => gl.glu(t(x), axis as number),
  batchnorm: ([x], { gamma, beta, eps = 1e-5 }, env) =>
    gl.batchnorm(t(x), { gamma: env.get(gamma as string)!, beta: env.get(beta!)!, eps }),
  conv_nd: ([x, k], { stride = 1, padding = 0, dilation = 1 }) => gl.convNd(t(x), t(k), { stride, padding, dilation }),
  max_pool: ([x], { pool, stride }) => gl.maxPool(t(x), pool!, stride!),
  margin_ranking_loss: ([a, b, y], { margin }) => gl.marginRankingLoss(t(a), t(b), t(y), margin!),
  multiclass_hinge: ([x, y], { hinge }) => gl.multiclassHinge(t(x), t(y), hinge),
  negative_log_likelihood: plainBinary(gl.negativeLogLikelihood),
  softmax_crossentropy: plainBinary(gl.softmaxCrossentropy),
  softmax_focal_loss: ([x, y], { alpha = 1, gamma = 0 }) =>
    gl.softmaxFocalLoss(t(x), t(y), { alpha, gamma: gamma as number }),
  elu: ([x], { alpha }) => gl.elu(t(x), alpha),
  hard_tanh: unary((x) => gl.hardTanh(x)),
  leaky_relu: ([x], { slope }) => gl.leakyRelu(t(x), slope),
  relu: unary(gl.relu),
  selu: unary(gl.selu),
  sigmoid: unary(gl.sigmoid),
  soft_sign: unary(gl.softSign),
  add: binary(gl.add),
  arctan2: binary(gl.arctan2),
  divide: binary(gl.divide),
  logaddexp: binary(gl.logaddexp),
  logaddexp2: binary(gl.logaddexp2),
  maximum: binary(gl.maximum),
  minimum: binary(gl.minimum),
  multiply: binary(gl.multiply),
  power: binary(gl.power),
  subtract: binary(gl.subtract),
  iadd: inPlace((x, y) => x.add_(y)),
  idivide: inPlace((x, y) => x.div_(y)),
  imultiply: inPlace((x, y) => x.mul_(y)),
  isubtract: inPlace((x, y) => x.sub_(y)),
  clip: ([x], { a_min, a_max }) => gl.clip(t(x), a_min ?? null, a_max ?? null),
  where: ([c, x, y]) => gl.where(t(c), t(x), t(y)),
  logsoftmax: ([x], { axis }) => gl.logSoftmax(t(x), axis),
  softmax: ([x], { axis }) => gl.softmax(t(x), axis),
  max: reduction(gl.max),
  mean: reduction(gl.mean),
  min: reduction(gl.min),
  prod: reduction(gl.prod),
  sum: reduction(gl.sum),
  std: spread(gl.std),
  var: spread(gl.variance),
  matmul: plainBinary(gl.matmul),
  multi_matmul: ([xs]) => gl.multiMatmul(list(xs)),
  einsum: (xs, { subscripts }) => gl.einsum(subscripts!, ...xs.map(t)),
  cumprod: ([x], { axis }) => gl.cumprod(t(x), axis as number | undefined),
  cumsum: ([x], { axis }) => gl.cumsum(t(x), axis as number | undefined),
  norm: ([x], { ord = null, axis = null, keepdims = false }) => gl.norm(t(x), { ord, axis, keepdims }),
  repeat: ([x], { repeats, axis }) => gl.repeat(t(x), repeats!, axis as number | undefined),
  roll: ([x], { shift, axis = null }) => gl.roll(t(x), shift!, axis),
  broadcast_to: ([x], { shape }) => gl.broadcastTo(t(x), shape!),
  expand_dims: ([x], { axis }) => gl.expandDims(t(x), axis!),
  moveaxis: ([x], { source, destination }) => gl.moveaxis(t(x), source!, destination!),
  ravel: unary(gl.ravel),
  reshape: ([x], { newshape }) => gl.reshape(t(x), newshape!),
  squeeze: ([x], { axis = null }) => gl.squeeze(t(x), axis),
  swapaxes: ([x, a, b]) => gl.swapaxes(t(x), a as number, b as number),
  transpose: ([x], { axes }) => gl.transpose(t(x), axes),
  concatenate: ([xs], { axis }) => gl.concatenate(list(xs), axis as number),
  stack: ([xs], { axis }) => gl.stack(list(xs), axis as number),
};

function indexItem(item: GoldenIndexItem): gl.IndexItem {
  if (typeof item === "number") return item;
  if ("slice" in item) return gl.slice(...item.slice);
  if ("newaxis" in item) return gl.newaxis;
  if ("ellipsis" in item) return gl.ellipsis;
  if ("ints" in item) return gl.fromData(Int32Array.from(item.ints), item.shape);
  return gl.fromData([...item.mask], item.shape, "bool");
}

function runStep(step: GoldenStep, env: Map<string, gl.Tensor>): void {
  const resolve = (a: GoldenArg): Args[number] => {
    if (typeof a === "number") return a;
    return typeof a === "string" ? env.get(a)! : a.list.map((name) => env.get(name)!);
  };
  const args = step.args.map(resolve);
  let result: gl.Tensor;
  if (step.op === "getitem") result = t(args[0]).get(...step.index.map(indexItem));
  else if (step.op === "setitem") {
    const index = step.index.map(indexItem);
    result = t(args[0]).set_(index, args[1] as gl.Tensor | number);
  } else result = CALLS[step.op](args, step.kwargs ?? {}, env);
  if (step.out !== undefined) env.set(step.out, result);
}

/** How a case is run: as it is, inside `jit` with its inputs as arguments, or inside `jit` with them from outside. */
export type Form = "imperative" | "jit" | "jit, from outside";

/** The inputs of a case. */
function inputsOf(golden: GoldenCase, float: "float64" | "float32"): Map<string, gl.Tensor> {
  const inputs = new Map<string, gl.Tensor>();
  for (const { name, shape, dtype, data, constant } of golden.inputs) {
    const as = dtype === "int64" ? "int32" : dtype === "float64" ? float : dtype;
    inputs.set(name, gl.fromData([...data], shape, { dtype: as, ...(constant === undefined ? {} : { constant }) }));
  }
  return inputs;
}

/** All tensors of a case, from its inputs. */
function whole(golden: GoldenCase, start: ReadonlyMap<string, gl.Tensor>): Map<string, gl.Tensor> {
  const all = new Map(start);
  for (const step of golden.steps) runStep(step, all);
  all.get(golden.backward)!.backward();
  return all;
}

/** Runs a case three times on the same inputs, which it may write to, with and without `jit`; says where they differ. */
export function repeated(golden: GoldenCase): string[] {
  const [plain, traced] = [inputsOf(golden, "float64"), inputsOf(golden, "float64")];
  const step = gl.jit(() => {
    whole(golden, traced);
  });
  const state = (of: ReadonlyMap<string, gl.Tensor>): string[] =>
    [...of].map(([name, x]) => `${name}: ${x.dataSync().join()} ${x.grad?.dataSync().join()}`);
  const problems: string[] = [];
  for (let round = 0; round < 3; round++) {
    whole(golden, plain);
    step();
    const [wanted, found] = [state(plain), state(traced)];
    found.forEach((each, k) => {
      if (!near(each, wanted[k]!)) problems.push(`round ${round}: ${each}, not ${wanted[k]}`);
    });
  }
  return problems;
}

/** Whether two texts are equal but for the last digits of numbers. */
function near(a: string, b: string): boolean {
  const [x, y] = [a.split(/[ ,]/), b.split(/[ ,]/)];
  return x.every((each, k) => {
    if (each === y[k]) return true;
    const [u, v] = [Number(each), Number(y[k])];
    return Math.abs(u - v) <= 1e-9 * Math.max(1, Math.abs(v));
  });
}

/** Runs a case with its floats in a dtype and says what differs from what it must come to; nothing when all is right. */
export async function runCase(
  golden: GoldenCase,
  float: "float64" | "float32",
  form: Form = "imperative",
): Promise<string[]> {
  const inputs = inputsOf(golden, float);
  const env = form === "imperative" ? whole(golden, inputs) : jitted(golden, inputs, form === "jit");
  const problems: string[] = [];
  const scale = magnitude([...Object.values(golden.expect.values), ...Object.values(golden.expect.grads)]);
  for (const [name, wanted] of Object.entries(golden.expect.values)) {
    const tensor = env.get(name)!;
    problems.push(...differences(name, tensor.shape, await tensor.data(), wanted, scale));
  }
  for (const [name, wanted] of Object.entries(golden.expect.grads)) {
    const { grad } = env.get(name)!;
    if (wanted === null) {
      const none = { shape: env.get(name)!.shape, data: new Array<number>(env.get(name)!.size).fill(0) };
      if (grad !== null) problems.push(...differences(`${name}.grad`, grad.shape, await grad.data(), none, scale));
    } else if (grad === null) problems.push(`${name}.grad: none`);
    else problems.push(...differences(`${name}.grad`, grad.shape, await grad.data(), wanted, scale));
  }
  return problems;
}

/** The tensors that a case comes to, where it runs inside `jit`. */
function jitted(
  golden: GoldenCase,
  inputs: ReadonlyMap<string, gl.Tensor>,
  asArguments: boolean,
): Map<string, gl.Tensor> {
  const names = [...inputs.keys()];
  if (!asArguments) return new Map(Object.entries(gl.jit(() => Object.fromEntries(whole(golden, inputs)))()));
  const run = gl.jit((given: readonly gl.Tensor[]) =>
    Object.fromEntries(whole(golden, new Map(given.map((t, k) => [names[k]!, t])))),
  );
  return new Map(Object.entries(run([...inputs.values()])));
}

const magnitude = (arrays: readonly (GoldenArray | null)[]): number =>
  arrays.reduce((m, a) => (a?.data ?? []).reduce((n, w) => (Number.isFinite(w) ? Math.max(n, Math.abs(w)) : n), m), 0);

/**
 * Exact to 1e-9 in float64. In float32 to 2e-3 of the array's largest magnitude; and, as float32 cannot tell a difference of
 * nearly equal numbers from 0, to 8 units in the last place of the largest number of the whole case.
 */
function differences(what: string, shape: gl.Shape, data: gl.TypedArray, wanted: GoldenArray, scale: number): string[] {
  if (shape.join() !== wanted.shape.join()) return [`${what}: shape (${shape}), not (${wanted.shape})`];
  const rounding = 2e-3 * magnitude([wanted]) + 2 ** -20 * scale;
  const at = wanted.data.findIndex((w, k) => {
    const x = data[k]!;
    const allowed = data instanceof Float32Array ? rounding : 1e-9 * (1 + Math.abs(w));
    return !(Object.is(x, w) || x === w || Math.abs(x - w) <= allowed);
  });
  return at < 0 ? [] : [`${what}[${at}]: ${data[at]}, not ${wanted.data[at]}`];
}
