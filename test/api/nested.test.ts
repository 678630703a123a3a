import { describe, expect, it } from "vitest";
import { DTypeError, ShapeError } from "../../src/api/errors.ts";
import { type AnyTypedArray, fromNested, type Nested, toNested } from "../../src/api/tensor/nested.ts";

describe("fromNested", () => {
  it("flattens lists in row-major order", () => {
    const value = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ];
    expect(fromNested(value)).toEqual({ data: [1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2], dtype: "float32" });
  });

  it("takes scalars", () => {
    expect(fromNested(2.5)).toEqual({ data: [2.5], shape: [], dtype: "float32" });
    expect(fromNested(true)).toEqual({ data: [1], shape: [], dtype: "bool" });
  });

  it.each([
    [[], [0]],
    [[[]], [1, 0]],
    [
      [[], []],
      [2, 0],
    ],
    [
      [[[]], [[]]],
      [2, 1, 0],
    ],
  ] satisfies [Nested, number[]][])("takes the empty list %j", (value, shape) => {
    expect(fromNested(value)).toEqual({ data: [], shape, dtype: "float32" });
  });

  it("is bool for booleans alone, and float32 where numbers are among them", () => {
    expect(fromNested([[true], [false]])).toEqual({ data: [1, 0], shape: [2, 1], dtype: "bool" });
    expect(fromNested([true, 2])).toEqual({ data: [1, 2], shape: [2], dtype: "float32" });
  });

  it("takes the dtype that it is told, without rounding yet", () => {
    expect(fromNested([1.5, true], "int32")).toEqual({ data: [1.5, 1], shape: [2], dtype: "int32" });
    expect(fromNested([0.1], "float64").dtype).toBe("float64");
    expect(fromNested([], "bool").dtype).toBe("bool");
  });

  it("keeps nan, infinities and the sign of zero", () => {
    expect(fromNested([Number.NaN, Number.NEGATIVE_INFINITY, -0]).data).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      -0,
    ]);
  });

  it("uses the caller's own array where its type is a dtype", () => {
    const arrays = [Float32Array.of(1, 2), Float64Array.of(1, 2), Int32Array.of(1, 2)];
    expect(arrays.map((array) => fromNested(array).data === array)).toEqual([true, true, true]);
    expect(arrays.map((array) => fromNested(array).dtype)).toEqual(["float32", "float64", "int32"]);
    expect(fromNested(arrays[0]!, "int32").dtype).toBe("int32");
  });

  it.each([
    Int8Array.of(-1, 2),
    Uint8Array.of(1, 255),
    Uint8ClampedArray.of(1, 255),
    Int16Array.of(-1, 2),
    Uint16Array.of(1, 65535),
    Uint32Array.of(1, 2 ** 31 - 1),
    BigInt64Array.of(-(2n ** 31n), 2n),
    BigUint64Array.of(1n, 2n),
  ] satisfies AnyTypedArray[])("reads $constructor.name as int32", (array) => {
    expect(fromNested(array)).toEqual({ data: Int32Array.from(array, Number), shape: [2], dtype: "int32" });
    const asFloat = fromNested(array, "float64");
    expect(asFloat).toEqual({ data: Float64Array.from(array, Number), shape: [2], dtype: "float64" });
  });

  it("reads only the window of a buffer that the array shows", () => {
    const window = new Int16Array(Int16Array.of(1, 2, 3, 4).buffer, 2, 2);
    expect(fromNested(window)).toEqual({ data: Int32Array.of(2, 3), shape: [2], dtype: "int32" });
  });
});

describe("toNested", () => {
  it("is the inverse of fromNested", () => {
    const values: Nested[] = [3, true, [], [[]], [[], []], [1, 2, 3], [[true], [false]], [[[1, 2]], [[3, 4]]]];
    for (const value of values) {
      const { data, shape, dtype } = fromNested(value);
      expect(toNested(data, shape, dtype)).toEqual(value);
    }
  });

  it("keeps inner lists where an axis is empty", () => {
    expect(toNested([], [2, 0, 3], "float32")).toEqual([[], []]);
    expect(toNested([], [0, 2], "float32")).toEqual([]);
  });
});

describe("errors", () => {
  it("ragged lists", () => {
    expect(() => fromNested([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => fromNested([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ragged nested list: value[1] is a list of length 1, but value[0] is a list of length 2; lists at one depth need one length]`,
    );
    expect(() => fromNested([[1, 2], 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ragged nested list: value[1] is the number 3, but value[0] is a list of length 2; lists at one depth need one length]`,
    );
    expect(() => fromNested([1, [2]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ragged nested list: value[1] is a list of length 1, but value[0] is an element; lists at one depth need one length]`,
    );
    expect(() => fromNested([[], [1]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ragged nested list: value[1] is a list of length 1, but value[0] is a list of length 0; lists at one depth need one length]`,
    );
    expect(() =>
      fromNested([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ragged nested list: value[1][1] is a list of length 2, but value[0][0] is a list of length 1; lists at one depth need one length]`,
    );
  });

  it("a list that contains itself", () => {
    const list: Nested[] = [];
    list.push(list);
    expect(() => fromNested(list)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: lists nest deeper than 64 levels; does a list contain itself?]`,
    );
  });

  it("elements that are neither numbers nor booleans", () => {
    const flatten = (value: unknown): unknown => fromNested(value as Nested);
    expect(() => flatten(["1"])).toThrow(DTypeError);
    expect(() => flatten(["1"])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of the string "1" at value[0]: convert it with Number()]`,
    );
    expect(() => flatten([[1n]])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of the bigint 1n at value[0][0]: convert it with Number()]`,
    );
    expect(() => flatten(null)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of null: elements are numbers or booleans]`,
    );
    expect(() => flatten([1, undefined])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of undefined at value[1]: elements are numbers or booleans]`,
    );
    expect(() => flatten({ length: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of an object: elements are numbers or booleans]`,
    );
    expect(() => flatten([Float32Array.of(1)])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of a Float32Array at value[0]: convert it with Array.from(), or pass one typed array for all elements]`,
    );
    expect(() => flatten([() => 1])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: cannot make an array element of a function at value[0]: elements are numbers or booleans]`,
    );
  });

  it("integers that int32 does not hold", () => {
    expect(() => fromNested(Uint32Array.of(1, 2 ** 31))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: Uint32Array element 2147483648 at index 1 is outside int32 (-2147483648 to 2147483647): pass dtype "float64", which holds integers up to 2 ** 53 exactly]`,
    );
    expect(() => fromNested(BigInt64Array.of(-(2n ** 31n) - 1n))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: BigInt64Array element -2147483649 at index 0 is outside int32 (-2147483648 to 2147483647): pass dtype "float64", which holds integers up to 2 ** 53 exactly]`,
    );
  });

  it("a DataView", () => {
    const view = new DataView(new ArrayBuffer(4)) as unknown as Float32Array;
    expect(() => fromNested(view)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: a DataView has no element type: make a typed array over its buffer]`,
    );
  });
});
