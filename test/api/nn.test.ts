import { beforeAll, describe, expect, it } from "vitest";
import {
  elu,
  gelu,
  glu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  silu,
  softmax,
  softplus,
  softSign,
} from "../../src/api/nn/activations.ts";
import {
  type BackendName,
  fromData,
  ShapeError,
  setBackend,
  sigmoid,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { CASES, checkCase, checkGradients, expectClose, leaves } from "./fixtures/nn/gradients.ts";

const f64 = (data: number[]): Tensor => fromData(data, [data.length], "float64");
/** The gradient of Σ f(x). */
const slopes = (f: (x: Tensor) => Tensor, x: Tensor): number[] => {
  f(x).sum().backward();
  return Array.from(x.grad!.dataSync());
};

describe.each<BackendName>(["wasm", "reference"])("activations on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  const MYGRAD: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    elu: (x) => elu(x, 0.7),
    glu: (x) => glu(x, 0),
    hardTanh: (x) => hardTanh(x, -0.5, 1),
    leakyRelu: (x) => leakyRelu(x, 0.1),
    logSoftmax: (x) => logSoftmax(x, [0, 2]),
    relu,
    selu,
    softmax: (x) => softmax(x, [0, 2]),
    softmaxOfAll: (x) => softmax(x, null),
    softSign,
  };

  it.each(Object.keys(CASES.activations))("%s is MyGrad's, with its gradient at kinks", (name) => {
    checkCase(name, CASES.activations[name]!, MYGRAD[name]!);
  });

  it("have the gradients of central differences", () => {
    const all = { elu, gelu, glu, hardSigmoid, hardSwish, leakyRelu, mish, relu, selu, silu, softplus, softSign };
    const more = {
      exactGelu: (x: Tensor) => gelu(x, { approximate: false }),
      hardTanh: (x: Tensor) => hardTanh(x, -0.7, 1.1),
      relu6: (x: Tensor) => relu6(x.mul(4)),
      softmax: (x: Tensor) => softmax(x, 0),
      logSoftmax: (x: Tensor) => logSoftmax(x, null),
    };
    for (const [name, f] of Object.entries({ ...all, ...more })) checkGradients(name, leaves([3, 4]), (x) => f(x));
  });

  describe("gelu", () => {
    const { x, value, grad } = CASES.gelu;

    it("in its exact form is that of 40 digits, in both tails", () => {
      const t = f64([...x]);
      const y = Array.from(gelu(t, { approximate: false }).dataSync());
      for (const [k, v] of y.entries())
        expect(Math.abs(v - value[k]!)).toBeLessThanOrEqual(2e-13 * Math.abs(value[k]!));
      const given = slopes((v) => gelu(v, { approximate: false }), t);
      for (const [k, v] of given.entries()) expect(Math.abs(v - grad[k]!)).toBeLessThanOrEqual(1e-12);
    });

    it("by tanh is near it, and finite in float32 for large elements", () => {
      for (const [k, v] of gelu(f64([...x]))
        .dataSync()
        .entries())
        expect(Math.abs(v - value[k]!)).toBeLessThan(5e-4);
      expect(gelu([-1e4, 1e4]).tolist()).toEqual([-0, 1e4]);
      expect(gelu([-1e4, 1e4], { approximate: false }).tolist()).toEqual([-0, 1e4]);
    });
  });

  it("stay finite, with their gradients, for large elements", () => {
    const large = [-1e4, -200, 200, 1e4];
    for (const f of [elu, gelu, hardSwish, mish, selu, silu, softplus, softSign, softmax, logSoftmax]) {
      const t = tensor(large);
      expect(f(t).tolist(), f.name).not.toContain(Number.NaN);
      expect(
        slopes((x) => f(x), t),
        f.name,
      ).not.toContain(Number.NaN);
    }
    expect(softplus(tensor(large)).tolist()).toEqual([0, 0, 200, 1e4]);
    expect(silu(tensor(large)).tolist()).toEqual([-0, -0, 200, 1e4]);
  });

  it("hard ones are linear between their ends", () => {
    expect(hardSigmoid(f64([-4, -3, 0, 1.5, 3, 4])).tolist()).toEqual([0, 0, 0.5, 0.75, 1, 1]);
    expect(hardSwish(f64([-4, -3, 0, 1, 3, 4])).tolist()).toEqual([-0, -0, 0, 4 / 6, 3, 4]);
    expect(relu6(f64([-1, 0, 2, 6, 7])).tolist()).toEqual([0, 0, 2, 6, 6]);
    expect(slopes(relu6, f64([-1, 0, 2, 6, 7]))).toEqual([0, 0, 1, 0, 0]);
  });

  describe("softmax", () => {
    it("takes one axis, several or all, and gives a float", () => {
      const x = tensor(new Int32Array([1, 2, 3, 4])).reshape(2, 2);
      expect(softmax(x).dtype).toBe("float64");
      expect(softmax(tensor([true, false])).dtype).toBe("float32");
      for (const axis of [null, 0, [0, 1]])
        for (const s of softmax(x, axis).sum(axis).ravel().dataSync()) expect(s).toBeCloseTo(1, 14);
    });

    it("of a scalar or a single class is 1, of nothing is nothing", () => {
      expect(softmax(5).tolist()).toBe(1);
      expect(logSoftmax(5).tolist()).toBe(0);
      expect(softmax([[3], [-2]]).tolist()).toEqual([[1], [1]]);
      expect(softmax(zeros([0, 3])).shape).toEqual([0, 3]);
      expect(logSoftmax(zeros([2, 0])).shape).toEqual([2, 0]);
    });

    it("is exact for huge logits, also as logarithm", () => {
      const x = f64([2e50, 2e50, 1e50]);
      expect(softmax(x).tolist()).toEqual([0.5, 0.5, 0]);
      expectClose("log", logSoftmax(x), { shape: [3], data: [-Math.LN2, -Math.LN2, -1e50] });
      expectClose("log", logSoftmax(f64([1e4 + 1, 1e4])), {
        shape: [2],
        data: [-Math.log1p(Math.exp(-1)), -1 - Math.log1p(Math.exp(-1))],
      });
    });

    it("gives logarithms of probabilities where logits are infinite", () => {
      expect(logSoftmax(f64([Number.NEGATIVE_INFINITY, 0])).tolist()).toEqual([Number.NEGATIVE_INFINITY, 0]);
    });
  });

  describe("glu", () => {
    it("multiplies halves of an axis", () => {
      expectClose("glu", glu(f64([3, 5, 0, 1])), { shape: [2], data: [1.5, 5 * sigmoid(f64([1])).item()] });
      expect(glu(zeros([2, 4, 3]), 1).shape).toEqual([2, 2, 3]);
      expect(glu(zeros([0])).shape).toEqual([0]);
    });

    it("names the shape of an odd axis", () => {
      expect(() => glu(zeros([2, 3]))).toThrow(ShapeError);
      expect(() => glu(zeros([2, 3]))).toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: glu: axis 1 of shape (2, 3) has the odd length 3; its halves are the values and their gates, so it must be even]`,
      );
    });
  });
});
