import { beforeAll, describe, expect, it } from "vitest";
import { arange, type BackendName, setBackend, type Tensor } from "../../src/index.ts";

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
