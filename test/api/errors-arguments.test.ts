import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import { arange, GradloomError, ones, setBackend, Tensor, tensor } from "../../src/index.ts";
import { thrownBy } from "../support/failures.ts";

/** Arguments that make sense, made anew for each call. */
type Arguments = () => unknown[];

const x = (): Tensor => tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
const v = (): Tensor => tensor([0.5, 0.25, 0.75]);
const labels = (): Tensor => tensor([0, 2], "int32");
const cube = (n: number): Tensor => arange(n ** 3).reshape(n, n, n);
const seeded = { key: gl.random.key(1) };
const weights = { weightIh: ones([4, 3]), weightHh: ones([4, 1]) };
const gate = [ones([2, 2]), ones([2, 2]), ones(2)];

const UNARY = Object.keys(gl.ops).filter(
  (name) => thrownNow(() => gl.ops[name as keyof typeof gl.ops](1)) === undefined,
);
const BINARY = Object.keys(gl.ops).filter(
  (name) => thrownNow(() => gl.ops[name as keyof typeof gl.ops](1, 1)) === undefined,
);

function thrownNow(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (e) {
    return e ?? "thrown";
  }
}

/** Functions of one operand, and of two, that are no operations of the table. */
const ALSO_UNARY = ["abs", "positive", "cot", "csc", "sec", "arccot", "arccsc", "arcsec", "coth", "csch", "sech", "arccoth", "arccsch", "arcsech", "relu", "relu6", "leakyRelu", "elu", "selu", "hardTanh", "softSign", "softplus", "silu", "mish", "hardSigmoid", "hardSwish", "signbit"]; // biome-ignore format: a list
const ALSO_BINARY = ["trueDivide", "mod", "divmod", "isclose", "allclose"];

/** Every other function, with arguments that make sense. */
const CALLS: { readonly [name: string]: Arguments } = {
  addSequence: () => [x(), x()],
  multiplySequence: () => [x(), x()],
  where: () => [x(), x(), 0],
  clip: () => [x(), 0, 1, {}],
  astype: () => [x(), "float64"],
  copy: () => [x(), {}],
  gelu: () => [x(), {}],
  glu: () => [ones([2, 4]), -1],
  softmax: () => [x(), -1],
  logSoftmax: () => [x(), -1],
  arrayEqual: () => [x(), x(), {}],
  bincount: () => [labels(), {}],
  nonzero: () => [x()],
  argwhere: () => [x()],
  copyto: () => [x(), 0],
  sharesMemory: () => [x(), x()],
  mayShareMemory: () => [x(), x()],
  resultType: () => [x(), "int32"],
  canCast: () => ["int32", "float64", "safe"],
  minScalarType: () => [1],
  shape: () => [x()],
  tensor: () => [[1, 2], {}],
  astensor: () => [[1, 2], {}],
  asarray: () => [[1, 2], "float32"],
  fromData: () => [new Float32Array(6), [2, 3], {}],
  full: () => [[2], 1, {}],
  zeros: () => [[2], {}],
  ones: () => [[2], {}],
  empty: () => [[2], {}],
  fullLike: () => [x(), 1, {}],
  zerosLike: () => [x(), {}],
  onesLike: () => [x(), {}],
  emptyLike: () => [x(), {}],
  arange: () => [0, 3, 1, {}],
  linspace: () => [0, 1, 3, {}],
  logspace: () => [0, 1, 3, {}],
  geomspace: () => [1, 2, 3, {}],
  eye: () => [2, 3, 0, {}],
  identity: () => [2, {}],
  einsum: () => ["ij->ji", x(), {}],
  concatenate: () => [[x(), x()], {}],
  stack: () => [[x(), x()], {}],
  dot: () => [v(), v()],
  inner: () => [v(), v()],
  outer: () => [v(), v()],
  tensordot: () => [v(), v(), 1],
  kron: () => [v(), v()],
  multiMatmul: () => [[x(), x().T]],
  matmul: () => [x(), x().T],
  norm: () => [x(), {}],
  diagonal: () => [x(), 0, 0, 1],
  trace: () => [x(), 0, 0, 1],
  diag: () => [v(), 0],
  tril: () => [x(), 0],
  triu: () => [x(), 0],
  matrixTranspose: () => [x()],
  flip: () => [x(), 0],
  flipud: () => [x()],
  fliplr: () => [x()],
  rot90: () => [x(), 1, [0, 1]],
  roll: () => [x(), 1, 0],
  repeat: () => [x(), 2, 0],
  tile: () => [x(), [2, 1]],
  split: () => [x(), 2, 0],
  arraySplit: () => [x(), 2, 0],
  pad: () => [x(), 1, {}],
  take: () => [x(), [0], {}],
  takeAlongAxis: () => [x(), [[0], [0]], 1],
  vstack: () => [[v(), v()]],
  hstack: () => [[v(), v()]],
  dstack: () => [[v(), v()]],
  columnStack: () => [[v(), v()]],
  atleast1d: () => [v()],
  atleast2d: () => [v()],
  atleast3d: () => [v()],
  meshgrid: () => [[v(), v()], {}],
  broadcastArrays: () => [v(), x()],
  permuteDims: () => [x(), [1, 0]],
  flatten: () => [x()],
  broadcastTo: () => [v(), [2, 3]],
  expandDims: () => [v(), 0],
  moveaxis: () => [x(), 0, 1],
  ravel: () => [x()],
  reshape: () => [x(), [3, 2]],
  slidingWindowView: () => [x(), 2, {}],
  squeeze: () => [ones([1, 2]), 0],
  swapaxes: () => [x(), 0, 1],
  transpose: () => [x(), [1, 0]],
  ...Object.fromEntries(
    ["all", "any", "max", "amax", "mean", "min", "amin", "prod", "sum", "nanmean", "nansum", "logsumexp"].map(
      (name): [string, Arguments] => [name, () => [x(), 0, true]],
    ),
  ),
  ...Object.fromEntries(
    ["bitwiseAnd", "bitwiseOr", "bitwiseXor", "leftShift", "rightShift"].map((name): [string, Arguments] => [
      name,
      () => [labels(), labels()],
    ]),
  ),
  argmax: () => [x(), 0, true],
  argmin: () => [x(), 0, true],
  std: () => [x(), 0, 0, true],
  var: () => [x(), 0, 0, true],
  variance: () => [x(), 0, 0, true],
  cumsum: () => [x(), 0],
  cumprod: () => [x(), 0],
  diff: () => [x(), {}],
  sort: () => [x(), {}],
  argsort: () => [x(), {}],
  median: () => [x(), {}],
  percentile: () => [x(), 50, {}],
  quantile: () => [x(), 0.5, {}],
  searchsorted: () => [v(), v(), {}],
  topK: () => [v(), 2, {}],
  unique: () => [x()],
  softmaxCrossentropy: () => [x(), labels()],
  negativeLogLikelihood: () => [x(), labels(), {}],
  multiclassHinge: () => [x(), labels(), 1],
  marginRankingLoss: () => [v(), v(), 1, 0.5],
  focalLoss: () => [x(), labels(), {}],
  softmaxFocalLoss: () => [x(), labels(), {}],
  mseLoss: () => [x(), x()],
  binaryCrossentropyWithLogits: () => [x(), x()],
  huberLoss: () => [x(), x(), {}],
  smoothL1Loss: () => [x(), x(), {}],
  convNd: () => [ones([1, 1, 3]), ones([1, 1, 2]), {}],
  maxPool: () => [x(), 2, 1],
  avgPool: () => [x(), 2, 1],
  batchnorm: () => [x(), {}],
  layerNorm: () => [x(), {}],
  groupNorm: () => [ones([2, 4]), 2, {}],
  dropout: () => [x(), 0.5, {}],
  embedding: () => [x(), [0, 1]],
  linear: () => [x(), ones([3, 2]), null],
  gru: () => [cube(2), ...gate, ...gate, ...gate, {}],
  lstm: () => [ones([2, 2, 3]), weights, {}],
  rnnCell: () => [ones([2, 3]), ones([2, 4]), { weightIh: ones([4, 3]), weightHh: ones([4, 4]) }, {}],
  scaledDotProductAttention: () => [x(), x(), x(), {}],
  save: () => [x()],
  load: () => [gl.save(x())],
  saveNpy: () => [x()],
  loadNpy: () => [gl.saveNpy(x())],
  savez: () => [{ a: x() }],
  savezCompressed: () => [{ a: x() }],
  loadz: () => [gl.savez({ a: x() })],
  buildGraph: () => [x(), {}],
  compile: () => [(a: Tensor) => a.add(1), x()],
  jit: () => [() => 1],
  checkpoint: () => [[x()], { every: 10 }],
  loadModel: () => [new Uint8Array(3)],
  explain: () => [x()],
  defineOp: () => [{ name: "own", forward: ([a]: Tensor[]) => a, backward: (g: Tensor) => [g] }],
  scope: () => [() => 1],
  noAutodiff: () => [() => 1],
  setPasses: () => ["default"],
  slice: () => [0, 1, 1],
  "random.random": () => [[2], seeded],
  "random.randomSample": () => [[2], seeded],
  "random.ranf": () => [[2], seeded],
  "random.sample": () => [[2], seeded],
  "random.rand": () => [2, 3],
  "random.randn": () => [2, 3],
  "random.standardNormal": () => [[2], seeded],
  "random.normal": () => [0, 1, [2], seeded],
  "random.uniform": () => [0, 1, [2], seeded],
  "random.exponential": () => [1, [2], seeded],
  "random.gumbel": () => [0, 1, [2], seeded],
  "random.laplace": () => [0, 1, [2], seeded],
  "random.logistic": () => [0, 1, [2], seeded],
  "random.randint": () => [0, 5, [2], seeded],
  "random.bits": () => [[2], seeded],
  "random.bernoulli": () => [0.5, [2], seeded],
  "random.categorical": () => [v(), seeded],
  "random.permutation": () => [v(), seeded],
  "random.shuffle": () => [v(), seeded],
  "random.choice": () => [v(), [2], seeded],
  "random.key": () => [1],
  "random.split": () => [gl.random.key(1), 2],
  "random.foldIn": () => [gl.random.key(1), 2],
  "random.seed": () => [1],
  "initializers.constant": () => [[2], 1, {}],
  "initializers.identity": () => [2, {}],
  "initializers.dirac": () => [[2, 2, 3], {}],
  "initializers.normal": () => [[2], 0, 1, seeded],
  "initializers.uniform": () => [[2], 0, 1, seeded],
  "initializers.glorotNormal": () => [[2, 2], seeded],
  "initializers.glorotUniform": () => [[2, 2], seeded],
  "initializers.heNormal": () => [[2, 2], seeded],
  "initializers.heUniform": () => [[2, 2], seeded],
};

for (const name of [...UNARY, ...ALSO_UNARY]) (CALLS as Record<string, Arguments>)[name] ??= () => [v()];
for (const name of [...BINARY, ...ALSO_BINARY]) (CALLS as Record<string, Arguments>)[name] ??= () => [v(), v()];

/** The methods of a tensor of shape (2, 3), with arguments that make sense. */
const METHODS: { readonly [name: string]: Arguments } = {
  ...Object.fromEntries(
    ["add", "sub", "mul", "div", "pow", "floorDivide", "mod", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge"]
      .concat(["add_", "sub_", "mul_", "div_", "pow_", "contains"])
      .map((name): [string, Arguments] => [name, () => [2]]),
  ),
  ...Object.fromEntries(
    ["sum", "prod", "mean", "max", "min", "any", "all", "argmax", "argmin"].map((name): [string, Arguments] => [
      name,
      () => [0, true],
    ]),
  ),
  ...Object.fromEntries(["var", "std"].map((name): [string, Arguments] => [name, () => [0, 0, true]])),
  copy: () => [{}],
  to: () => ["wasm"],
  matmul: () => [ones(3)],
  astype: () => ["float64"],
  cumsum: () => [0],
  cumprod: () => [0],
  get: () => [0, 1],
  reshape: () => [3, 2],
  transpose: () => [1, 0],
  swapaxes: () => [0, 1],
  moveaxis: () => [0, 1],
  squeeze: () => [[]],
  expandDims: () => [0],
  broadcastTo: () => [[2, 2, 3]],
  clip: () => [0, 1],
  set_: () => [[0], 1],
  addAt: () => [[[0]], 1],
  backward: () => [1],
  sharesMemory: () => [ones(1)],
};

/** Methods without arguments, and the ones by which the parts of this library speak to each other. */
const OTHER_METHODS = [
  "constructor,neg,pos,abs,exp,log,sqrt,square,tanh,sigmoid,relu,ravel,flatten,detach,device,data,dataSync,tolist,item,evaluate",
  "toString,inspect,nullGrad,clearGraph,dispose,node,valueNode,targetNode,view,isKnown,computed,read,checkAlive",
].flatMap((names) => names.split(","));

/** Functions that take nothing, and what no call can make wrong. */
const NOTHING_TO_GET_WRONG = [
  "isAutodiffOn",
  "getBackend",
  "ready",
  "stats",
  "diagnostics",
  "setBackend",
  "loadBackend",
  "recover",
  "warmup",
];

/** What nobody should pass, at any place. */
const JUNK: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => "junk",
  () => Number.NaN,
  () => 1.5,
  () => -7,
  () => 1e12,
  () => true,
  () => 1n,
  () => ["a"],
  () => [[1, 2], [3]],
  () => [null],
  () => ({ junk: 1 }),
  () => ({ axis: "a", constant: "yes" }),
  () => () => 1,
  () => new DataView(new ArrayBuffer(8)),
  () => new Float32Array(5),
  () => ones([5, 0]),
  () => {
    const gone = ones(3);
    gone.dispose();
    return gone;
  },
];

/** The exported functions by the name under which they are called. */
function functions(): Map<string, (...args: unknown[]) => unknown> {
  const found = new Map<string, (...args: unknown[]) => unknown>();
  const isFunction = (f: unknown): f is (...args: unknown[]) => unknown =>
    typeof f === "function" && !/^class\b/.test(Function.prototype.toString.call(f));
  for (const [name, f] of Object.entries(gl)) if (isFunction(f)) found.set(name, f);
  for (const [name, f] of Object.entries(gl.random)) if (isFunction(f)) found.set(`random.${name}`, f);
  for (const [name, f] of Object.entries(gl.initializers)) if (isFunction(f)) found.set(`initializers.${name}`, f);
  return found;
}

/** The name that errors have for a function: aliases have that of what they are. */
const ALIASES: { readonly [name: string]: string } = {
  amax: "max",
  amin: "min",
  variance: "var",
  setPasses: "setPasses",
};

describe("whatever is passed to a function", () => {
  beforeAll(() => setBackend("wasm"));

  it("is tried for every export", () => {
    const names = [...functions().keys()].filter((name) => !NOTHING_TO_GET_WRONG.includes(name));
    expect(names.filter((name) => !(name in CALLS))).toEqual([]);
  });

  it("every function takes what makes sense", async () => {
    const faults: string[] = [];
    for (const [name, f] of functions()) {
      if (NOTHING_TO_GET_WRONG.includes(name) || name === "loadModel") continue;
      const e = await thrownBy(() => f(...CALLS[name]!()));
      if (e !== undefined) faults.push(`${name}: ${String(e)}`);
    }
    expect(faults).toEqual([]);
  });

  it("what is thrown is an error of this library that begins with the function's name", {
    timeout: 60_000,
  }, async () => {
    const faults: string[] = [];
    for (const [name, f] of functions()) {
      if (NOTHING_TO_GET_WRONG.includes(name)) continue;
      const own = ALIASES[name] ?? name;
      for (let at = 0; at < Math.max(CALLS[name]!().length, 1); at++) {
        for (const [k, junk] of JUNK.entries()) {
          const given = CALLS[name]!();
          given[at] = junk();
          const e = await thrownBy(() => f(...given));
          if (e === undefined || (e instanceof GradloomError && e.message.startsWith(`${own}: `))) continue;
          faults.push(`${name}, argument ${at} ${k}: ${e instanceof Error ? `${e.name}: ${e.message}` : String(e)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });

  it("that holds for methods, too", { timeout: 60_000 }, async () => {
    const made = x();
    const names = [Tensor.prototype, Object.getPrototypeOf(Tensor.prototype) as object]
      .flatMap((p) => Object.entries(Object.getOwnPropertyDescriptors(p)))
      .flatMap(([name, { value }]) => (typeof value === "function" ? [name] : []));
    expect(names.filter((name) => !(name in METHODS) && !OTHER_METHODS.includes(name))).toEqual([]);
    const faults: string[] = [];
    const method = (name: string) => (made as unknown as { [name: string]: (...given: unknown[]) => unknown })[name]!;
    for (const [name, given] of Object.entries(METHODS)) {
      expect(await thrownBy(() => method(name).apply(x(), given())), name).toBeUndefined();
      for (let at = 0; at < given().length; at++) {
        for (const [k, junk] of JUNK.entries()) {
          const all = given();
          all[at] = junk();
          const e = await thrownBy(() => method(name).apply(x(), all));
          if (e === undefined || (e instanceof GradloomError && e.message.startsWith(`${name}: `))) continue;
          faults.push(`${name}, argument ${at} ${k}: ${e instanceof Error ? `${e.name}: ${e.message}` : String(e)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });

  it("no option can be misspelt", async () => {
    const faults: string[] = [];
    for (const [name, f] of functions()) {
      const given = CALLS[name]?.();
      const last = given?.at(-1);
      if (given === undefined || typeof last !== "object" || last === null || Array.isArray(last)) continue;
      if (last instanceof Tensor || Object.getPrototypeOf(last) !== Object.prototype || name.startsWith("savez"))
        continue;
      given[given.length - 1] = { ...last, axxis: 0 };
      const e = await thrownBy(() => f(...given));
      if (!(e instanceof GradloomError) || !e.message.includes('"axxis"')) faults.push(`${name}: ${String(e)}`);
    }
    expect(faults).toEqual([]);
  });
});
