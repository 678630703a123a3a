import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import {
  broadcastTo,
  cast,
  contract,
  elementwise,
  input,
  iota,
  reduce,
  reshape,
  transpose,
  update,
  view,
} from "../../src/ir/build.ts";
import { allocate, DTYPES, type DType, isFloat } from "../../src/ir/dtype.ts";
import { type Shape, sizeOf } from "../../src/ir/layout.ts";
import { graphOf, type Node } from "../../src/ir/node.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import { asStridedOp, sliceOp } from "../../src/ir/ops/view.ts";
import type { Elementwise, Reduce } from "../../src/ir/record.ts";
import { OPS } from "../../src/ir/table.ts";
import { compare, draw, SPECIAL, startWasm } from "../support/compare.ts";
import { randomFrom } from "../support/random.ts";

beforeAll(startWasm);

/** Views that end in the shape (2, 0 or 5), from leaves of several shapes. */
function operandOf(dtype: DType, shape: readonly [number, number], kind: number): { leaf: Node; node: Node } {
  const [m, n] = shape;
  const make = (s: Shape, f: (x: Node) => Node): { leaf: Node; node: Node } => {
    const leaf = input(s, dtype);
    return { leaf, node: f(leaf) };
  };
  switch (kind % 7) {
    case 0:
      return make([n, m], (x) => transpose(x, [1, 0]));
    case 1:
      return make([m * n], (x) => reshape(x, shape));
    case 2:
      return make([n], (x) => broadcastTo(x, shape));
    case 3:
      return make([m, 1], (x) => broadcastTo(x, shape));
    case 4:
      return make([], (x) => broadcastTo(x, shape));
    case 5:
      return make([m, 2 * n + 1], (x) =>
        view(sliceOp, x, { starts: [Math.max(0, m - 1), 2 * n], steps: [-1, -2], lengths: shape }),
      );
    default:
      return make(shape, (x) => x);
  }
}

/** Operations that only do what IEEE 754 rounds once, or nothing: these agree to the last bit. */
const isExact = (op: Elementwise): boolean =>
  /^(add|subtract|multiply|divide|maximum|minimum|where|copy|negative|absolute|sign|square|sqrt|reciprocal|floor|ceil|trunc|rint|remainder|floorDivide|cast)$/.test(
    op.name,
  ) || op.result === "bool";

/** Compositions whose terms cancel: their error is absolute. */
const CANCELS: ReadonlySet<string> = new Set(["logaddexp", "logaddexp2", "sinc"]);

const dtypesOf = (op: Elementwise): DType[] =>
  DTYPES.filter((d) =>
    op.on === "integer"
      ? d === "int32"
      : op.on === "float"
        ? isFloat(d)
        : op.on === "number"
          ? d !== "bool"
          : op.on === "bool"
            ? d === "bool"
            : true,
  );

describe("the op table on wasm against the interpreter", () => {
  const elementwiseOps = OPS.filter((op): op is Elementwise => op.kind === "elementwise" && op.result !== "cast");
  it.each(elementwiseOps.map((op) => [op.name, op] as const))("%s", (name, op) => {
    for (const dtype of dtypesOf(op)) {
      fc.assert(
        fc.property(
          fc.nat({ max: 1e9 }),
          fc.array(fc.nat({ max: 6 }), { minLength: 3, maxLength: 3 }),
          fc.constantFrom(5, 0, 1, 19),
          (seed, kinds, n) => {
            const random = randomFrom(seed);
            const operands = Array.from({ length: op.arity }, (_, k) =>
              operandOf(name === "where" && k === 0 ? "bool" : dtype, [2, n], kinds[k]!),
            );
            const data = operands.map(({ leaf }, k) => draw(leaf.dtype, sizeOf(leaf.shape), random, name, k));
            const result = elementwise(op, ...operands.map((o) => o.node));
            compare(
              `${name} ${dtype}`,
              graphOf(
                [result],
                operands.map((o) => o.leaf),
              ),
              data,
              !isExact(op) || dtype === "int32",
              CANCELS.has(name) ? 8 : dtype === "float32" ? 2e-7 : 0,
            );
          },
        ),
        { numRuns: 12 },
      );
    }
  });

  it("casts between all dtypes", () => {
    for (const from of DTYPES) {
      for (const to of DTYPES) {
        const leaf = input([3, 7], from);
        compare(`cast ${from} to ${to}`, graphOf([cast(leaf, to)], [leaf]), [draw(from, 21, randomFrom(1))], false);
      }
    }
  });

  const reductions = OPS.filter((op): op is Reduce => op.kind === "reduce");
  it.each(reductions.map((op) => [op.name, op] as const))("%s", (name, op) => {
    for (const dtype of op.on === "bool" ? (["bool"] as const) : (["int32", "float32", "float64"] as const)) {
      fc.assert(
        fc.property(
          fc.nat({ max: 1e9 }),
          fc.subarray([0, 1, 2], { minLength: 1 }),
          fc.constantFrom<Shape>([3, 4, 5], [2, 17, 9], [1, 1, 40], [3, 0, 2], [64, 3, 1]),
          fc.boolean(),
          (seed, axes, shape, swap) => {
            const leaf = input(shape, dtype);
            const random = randomFrom(seed);
            const values = allocate(dtype, sizeOf(shape)).map((_, k) =>
              dtype === "bool"
                ? Number(random() < 0.9)
                : dtype === "int32"
                  ? Math.floor(random() * 9) - 4
                  : random() < 0.01
                    ? SPECIAL[k % SPECIAL.length]!
                    : 0.5 + random(),
            );
            compare(
              `${name} ${dtype}`,
              graphOf([reduce(op, swap ? transpose(leaf, [1, 2, 0]) : leaf, axes)], [leaf]),
              [values],
              true,
              1,
            );
          },
        ),
        { numRuns: 25 },
      );
    }
  });

  it("matmul, also of views, batches and nothing", () => {
    const size = fc.nat({ max: 9 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.nat({ max: 3 }),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom("float32", "float64"),
        fc.nat({ max: 1e9 }),
        (m, n, k, batch, ta, tb, dtype, seed) => {
          const a = input(ta ? [batch, k, m] : [batch, m, k], dtype);
          const b = input(tb ? [1, n, k] : [1, k, n], dtype);
          const left = ta ? transpose(a, [0, 2, 1]) : a;
          const right = broadcastTo(tb ? transpose(b, [0, 2, 1]) : b, [batch, k, n]);
          const random = randomFrom(seed);
          const data = [a, b].map((x) => allocate(dtype, sizeOf(x.shape)).map(() => random() - 0.5));
          compare("matmul", graphOf([contract(matmul, left, right)], [a, b]), data, true, 4);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("updates and views as results, and index sequences", () => {
    for (const dtype of DTYPES) {
      const [x, v] = [input([4, 5], dtype), input([2, 3], dtype)];
      const random = randomFrom(5);
      const data = [draw(dtype, 20, random), draw(dtype, 6, random)];
      const outputs = [
        update(x, v, [10, -2], 4),
        transpose(x, [1, 0]),
        view(asStridedOp, x, { shape: [2, 2], strides: [1, 5], offset: 3 }),
        broadcastTo(reshape(v, [1, 2, 3]), [2, 2, 3]),
        x,
      ];
      compare(`views of ${dtype}`, graphOf(outputs, [x, v]), data, false);
    }
    const sequences = (["int32", "float32", "float64"] as const).flatMap((dtype) => [
      iota([3, 5], [5, 1], dtype),
      iota([7], [-2], dtype, 3, 4),
      ...(isFloat(dtype) ? [iota([6], [1], dtype, 0.5, 0.1)] : []),
    ]);
    compare("iota", graphOf(sequences, []), [], false);
  });
});
