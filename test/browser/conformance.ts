/** Every operation, forward and gradient, on a backend of a page against the interpreter. */
import { Buffer, type PlanBackend } from "../../src/backends/backend.ts";
import { interpret } from "../../src/backends/reference/interpret.ts";
import {
  broadcastTo,
  cast,
  contract,
  elementwise,
  full,
  gather,
  input,
  iota,
  kernel,
  reduce,
  reshape,
  scan,
  transpose,
  update,
  view,
} from "../../src/ir/build.ts";
import { allocate, DTYPES, type DType, isFloat, type TypedArray } from "../../src/ir/dtype.ts";
import { sizeOf } from "../../src/ir/layout.ts";
import { type Graph, graphOf, type Node } from "../../src/ir/node.ts";
import { foldOp } from "../../src/ir/ops/fold.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import { scatterAddOp, scatterOp } from "../../src/ir/ops/scatter.ts";
import { argsortOp } from "../../src/ir/ops/sort.ts";
import { asStridedOp, diagonalOp, sliceOp, windowsOp } from "../../src/ir/ops/view.ts";
import type { Elementwise, Op, Reduce, Scan } from "../../src/ir/record.ts";
import { OPS } from "../../src/ir/table.ts";
import { reverse } from "../../src/passes/differentiate.ts";
import { compilePlan } from "../../src/passes/pipeline.ts";
import { randomFrom } from "../support/random.ts";
import { drawOperands, SAMPLES } from "../support/samples.ts";

/** How far float32 results may be from the interpreter's, relatively: 8 units in the last place, unless stated here. */
const RELATIVE = 8 * 2 ** -24;
const LOOSER: Readonly<Record<string, number>> = {
  // Compositions of several functions.
  power: 2e-6,
  logaddexp2: 2e-6,
  sinc: 2e-6,
  erfc: 2e-6,
};
/** Terms cancel: results may be that far apart, whatever they are. */
const ABSOLUTE: Readonly<Record<string, number>> = { logaddexp: 2e-6, logaddexp2: 2e-6, sinc: 2e-6 };
/** Of gradients, and of sums: as a part of the largest element. */
const SCALED = 1e-5;

/** What is not run, and why; {@link conformance} fails where such a case would pass. */
export interface Skip {
  readonly dtype: DType;
  readonly reason: RegExp;
}

interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly data: readonly TypedArray[];
  readonly relative: number;
  readonly absolute: number;
  readonly scaled: number;
}

const dtypesOf = ({ on }: Pick<Elementwise, "on">): readonly DType[] =>
  DTYPES.filter((d) => {
    if (on === "integer") return d === "int32";
    if (on === "float") return isFloat(d);
    if (on === "number") return d !== "bool";
    return on === "bool" ? d === "bool" : true;
  });

const SPECIAL = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2, 0.5];

/** Elements in the range of an operation's samples, some of them special. */
function drawn(dtype: DType, count: number, random: () => number, name: string, operand: number): TypedArray {
  const sample = SAMPLES[name] ?? { ranges: [[-3, 3]] as const };
  const [low, high] = sample.ranges[Math.min(operand, sample.ranges.length - 1)]!;
  return allocate(dtype, count).map((_, k) => {
    if (dtype === "bool") return Number(random() < 0.5);
    if (dtype === "int32") return k % 7 === 3 ? 2 ** 31 - 1 : Math.floor(random() * 21) - 10;
    return k % 5 === 2 ? SPECIAL[(k * 7 + operand) % SPECIAL.length]! : low + (high - low) * random();
  });
}

/** An array, a transposed one, one that is broadcast, and one in reverse order. */
const VIEWS: readonly { readonly shape: readonly number[]; readonly of: (x: Node) => Node }[] = [
  { shape: [5, 7], of: (x) => x },
  { shape: [7, 5], of: (x) => transpose(x, [1, 0]) },
  { shape: [7], of: (x) => broadcastTo(x, [5, 7]) },
  { shape: [5, 14], of: (x) => view(sliceOp, x, { starts: [4, 13], steps: [-1, -2], lengths: [5, 7] }) },
];

function elementwiseCases(op: Elementwise, dtype: DType): Case[] {
  const { name } = op;
  const random = randomFrom(name.length * 31 + DTYPES.indexOf(dtype));
  const outputs: Node[] = [];
  const leaves: Node[] = [];
  const data: TypedArray[] = [];
  VIEWS.forEach((_, k) => {
    const operands = Array.from({ length: op.arity }, (_unused, n) => {
      const { shape, of } = VIEWS[(k + n) % VIEWS.length]!;
      const leaf = input(shape, name === "where" && n === 0 ? "bool" : dtype);
      leaves.push(leaf);
      data.push(drawn(leaf.dtype, sizeOf(shape), random, name, n));
      return of(leaf);
    });
    outputs.push(elementwise(op, ...operands));
  });
  const relative = LOOSER[name] ?? RELATIVE;
  const forward = { name, graph: graphOf(outputs, leaves), data, relative, absolute: ABSOLUTE[name] ?? 0, scaled: 0 };
  if (!isFloat(dtype) || op.grad === "zero" || op.result === "cast") return [forward];
  return [forward, gradientCase(name, dtype, elementwiseGradient(op, dtype))];
}

interface Differentiated {
  readonly leaves: readonly Node[];
  readonly data: readonly TypedArray[];
  readonly result: Node;
}

function elementwiseGradient(op: Elementwise, dtype: DType): Differentiated {
  const sample = SAMPLES[op.name]!;
  const values = drawOperands(sample, op.arity, 35, randomFrom(op.name.length));
  const leaves = values.map(() => input([5, 7], dtype));
  const operands = [...leaves] as Node[];
  if (op.name === "where")
    operands[0] = elementwise(
      OPS.find((o): o is Elementwise => o.name === "greater")!,
      operands[0]!,
      full([5, 7], 0, dtype),
    );
  const data = values.map((v) => allocate(dtype, 35).map((_, k) => v[k]!));
  return { leaves, data, result: elementwise(op, ...operands) };
}

/** The gradients of the leaves for cotangents that differ. */
function gradientCase(name: string, dtype: DType, { leaves, data, result }: Differentiated): Case {
  const seed = input(result.shape, dtype);
  const weights = allocate(dtype, sizeOf(result.shape)).map((_, k) => Math.sin(1 + 2 * k));
  const found = reverse(result, seed, new Set(leaves));
  const gradients = leaves.map((leaf) => found.get(leaf) ?? full(leaf.shape, 0, dtype));
  const graph = graphOf(gradients, [...leaves, seed]);
  return { name: `${name}, gradient`, graph, data: [...data, weights], relative: 0, absolute: 0, scaled: SCALED };
}

const plain = (dtype: DType, count: number, seed: number): TypedArray => {
  const random = randomFrom(seed);
  return allocate(dtype, count).map((_, k) => {
    if (dtype === "bool") return Number(random() < 0.8);
    // All different, so that the choice of max and min is one.
    return dtype === "int32" ? Math.floor(random() * 9) - 4 : 0.5 + random() + 0.001 * k;
  });
};

function reduceCases(op: Reduce, dtype: DType): Case[] {
  const leaf = input([6, 9, 20], dtype);
  const data = [plain(dtype, 1080, 3)];
  const outputs = [[0], [1], [2], [1, 2], [0, 1, 2]].flatMap((axes) => [
    reduce(op, leaf, axes),
    reduce(op, transpose(leaf, [2, 0, 1]), axes),
  ]);
  const forward = { name: op.name, graph: graphOf(outputs, [leaf]), data, relative: 0, absolute: 0, scaled: SCALED };
  if (!isFloat(dtype) || op.grad === "zero") return [forward];
  const small = input([3, 4, 5], dtype);
  const values = [plain(dtype, 60, 5)];
  const result = reduce(op, small, [0, 2]);
  return [forward, gradientCase(op.name, dtype, { leaves: [small], data: values, result })];
}

function scanCases(op: Scan, dtype: DType): Case[] {
  const cases = [0, 1, 2].flatMap((axis) => {
    const leaves = Array.from({ length: op.arity }, () => input([4, 70, 3], dtype));
    const data = leaves.map((_, k) => plain(dtype, 840, k + 7));
    const result = scan(op, axis, ...leaves);
    const name = `${op.name} along ${axis}`;
    const graph = graphOf([result], leaves);
    const forward: Case = { name, graph, data, relative: 1e-5, absolute: 0, scaled: 0 };
    return isFloat(dtype) ? [forward, gradientCase(name, dtype, { leaves, data, result })] : [forward];
  });
  return cases;
}

/** What is neither element-wise nor a reduction nor a scan. */
function otherCases(dtype: DType): Case[] {
  const exact = (
    name: string,
    outputs: readonly Node[],
    leaves: readonly Node[],
    data: readonly TypedArray[],
  ): Case => ({
    name,
    graph: graphOf([...outputs], [...leaves]),
    data,
    relative: 0,
    absolute: 0,
    scaled: 0,
  });
  const x = input([6, 7], dtype);
  const v = input([2, 3], dtype);
  const data = [drawn(dtype, 42, randomFrom(1), "", 0), drawn(dtype, 6, randomFrom(2), "", 0)];
  const windows = { axes: [1], window: [3], steps: [2], dilations: [1] };
  const all: Case[] = [
    exact(
      "views, updates and casts",
      [
        update(x, v, [14, -2], 5),
        transpose(x, [1, 0]),
        view(asStridedOp, x, { shape: [2, 2], strides: [1, 5], offset: 3 }),
        view(diagonalOp, view(sliceOp, x, { starts: [0, 1], steps: [1, 1], lengths: [6, 6] }), { groups: [[0, 1]] }),
        view(windowsOp, x, windows),
        broadcastTo(reshape(v, [1, 2, 3]), [2, 2, 3]),
        ...DTYPES.filter((d) => d !== "float64" || dtype === "float64").map((to) => cast(v, to)),
      ],
      [x, v],
      data,
    ),
  ];
  const index = input([40], "int32");
  const value = input([40], dtype);
  const positions = allocate("int32", 40).map((_, k) => ((k * 17) % 48) - 3);
  const writes = [...data.slice(0, 1), positions, drawn(dtype, 40, randomFrom(4), "", 0)];
  all.push(
    exact("gather and scatter", [gather(x, index), kernel(scatterOp, [x, index, value])], [x, index, value], writes),
  );
  if (dtype === "bool") return all;
  const tame = [plain(dtype, 42, 8), positions, plain(dtype, 40, 9)];
  const summed = (c: Case): Case => ({ ...c, scaled: SCALED });
  all.push(summed(exact("scatterAdd", [kernel(scatterAddOp, [x, index, value])], [x, index, value], tame)));
  all.push(exact("argsort", [kernel(argsortOp, [x])], [x], data.slice(0, 1)));
  const folded = input([6, 3, 3], dtype);
  const fold = kernel(foldOp, [folded], { ...windows, shape: [6, 7] });
  all.push(summed(exact("fold", [fold], [folded], [plain(dtype, 54, 6)])));
  all.push(exact("iota", [iota([3, 5], [5, 1], dtype), iota([7], [-2], dtype, 3, 4)], [], []));
  if (!isFloat(dtype)) return all;
  const [a, b] = [input([2, 5, 9], dtype), input([2, 9, 6], dtype)];
  const factors = [plain(dtype, 90, 10), plain(dtype, 108, 11)];
  const product = contract(matmul, a, b);
  const crossed = contract(matmul, transpose(b, [0, 2, 1]), transpose(a, [0, 2, 1]));
  all.push(summed(exact("matmul", [product, crossed], [a, b], factors)));
  const gradient = (name: string, leaves: readonly Node[], values: readonly TypedArray[], result: Node): void => {
    all.push(gradientCase(name, dtype, { leaves, data: values, result }));
  };
  gradient("matmul", [a, b], factors, product);
  gradient("update", [x, v], [plain(dtype, 42, 12), plain(dtype, 6, 13)], update(x, v, [14, -2], 5));
  gradient("windows", [x], [plain(dtype, 42, 14)], view(windowsOp, x, windows));
  gradient("fold", [folded], [plain(dtype, 54, 15)], fold);
  return all;
}

const isElementwise = (op: Op): op is Elementwise => op.kind === "elementwise" && op.result !== "cast";

/** The cases of every operation for a dtype, by the operation's name. */
function casesOf(dtype: DType): Case[] {
  return [
    ...OPS.filter(isElementwise).flatMap((op) => (dtypesOf(op).includes(dtype) ? elementwiseCases(op, dtype) : [])),
    ...OPS.filter((op): op is Reduce => op.kind === "reduce").flatMap((op) =>
      (op.on === "bool") === (dtype === "bool") ? reduceCases(op, dtype) : [],
    ),
    ...OPS.filter((op): op is Scan => op.kind === "scan").flatMap((op) =>
      dtype === "bool" || (op.on === "float" && !isFloat(dtype)) ? [] : scanCases(op, dtype),
    ),
    ...otherCases(dtype),
  ];
}

function problemsOf({ graph, data, relative, absolute, scaled }: Case, backend: PlanBackend): string[] {
  const expected = interpret(graph, data);
  const executable = backend.compile(compilePlan(graph, [], backend.target));
  const inputs = graph.inputs.map((x, k) => new Buffer(x.dtype, data[k]!.length, data[k]!.slice()));
  return executable.run(inputs).flatMap((out, k) => {
    const [own, wanted] = [out.read(), expected[k]!];
    const float = isFloat(graph.outputs[k]!.dtype);
    let largest = 0;
    for (const w of wanted) if (Number.isFinite(w)) largest = Math.max(largest, Math.abs(w));
    const at = wanted.findIndex((w, i) => {
      const v = own[i]!;
      if (v === w || (Number.isNaN(v) && Number.isNaN(w))) return false;
      return !(float && Math.abs(v - w) <= relative * Math.abs(w) + absolute + scaled * largest + 1e-37);
    });
    return at < 0 ? [] : [`output ${k}, element ${at}: ${own[at]}, not ${wanted[at]}`];
  });
}

/** What is wrong, by the case's name; and how many cases were run. */
export async function conformance(
  backend: PlanBackend,
  skips: readonly Skip[],
): Promise<{ readonly failures: Record<string, readonly string[]>; readonly cases: number }> {
  const failures: Record<string, readonly string[]> = {};
  let cases = 0;
  for (const dtype of DTYPES) {
    const skip = skips.find((each) => each.dtype === dtype);
    for (const each of casesOf(dtype)) {
      cases++;
      const name = `${each.name} ${dtype}`;
      // Others may want to draw or to be heard.
      if (cases % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      try {
        const problems = problemsOf(each, backend);
        if (skip !== undefined) failures[name] = ["it passes: take the skip away"];
        else if (problems.length > 0) failures[name] = problems;
      } catch (e) {
        const message = e instanceof Error ? e.message : String(e);
        if (skip === undefined || !skip.reason.test(message)) failures[name] = [message.slice(0, 300)];
      }
    }
  }
  return { failures, cases };
}
