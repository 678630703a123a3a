/** What gradients are at the edges: ties, kinks, poles and zeros. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  absolute,
  add,
  arccos,
  arcsin,
  type BackendName,
  cbrt,
  clip,
  cumprod,
  einsum,
  log,
  max,
  maximum,
  mean,
  min,
  minimum,
  norm,
  ones,
  power,
  prod,
  setBackend,
  sinc,
  sqrt,
  std,
  sum,
  type Tensor,
  tensor,
  variance,
} from "../../src/index.ts";

const leaf = (data: readonly number[]): Tensor => tensor(data, "float64");

/** The gradient of the sum of a result. */
function gradient(data: readonly number[], f: (x: Tensor) => Tensor): number[] {
  const x = leaf(data);
  f(x).backward();
  return (x.grad?.tolist() ?? data.map(() => 0)) as number[];
}

type Row = readonly [what: string, data: readonly number[], f: (x: Tensor) => Tensor, gradient: readonly number[]];

/** MyGrad's conventions, but for those named as corrected. */
const ROWS: readonly Row[] = [
  ["max: the first of equal ones", [2, 2, 1], (x) => max(x), [1, 0, 0]],
  ["min: the first of equal ones", [1, 2, 1], (x) => min(x), [1, 0, 0]],
  ["maximum: ties give neither side any", [1, 3], (x) => maximum(x, [1, 2]), [0, 1]],
  ["maximum: nor the other side", [1, 3], (x) => maximum([1, 4], x), [0, 0]],
  ["minimum: ties give neither side any", [1, 1], (x) => minimum(x, [1, 2]), [0, 1]],
  ["prod: one zero", [2, 0, 3], (x) => prod(x), [0, 6, 0]],
  ["prod: two zeros", [2, 0, 0], (x) => prod(x), [0, 0, 0]],
  ["cumprod: zeros", [2, 0, 3, 0], (x) => cumprod(x), [1, 8, 0, 0]],
  ["einsum: a repeated operand", [2, 3], (x) => einsum("i,i", x, x), [4, 6]],
  ["absolute at 0", [0, -0, -2], (x) => absolute(x), [0, 0, -1]],
  ["norm of zeros (corrected)", [0, 0], (x) => norm(x), [0, 0]],
  ["norm of zeros, order 3 (corrected)", [0, 0], (x) => norm(x, { ord: 3 }), [0, 0]],
  ["std of equal numbers (corrected)", [2, 2, 2], (x) => std(x), [0, 0, 0]],
  ["var of equal numbers", [2, 2], (x) => variance(x), [0, 0]],
  ["var over no axes", [2, 3], (x) => variance(x, []), [0, 0]],
  ["x to the 0 at 0", [0], (x) => power(x, 0), [0]],
  ["0 to the x", [0, 2], (x) => power(0, x), [0, 0]],
  ["sinc at 0", [0], (x) => sinc(x), [0]],
  ["arcsin at the ends", [1, -1], (x) => arcsin(x), [0, 0]],
  ["arccos at the ends", [1, -1], (x) => arccos(x), [0, 0]],
  ["sqrt at 0", [0], (x) => sqrt(x), [Number.POSITIVE_INFINITY]],
  ["cbrt at 0", [0], (x) => cbrt(x), [Number.POSITIVE_INFINITY]],
  ["log at 0", [0], (x) => log(x), [Number.POSITIVE_INFINITY]],
  ["clip at and beyond its bounds", [0, 0.5, 1, 2], (x) => clip(x, 0, 1), [0, 1, 0, 0]],
  ["a result that is no scalar counts as its sum", [1, 2], (x) => x.mul(x), [2, 4]],
];

describe.each<BackendName>(["wasm", "reference"])("at the edges, on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it.each(ROWS)("%s", (_what, data, f, wanted) => {
    expect(gradient(data, f).map((v) => v + 0)).toEqual(wanted);
  });

  it("sinc near 0 is exact, where the quotient cancels (corrected)", () => {
    const [g] = gradient([1e-9], sinc);
    expect(g! / ((-(Math.PI ** 2) * 1e-9) / 3)).toBeCloseTo(1, 12);
  });

  it("plain numbers take the dtype of what they meet (corrected)", () => {
    const x = tensor([1, 2], "float32");
    expect(x.add(1.5).dtype).toBe("float32");
    expect(add(tensor([1, 2], "int32"), 1.5).dtype).toBe("float64");
    expect(add(tensor([1, 2], "int32"), 1).dtype).toBe("int32");
  });

  it("a cast lets gradients through (corrected), and they have the dtype of their tensor", () => {
    const x = tensor([1, 2], "float32");
    x.astype("float64").mul(3).backward();
    expect(x.grad!.dtype).toBe("float32");
    expect(x.grad!.tolist()).toEqual([3, 3]);
  });

  it("a view whose graph was cleared still writes into its base (corrected)", () => {
    const x = leaf([1, 2, 3]);
    const v = x.get("1:");
    v.mul(2).backward();
    v.mul_(2);
    expect(x.tolist()).toEqual([1, 4, 6]);
  });

  it("sums of many float32 are exact to their precision", () => {
    const x = ones([2e7]);
    expect(sum(x).item()).toBe(2e7);
    expect(mean(x).item()).toBe(1);
  });
});
