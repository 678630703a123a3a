/** One call of every function, on variable tensors where it takes tensors: from them the gradient column is found, and checked. */
import * as gl from "../../src/index.ts";

/** Tensors for the examples, made when first asked for. */
export class Sample {
  private readonly made: Map<string, gl.Tensor> = new Map();
  private readonly shift: ReadonlyMap<string, readonly number[]>;

  /** @param values elements that replace those of the tensors of that name */
  constructor(values: ReadonlyMap<string, readonly number[]> = new Map()) {
    this.shift = values;
  }

  /** The variable tensors that an example asked for, by name. */
  get used(): ReadonlyMap<string, gl.Tensor> {
    return this.made;
  }

  private variable(name: string, shape: readonly number[], element: (k: number) => number): gl.Tensor {
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const size = shape.reduce((n, d) => n * d, 1);
    const values = this.shift.get(name) ?? Array.from({ length: size }, (_, k) => element(k));
    const t = gl.fromData(Float64Array.from(values), shape, "float64");
    this.made.set(name, t);
    return t;
  }

  /** Shape (2, 3), elements from 0.1 to 0.9 in no order. */
  get x(): gl.Tensor {
    return this.variable("x", [2, 3], (k) => 0.1 + 0.8 * fraction(k, 0.37));
  }
  /** As `x`, other elements. */
  get y(): gl.Tensor {
    return this.variable("y", [2, 3], (k) => 0.15 + 0.7 * fraction(k, 0.71));
  }
  /** Shape (2, 3), elements from 1.2 to 2.8. */
  get above(): gl.Tensor {
    return this.variable("above", [2, 3], (k) => 1.2 + 1.6 * fraction(k, 0.53));
  }
  /** Shape (3,). */
  get v(): gl.Tensor {
    return this.variable("v", [3], (k) => 0.2 + 0.6 * fraction(k, 0.19));
  }
  /** Shape (3, 3). */
  get m(): gl.Tensor {
    return this.variable("m", [3, 3], (k) => -0.8 + 1.7 * fraction(k, 0.29));
  }
  /** Shape (1, 2, 4): a sequence or signal. */
  get signal(): gl.Tensor {
    return this.variable("signal", [1, 2, 4], (k) => -0.9 + 1.8 * fraction(k, 0.43));
  }
  /** Shape (3, 2, 2): filters. */
  get filters(): gl.Tensor {
    return this.variable("filters", [3, 2, 2], (k) => -0.7 + 1.5 * fraction(k, 0.61));
  }
  /** No axes. */
  get scalar(): gl.Tensor {
    return this.variable("scalar", [], () => 0.6);
  }
}

/** The fractional part of a sum of equal irrational steps. */
function fraction(k: number, step: number): number {
  const at = (k + 1) * (step + Math.SQRT2 / 10);
  return at - Math.floor(at);
}

export type Example = (s: Sample) => unknown;

const IDS = [2, 0];
const written = (s: Sample, write: (t: gl.Tensor) => unknown): gl.Tensor => {
  const t = s.x.mul(1.5);
  write(t);
  return t;
};
const matrix = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => 0.3 * Math.sin(i * columns + j + 1)),
  );
const weights = (s: Sample): Parameters<typeof gl.lstm>[1] => {
  const gates = 4 * 2;
  return { weightIh: gl.tensor(matrix(gates, 4), "float64").mul(s.scalar), weightHh: matrix(gates, 2) };
};

const unaryOf = (names: string, argument: "x" | "above" = "x"): [string, Example][] =>
  names.split(" ").map((name) => [name, (s) => call(name)(s[argument])]);
const binaryOf = (names: string): [string, Example][] =>
  names.split(" ").map((name) => [name, (s) => call(name)(s.x, s.y)]);
const methodsOf = (names: string, ...given: readonly unknown[]): [string, Example][] =>
  names.split(" ").map((name) => [`Tensor.${name}`, (s) => method(s.x, name)(...given)]);

/** A function by its path in the library. */
function call(path: string): (...given: unknown[]) => unknown {
  return resolve(path) as (...given: unknown[]) => unknown;
}

function method(t: gl.Tensor, name: string): (...given: unknown[]) => unknown {
  const own = Reflect.get(t, name) as (...given: unknown[]) => unknown;
  return own.bind(t);
}

/** What the library exports under a path such as `random.rand`. */
export function resolve(path: string): unknown {
  return path.split(".").reduce<unknown>((from, key) => Reflect.get(from as object, key), gl);
}

const EXAMPLE_LIST: readonly (readonly [string, Example])[] = [
  // creation
  ["tensor", () => gl.tensor([[1, 2.5]])],
  ["astensor", (s) => gl.astensor(s.x)],
  ["asarray", (s) => gl.asarray(s.x)],
  ["fromData", () => gl.fromData(new Float64Array(6), [2, 3])],
  ["empty", () => gl.empty([2])],
  ["ones", () => gl.ones([2])],
  ["zeros", () => gl.zeros([2])],
  ["full", () => gl.full([2], 7)],
  ["eye", () => gl.eye(2, 3, 1)],
  ["identity", () => gl.identity(2)],
  ...unaryOf("emptyLike onesLike zerosLike"),
  ["fullLike", (s) => gl.fullLike(s.x, 2)],
  ["arange", () => gl.arange(3)],
  ["linspace", () => gl.linspace(0, 1, 5)],
  ["logspace", () => gl.logspace(0, 2, 3)],
  ["geomspace", () => gl.geomspace(1, 100, 3)],

  // element-wise
  ...unaryOf("absolute abs positive negative reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10 log1p"),
  ...unaryOf(
    "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh sinc erf erfc sign floor ceil trunc rint",
  ),
  ...unaryOf("cot csc sec arccot coth csch sech arccsch arcsech isnan isinf isfinite signbit logicalNot"),
  ...unaryOf("arccosh arccsc arcsec arccoth", "above"),
  ...binaryOf("add subtract multiply divide trueDivide power maximum minimum logaddexp logaddexp2 arctan2 floorDivide"),
  ...binaryOf(
    "remainder mod fmod divmod equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor",
  ),
  ...binaryOf("isclose allclose arrayEqual addSequence multiplySequence"),
  ...["bitwiseAnd", "bitwiseOr", "bitwiseXor", "leftShift", "rightShift"].map((n): [string, Example] => [
    n,
    () => call(n)(gl.tensor([6], "int32"), 3),
  ]),
  ["clip", (s) => gl.clip(s.x, 0.3, s.y)],
  ["where", (s) => gl.where(s.x.gt(0.5), s.x, s.y)],
  ["ops", (s) => gl.ops.add(s.x, s.y)],

  // reductions, scans, sorting
  ...unaryOf("sum prod max min amax amin mean var variance std logsumexp nansum nanmean any all argmax argmin"),
  ...unaryOf("cumsum cumprod diff sort argsort median"),
  ["topK", (s) => gl.topK(s.x, 2)],
  ["percentile", (s) => gl.percentile(s.x, [20, 70], { axis: 1 })],
  ["quantile", (s) => gl.quantile(s.x, 0.4)],
  ["searchsorted", (s) => gl.searchsorted([0, 0.5, 1], s.x)],
  ["unique", (s) => gl.unique(s.x)],
  ["bincount", () => gl.bincount([0, 2, 2])],
  ["nonzero", (s) => gl.nonzero(s.x)],
  ["argwhere", (s) => gl.argwhere(s.x)],

  // linear algebra
  ["matmul", (s) => gl.matmul(s.x, s.m)],
  ["einsum", (s) => gl.einsum("ij,jj->i", s.x, s.m)],
  ["multiMatmul", (s) => gl.multiMatmul([s.x, s.m, s.v])],
  ["dot", (s) => gl.dot(s.x, s.v)],
  ["inner", (s) => gl.inner(s.x, s.v)],
  ["outer", (s) => gl.outer(s.x, s.v)],
  ["tensordot", (s) => gl.tensordot(s.x, s.m, 1)],
  ["kron", (s) => gl.kron(s.x, s.v)],
  ...unaryOf("norm trace diag diagonal tril triu matrixTranspose"),

  // shapes
  ["reshape", (s) => gl.reshape(s.x, [3, 2])],
  ["broadcastTo", (s) => gl.broadcastTo(s.x, [2, 2, 3])],
  ["expandDims", (s) => gl.expandDims(s.x, 0)],
  ["moveaxis", (s) => gl.moveaxis(s.x, 0, 1)],
  ["swapaxes", (s) => gl.swapaxes(s.x, 0, 1)],
  ["permuteDims", (s) => gl.permuteDims(s.x, [1, 0])],
  ...unaryOf("ravel squeeze transpose atleast1d atleast2d atleast3d flatten copy flip flipud fliplr rot90 shape"),
  ["broadcastArrays", (s) => gl.broadcastArrays(s.x, s.v)],
  ["roll", (s) => gl.roll(s.x, 1, 1)],
  ["repeat", (s) => gl.repeat(s.x, 2, 0)],
  ["tile", (s) => gl.tile(s.x, 2)],
  ["pad", (s) => gl.pad(s.x, 1, { mode: "edge" })],
  ["split", (s) => gl.split(s.x, 3, 1)],
  ["arraySplit", (s) => gl.arraySplit(s.x, 2, 1)],
  ["concatenate", (s) => gl.concatenate([s.x, s.y])],
  ["stack", (s) => gl.stack([s.x, s.y])],
  ["vstack", (s) => gl.vstack([s.x, s.v])],
  ["hstack", (s) => gl.hstack([s.x, s.y])],
  ["dstack", (s) => gl.dstack([s.x, s.y])],
  ["columnStack", (s) => gl.columnStack([s.x, s.y])],
  ["meshgrid", (s) => gl.meshgrid([s.v, s.v])],
  ["slidingWindowView", (s) => gl.slidingWindowView(s.x, [1, 2])],
  ["take", (s) => gl.take(s.x, IDS, { axis: 1 })],
  ["takeAlongAxis", (s) => gl.takeAlongAxis(s.x, [[1], [0]], 1)],

  // networks
  ...unaryOf(
    "elu glu hardTanh leakyRelu relu relu6 selu sigmoid softmax logSoftmax softSign softplus silu mish gelu",
  ).map(([name, example]): [string, Example] => (name === "glu" ? [name, (s) => gl.glu(s.x, 0)] : [name, example])),
  ...unaryOf("hardSigmoid hardSwish layerNorm"),
  ["softmaxCrossentropy", (s) => gl.softmaxCrossentropy(s.x, IDS)],
  ["negativeLogLikelihood", (s) => gl.negativeLogLikelihood(s.x, IDS)],
  ["multiclassHinge", (s) => gl.multiclassHinge(s.x, IDS)],
  ["marginRankingLoss", (s) => gl.marginRankingLoss(s.x, s.y, 1, 0.5)],
  ["focalLoss", (s) => gl.focalLoss(s.x, IDS, { gamma: 2 })],
  ["softmaxFocalLoss", (s) => gl.softmaxFocalLoss(s.x, IDS, { gamma: 2 })],
  ...binaryOf("mseLoss binaryCrossentropyWithLogits huberLoss smoothL1Loss"),
  ["convNd", (s) => gl.convNd(s.signal, s.filters, { padding: 1 })],
  ["maxPool", (s) => gl.maxPool(s.signal, 2, 2)],
  ["avgPool", (s) => gl.avgPool(s.signal, 2, 2)],
  ["batchnorm", (s) => gl.batchnorm(s.signal, { gamma: s.v.get(":2"), eps: 1e-3 })],
  ["groupNorm", (s) => gl.groupNorm(s.signal, 2)],
  ["dropout", (s) => gl.dropout(s.x, 0.5, { key: gl.random.key(3) })],
  ["embedding", (s) => gl.embedding(s.m, IDS)],
  ["linear", (s) => gl.linear(s.x, s.m, s.v)],
  ["gru", (s) => gru(s)],
  ["lstm", (s) => gl.lstm(s.signal, weights(s)).output],
  ["rnnCell", (s) => gl.rnnCell(s.x, s.y, { weightIh: s.m, weightHh: matrix(3, 3), biasIh: s.v })],
  ["scaledDotProductAttention", (s) => gl.scaledDotProductAttention(s.x, s.y, s.y)],
  ["initializers.constant", () => gl.initializers.constant([2], 3)],
  ["initializers.dirac", () => gl.initializers.dirac([2, 2, 3])],
  ["initializers.identity", () => gl.initializers.identity(2)],
  ...["normal", "uniform", "glorotNormal", "glorotUniform", "heNormal", "heUniform"].map((n): [string, Example] => [
    `initializers.${n}`,
    () => call(`initializers.${n}`)([4, 3]),
  ]),

  // random numbers
  ...["rand", "randn"].map((n): [string, Example] => [`random.${n}`, () => call(`random.${n}`)(2, 3)]),
  ...["random", "randomSample", "ranf", "sample", "standardNormal", "bits"].map((n): [string, Example] => [
    `random.${n}`,
    () => call(`random.${n}`)([2, 3]),
  ]),
  ["random.randint", () => gl.random.randint(0, 9, [3])],
  ...["normal", "uniform", "gumbel", "laplace", "logistic"].map((n): [string, Example] => [
    `random.${n}`,
    (s) => call(`random.${n}`)(s.x, s.above, [2, 3], { key: gl.random.key(5) }),
  ]),
  ["random.exponential", (s) => gl.random.exponential(s.x, [2, 3], { key: gl.random.key(5) })],
  ["random.bernoulli", (s) => gl.random.bernoulli(s.x)],
  ["random.categorical", (s) => gl.random.categorical(s.x)],
  ["random.permutation", (s) => gl.random.permutation(s.x, { key: gl.random.key(5) })],
  ["random.shuffle", (s) => written(s, (t) => gl.random.shuffle(t, { key: gl.random.key(5) }))],
  ["random.choice", (s) => gl.random.choice(s.v, [2], { key: gl.random.key(5) })],
  ["random.seed", () => gl.random.seed(1)],
  ["random.key", () => gl.random.key(1)],
  ["random.split", () => gl.random.split(gl.random.key(1))],
  ["random.foldIn", () => gl.random.foldIn(gl.random.key(1), 2)],

  // files, graphs, utilities
  ["save", (s) => gl.save(s.x)],
  ["load", (s) => gl.load(gl.save(s.x))],
  ["saveNpy", (s) => gl.saveNpy(s.x)],
  ["loadNpy", (s) => gl.loadNpy(gl.saveNpy(s.x))],
  ["savez", (s) => gl.savez({ x: s.x })],
  ["savezCompressed", (s) => gl.savezCompressed({ x: s.x })],
  ["loadz", (s) => gl.loadz(gl.savez({ x: s.x }))],
  ["buildGraph", (s) => gl.buildGraph(s.x.add(s.y))],
  ["explain", (s) => gl.explain(s.x.add(s.y))],
  ["stats", () => gl.stats()],
  ["diagnostics", () => gl.diagnostics()],
  ["scope", ({ x }) => gl.scope(() => x.mul(2))],
  ["noAutodiff", (s) => gl.noAutodiff(() => s.x.mul(2))],
  ["isAutodiffOn", () => gl.isAutodiffOn()],
  ["defineOp", (s) => gl.defineOp({ name: "twice", forward: ([x]) => x!.mul(2), backward: (g) => [g.mul(2)] })(s.x)],
  ["jit", (s) => gl.jit((x: gl.Tensor) => x.mul(2))(s.x)],
  ["compile", () => gl.compile((x) => x.mul(2), gl.zeros([2]))],
  ["canCast", () => gl.canCast("int32", "float64")],
  ["copyto", (s) => written(s, (t) => gl.copyto(t, s.v))],
  ["mayShareMemory", (s) => gl.mayShareMemory(s.x, s.y)],
  ["sharesMemory", (s) => gl.sharesMemory(s.x, s.y)],
  ["minScalarType", () => gl.minScalarType(1)],
  ["resultType", (s) => gl.resultType(s.x, 1)],
  ["slice", () => gl.slice(1, 3)],
  ["getBackend", () => gl.getBackend()],
  ["loadBackend", () => gl.loadBackend("reference")],
  ["checkpoint", ({ x }) => gl.checkpoint([x]).stop()],
  ["recover", () => gl.recover()],
  [
    "warmup",
    (s) =>
      gl.warmup(
        gl.jit((x: gl.Tensor) => x.mul(2)),
        [s.x],
      ),
  ],
  ["setBackend", () => gl.setBackend("reference")],
  ["ready", () => gl.ready()],
  ["setPasses", () => gl.setPasses("default")],
  ["loadModel", async () => gl.loadModel((await gl.compile((x) => x.mul(2), gl.zeros([2]))).save())],
  ["astype", (s) => gl.astype(s.x, "float64").mul(1)],

  // methods
  ...methodsOf("neg pos abs exp log sqrt square tanh sigmoid relu sum prod mean var std max min any all argmax argmin"),
  ...methodsOf("cumsum cumprod transpose squeeze ravel flatten copy detach dataSync data tolist evaluate toString"),
  ...methodsOf("nullGrad clearGraph inspect"),
  ...methodsOf("add sub mul div pow maximum minimum floorDivide mod eq ne lt le gt ge", 0.45),
  ["Tensor.matmul", (s) => s.x.matmul(s.m)],
  ["Tensor.to", (s) => s.x.to("reference")],
  ["Tensor.device", (s) => s.x.device],
  ["Tensor.astype", (s) => s.x.astype("float64").mul(1)],
  ["Tensor.reshape", (s) => s.x.reshape([3, 2])],
  ["Tensor.T", (s) => s.x.T],
  ["Tensor.swapaxes", (s) => s.x.swapaxes(0, 1)],
  ["Tensor.moveaxis", (s) => s.x.moveaxis(0, 1)],
  ["Tensor.expandDims", (s) => s.x.expandDims(1)],
  ["Tensor.broadcastTo", (s) => s.v.broadcastTo([2, 3])],
  ["Tensor.clip", (s) => s.x.clip(0.3, 0.7)],
  ["Tensor.contains", (s) => s.x.contains(2)],
  ["Tensor.length", (s) => s.x.length],
  ["Tensor.get", (s) => s.x.get(1, "::2")],
  ["Tensor.set_", (s) => written(s, (t) => t.set_([":", 1], s.v.get(":2")))],
  ["Tensor.addAt", (s) => written(s, (t) => t.addAt([[0, 0]], s.v))],
  ...["add_", "sub_", "mul_", "div_", "pow_"].map((n): [string, Example] => [
    `Tensor.${n}`,
    (s) => written(s, (t) => method(t, n)(s.y)),
  ]),
  ["Tensor.[Symbol.iterator]", (s) => [...s.x]],
  ["Tensor.[Symbol.toPrimitive]", (s) => Number(s.scalar)],
  ["Tensor.item", (s) => s.scalar.item()],
  ["Tensor.backward", (s) => s.x.mul(2).backward()],
  ["Tensor.dispose", () => gl.zeros([2]).dispose()],
  ["Tensor.[Symbol.dispose]", () => gl.zeros([2])[Symbol.dispose]()],
  ...["dtype", "shape", "size", "ndim", "grad", "base", "constant", "creator"].map((n): [string, Example] => [
    `Tensor.${n}`,
    (s) => Reflect.get(s.x, n),
  ]),
  ["Tensor.sharesMemory", (s) => s.x.sharesMemory(s.y)],
];

function gru(s: Sample): gl.Tensor {
  const gate = (k: number): readonly [gl.TensorLike, gl.TensorLike, gl.TensorLike] => [
    gl.tensor(matrix(3, 2), "float64").mul(s.scalar.add(k)),
    matrix(2, 2),
    matrix(1, 2)[0]!,
  ];
  const [[Uz, Wz, bz], [Ur, Wr, br], [Uh, Wh, bh]] = [gate(0), gate(1), gate(2)];
  return gl.gru(s.x.reshape([2, 1, 3]), Uz, Wz, bz, Ur, Wr, br, Uh, Wh, bh);
}

export const EXAMPLES: ReadonlyMap<string, Example> = new Map(EXAMPLE_LIST);
