/** Functions that ask about arrays, and that give positions or counts: NumPy's answers. */
import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

describe.each<gl.BackendName>(["wasm", "reference"])("on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it("nonzero and argwhere give positions, row-major", () => {
    const x = gl.tensor(
      [
        [0, 3, 0],
        [Number.NaN, 0, -1],
      ],
      "float64",
    );
    expect(gl.nonzero(x).map((t) => t.tolist())).toEqual([
      [0, 1, 1],
      [1, 0, 2],
    ]);
    expect(gl.argwhere(x).tolist()).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
    ]);
    expect(gl.where(x.gt(0))).toHaveLength(2);
    expect([gl.argwhere(5).shape, gl.argwhere(0).shape, gl.argwhere(gl.zeros([0, 2])).shape]).toEqual([
      [1, 0],
      [0, 0],
      [0, 2],
    ]);
  });

  it("bincount counts, or adds weights up", () => {
    const x = gl.tensor([1, 3, 1, 0], "int32");
    expect(gl.bincount(x).tolist()).toEqual([1, 2, 0, 1]);
    expect(gl.bincount(x, { minlength: 6 }).shape).toEqual([6]);
    expect(gl.bincount(x, { weights: [0.5, 2, 1, 4] }).tolist()).toEqual([4, 1.5, 0, 2]);
    expect(gl.bincount(gl.zeros([0], "int32")).shape).toEqual([0]);
  });

  it("isclose, allclose and arrayEqual", () => {
    const { NaN: nan, POSITIVE_INFINITY: high } = Number;
    const [x, y] = [gl.tensor([1, nan, high, high], "float64"), gl.tensor([1 + 1e-9, nan, high, -high], "float64")];
    expect(gl.isclose(x, y).tolist()).toEqual([true, false, true, false]);
    expect(gl.isclose(x, y, { equalNan: true }).tolist()).toEqual([true, true, true, false]);
    expect([gl.allclose([1, 2], [1, 2.1]), gl.allclose([1, 2], [1, 2.1], { atol: 0.2 })]).toEqual([false, true]);
    expect([gl.arrayEqual([1, 2], [1, 2]), gl.arrayEqual([1, 2], [[1, 2]]), gl.arrayEqual([nan], [nan])]).toEqual([
      true,
      false,
      false,
    ]);
    expect(gl.arrayEqual([nan], [nan], { equalNan: true })).toBe(true);
  });

  it("copyto writes what is broadcast", () => {
    const x = gl.zeros([2, 2]);
    gl.copyto(x.get(1), 7);
    expect(x.tolist()).toEqual([
      [0, 0],
      [7, 7],
    ]);
  });

  it("arrays like others have their shape and dtype, or what is asked for", () => {
    const x = gl.tensor([[1, 2, 3]], "float64");
    expect([gl.onesLike(x).tolist(), gl.onesLike(x).dtype]).toEqual([[[1, 1, 1]], "float64"]);
    expect(gl.fullLike(x, 2.5, { shape: [2], dtype: "float32" }).tolist()).toEqual([2.5, 2.5]);
    expect(gl.emptyLike(x).shape).toEqual([1, 3]);
    expect(gl.zerosLike(gl.tensor([true])).dtype).toBe("bool");
  });
});

it("dtypes: results, casts, scalars", () => {
  const [i, f, d, b] = [gl.zeros([1], "int32"), gl.zeros([1]), gl.zeros([1], "float64"), gl.zeros([1], "bool")];
  expect([gl.resultType(f, d), gl.resultType(i, f), gl.resultType(b, i), gl.resultType(f, 1.5)]).toEqual([
    "float64",
    "float64",
    "int32",
    "float32",
  ]);
  const bounds = [-(2 ** 31) - 1, -(2 ** 31), -1, -0, 2 ** 31 - 1, 2 ** 31];
  expect(bounds.map((v) => gl.resultType(i, v))).toEqual(["float64", "int32", "int32", "int32", "int32", "float64"]);
  expect([i.add(-(2 ** 31)).item(), i.sub(2 ** 31).item()]).toEqual([-(2 ** 31), -(2 ** 31)]);
  expect([
    gl.canCast("int32", "float64"),
    gl.canCast("float64", "float32"),
    gl.canCast("float64", "float32", "same_kind"),
  ]).toEqual([true, false, true]);
  expect([gl.canCast("float32", "int32", "same_kind"), gl.canCast("float32", "int32", "unsafe")]).toEqual([
    false,
    true,
  ]);
  expect([gl.minScalarType(true), gl.minScalarType(3), gl.minScalarType(2.5)]).toEqual(["bool", "int32", "float32"]);
});

it("memory: shared by views, not by copies", () => {
  const x = gl.zeros([4]);
  const [view, copied] = [x.get("1:"), x.get([0, 1])];
  expect([gl.sharesMemory(x, view), gl.mayShareMemory(x, view), gl.sharesMemory(x, copied)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(gl.shape([[1, 2]])).toEqual([1, 2]);
});

it("a tensor shows itself as NumPy does, and where nothing can compute it, its shape", () => {
  expect(gl.tensor([1, 2], "float64").inspect()).toBe("tensor([1., 2.])");
});

it("keys of random numbers are values of their own class", () => {
  expect(gl.random.key(1)).toBeInstanceOf(gl.random.RandomKey);
});

it("the backend in use has a name", async () => {
  await gl.setBackend("reference");
  expect(gl.getBackend()).toBe("reference");
  await gl.setBackend("wasm");
  expect(gl.getBackend()).toBe("wasm");
  await expect(gl.setBackend("cuda" as "wasm")).rejects.toThrow(gl.BackendError);
});
