/** Functions composed of others: their values by formulas of `Math`, on both backends. */
import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

const BELOW = [-0.9, -0.4, 0.2, 0.7];
const ABOVE = [-3, -1.5, 1.25, 40];

/** The arc cotangent as MyGrad has it: arctan(1/x), and π/2 at 0. */
const arccot = (x: number): number => (x === 0 ? Math.PI / 2 : Math.atan(1 / x));

const FUNCTIONS: readonly (readonly [
  string,
  (x: gl.TensorLike) => gl.Tensor,
  (x: number) => number,
  readonly number[],
])[] = [
  ["abs", gl.abs, Math.abs, BELOW],
  ["cot", gl.cot, (x) => 1 / Math.tan(x), BELOW],
  ["csc", gl.csc, (x) => 1 / Math.sin(x), BELOW],
  ["sec", gl.sec, (x) => 1 / Math.cos(x), BELOW],
  ["arccot", gl.arccot, arccot, [...BELOW, ...ABOVE, 0]],
  ["arccsc", gl.arccsc, (x) => Math.asin(1 / x), ABOVE],
  ["arcsec", gl.arcsec, (x) => Math.acos(1 / x), ABOVE],
  ["coth", gl.coth, (x) => 1 / Math.tanh(x), BELOW],
  ["csch", gl.csch, (x) => 1 / Math.sinh(x), BELOW],
  ["sech", gl.sech, (x) => 1 / Math.cosh(x), [...BELOW, 800]],
  ["arccoth", gl.arccoth, (x) => Math.atanh(1 / x), ABOVE],
  ["arccsch", gl.arccsch, (x) => Math.asinh(1 / x), [...BELOW, ...ABOVE]],
  ["arcsech", gl.arcsech, (x) => Math.acosh(1 / x), [0.1, 0.6, 1]],
  ["signbit", (x) => gl.signbit(x).astype("float64"), (x) => Number(x < 0 || Object.is(x, -0)), [-2, -0, 0, 3]],
];

describe.each<gl.BackendName>(["wasm", "reference"])("on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it.each(FUNCTIONS)("%s", (_name, f, formula, at) => {
    const found = f(gl.tensor(at, "float64"));
    expect(found.shape).toEqual([at.length]);
    at.forEach((x, k) => {
      expect(found.get(k).item()).toBeCloseTo(formula(x), 12);
    });
  });

  it("sums and products of several arrays broadcast, and have gradients at zeros", () => {
    const [x, y, z] = [gl.tensor([2, 0], "float64"), gl.tensor([[3], [5]], "float64"), gl.tensor(0.5, "float64")];
    expect(gl.addSequence(x, y, z).tolist()).toEqual([
      [5.5, 3.5],
      [7.5, 5.5],
    ]);
    const product = gl.multiplySequence(x, y, z);
    expect(product.tolist()).toEqual([
      [3, 0],
      [5, 0],
    ]);
    product.backward();
    expect(x.grad!.tolist()).toEqual([4, 4]);
    expect(y.grad!.tolist()).toEqual([[1], [1]]);
    expect(z.grad!.item()).toBe(16);
  });

  it("amax and amin are max and min", () => {
    expect(
      gl
        .amax(
          [
            [1, 5],
            [7, 2],
          ],
          0,
        )
        .tolist(),
    ).toEqual([7, 5]);
    expect(
      gl
        .amin(
          [
            [1, 5],
            [7, 2],
          ],
          1,
        )
        .tolist(),
    ).toEqual([1, 2]);
  });

  it("logsumexp is exact where exp overflows, and where all are −∞", () => {
    const { NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number;
    const x = gl.tensor(
      [
        [1000, 1000],
        [low, low],
        [low, 3],
        [high, 1],
      ],
      "float64",
    );
    expect(gl.logsumexp(x, 1).tolist()).toEqual([1000 + Math.LN2, low, 3, high]);
    const y = gl.tensor([1000, 1000 + Math.log(3)], "float64");
    gl.logsumexp(y).backward();
    const [a, b] = y.grad!.tolist() as number[];
    expect(a).toBeCloseTo(0.25, 12);
    expect(b).toBeCloseTo(0.75, 12);
  });

  it("nansum and nanmean pass over NaN, and so do gradients", () => {
    const x = gl.tensor(
      [
        [1, Number.NaN, 3],
        [Number.NaN, Number.NaN, 4],
      ],
      "float64",
    );
    expect(gl.nansum(x, 1).tolist()).toEqual([4, 4]);
    expect(gl.nanmean(x, 1).tolist()).toEqual([2, 4]);
    expect(gl.nanmean(x, 0).tolist()).toEqual([1, Number.NaN, 3.5]);
    gl.nanmean(x, 1).backward();
    expect(x.grad!.tolist()).toEqual([
      [0.5, 0, 0.5],
      [0, 0, 1],
    ]);
  });

  it("fmod and divmod have the signs of C and of Python", () => {
    const [x, y] = [gl.tensor([7, -7, 7, -7], "int32"), gl.tensor([3, 3, -3, -3], "int32")];
    expect(gl.fmod(x, y).tolist()).toEqual([1, -1, 1, -1]);
    expect(gl.divmod(x, y).map((t) => t.tolist())).toEqual([
      [2, -3, -3, 2],
      [1, 2, -2, -1],
    ]);
  });

  it("topK gives the largest first, or the smallest, with their positions and gradients", () => {
    const x = gl.tensor(
      [
        [3, 1, 3, 2],
        [0, 5, -1, 4],
      ],
      "float64",
    );
    const { values, indices } = gl.topK(x, 2);
    expect([values.tolist(), indices.tolist(), indices.dtype]).toEqual([
      [
        [3, 3],
        [5, 4],
      ],
      [
        [0, 2],
        [1, 3],
      ],
      "int32",
    ]);
    values.mul([1, 10]).backward();
    expect(x.grad!.tolist()).toEqual([
      [1, 0, 10, 0],
      [0, 1, 0, 10],
    ]);
    expect(gl.topK(x, 1, { axis: 0, largest: false }).values.tolist()).toEqual([[0, 1, -1, 2]]);
    expect(gl.topK(x, 0).values.shape).toEqual([2, 0]);
  });

  it("positions of extremes, of all or along an axis", () => {
    const x = gl.tensor([
      [1, 5, 5],
      [7, 2, 0],
    ]);
    expect([x.argmax().item(), x.argmax(1).tolist(), x.argmin(0).tolist()]).toEqual([3, [1, 0], [0, 1, 1]]);
  });

  it("matmul writes into out, computes in a dtype, and takes no mask", () => {
    const [x, y] = [gl.tensor([[1, 2]], "float64"), gl.tensor([[3], [4]], "float64")];
    const out = gl.zeros([1, 1], "float64");
    const same = gl.matmul(x, y, { out });
    expect([same === out, out.tolist()]).toEqual([true, [[11]]]);
    out.mul(2).backward();
    expect(x.grad!.tolist()).toEqual([[6, 8]]);
    expect(gl.matmul(gl.ones([1, 2]), gl.ones([2, 1]), { dtype: "float64" }).dtype).toBe("float64");
    expect(gl.matmul(x, y, { constant: true }).constant).toBe(true);
    expect(() => gl.matmul(x, y, { where: true } as never)).toThrow(/matmul: .*where/);
    expect(() => gl.matmul(x, y, { dtype: "int32" })).toThrow(gl.DTypeError);
    expect(() => gl.matmul(x, y, { out: gl.zeros([3]) })).toThrow(/matmul: .*\(1, 1\).*\(3,\)/);
  });

  it("flatten copies, unlike ravel", () => {
    const x = gl.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      "float64",
    );
    const flat = x.flatten();
    flat.set_(0, 9);
    expect(x.get(0, 0).item()).toBe(1);
    expect(gl.flatten(x).tolist()).toEqual([1, 2, 3, 4]);
    x.ravel().set_(0, 9);
    expect(x.get(0, 0).item()).toBe(9);
  });
});

it("constants are NumPy's", () => {
  expect([gl.pi, gl.e, gl.eulerGamma]).toEqual([Math.PI, Math.E, 0.5772156649015329]);
  expect([gl.inf, gl.nan, gl.newaxis]).toEqual([Number.POSITIVE_INFINITY, Number.NaN, null]);
});
