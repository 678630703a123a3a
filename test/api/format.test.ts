import { describe, expect, it } from "vitest";
import { shortestDigits } from "../../src/api/tensor/float-digits.ts";
import { formatArray, formatRepr } from "../../src/api/tensor/format.ts";
import type { DType } from "../../src/ir/dtype.ts";
import cases from "./fixtures/format.json" with { type: "json" };

type Data = readonly (number | string)[] | { arange: number; scale?: number; modulo?: number };

function elements(data: Data, dtype: DType): ArrayLike<number> {
  const numbers =
    "arange" in data
      ? Array.from({ length: data.arange }, (_, i) => (i % (data.modulo ?? data.arange)) * (data.scale ?? 1))
      : data.map((x) => Number(typeof x === "string" ? x.replace("inf", "Infinity") : x));
  return dtype === "float32" ? Float32Array.from(numbers) : numbers;
}

describe("prints what NumPy 2.4 prints", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
    const dtype = c.dtype as DType;
    const data = elements(c.data as Data, dtype);
    expect(formatArray(data, c.shape, dtype).split("\n")).toEqual(c.str);
    expect(formatRepr(data, c.shape, dtype).split("\n")).toEqual(c.repr);
  });
});

it("indents by a prefix", () => {
  expect(`x = ${formatArray([0, 1, 2, 3], [2, 2], "float64", "x = ")}`).toBe("x = [[0. 1.]\n     [2. 3.]]");
});

describe("shortestDigits", () => {
  it("gives as few digits as JavaScript does, in float64", () => {
    let seed = 1;
    for (let i = 0; i < 2000; i++) {
      seed = (seed * 48271) % 0x7fffffff;
      const x = seed * 2 ** ((i % 2000) - 1040);
      const [digits, exponent] = x.toExponential().split("e");
      const expected = { digits: digits!.replace(".", ""), point: Number(exponent) + 1 };
      expect(shortestDigits(x, "float64"), String(x)).toEqual(expected);
    }
  });

  it("gives digits that read back as the same float32, and none fewer do", () => {
    let seed = 1;
    for (let i = 0; i < 2000; i++) {
      seed = (seed * 48271) % 0x7fffffff;
      const x = Math.fround(seed * 2 ** ((i % 240) - 150));
      const { digits, point } = shortestDigits(x, "float32");
      expect(Math.fround(Number(`0.${digits}e${point}`)), String(x)).toBe(x);
      const fewer = x.toExponential(Math.max(digits.length - 2, 0));
      if (digits.length > 1) expect(Math.fround(Number(fewer)), String(x)).not.toBe(x);
    }
  });

  it("rounds ties to even where a limit cuts the digits", () => {
    expect(shortestDigits(0.125, "float64", { max: 2 })).toEqual({ digits: "12", point: 0 });
    expect(shortestDigits(0.375, "float64", { max: 2 })).toEqual({ digits: "38", point: 0 });
  });

  it("continues with the exact value's digits where more are asked for", () => {
    expect(shortestDigits(Math.fround(0.1), "float32")).toEqual({ digits: "1", point: 0 });
    expect(shortestDigits(Math.fround(0.1), "float32", { min: 12, max: 12 })).toEqual({
      digits: "100000001490",
      point: 0,
    });
  });

  it("carries into a new digit", () => {
    expect(shortestDigits(9.96, "float64", { fraction: true, max: 1 })).toEqual({ digits: "1", point: 2 });
    expect(shortestDigits(0.96, "float64", { max: 1 })).toEqual({ digits: "1", point: 1 });
  });

  it("has the digit 0 for zero", () => {
    expect(shortestDigits(-0, "float32")).toEqual({ digits: "0", point: 1 });
  });
});
