import { beforeAll, describe, expect, it } from "vitest";
import {
  arange,
  type BackendName,
  cumprod,
  einsum,
  multiply,
  prod,
  setBackend,
  type Tensor,
  tensor,
  zerosLike,
} from "../../src/index.ts";

/** Views on both sides of an in-place product of overlapping memory. */
function example(): { x: Tensor; y: Tensor } {
  const x = arange(16).reshape(4, 4);
  const y = x.pos();
  const c = y.get("-2:, -2:");
  c.mul_(y.get(":2, :2").neg());
  return { x, y };
}

const VALUE = [
  [0, 1, 2, 3],
  [4, 5, 6, 7],
  [8, 9, -0, -11],
  [12, 13, -56, -75],
];
const GRADIENT = [
  [-9, -10, 1, 1],
  [-13, -14, 1, 1],
  [1, 1, 0, -1],
  [1, 1, -4, -5],
];

describe.each<BackendName>(["wasm", "reference"])("a product in place through views, on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("has the values of NumPy, with the sign of zero", () => {
    const { y } = example();
    const values = y.tolist();
    // toEqual tells -0 from 0.
    expect(values).toEqual(VALUE);
    expect(Object.is(y.get(2, 2).item(), -0)).toBe(true);
    expect(Object.is(y.get(0, 0).item(), 0)).toBe(true);
  });

  it("has the gradient of MyGrad", () => {
    const { x, y } = example();
    y.backward();
    expect((x.grad!.tolist() as number[][]).map((row) => row.map((v) => v + 0))).toEqual(GRADIENT);
  });

  it("has the same where the values are read before the gradient", () => {
    const { x, y } = example();
    expect(y.tolist()).toEqual(VALUE);
    y.backward();
    expect(y.tolist()).toEqual(VALUE);
    expect((x.grad!.tolist() as number[][]).map((row) => row.map((v) => v + 0))).toEqual(GRADIENT);
  });
});

/** A float64 leaf. */
const leaf = (data: readonly number[]): Tensor => tensor(data, "float64");
const square3 = (): Tensor => arange(9, null, 1, "float64").reshape(3, 3).pos();

describe.each<BackendName>(["wasm", "reference"])("the seeds of this project, on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("einsum stretches an axis of length 1", () => {
    const [x, y] = [leaf([2, 3]), leaf([3])];
    einsum("i,i", x, y).backward();
    expect(x.grad!.tolist()).toEqual([3, 3]);
    expect(y.grad!.tolist()).toEqual([5]);
  });

  it("prod has an exact gradient at zeros", () => {
    const x = leaf([0, 1, 2]);
    prod(x).backward();
    expect(x.grad!.tolist()).toEqual([2, 0, 0]);
  });

  it("a masked product into another tensor", () => {
    const x = tensor([1, 2, 3]);
    const y = zerosLike(x);
    const out = multiply(x, x, { where: [true, false, true], out: y, dtype: "float32" });
    expect(out).toBe(y);
    expect(y.tolist()).toEqual([1, 0, 9]);
    y.backward();
    expect(x.grad!.tolist()).toEqual([2, 0, 6]);
  });

  it("cumprod", () => {
    const x = leaf([-1, 2, 4]);
    cumprod(x).backward();
    expect(x.grad!.tolist()).toEqual([11, -5, -2]);
  });

  it("einsum with an ellipsis, summed over", () => {
    const x = square3();
    const y = arange(3, null, 1, "float64");
    einsum("...i,i ->", x, y).backward();
    expect(x.grad!.tolist()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(y.grad!.tolist()).toEqual([9, 12, 15]);
  });

  it("einsum of a trace", () => {
    const x = square3();
    einsum("ii ->", x).backward();
    expect(x.grad!.tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it("a diagonal is a view that can be written, and its gradient a view of the whole one", () => {
    const x = square3();
    const d = einsum("ii->i", x);
    expect(d.base).toBe(x);
    d.mul_(-1);
    x.pow(2).backward();
    expect(x.grad!.tolist()).toEqual([
      [-0, 2, 4],
      [6, -8, 10],
      [12, 14, -16],
    ]);
    expect(d.grad!.tolist()).toEqual([-0, -8, -16]);
    expect(d.grad!.base).toBe(x.grad);
    expect(d.grad!.sharesMemory(x.grad!)).toBe(true);
    x.grad!.set_("...", 7);
    expect(d.grad!.tolist()).toEqual([7, 7, 7]);
  });
});
