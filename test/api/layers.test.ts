import { beforeAll, describe, expect, it } from "vitest";
import { avgPool, convNd, dropout, embedding, linear, maxPool } from "../../src/api/nn/layers.ts";
import { batchnorm, groupNorm, layerNorm } from "../../src/api/nn/normalization.ts";
import {
  arange,
  type BackendName,
  fromData,
  GradloomError,
  IndexError,
  ones,
  random,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { CASES, checkGradients, expectClose, leaf, leaves } from "./fixtures/nn/gradients.ts";

const f64 = (data: number[], ...shape: number[]): Tensor => fromData(data, shape, "float64");

/** A convolution over two spatial axes by its definition. */
function plainConv(
  x: Tensor,
  w: Tensor,
  stride: number[],
  padding: number[],
  dilation: number[],
  groups: number,
): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [f, depth, kh, kw] = w.shape as [number, number, number, number];
  const [data, bank] = [x.dataSync(), w.dataSync()];
  const size = (l: number, k: number, a: number): number =>
    (l + 2 * padding[a]! - (k - 1) * dilation[a]! - 1) / stride[a]! + 1;
  const [gh, gw] = [size(height, kh, 0), size(width, kw, 1)];
  const out: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < f; j++)
      for (let a = 0; a < gh; a++)
        for (let b = 0; b < gw; b++) {
          let total = 0;
          for (let d = 0; d < depth; d++)
            for (let p = 0; p < kh; p++)
              for (let q = 0; q < kw; q++) {
                const row = a * stride[0]! + p * dilation[0]! - padding[0]!;
                const column = b * stride[1]! + q * dilation[1]! - padding[1]!;
                const channel = Math.floor(j / (f / groups)) * depth + d;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                total +=
                  data[((i * c + channel) * height + row) * width + column]! *
                  bank[((j * depth + d) * kh + p) * kw + q]!;
              }
          out.push(total);
        }
  return fromData(out, [n, f, gh, gw], "float64");
}

describe.each<BackendName>(["wasm", "reference"])("layers on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe("convNd", () => {
    const options = [
      { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
      { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 1 },
      { stride: [1, 2], padding: [2, 1], dilation: [2, 1], groups: 2 },
      { stride: [1, 1], padding: [0, 1], dilation: [1, 1], groups: 4 },
    ];

    it.each(options)("is its definition, with %o", ({ stride, padding, dilation, groups }) => {
      const [x, w] = leaves([2, 4, 5, 7], [4, 4 / groups, 3, 3]) as [Tensor, Tensor];
      const wanted = plainConv(x, w, stride, padding, dilation, groups);
      const y = convNd(x, w, { stride, padding, dilation, groups });
      expectClose("value", y, { shape: wanted.shape, data: Array.from(wanted.dataSync()) });
    });

    it("has the gradients of central differences in one to three axes", () => {
      checkGradients("one", leaves([2, 2, 7], [3, 2, 3]), (x, w) => convNd(x!, w!, { stride: 2 }));
      checkGradients("two", leaves([1, 2, 4, 3], [2, 1, 2, 2]), (x, w) =>
        convNd(x!, w!, { padding: [1, 0], groups: 2 }),
      );
      checkGradients("three", leaves([1, 1, 3, 3, 2], [2, 1, 2, 2, 1]), (x, w) =>
        convNd(x!, w!, { dilation: [2, 1, 1] }),
      );
    });

    it("of MyGrad's example: a square wave", () => {
      const x = zeros([1, 1, 16]).set_("..., 5:11", 1);
      const k = ones([1, 1, 5]);
      const y = convNd(x, k);
      expect(y.tolist()).toEqual([[[0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]]]);
      y.sum().backward();
      expect(x.grad!.tolist()).toEqual([[[1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3, 2, 1]]]);
      expect(k.grad!.tolist()).toEqual([[[6, 6, 6, 6, 6]]]);
    });

    it("takes empty batches and no filters", () => {
      expect(convNd(zeros([0, 2, 5]), zeros([3, 2, 2])).shape).toEqual([0, 3, 4]);
      expect(convNd(zeros([2, 2, 5]), zeros([0, 2, 2])).shape).toEqual([2, 0, 4]);
      const x = zeros([0, 2, 5]);
      const w = ones([3, 2, 2]);
      convNd(x, w).sum().backward();
      expect(w.grad!.tolist()).toEqual(zeros([3, 2, 2]).tolist());
    });

    it("refuses what does not fit", () => {
      const x = zeros([1, 2, 6]);
      const w = zeros([3, 2, 3]);
      expect(() => convNd(zeros([2, 6]), zeros([2, 3]))).toThrow(ShapeError);
      expect(() => convNd(x, zeros([3, 2, 3, 3]))).toThrow(ShapeError);
      expect(() => convNd(x, zeros([3, 1, 3]))).toThrow(ShapeError);
      expect(() => convNd(x, zeros([3, 1, 3]), { groups: 2 })).toThrow(ShapeError);
      expect(() => convNd(x, w, { stride: 0 })).toThrow(ShapeError);
      expect(() => convNd(x, w, { padding: [1, 1] })).toThrow(ShapeError);
      expect(() => convNd(x, w, { dilation: 1.5 })).toThrow(ShapeError);
      expect(() => convNd(x, zeros([3, 2, 0]))).toThrow(ShapeError);
      expect(() => convNd(x, w, { stride: 2 })).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: convNd: a window of 3 elements with stride 2 does not tile axis 2 of x, of shape (1, 2, 6): it has 6 elements; no end may be left over: change the window, the stride or the padding, or cut the array]`,
      );
      expect(() => convNd(x, w, { dilation: 4, padding: 1 })).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: convNd: a window of 9 elements with stride 1 is longer than axis 2 of x, of shape (1, 2, 6): it has 8 elements with the padding; no end may be left over: change the window, the stride or the padding, or cut the array]`,
      );
      expect(() => convNd(x, zeros([3, 1, 3]))).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: convNd: x of shape (1, 2, 6) and filters of shape (3, 1, 3), with groups 1: the 2 channels of x must be groups times the 1 channels of a filter, and groups must divide the 3 filters]`,
      );
    });
  });

  describe("pooling", () => {
    it("takes the largest, or the mean, of each window", () => {
      const x = arange(16).reshape(1, 4, 4);
      expect(maxPool(x, [2, 2], 2).tolist()).toEqual([
        [
          [5, 7],
          [13, 15],
        ],
      ]);
      expect(avgPool(x, [2, 2], [2, 1]).tolist()).toEqual([
        [
          [2.5, 3.5, 4.5],
          [10.5, 11.5, 12.5],
        ],
      ]);
      expect(maxPool(tensor([3, 1, 2]), 2).tolist()).toEqual([3, 2]);
      expect(maxPool(zeros([0, 4]), 2, 2).shape).toEqual([0, 2]);
    });

    it("has the gradients of central differences, where windows overlap too", () => {
      checkGradients("max", leaves([2, 4, 5]), (x) => maxPool(x!, [2, 3], [2, 1]));
      checkGradients("mean", leaves([2, 4, 5]), (x) => avgPool(x!, [2, 3], [1, 2]));
    });

    it("gives the gradient to the first of equal elements", () => {
      const x = ones([3, 3]);
      maxPool(x, [2, 2]).sum().backward();
      expect(x.grad!.tolist()).toEqual([
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
      ]);
    });

    it("refuses windows that do not tile", () => {
      expect(() => maxPool(zeros([5]), 2, 2)).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: maxPool: a window of 2 elements with stride 2 does not tile axis 0 of x, of shape (5,): it has 5 elements; no end may be left over: change the window, the stride or the padding, or cut the array]`,
      );
      expect(() => avgPool(zeros([5]), [2, 2])).toThrow(ShapeError);
      expect(() => maxPool(zeros([5]), [])).toThrow(ShapeError);
      expect(() => maxPool(zeros([5]), 0)).toThrow(ShapeError);
    });
  });

  describe("batchnorm", () => {
    it("has the gradients of central differences", () => {
      checkGradients("batchnorm", leaves([3, 2, 2], [2], [2]), (x, gamma, beta) =>
        batchnorm(x!, { gamma: gamma!, beta: beta! }),
      );
      const running = { mean: f64([0.3, -1], 2), variance: f64([0.5, 2], 2) };
      checkGradients("evaluation", leaves([3, 2], [2], [2]), (x, gamma, beta) =>
        batchnorm(x!, { gamma: gamma!, beta: beta!, running, training: false }),
      );
    });

    it("keeps running statistics in training, and uses them afterwards", () => {
      const { batches, mean, variance, value } = CASES.running;
      const running = { mean: zeros([3], "float64"), variance: ones([3], "float64") };
      for (const batch of batches.slice(0, 2)) {
        const x = leaf(batch);
        batchnorm(x, { running, momentum: 0.3 }).square().sum().backward();
        expect(x.grad).not.toBeNull();
      }
      expectClose("mean", running.mean, mean);
      expectClose("variance", running.variance, variance);
      expectClose("evaluation", batchnorm(leaf(batches[2]!), { running, training: false }), value);
      expectClose("mean after it", running.mean, mean);
      expect(running.mean.grad).toBeNull();
    });

    it("of one value a channel is beta; of none is nothing", () => {
      expect(batchnorm([[3, -4]], { beta: [1, 2] }).tolist()).toEqual([[1, 2]]);
      expect(batchnorm(zeros([0, 2])).shape).toEqual([0, 2]);
      const running = { mean: zeros(2), variance: ones(2) };
      expect(() => batchnorm([[3, -4]], { running })).toThrow(ShapeError);
      expect(() => batchnorm(zeros([0, 2]), { running })).toThrow(ShapeError);
      expect(running.mean.tolist()).toEqual([0, 0]);
      expect(batchnorm([[3, -4]], { running, training: false, eps: 0 }).tolist()).toEqual([[3, -4]]);
    });

    it("refuses what does not fit", () => {
      expect(() => batchnorm(zeros([3]))).toThrow(ShapeError);
      expect(() => batchnorm(zeros([3, 2]), { gamma: [1, 2, 3] })).toThrow(ShapeError);
      expect(() => batchnorm(zeros([3, 2]), { running: { mean: zeros(3), variance: ones(2) } })).toThrow(ShapeError);
      expect(() => batchnorm(zeros([3, 2]), { training: false })).toThrow(GradloomError);
    });
  });

  describe("layerNorm and groupNorm", () => {
    it("have mean 0 and variance 1 over what they normalize", () => {
      const [x] = leaves([2, 4, 3]) as [Tensor];
      const zero = (...shape: number[]) => ({ shape, data: new Array(shape.reduce((n, d) => n * d)).fill(0) });
      const one = (...shape: number[]) => ({ shape, data: new Array(shape.reduce((n, d) => n * d)).fill(1) });
      expectClose("mean", layerNorm(x, { eps: 0 }).mean(-1), zero(2, 4));
      expectClose("variance", layerNorm(x, { eps: 0, axis: [1, 2] }).var([1, 2]), one(2));
      const grouped = groupNorm(x, 2, { eps: 0 }).reshape(2, 2, 6);
      expectClose("mean", grouped.mean(-1), zero(2, 2));
      expectClose("variance", grouped.var(-1), one(2, 2));
    });

    it("have the gradients of central differences", () => {
      checkGradients("layer", leaves([2, 3, 2], [3, 2], [3, 2]), (x, g, b) =>
        layerNorm(x!, { gamma: g!, beta: b!, axis: [1, 2] }),
      );
      checkGradients("group", leaves([2, 4, 2], [4], [4]), (x, g, b) => groupNorm(x!, 2, { gamma: g!, beta: b! }));
    });

    it("refuse what does not fit", () => {
      expect(() => layerNorm(zeros([2, 3]), { gamma: [1, 2] })).toThrow(ShapeError);
      expect(() => layerNorm(zeros([2, 3]), { axis: 2 })).toThrow(IndexError);
      expect(() => groupNorm(zeros([2, 3]), 2)).toThrow(ShapeError);
      expect(() => groupNorm(zeros([3]), 1)).toThrow(ShapeError);
    });
  });

  describe("dropout", () => {
    const uniform = (shape: readonly number[]): Tensor => fromData([0.1, 0.5, 0.2, 0.9], [...shape], "float32");

    it("drops where a random number is below the rate, in value and gradient", () => {
      const x = tensor([1, 2, 3, 4]);
      const y = dropout(x, 0.5, { uniform });
      expect(y.tolist()).toEqual([0, 4, 0, 8]);
      y.sum().backward();
      expect(x.grad!.tolist()).toEqual([0, 2, 0, 2]);
    });

    it("of rate 0 keeps all, of rate 1 nothing", () => {
      expect(dropout([1, 2], 0, { uniform }).tolist()).toEqual([1, 2]);
      expect(dropout([1, 2, 3, 4], 1, { uniform }).tolist()).toEqual([0, 0, 0, 0]);
      expect(dropout([1, 2], 0.9, { training: false }).tolist()).toEqual([1, 2]);
      const share =
        dropout(new Float32Array(4000).fill(1), 0.25, { key: random.key(1) })
          .gt(0)
          .sum()
          .item() / 4000;
      expect(share).toBeCloseTo(0.75, 1);
      for (const rate of [-0.1, 1.1, Number.NaN]) expect(() => dropout([1], rate, { uniform })).toThrow(GradloomError);
    });
  });

  describe("embedding", () => {
    it("picks rows, and adds up their gradients", () => {
      const table = f64([1, 2, 3, 4, 5, 6], 3, 2);
      const y = embedding(table, [
        [2, 0],
        [2, 2],
      ]);
      expect(y.tolist()).toEqual([
        [
          [5, 6],
          [1, 2],
        ],
        [
          [5, 6],
          [5, 6],
        ],
      ]);
      y.sum().backward();
      expect(table.grad!.tolist()).toEqual([
        [1, 1],
        [0, 0],
        [3, 3],
      ]);
      expect(embedding(table, tensor([1], "int32")).tolist()).toEqual([[3, 4]]);
      expect(embedding(table, []).shape).toEqual([0, 2]);
    });

    it("refuses rows that there are not", () => {
      expect(() => embedding(zeros([3, 2]), [3])).toThrow(IndexError);
      expect(() => embedding(zeros([3, 2]), [0.5])).toThrow(IndexError);
      expect(() => embedding(zeros([3, 2]), tensor([true, false, true]))).toThrow(GradloomError);
      expect(() => embedding(5, [0])).toThrow(ShapeError);
    });
  });

  describe("linear", () => {
    it("is x @ weight + bias over the last axis", () => {
      expect(
        linear(
          [1, 2],
          [
            [1, 0, 1],
            [0, 1, 1],
          ],
          [10, 20, 30],
        ).tolist(),
      ).toEqual([11, 22, 33]);
      expect(linear(zeros([0, 2]), zeros([2, 3])).shape).toEqual([0, 3]);
      checkGradients("linear", leaves([2, 2, 3], [3, 2], [2]), (x, w, b) => linear(x!, w!, b!));
    });

    it("refuses what does not fit", () => {
      expect(() => linear(zeros([2, 3]), zeros([2, 3]))).toThrow(ShapeError);
      expect(() => linear(zeros([2, 3]), zeros([3, 2]), [1, 2, 3])).toThrow(ShapeError);
    });
  });
});
