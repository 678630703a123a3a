import { beforeAll, describe, expect, it } from "vitest";
import { MATH_ULP } from "../../src/backends/webgl/glsl/math-ulp.ts";
import { fromData, getBackend, ones, setBackend, zeros } from "../../src/index.ts";
import { runGolden } from "./golden.ts";
import { runPrograms } from "./random.ts";
import { measureMath } from "./webgl-math.ts";

describe("the functions of float32 in shaders", () => {
  it("are as precise as is said, with IEEE's special values", async () => {
    for (const [name, { ulp, problems }] of Object.entries(await measureMath())) {
      expect(problems, name).toEqual([]);
      expect(ulp, name).toBeLessThanOrEqual(MATH_ULP[name] ?? 0);
    }
  });
});

describe("the webgl backend", () => {
  beforeAll(() => setBackend("webgl"));

  it("is there", async () => {
    expect(getBackend()).toBe("webgl");
    expect([
      ...(await ones([3, 5])
        .matmul(ones([5, 2]))
        .add(1)
        .data()),
    ]).toEqual(new Array(6).fill(6));
  });

  it("refuses float64, and says what to do", async () => {
    const x = fromData([1, 2, 3], [3], "float64");
    await expect(x.add(1).data()).rejects.toThrow(/WebGL has no float64.*float32.*wasm/s);
  });

  it("does not let what it refuses stand in the way of all else", async () => {
    const x = fromData([1, 2, 3], [3], "float64");
    const w = fromData([1, 2, 3], [3], "float32");
    x.add_(1);
    w.mul_(2);
    expect([...(await w.data())]).toEqual([2, 4, 6]);
    x.add_(1);
    w.mul(w).sum().backward();
    expect([...(await w.grad!.data())]).toEqual([4, 8, 12]);
    x.mul(x).sum().backward();
    expect([...(await w.add(1).data())]).toEqual([3, 5, 7]);
    await expect(x.data()).rejects.toThrow(/WebGL has no float64/);
    await setBackend("wasm");
    try {
      expect([...(await x.data())]).toEqual([3, 4, 5]);
      expect([...(await x.grad!.data())]).toEqual([6, 8, 10]);
    } finally {
      await setBackend("webgl");
    }
  });

  it("keeps int32 whole, and bools", async () => {
    const x = fromData([2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1], [3], "int32");
    expect([...(await x.add(0).data())]).toEqual([2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1]);
    expect([...(await x.add(1).data())]).toEqual([-(2 ** 31), -(2 ** 31) + 1, 2 ** 24 + 2]);
    expect(await x.gt(0).data()).toEqual(Uint8Array.of(1, 0, 1));
  });

  it("has results for empty arrays, and for sums of nothing", async () => {
    expect([...(await zeros([0, 3]).sum(0).data())]).toEqual([0, 0, 0]);
    expect((await zeros([0, 3]).mul(2).data()).length).toBe(0);
    expect([
      ...(await ones([2, 0])
        .matmul(ones([0, 3]))
        .data()),
    ]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("runs random programs with views and writes", () => runPrograms(3, 120, "float32"));

  runGolden(["float32"]);
});
