import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/backends/reference/interpret.ts";
import {
  broadcastTo,
  cast,
  contract,
  elementwise,
  full,
  input,
  matrixTranspose,
  reduce,
  reshape,
  transpose,
  update,
  view,
} from "../../src/ir/build.ts";
import { sizeOf } from "../../src/ir/layout.ts";
import { graphOf, type Node } from "../../src/ir/node.ts";
import { multiply } from "../../src/ir/ops/arithmetic.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import { asStridedOp, sliceOp } from "../../src/ir/ops/view.ts";
import type { Elementwise, Reduce } from "../../src/ir/record.ts";
import { OPS } from "../../src/ir/table.ts";
import { reverse } from "../../src/passes/differentiate.ts";
import { extremes } from "../support/extremes.ts";
import { checkGradient, checkSecondOrder } from "../support/gradcheck.ts";
import { randomFrom } from "../support/random.ts";
import { drawOperands, SAMPLES } from "../support/samples.ts";

const elementwiseOps = OPS.filter((op): op is Elementwise => op.kind === "elementwise");
const differentiable = elementwiseOps.filter((op) => op.grad !== "zero" && op.result !== "cast");
const reductions = OPS.filter((op): op is Reduce => op.kind === "reduce" && op.grad !== "zero");
const seeds = fc.nat({ max: 1e9 });

/** An operand of shape (2, 3) as one of several views of a leaf; the leaf's shape, and the view. */
const VIEWS: readonly { readonly shape: readonly number[]; readonly of: (x: Node) => Node }[] = [
  { shape: [2, 3], of: (x) => x },
  { shape: [3, 2], of: (x) => transpose(x, [1, 0]) },
  { shape: [6], of: (x) => reshape(x, [2, 3]) },
  { shape: [3], of: (x) => broadcastTo(x, [2, 3]) },
  { shape: [2, 1], of: (x) => broadcastTo(x, [2, 3]) },
  { shape: [], of: (x) => broadcastTo(x, [2, 3]) },
  { shape: [4, 3], of: (x) => view(sliceOp, x, { starts: [3, 0], steps: [-2, 1], lengths: [2, 3] }) },
];

/** Whether an operand differentiates: the condition of `where` is data. */
function build(op: Elementwise, operands: readonly Node[]): Node {
  if (op.name !== "where") return elementwise(op, ...operands);
  const [c, x, y] = operands as [Node, Node, Node];
  return elementwise(op, cast(elementwise(OPS.find((o): o is Elementwise => o.name === "floor")!, c), "bool"), x, y);
}

function check(op: Elementwise, seed: number, compare: typeof checkGradient = checkGradient): void {
  const random = randomFrom(seed);
  const views = Array.from({ length: op.arity }, () => VIEWS[Math.floor(random() * VIEWS.length)]!);
  // Operands that are broadcast meet several others: drawn once for the full shape, they would lose their distance.
  const sample = SAMPLES[op.name]!;
  const used = sample.apart === true ? views.map(() => VIEWS[0]!) : views;
  const count = Math.max(...used.map((v) => sizeOf(v.shape)));
  const values = drawOperands(sample, op.arity, count, random).map((v, k) => v.slice(0, sizeOf(used[k]!.shape)));
  compare(
    op.name,
    used.map((v) => v.shape),
    values,
    (leaves) =>
      build(
        op,
        leaves.map((x, k) => used[k]!.of(x)),
      ),
  );
}

describe("gradients against central differences in float64", () => {
  it("every element-wise operation has a sample entry", () => {
    expect(elementwiseOps.filter((op) => SAMPLES[op.name] === undefined).map((op) => op.name)).toEqual([]);
  });

  it.each(differentiable.map((op) => [op.name, op] as const))("%s", (_name, op) => {
    fc.assert(
      fc.property(seeds, (seed) => check(op, seed)),
      { numRuns: 25 },
    );
  });

  it.each(differentiable.map((op) => [op.name, op] as const))("%s, second order", (_name, op) => {
    for (let seed = 1; seed <= 8; seed++) check(op, seed, checkSecondOrder);
  });

  it("an operation that claims a zero derivative is constant around its samples", () => {
    for (const op of elementwiseOps) {
      if (op.grad !== "zero" || op.on === "bool" || op.on === "integer") continue;
      const random = randomFrom(7);
      for (let n = 0; n < 50; n++) {
        const at = drawOperands(SAMPLES[op.name]!, op.arity, 1, random).map((o) => o[0]!);
        const moved = at.map((x) => x + 1e-7);
        expect({ op: op.name, at, value: op.reference(...moved) }).toEqual({
          op: op.name,
          at,
          value: op.reference(...at),
        });
      }
    }
  });

  it.each(reductions.map((op) => [op.name, op] as const))("%s over any axes", (_name, op) => {
    fc.assert(
      fc.property(seeds, fc.subarray([0, 1, 2], { minLength: 1 }), fc.boolean(), (seed, axes, swap) => {
        const [values] = drawOperands({ ranges: [[-2, 2]], kinks: [0] }, 1, 24, randomFrom(seed));
        // Equal values would make the choice of max and min jump.
        const distinct = values!.map((v, k) => v + 0.001 * k);
        checkGradient(op.name, [[2, 3, 4]], [distinct], ([x]) => {
          const seen = swap ? transpose(x!, [2, 0, 1]) : x!;
          return reduce(op, seen, axes);
        });
      }),
      { numRuns: 20 },
    );
  });

  it.each(reductions.map((op) => [op.name, op] as const))("%s, second order", (_name, op) => {
    for (const axes of [[0], [1, 2], [0, 1, 2]]) {
      const [values] = drawOperands({ ranges: [[-2, 2]], kinks: [0] }, 1, 24, randomFrom(axes.length));
      const distinct = values!.map((v, k) => v + 0.001 * k);
      checkSecondOrder(op.name, [[2, 3, 4]], [distinct], ([x]) => reduce(op, x!, axes));
    }
  });

  it("views, updates, products and casts, second order", () => {
    const draw = (n: number): Float64Array => drawOperands({ ranges: [[-2, 2]] }, 1, n, randomFrom(n))[0]!;
    for (const { shape, of } of VIEWS) checkSecondOrder("view", [shape], [draw(sizeOf(shape))], ([x]) => of(x!));
    const strided = { shape: [2, 2], strides: [3, 2], offset: 1 };
    checkSecondOrder("asStrided", [[2, 4]], [draw(8)], ([x]) => view(asStridedOp, x!, strided));
    checkSecondOrder(
      "update",
      [
        [2, 4],
        [2, 2],
      ],
      [draw(8), draw(4)],
      ([x, v]) => update(x!, v!, strided.strides, 1),
    );
    checkSecondOrder(
      "matmul",
      [
        [2, 2, 3],
        [2, 3, 2],
      ],
      [draw(12), draw(12)],
      ([a, b]) => contract(matmul, a!, b!),
    );
    checkSecondOrder("cast", [[4]], [draw(4)], ([x]) => cast(cast(x!, "float64"), "float64"));
  });

  it("forward and backward are finite for finite operands inside the domain, however large or small", () => {
    const found: string[] = [];
    for (const op of differentiable) {
      for (const operands of extremes(op)) {
        const leaves = operands.map(() => input([1], "float64"));
        const y = build(op, leaves);
        const gradients = reverse(y, full([1], 1, "float64"), new Set(leaves));
        const outputs = [y, ...leaves.map((x) => gradients.get(x) ?? full([1], 0, "float64"))];
        const values = interpret(
          graphOf(outputs, leaves),
          operands.map((v) => Float64Array.of(v)),
        ).map((v) => v[0]!);
        if (!values.every(Number.isFinite)) found.push(`${op.name}(${operands}) = ${values}`);
      }
    }
    expect(found).toEqual([]);
  });

  it("prod with zeros in it", () => {
    const prod = reductions.find((op) => op.name === "prod")!;
    for (const data of [
      [0, 2, 3],
      [0, 2, 0],
      [0, 0, 0],
    ]) {
      checkGradient("prod", [[3]], [Float64Array.from(data)], ([x]) => reduce(prod, x!, [0]));
    }
  });

  it("views, updates, products and casts", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const draw = (n: number): Float64Array => drawOperands({ ranges: [[-2, 2]] }, 1, n, random)[0]!;
        for (const { shape, of } of VIEWS) checkGradient("view", [shape], [draw(sizeOf(shape))], ([x]) => of(x!));
        const strided = { shape: [2, 2], strides: [3, 2], offset: 1 };
        checkGradient("asStrided", [[2, 4]], [draw(8)], ([x]) => view(asStridedOp, x!, strided));
        checkGradient(
          "update",
          [
            [2, 4],
            [2, 2],
          ],
          [draw(8), draw(4)],
          ([x, v]) => update(x!, v!, strided.strides, 1),
        );
        checkGradient(
          "matmul",
          [
            [2, 2, 3],
            [2, 3, 2],
          ],
          [draw(12), draw(12)],
          ([a, b]) => contract(matmul, a!, b!),
        );
        checkGradient(
          "matmul",
          [
            [3, 2],
            [2, 3],
          ],
          [draw(6), draw(6)],
          ([a, b]) => contract(matmul, matrixTranspose(a!), matrixTranspose(b!)),
        );
        checkGradient("cast", [[4]], [draw(4)], ([x]) => cast(cast(x!, "float64"), "float64"));
      }),
      { numRuns: 10 },
    );
  });

  it("axes of length 0 have gradients of length 0", () => {
    for (const op of differentiable) {
      const shapes = Array.from({ length: op.arity }, () => [0, 3]);
      checkGradient(
        op.name,
        shapes,
        shapes.map(() => new Float64Array(0)),
        (leaves) => build(op, leaves),
      );
    }
    const sum = reductions.find((op) => op.name === "sum")!;
    checkGradient("sum", [[0, 3]], [new Float64Array(0)], ([x]) => reduce(sum, x!, [0]));
    checkGradient(
      "matmul",
      [
        [2, 0],
        [0, 3],
      ],
      [new Float64Array(0), new Float64Array(0)],
      ([a, b]) => contract(matmul, a!, b!),
    );
  });

  it("a wrong gradient planted in one record is found, and the operation named", () => {
    const planted: readonly Elementwise[] = [
      { ...multiply, grad: (g, [x, y]) => [elementwise(multiply, g, x!), elementwise(multiply, g, y!)] },
      ...differentiable
        .filter((op) => op.arity === 1)
        .map((op): Elementwise => ({ ...op, grad: (g) => [full(g.shape, 0.123, "float64")] })),
    ];
    for (const op of planted) expect(() => check(op, 3)).toThrow(`${op.name}: the gradient of operand 0 is`);
  });
});
