import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

const { tensor, fromData, ones, full, zeros } = gl;

/** What goes wrong in other libraries on WebAssembly, each with what NumPy gives. */
const HAZARDS: { readonly [name: string]: () => void } = {
  "rank 7 and more": () => {
    const shape = [2, 1, 2, 3, 1, 2, 2, 2];
    const size = shape.reduce((a, b) => a * b, 1);
    const x = fromData(
      Float32Array.from({ length: size }, (_, k) => k),
      shape,
    );
    const row = fromData(Float32Array.of(10, 20), [2, 1, 1]);
    const sum = x.add(row);
    expect(sum.shape).toEqual(shape);
    expect(sum.reshape(-1).tolist()).toEqual(
      Array.from({ length: size }, (_, k) => k + (Math.floor(k / 4) % 2 === 0 ? 10 : 20)),
    );
    const padded = gl.pad(x, [
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
    expect(padded.shape).toEqual([2, 2, 2, 3, 1, 2, 2, 3]);
    expect(padded.sum().item()).toBe((size * (size - 1)) / 2);
    const turned = x.transpose([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(turned.get(1, 0, 1, 0, 2, 1, 0, 1).item()).toBe(x.get(1, 0, 1, 2, 0, 1, 0, 1).item());
    expect(x.sum([0, 3, 5, 7]).shape).toEqual([1, 2, 1, 2]);
    expect(x.expandDims(0).expandDims(0).add(x).sum().item()).toBe(size * (size - 1));
  },

  "empty reductions": () => {
    const none = zeros([0, 3]);
    expect(none.sum(0).tolist()).toEqual([0, 0, 0]);
    expect(none.prod(0).tolist()).toEqual([1, 1, 1]);
    expect(none.mean(0).tolist()).toEqual([NaN, NaN, NaN]);
    expect(none.any(0).tolist()).toEqual([false, false, false]);
    expect(none.all(0).tolist()).toEqual([true, true, true]);
    expect(none.sum(1).tolist()).toEqual([]);
    expect(() => none.max(0).evaluate()).toThrow(/max/);
    expect(() => none.min(0).evaluate()).toThrow(/min/);
    expect(() => none.argmax(0).evaluate()).toThrow(/argmax/);
    expect(zeros([0]).sum().item()).toBe(0);
  },

  "a matrix product over no terms": () => {
    expect(gl.matmul(zeros([2, 0]), zeros([0, 3])).tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(
      gl
        .matmul(zeros([3, 2, 0]), zeros([3, 0, 1]))
        .sum()
        .item(),
    ).toBe(0);
    expect(gl.matmul(zeros([0]), zeros([0])).item()).toBe(0);
    expect(gl.matmul(zeros([2, 3]), zeros([3, 0])).shape).toEqual([2, 0]);
  },

  "sums of many float32": () => {
    expect(ones([2e7]).sum().item()).toBe(2e7);
    expect(ones([2e7]).mean().item()).toBe(1);
    const tenth = Math.fround(0.1);
    expectNear(full([1e7], 0.1, { dtype: "float32" }).sum().item(), 1e7 * tenth, 1e-6);
    expectNear(full([1000, 1000], 0.1, { dtype: "float32" }).sum(0).get(7).item(), 1000 * tenth, 1e-6);
    expectNear(full([1000, 1000], 0.1, { dtype: "float32" }).sum(1).get(7).item(), 1000 * tenth, 1e-6);
    const far = fromData(
      Float32Array.from({ length: 4096 }, (_, k) => 4096 + (k % 2)),
      [4096],
    );
    expectNear(far.var().item(), 0.25, 1e-5);
    expectNear(far.std().item(), 0.5, 1e-5);
    expect(ones([3e5]).cumsum().get(-1).item()).toBe(3e5);
  },

  "long dot products": () => {
    const tenth = Math.fround(0.1) ** 2;
    const x = full([1e6], 0.1, { dtype: "float32" });
    expectNear(gl.matmul(x, x).item(), 1e6 * tenth, 1e-6);
    const wide = full([2, 3e5], 0.1, { dtype: "float32" });
    expectNear(gl.matmul(wide, wide.transpose()).get(1, 0).item(), 3e5 * tenth, 1e-4);
  },

  NaN: () => {
    const a = tensor([1, NaN, NaN, 5]);
    const b = tensor([NaN, 2, NaN, 3]);
    expect(gl.maximum(a, b).tolist()).toEqual([NaN, NaN, NaN, 5]);
    expect(gl.minimum(a, b).tolist()).toEqual([NaN, NaN, NaN, 3]);
    expect(gl.maximum(a, 0).tolist()).toEqual([1, NaN, NaN, 5]);
    expect(gl.maximum(2, a).tolist()).toEqual([2, NaN, NaN, 5]);
    expect(gl.relu(a).tolist()).toEqual([1, NaN, NaN, 5]);
    expect(gl.clip(a, 0, 2).tolist()).toEqual([1, NaN, NaN, 2]);
    expect(gl.sign(a).tolist()).toEqual([1, NaN, NaN, 1]);
    expect(a.max().item()).toBeNaN();
    expect(a.min().item()).toBeNaN();
    expect(
      tensor(Array.from({ length: 37 }, (_, k) => (k === 36 ? NaN : k)))
        .max()
        .item(),
    ).toBeNaN();
    expect(
      tensor(Array.from({ length: 37 }, (_, k) => (k === 0 ? NaN : k)))
        .min()
        .item(),
    ).toBeNaN();
    expect(a.argmax().item()).toBe(1);
    expect(gl.sort(a).tolist()).toEqual([1, 5, NaN, NaN]);
    expect(gl.argsort(a).tolist()).toEqual([0, 3, 1, 2]);
  },

  "zeros of both signs": () => {
    // NumPy's maximum and minimum of two equal operands is the second.
    const [plus, minus] = [tensor([0, 0, 0, 0, 0]), tensor([-0, -0, -0, -0, -0])];
    for (const f of [gl.maximum, gl.minimum]) {
      expect(f(plus, minus).tolist()).toEqual([-0, -0, -0, -0, -0]);
      expect(f(minus, plus).tolist()).toEqual([0, 0, 0, 0, 0]);
      expect(f(minus, 0).tolist()).toEqual([0, 0, 0, 0, 0]);
    }
    expect(minus.sqrt().tolist()).toEqual([-0, -0, -0, -0, -0]);
    expect(tensor(1).div(minus).tolist()).toEqual([-Infinity, -Infinity, -Infinity, -Infinity, -Infinity]);
  },

  "log1p and expm1 near zero": () => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor([1e-30, -1e-30, 0, -0], { dtype });
      expect(gl.log1p(x).tolist()).toEqual(x.tolist());
      expect(gl.expm1(x).tolist()).toEqual(x.tolist());
    }
    expect(gl.log1p(-1).item()).toBe(-Infinity);
    expect(gl.log1p(-2).item()).toBeNaN();
    expect(gl.expm1(-Infinity).item()).toBe(-1);
  },

  "sine near zero": () => {
    const x = tensor([-1e-12, 1e-30, 1e-40, 0, -0]);
    expect(gl.sin(x).tolist()).toEqual(x.tolist());
    expect(gl.tan(x).tolist()).toEqual(x.tolist());
  },

  "the exponential's ends": () => {
    const x = tensor([-1000, -104, -100, 89, Infinity, -Infinity, NaN]);
    const wanted = [0, 0, 3.783505853677006e-44, Infinity, Infinity, 0, NaN];
    expect(gl.exp(x).tolist()).toEqual(wanted.map((v) => Math.fround(v)));
    expect(gl.softmax(tensor([1e4, -1e4, 1e4])).tolist()).toEqual([0.5, 0, 0.5]);
    expect(gl.softmax(tensor([-Infinity, 0, -Infinity])).tolist()).toEqual([0, 1, 0]);
    expect(gl.softmax(tensor([NaN, 0, 1])).tolist()).toEqual([NaN, NaN, NaN]);
    expect(gl.logSoftmax(tensor([1e4, 0])).tolist()).toEqual([0, -1e4]);
    expect(gl.logsumexp(tensor([1000, 1000])).item()).toBeCloseTo(1000 + Math.LN2, 4);
    expect(gl.sigmoid(tensor([-1000, 1000])).tolist()).toEqual([0, 1]);
  },

  int32: () => {
    const whole = (values: gl.NestedValue): gl.Tensor => tensor(values, { dtype: "int32" });
    expect(gl.matmul(whole([[1, 2]]), whole([[3], [4]])).tolist()).toEqual([[11]]);
    expect(gl.matmul(whole([[1, 2]]), whole([[3], [4]])).dtype).toBe("int32");
    expect(
      whole([7, -7])
        .div(whole([2, 2]))
        .tolist(),
    ).toEqual([3.5, -3.5]);
    expect(
      whole([7, -7, 7])
        .floorDivide(whole([2, 2, -2]))
        .tolist(),
    ).toEqual([3, -4, -4]);
    expect(
      whole([7, -7, 7])
        .mod(whole([2, 2, -2]))
        .tolist(),
    ).toEqual([1, 1, -1]);
    expect(
      whole([5, 0])
        .floorDivide(whole([0, 0]))
        .tolist(),
    ).toEqual([0, 0]);
    expect(
      whole([2147483647])
        .add(whole([1]))
        .tolist(),
    ).toEqual([-2147483648]);
    expect(
      whole([65536])
        .mul(whole([65537]))
        .tolist(),
    ).toEqual([65536]);
    expect(whole([-2147483648]).abs().tolist()).toEqual([-2147483648]);
  },

  "casts of what int32 does not hold": () => {
    // C leaves them undefined, and so does NumPy: here they saturate, and NaN is 0.
    expect(tensor([1e10, -1e10, NaN, 2.9, -2.9, Infinity]).astype("int32").tolist()).toEqual([
      2147483647, -2147483648, 0, 2, -2, 2147483647,
    ]);
  },

  "ties of a maximum's gradient": () => {
    const x = tensor([2, 2, 1]);
    x.max().backward();
    expect(x.grad!.tolist()).toEqual([1, 0, 0]);
  },

  "gradients through where": () => {
    const x = tensor([-1, 2, 3]);
    gl.where(x.gt(0), x.mul(x), 0).sum().backward();
    expect(x.grad!.add(0).tolist()).toEqual([0, 4, 6]);
  },

  "float64 is float64": () => {
    const x = tensor([1, 1e-15], { dtype: "float64" });
    expect(x.sum().item()).toBe(1 + 1e-15);
    expect(gl.exp(x).dtype).toBe("float64");
    expectNear(gl.exp(tensor(1, { dtype: "float64" })).item(), Math.E, 4e-16);
  },

  "batch normalization without scale and offset": () => {
    const x = tensor([
      [1, 2],
      [3, 6],
    ]);
    const y = gl.batchnorm(x, { eps: 0 });
    expect(y.tolist()).toEqual([
      [-1, -1],
      [1, 1],
    ]);
    y.mul(y).sum().backward();
    for (const v of x.grad!.reshape(-1).tolist() as number[]) expect(Math.abs(v)).toBeLessThan(1e-6);
  },
};

function expectNear(found: number | boolean, wanted: number, relative: number): void {
  expect(Math.abs(Number(found) - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted));
}

describe.each(["wasm", "reference"] as const)("on the %s backend, no harm comes from", (backend) => {
  beforeAll(() => gl.setBackend(backend));
  const slow = new Set(["sums of many float32", "long dot products"]);
  const names = Object.keys(HAZARDS).filter((name) => backend === "wasm" || !slow.has(name));
  it.each(names)("%s", (name) => HAZARDS[name]!());
});
