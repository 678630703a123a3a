import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  cast,
  elementwise as ew,
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
import { contiguousStrides, type Shape, sizeOf } from "../../src/ir/layout.ts";
import { graphOf, type Node } from "../../src/ir/node.ts";
import { add, multiply } from "../../src/ir/ops/arithmetic.ts";
import { foldOp } from "../../src/ir/ops/fold.ts";
import { sum } from "../../src/ir/ops/reduce.ts";
import { scatterAddOp, scatterOp } from "../../src/ir/ops/scatter.ts";
import { argsortOp } from "../../src/ir/ops/sort.ts";
import { exp } from "../../src/ir/ops/unary.ts";
import { diagonalOp, windowsOp } from "../../src/ir/ops/view.ts";
import type { Scan } from "../../src/ir/record.ts";
import { OPS } from "../../src/ir/table.ts";
import { compare, draw, startWasm } from "../support/compare.ts";
import { checkGradient, checkSecondOrder } from "../support/gradcheck.ts";
import { randomFrom } from "../support/random.ts";
import { drawOperands } from "../support/samples.ts";

beforeAll(startWasm);

const seeds = fc.nat({ max: 1e9 });
const SCANS = OPS.filter((op): op is Scan => op.kind === "scan");
const SHAPES: readonly Shape[] = [[7], [3, 4], [2, 5, 3], [4, 1, 9], [2, 0, 3], [0], [1, 1, 1, 6]];

/** Positions in an array of `length` elements; some outside, where `wild`. */
function positions(count: number, length: number, random: () => number, wild: boolean): TypedArray {
  const low = wild ? -3 : 0;
  const high = wild ? length + 3 : length;
  return allocate("int32", count).map(() => Math.floor(low + random() * (high - low)));
}

const numbers = (n: number, random: () => number): Float64Array =>
  drawOperands({ ranges: [[-2, 2]] }, 1, n, random)[0]!;

describe("on wasm as in the interpreter", () => {
  it.each(SCANS.map((op) => [op.name, op] as const))("%s along every axis", (name, op) => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...SHAPES),
        fc.constantFrom<DType>("int32", "float32", "float64"),
        fc.boolean(),
        (seed, shape, dtype, flip) => {
          if (op.on === "float" && !isFloat(dtype)) return;
          const random = randomFrom(seed);
          const leaves = Array.from({ length: op.arity }, () => input(shape, dtype));
          const data = leaves.map((l) =>
            op.on === "float"
              ? allocate(dtype, sizeOf(l.shape)).map(() => random() - 0.5)
              : draw(dtype, sizeOf(l.shape), random),
          );
          const seen = leaves.map((l) =>
            flip
              ? transpose(
                  l,
                  shape.map((_, k) => shape.length - 1 - k),
                )
              : l,
          );
          const outputs = shape.map((_, axis) => scan(op, axis, ...seen));
          compare(`${name} ${dtype}`, graphOf(outputs, leaves), data, true, op.on === "float" ? 1 : 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gather, of any dtype, through views and inside other computations", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...DTYPES),
        fc.integer({ min: 1, max: 40 }),
        fc.nat({ max: 20 }),
        (seed, dtype, n, count) => {
          const random = randomFrom(seed);
          const [x, index] = [input([n], dtype), input([count, 2], "int32")];
          const data = [draw(dtype, n, random), positions(count * 2, n, random, true)];
          const at = gather(x, transpose(index, [1, 0]));
          const number = dtype === "bool" ? cast(at, "float32") : at;
          const twice = ew(add, number, number);
          compare(
            `gather ${dtype}`,
            graphOf([at, transpose(twice, [1, 0]), reduce(sum, twice, [1])], [x, index]),
            data,
            true,
            8,
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  it("scatter and scatterAdd, of any dtype", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...DTYPES),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 30 }),
        (seed, dtype, n, count) => {
          const random = randomFrom(seed);
          const leaves = [input([n], dtype), input([count], "int32"), input([count], dtype)];
          const data = [draw(dtype, n, random), positions(count, n, random, true), draw(dtype, count, random)];
          const ops = dtype === "bool" ? [scatterOp] : [scatterOp, scatterAddOp];
          const once = ops.map((op) => kernel(op, leaves));
          const again = ops.map((op, k) => kernel(op, [once[k]!, leaves[1]!, leaves[2]!]));
          compare(`scatter ${dtype}`, graphOf([...once, ...again], leaves), data, false);
        },
      ),
      { numRuns: 80 },
    );
  });

  it("argsort is stable and puts NaN last", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...DTYPES),
        fc.constantFrom<Shape>([1], [9], [3, 17], [2, 3, 64], [2, 0], [0, 4], [5, 1]),
        (seed, dtype, shape) => {
          const x = input(shape, dtype);
          const data = draw(dtype, sizeOf(shape), randomFrom(seed)).map((v) =>
            isFloat(dtype) ? Math.round(v * 2) / 2 : v,
          );
          compare(`argsort ${dtype}`, graphOf([kernel(argsortOp, [x])], [x]), [data], false);
        },
      ),
      { numRuns: 80 },
    );
  });

  it("windows, what they fold to, and diagonals", () => {
    const x = input([2, 7, 8], "float32");
    const windows = { axes: [1, 2], window: [3, 2], steps: [2, 3], dilations: [1, 2] };
    const w = view(windowsOp, x, windows);
    expect(w.shape).toEqual([2, 3, 2, 3, 2]);
    const folded = kernel(foldOp, [ew(exp, w)], { ...windows, shape: x.shape });
    const square = reshape(input([16], "float32"), [4, 4]);
    const diagonal = view(diagonalOp, square, { groups: [[0, 1]] });
    const data = [draw("float32", 112, randomFrom(3)), draw("float32", 16, randomFrom(4))];
    compare("windows", graphOf([w, folded, diagonal], [x, square.inputs[0]!]), data, true, 8);
  });
});

describe("gradients, and gradients of gradients, against central differences", () => {
  const check = (
    name: string,
    shapes: readonly Shape[],
    values: readonly Float64Array[],
    build: (leaves: readonly Node[]) => Node,
  ): void => {
    checkGradient(name, shapes, values, build);
    checkSecondOrder(name, shapes, values, build);
  };

  it.each(SCANS.map((op) => [op.name, op] as const))("%s", (name, op) => {
    const random = randomFrom(1);
    for (const [shape, axis] of [
      [[5], 0],
      [[2, 3], 1],
      [[3, 2], 0],
      [[0, 2], 0],
      [[1, 3], 0],
    ] as const) {
      const shapes = Array.from({ length: op.arity }, () => shape);
      check(
        name,
        shapes,
        shapes.map((s) => numbers(sizeOf(s), random)),
        (leaves) => scan(op, axis, ...leaves),
      );
    }
  });

  it("cumprod with any number of zeros", () => {
    const op = SCANS.find((each) => each.name === "cumprod")!;
    for (const zeros of [[0], [2], [0, 1], [1, 3], [0, 1, 2, 3]]) {
      const x = Float64Array.from([2, -1.5, 3, 0.5]).map((v, k) => (zeros.includes(k) ? 0 : v));
      check("cumprod", [[4]], [x], ([leaf]) => scan(op, 0, leaf!));
    }
  });

  const fixed = (values: readonly number[]): Node => {
    // Positions as data: an array of constants built from updates.
    const at = iota([values.length], [1], "int32");
    return values.reduce((node, v, k) => {
      const one = iota([1], [1], "int32", v);
      return update(node, one, [1], k);
    }, at);
  };

  it("gather and scatter with positions named twice", () => {
    const random = randomFrom(2);
    const index = fixed([3, 0, 3, 1, 3]);
    check("gather", [[4]], [numbers(4, random)], ([x]) => gather(x!, index));
    check("scatter", [[4], [5]], [numbers(4, random), numbers(5, random)], ([b, v]) =>
      kernel(scatterOp, [b!, index, v!]),
    );
    check("scatterAdd", [[4], [5]], [numbers(4, random), numbers(5, random)], ([b, v]) =>
      kernel(scatterAddOp, [b!, index, v!]),
    );
  });

  it("windows, folds and diagonals", () => {
    const random = randomFrom(4);
    for (const [steps, dilations] of [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [2, 1],
        [1, 2],
      ],
      [
        [3, 2],
        [2, 1],
      ],
    ] as const) {
      const attrs = { axes: [0, 1], window: [2, 2], steps: [...steps], dilations: [...dilations] };
      check("windows", [[4, 5]], [numbers(20, random)], ([x]) => view(windowsOp, x!, attrs));
      const shape = view(windowsOp, input([4, 5], "float64"), attrs).shape;
      check("fold", [shape], [numbers(sizeOf(shape), random)], ([g]) =>
        kernel(foldOp, [g!], { ...attrs, shape: [4, 5] }),
      );
    }
    check("diagonal", [[3, 2, 3]], [numbers(18, random)], ([x]) => view(diagonalOp, x!, { groups: [[1], [0, 2]] }));
    expect(contiguousStrides([3])).toEqual([1]);
    check("multiply", [[3], [3]], [numbers(3, random), numbers(3, random)], ([x, y]) => ew(multiply, x!, y!));
  });
});
