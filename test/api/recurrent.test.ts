import { beforeAll, describe, expect, it } from "vitest";
import { scaledDotProductAttention } from "../../src/api/nn/attention.ts";
import { type GruOptions, gru, lstm, type RecurrentWeights, rnnCell } from "../../src/api/nn/recurrent.ts";
import {
  type BackendName,
  DTypeError,
  fromData,
  GradloomError,
  ones,
  ShapeError,
  setBackend,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "../../src/index.ts";
import { CASES, checkCase, checkGradients, expectClose, leaf, leaves } from "./fixtures/nn/gradients.ts";

type GruInputs = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
const gruOf = (inputs: readonly Tensor[], options: GruOptions = {}): Tensor => gru(...(inputs as GruInputs), options);
const gruLeaves = (T: number, N: number, C: number, D: number, ...more: number[][]): Tensor[] =>
  leaves([T, N, C], [C, D], [D, D], [D], [C, D], [D, D], [D], [C, D], [D, D], [D], ...more);

describe.each<BackendName>(["wasm", "reference"])("recurrent layers on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe("gru", () => {
    it("is MyGrad's, with its gradients, also with a limit on them", () => {
      CASES.gru.forEach((c, k) => {
        const options = { ...(c.s0 ? { s0: leaf(c.s0).detach() } : {}), bpLim: c.bp_lim ?? null };
        checkCase(`gru ${k}`, c, (...inputs) => gruOf(inputs, options));
      });
    });

    it("has the gradients of central differences, of s0 too", () => {
      checkGradients("gru", gruLeaves(2, 2, 2, 2, [2, 2]), (...all) => gruOf(all.slice(0, 10), { s0: all[10]! }));
    });

    it("drops features and weights by the random numbers given", () => {
      const shapes: (readonly number[])[] = [];
      const uniform = (shape: readonly number[]): Tensor => {
        shapes.push(shape);
        return fromData(new Array(shape.reduce((n, d) => n * d, 1)).fill(0.5), [...shape]);
      };
      const inputs = gruLeaves(2, 3, 4, 2);
      const doubled = inputs.map((t, k) => (k > 0 && t.ndim === 2 ? t.mul(2) : t));
      const wanted = gruOf(doubled);
      const y = gruOf(inputs, { dropout: 0.5, uniform });
      expectClose("kept", y, { shape: wanted.shape, data: Array.from(wanted.dataSync()) });
      expect(shapes).toEqual([
        [1, 3, 2],
        [2, 2],
        [1, 3, 2],
        [2, 2],
        [1, 3, 2],
        [2, 2],
      ]);
    });

    it("of no steps, of no samples", () => {
      expect(gruOf(gruLeaves(0, 2, 3, 2)).tolist()).toEqual([
        [
          [0, 0],
          [0, 0],
        ],
      ]);
      expect(gruOf(gruLeaves(2, 0, 3, 2)).shape).toEqual([3, 0, 2]);
    });

    it("refuses what does not fit", () => {
      const inputs = gruLeaves(3, 2, 3, 2);
      const changed = (k: number, t: Tensor): Tensor[] => inputs.with(k, t);
      expect(() => gruOf(changed(0, zeros([3, 2])))).toThrow(ShapeError);
      expect(() => gruOf(changed(4, zeros([2, 2])))).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: gru: Ur has shape (2, 2); it must have shape (3, 2), (C, D): inputs by units, where D is the size of bz]`,
      );
      expect(() => gruOf(changed(5, zeros([3, 2])))).toThrow(ShapeError);
      expect(() => gruOf(changed(6, zeros([3])))).toThrow(ShapeError);
      expect(() => gruOf(inputs, { s0: zeros([2, 3]) })).toThrow(ShapeError);
      for (const bpLim of [-1, 3, 0.5]) expect(() => gruOf(inputs, { bpLim })).toThrow(GradloomError);
      for (const dropout of [-0.1, 1]) expect(() => gruOf(inputs, { dropout })).toThrow(GradloomError);
      expect(gruOf(inputs, { dropout: 0.5 }).shape).toEqual(gruOf(inputs, {}).shape);
    });
  });

  describe("lstm", () => {
    it("is its formulas in NumPy", () => {
      const given = Object.entries(CASES.lstm.inputs).map(([name, packed]) => [name, leaf(packed)] as const);
      const { X, h0, c0, ...weights } = Object.fromEntries(given) as Record<string, Tensor>;
      const { output, h, c } = lstm(X!, weights as unknown as RecurrentWeights, { h0: h0!, c0: c0! });
      expectClose("output", output, CASES.lstm.output);
      expectClose("h", h, CASES.lstm.h);
      expectClose("c", c, CASES.lstm.c);
    });

    it("has the gradients of central differences", () => {
      const inputs = leaves([2, 2, 2], [8, 2], [8, 2], [8], [8], [2, 2], [2, 2]);
      checkGradients("lstm", inputs, (x, weightIh, weightHh, biasIh, biasHh, h0, c0) => {
        const weights = { weightIh: weightIh!, weightHh: weightHh!, biasIh: biasIh!, biasHh: biasHh! };
        const { output, c } = lstm(x!, weights, { h0: h0!, c0: c0! });
        return output.add(c);
      });
    });

    it("of no steps; of shapes that do not fit", () => {
      const weights = { weightIh: zeros([8, 3]), weightHh: zeros([8, 2]) };
      const { output, h } = lstm(zeros([0, 4, 3]), weights);
      expect([output.shape, h.shape]).toEqual([
        [0, 4, 2],
        [4, 2],
      ]);
      expect(() => lstm(zeros([1, 4, 2]), weights)).toThrow(ShapeError);
      expect(() => lstm(zeros([4, 3]), weights)).toThrow(ShapeError);
      expect(() => lstm(zeros([1, 4, 3]), { ...weights, weightHh: zeros([6, 2]) })).toThrow(ShapeError);
      expect(() => lstm(zeros([1, 4, 3]), { ...weights, biasIh: zeros(2) })).toThrow(ShapeError);
      expect(() => lstm(zeros([1, 4, 3]), weights, { c0: zeros([2, 2]) })).toThrow(ShapeError);
    });
  });

  it("rnnCell is one step, with tanh or relu", () => {
    const weights = { weightIh: [[1, 2]], weightHh: [[3]], biasIh: [4], biasHh: [5] };
    expect(rnnCell([[1, -1]], [[-2]], weights, { nonlinearity: "relu" }).tolist()).toEqual([[2]]);
    expect(rnnCell([[1, -1]], [[-2]], weights).tolist()).toEqual(tanh([[2]]).tolist());
    checkGradients("rnnCell", leaves([2, 3], [2, 2], [2, 3], [2, 2]), (x, h, weightIh, weightHh) =>
      rnnCell(x!, h!, { weightIh: weightIh!, weightHh: weightHh! }),
    );
    expect(() => rnnCell(zeros([3]), zeros([1, 1]), weights)).toThrow(ShapeError);
  });

  describe("attention", () => {
    const { q, k, v, mask, value } = CASES.attention;

    it("is its definition, with zeros for a query that sees nothing", () => {
      const seen = fromData([...mask.data], mask.shape, "bool");
      expectClose("attention", scaledDotProductAttention(leaf(q), leaf(k), leaf(v), { mask: seen }), value);
      const added = fromData(
        mask.data.map((m) => (m === 1 ? 0 : Number.NEGATIVE_INFINITY)),
        mask.shape,
        "float64",
      );
      expectClose("added", scaledDotProductAttention(leaf(q), leaf(k), leaf(v), { mask: added }), value);
    });

    it("has the gradients of central differences, where queries see nothing too", () => {
      const inputs = leaves([2, 3, 2], [2, 4, 2], [2, 4, 3]);
      const seen = tensor([
        [true, false, true, true],
        [false, false, false, false],
        [true, true, true, true],
      ]);
      const f = scaledDotProductAttention;
      checkGradients("plain", inputs, (a, b, c) => f(a!, b!, c!, { scale: 0.3 }));
      checkGradients("masked", inputs, (a, b, c) => f(a!, b!, c!, { mask: seen, causal: true }));
      checkGradients("bias", leaves([3, 2], [4, 2], [4, 2], [3, 4]), (a, b, c, d) => f(a!, b!, c!, { mask: d! }));
    });

    it("sees no later keys where causal", () => {
      const values = tensor([[1], [2], [3]]);
      const y = scaledDotProductAttention(zeros([3, 2]), zeros([3, 2]), values, { causal: true });
      expect(y.tolist()).toEqual([[1], [1.5], [2]]);
    });

    it("broadcasts batches, and takes no keys and huge scores", () => {
      expect(scaledDotProductAttention(zeros([2, 1, 3, 4]), zeros([5, 6, 4]), zeros([6, 2])).shape).toEqual([
        2, 5, 3, 2,
      ]);
      expect(scaledDotProductAttention(ones([2, 3]), zeros([0, 3]), zeros([0, 1])).tolist()).toEqual([[0], [0]]);
      const large = [[1e4], [-1e4]];
      expect(scaledDotProductAttention(large, large, [[1], [2]]).tolist()).toEqual([[1], [2]]);
    });

    it("refuses what does not fit", () => {
      const x = zeros([3, 2]);
      expect(() => scaledDotProductAttention(zeros([2]), x, x)).toThrow(ShapeError);
      expect(() => scaledDotProductAttention(zeros([3, 4]), x, x)).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: scaledDotProductAttention: q of shape (3, 4), k of shape (3, 2) and v of shape (3, 2): q and k must have the same last axis, E]`,
      );
      expect(() => scaledDotProductAttention(x, x, zeros([4, 2]))).toThrow(ShapeError);
      expect(() => scaledDotProductAttention(zeros([2, 3, 2]), zeros([3, 3, 2]), x)).toThrow(ShapeError);
      expect(() => scaledDotProductAttention(x, x, x, { mask: zeros([2, 3, 3]) })).toThrow(ShapeError);
      expect(() => scaledDotProductAttention(x, x, x, { mask: tensor([1, 0, 1], "int32") })).toThrow(DTypeError);
    });
  });
});
