import { beforeAll, describe, expect, it } from "vitest";
import { softmax } from "../../src/api/nn/activations.ts";
import {
  binaryCrossentropyWithLogits,
  type FocalOptions,
  focalLoss,
  huberLoss,
  marginRankingLoss,
  mseLoss,
  multiclassHinge,
  negativeLogLikelihood,
  smoothL1Loss,
  softmaxCrossentropy,
  softmaxFocalLoss,
} from "../../src/api/nn/losses.ts";
import {
  type BackendName,
  DTypeError,
  fromData,
  GradloomError,
  IndexError,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { CASES, checkCase, checkGradients, expectClose, leaf, leaves } from "./fixtures/nn/gradients.ts";

const LABELS = [...CASES.labels];
const f64 = (data: number[], ...shape: number[]): Tensor => fromData(data, shape, "float64");

describe.each<BackendName>(["wasm", "reference"])("losses on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe("are MyGrad's, with their gradients", () => {
    const { losses } = CASES;

    it("of labelled scores", () => {
      checkCase("crossentropy", losses.softmaxCrossentropy, (x) => softmaxCrossentropy(x, LABELS));
      checkCase("likelihood", losses.negativeLogLikelihood, (x) => negativeLogLikelihood(x, LABELS));
      checkCase("weighted", losses.weighted, (x) => negativeLogLikelihood(x, LABELS, { weights: [0.1, 2, 3, 0.4] }));
      checkCase("hinge", losses.multiclassHinge, (x) => multiclassHinge(x, LABELS, 0.5));
    });

    it("focal ones, also where a probability is 1", () => {
      const options = ({ alpha, gamma }: { alpha: number; gamma: number }): FocalOptions => ({ alpha, gamma });
      for (const c of losses.focalLoss) checkCase(`gamma ${c.gamma}`, c, (x) => focalLoss(x, LABELS, options(c)));
      for (const c of losses.softmaxFocalLoss)
        checkCase(`gamma ${c.gamma}`, c, (x) => softmaxFocalLoss(x, LABELS, options(c)));
    });

    it("margin ranking", () => {
      for (const c of losses.marginRankingLoss)
        checkCase(`margin ${c.margin}`, c, (a, b) => marginRankingLoss(a!, b!, leaf(c.y), c.margin));
    });
  });

  it("have the gradients of central differences", () => {
    const labels = [1, 0, 2];
    const scores = leaves([3, 4]);
    checkGradients("crossentropy", scores, (x) => softmaxCrossentropy(x!, labels));
    checkGradients("hinge", scores, (x) => multiclassHinge(x!, labels, 0.7));
    checkGradients("likelihood", leaves([3, 4], [4]), (x, w) => negativeLogLikelihood(x!, labels, { weights: w! }));
    checkGradients("focal", scores, (x) => focalLoss(softmax(x!), labels, { alpha: 0.7, gamma: 1.5 }));
    checkGradients("softmaxFocal", scores, (x) => softmaxFocalLoss(x!, labels, { alpha: 0.7, gamma: 0.5 }));
    checkGradients("margin", leaves([3, 2], [3, 2]), (a, b) => marginRankingLoss(a!, b!, [1, -1, 1], 0.3));
    checkGradients("mse", leaves([3, 2], [3, 2]), (a, b) => mseLoss(a!, b!));
    checkGradients("binary", leaves([6], [6]), (a, b) => binaryCrossentropyWithLogits(a!, b!));
    checkGradients("huber", leaves([3, 2], [3, 2]), (a, b) => huberLoss(a!, b!, { delta: 0.8 }));
    checkGradients("smooth", leaves([3, 2], [3, 2]), (a, b) => smoothL1Loss(a!, b!, { beta: 0.8 }));
    checkGradients("L1", leaves([3, 2], [3, 2]), (a, b) => smoothL1Loss(a!, b!, { beta: 0 }));
  });

  it("take labels as integers of any kind, and keep float32", () => {
    const x = tensor([
      [1, 2, 3],
      [3, 1, 0],
    ]);
    const wanted = softmaxCrossentropy(x, [2, 0]).item();
    const kinds = [
      new Int32Array([2, 0]),
      new Uint8Array([2, 0]),
      new BigInt64Array([2n, 0n]),
      tensor([2, 0], "int32"),
    ];
    for (const labels of kinds) expect(softmaxCrossentropy(x, labels).item()).toBe(wanted);
    const results = [softmaxCrossentropy, negativeLogLikelihood, multiclassHinge, focalLoss, softmaxFocalLoss];
    for (const f of results) expect(f(x, [2, 0]).dtype, f.name).toBe("float32");
    expect(marginRankingLoss(x, x, tensor([1, -1], "int32"), 1).dtype).toBe("float32");
  });

  it("refuse what does not fit", () => {
    const x = zeros([2, 3]);
    const all = [softmaxCrossentropy, negativeLogLikelihood, multiclassHinge, focalLoss, softmaxFocalLoss];
    for (const f of all) {
      expect(() => f(zeros([3]), [0]), f.name).toThrow(ShapeError);
      expect(() => f(x, [0]), f.name).toThrow(ShapeError);
      expect(() => f(x, [[0], [1]]), f.name).toThrow(ShapeError);
      for (const labels of [[0, 0.5], [true, false], zeros([2]), new Float32Array(2), [0, 2 ** 32], [0, Number.NaN]])
        expect(() => f(x, labels), f.name).toThrow(DTypeError);
      for (const labels of [[0, 3], [-1, 0], tensor([0, 7], "int32")])
        expect(() => f(x, labels), f.name).toThrow(IndexError);
    }
    expect(() => negativeLogLikelihood(x, [0, 1], { weights: [1, 2] })).toThrow(ShapeError);
    expect(() => focalLoss(x, [0, 1], { gamma: -1 })).toThrow(GradloomError);
    expect(() => marginRankingLoss(x, zeros([3, 2]), 1, 1)).toThrow(ShapeError);
    expect(() => marginRankingLoss(x, x, [1, 1, 1], 1)).toThrow(ShapeError);
    expect(() => marginRankingLoss(x, x, 1, -1)).toThrow(GradloomError);
    expect(() => marginRankingLoss(tensor([1], "int32"), tensor([1]), 1, 1)).toThrow(DTypeError);
    for (const f of [mseLoss, binaryCrossentropyWithLogits, huberLoss, smoothL1Loss])
      expect(() => f(zeros([3]), zeros([3, 1])), f.name).toThrow(ShapeError);
    expect(() => huberLoss(x, x, { delta: 0 })).toThrow(GradloomError);
    expect(() => smoothL1Loss(x, x, { beta: -1 })).toThrow(GradloomError);
  });

  it("say what is wrong", () => {
    const x = zeros([2, 3]);
    expect(() => softmaxCrossentropy(x, [0, 3])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: softmaxCrossentropy: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2]`,
    );
    expect(() => softmaxCrossentropy(x, [0.5, 1])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: softmaxCrossentropy: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")]`,
    );
    expect(() => softmaxCrossentropy(x, [0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: softmaxCrossentropy: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x]`,
    );
    expect(() => mseLoss(zeros([3]), zeros([3, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: mseLoss: x has shape (3,) and the target (3, 1); they are compared element by element, so that their shapes must be equal: reshape one of them]`,
    );
  });

  it("of a single sample and of a single class", () => {
    expect(softmaxCrossentropy(f64([1, 2], 1, 2), [0]).item()).toBeCloseTo(Math.log(1 + Math.E), 12);
    expect(softmaxCrossentropy([[7], [-7]], [0, 0]).item()).toBeCloseTo(0);
    expect(multiclassHinge([[7]], [0]).item()).toBe(0);
    expect(softmaxFocalLoss([[7]], [0], { gamma: 2 }).item()).toBeCloseTo(0);
  });

  it("of no samples are NaN, or nothing a sample", () => {
    expect(softmaxCrossentropy(zeros([0, 3]), []).item()).toBeNaN();
    expect(negativeLogLikelihood(zeros([0, 3]), []).item()).toBeNaN();
    expect(multiclassHinge(zeros([0, 3]), new Int32Array()).item()).toBeNaN();
    expect(softmaxFocalLoss(zeros([0, 3]), []).shape).toEqual([0]);
    expect(mseLoss(zeros([0]), zeros([0])).item()).toBeNaN();
  });

  it("are exact for huge logits, with their gradients", () => {
    for (const f of [softmaxCrossentropy, (x: Tensor, y: number[]) => softmaxFocalLoss(x, y, { gamma: 2 }).mean()]) {
      const x = tensor([
        [1e6, -1e6, 0],
        [3e4, 3e4, 3e4],
      ]);
      const y = f(x, [1, 2]);
      expect(y.item()).toBeGreaterThanOrEqual(1e6);
      y.backward();
      expect(x.grad!.dataSync().some(Number.isNaN)).toBe(false);
    }
    const x = tensor([-200, 200, -200, 200]);
    const y = binaryCrossentropyWithLogits(x, [0, 1, 1, 0]);
    expect(y.item()).toBe(100);
    y.backward();
    expect(x.grad!.tolist()).toEqual([0, 0, -0.25, 0.25]);
  });

  it("give no gradient at ties, as MyGrad", () => {
    const x = f64([1, 2, 0], 1, 3);
    multiclassHinge(x, [1], 1).backward();
    expect(x.grad!.dataSync()).toEqual(new Float64Array(3));
    const [a, b] = [f64([1], 1), f64([0.5], 1)];
    marginRankingLoss(a, b, 1, 0.5).backward();
    expect(a.grad!.item()).toBeCloseTo(0);
  });

  it("huber and smooth L1 are quadratic inside and linear outside", () => {
    const [x, zero] = [f64([-3, -1, 0.5, 2], 4), zeros([4], "float64")];
    expect(huberLoss(x, zero).item()).toBe((2.5 + 0.5 + 0.125 + 1.5) / 4);
    expect(huberLoss(x, zero, { delta: 2 }).item()).toBe((4 + 0.5 + 0.125 + 2) / 4);
    expect(smoothL1Loss(x, zero, { beta: 2 }).item()).toBe((2 + 0.25 + 0.0625 + 1) / 4);
    expect(smoothL1Loss(x, zero, { beta: 0 }).item()).toBe(6.5 / 4);
    huberLoss(x, zero, { delta: 2 }).backward();
    expectClose("gradient", x.grad, { shape: [4], data: [-0.5, -0.25, 0.125, 0.5] });
  });
});
