import { describe, expect, it } from "vitest";
import {
  type BasicIndex,
  type BasicItem,
  ellipsis,
  newaxis,
  parseIndex,
  resolveIndex,
  Slice,
  slice,
} from "../../src/api/tensor/index-syntax.ts";
import { contiguous, forEachOffset, sliceLayout } from "../../src/ir/layout.ts";
import cases from "./fixtures/index.json" with { type: "json" };

/** As in the fixture: an integer, a slice as a list, "..." or null for a new axis. */
type Item = number | string | null | readonly (number | null)[];

function toItem(item: Item): BasicItem {
  if (item === null) return newaxis;
  if (item === "...") return ellipsis;
  return typeof item === "number" || typeof item === "string" ? item : slice(...item);
}

function toText(item: Item): string {
  if (item === null) return "None";
  return typeof item === "number" || typeof item === "string" ? String(item) : slice(...item).toString();
}

/** The result's shape, and the elements selected of an array that counts up from 0. */
function select(shape: readonly number[], index: BasicIndex): { result: number[]; elements: number[] } {
  const { starts, steps, lengths, shape: result } = resolveIndex(shape, index, "getitem");
  const elements: number[] = [];
  forEachOffset(sliceLayout(contiguous(shape), starts, steps, lengths), (offset) => elements.push(offset));
  return { result, elements };
}

describe("selects what NumPy selects", () => {
  it.each(cases.map((c) => [`[${c.index.map(toText).join(", ")}] of (${c.shape.join(", ")})`, c] as const))(
    "%s",
    (_, c) => {
      const expected = { result: c.result, elements: c.elements };
      expect(select(c.shape, c.index.map(toItem))).toEqual(expected);
      expect(select(c.shape, c.index.map(toText))).toEqual(expected);
      if (c.index.length > 0) expect(select(c.shape, [c.index.map(toText).join(", ")])).toEqual(expected);
    },
  );
});

describe("slice", () => {
  it("takes its first argument as the start", () => {
    expect(slice(2)).toEqual(new Slice(2, null, null));
    expect(slice(undefined, 2)).toEqual(new Slice(null, 2, null));
    expect(slice()).toEqual(new Slice(null, null, null));
  });

  it("prints as in an index", () => {
    expect([slice(), slice(1), slice(null, -1), slice(1, 2, -3), slice(null, null, 2)].map(String)).toEqual([
      ":",
      "1:",
      ":-1",
      "1:2:-3",
      "::2",
    ]);
  });
});

describe("parseIndex", () => {
  it("takes strings with several items apart", () => {
    expect(parseIndex([" 1:-1 , ::2", "..., None", 3])).toEqual([
      slice(1, -1),
      slice(null, null, 2),
      ellipsis,
      newaxis,
      3,
    ]);
  });

  it("takes the words and the comma at the end that Python takes", () => {
    expect(parseIndex(["Ellipsis, newaxis, -1, +2,"])).toEqual([ellipsis, newaxis, -1, 2]);
  });
});

describe("errors", () => {
  it("malformed strings", () => {
    const texts = ["1.5", "a", "", "1:2:3:4", "1:x", "0, , 1", "1 2", "::0", "1e3", "0x10"];
    const messages = texts.map((text) => {
      try {
        return `no error: ${parseIndex([text]).map(String)}`;
      } catch (error) {
        return String(error);
      }
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "IndexError: index: malformed "1.5" at character 1: found "1.5"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "a" at character 1: found "a"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "" at character 1: found nothing; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "1:2:3:4" at character 7: found "4"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "1:x" at character 3: found "x"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "0, , 1" at character 3: found nothing; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "1 2" at character 1: found "1 2"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: the step of slice ::0 is 0; use a positive step, or a negative one to reverse",
        "IndexError: index: malformed "1e3" at character 1: found "1e3"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
        "IndexError: index: malformed "0x10" at character 1: found "0x10"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array",
      ]
    `);
  });

  it("numbers that are not integers", () => {
    expect(() => parseIndex([1.5])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: 1.5 is not an integer; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
    expect(() => parseIndex([Number.NaN])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: NaN is not an integer; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
    expect(() => parseIndex([slice(0, 2.5)])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: slice stop 2.5 is not an integer; use an integer or null]`,
    );
    expect(() => parseIndex([slice(0, 5, 0)])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: the step of slice 0:5:0 is 0; use a positive step, or a negative one to reverse]`,
    );
  });

  it("what is no index item", () => {
    const index = (item: unknown): BasicIndex => [item as BasicItem];
    expect(() => parseIndex(index([0, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: cannot index with array; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
    expect(() => parseIndex(index(true))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: cannot index with a boolean; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
    expect(() => parseIndex(index(undefined))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: cannot index with undefined; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
    expect(() => parseIndex(index({ start: 1 }))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: index: cannot index with an object; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array]`,
    );
  });

  it("integers outside the axis", () => {
    expect(() => resolveIndex([2, 3], [0, 3], "getitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: getitem: index [0, 3] of shape (2, 3): index 3 is out of bounds for axis 1 with size 3; use -3 to 2, or a slice, which is clamped]`,
    );
    expect(() => resolveIndex([2, 3], ["..., -4"], "getitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: getitem: index [..., -4] of shape (2, 3): index -4 is out of bounds for axis 1 with size 3; use -3 to 2, or a slice, which is clamped]`,
    );
    expect(() => resolveIndex([0], [0], "setitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: setitem: index [0] of shape (0,): index 0 is out of bounds for axis 0 with size 0; the axis is empty]`,
    );
  });

  it("more items than axes, and more than one ellipsis", () => {
    expect(() => resolveIndex([5], [0, slice(1)], "getitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: getitem: index [0, 1:] of shape (5,): too many indices: 2 for 1 axis; drop some, or add axes with newaxis]`,
    );
    expect(() => resolveIndex([], [0], "getitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: getitem: index [0] of shape (): too many indices: 1 for 0 axes; drop some, or add axes with newaxis]`,
    );
    expect(() => resolveIndex([2, 3], ["...", newaxis, ellipsis], "getitem")).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: getitem: index [..., newaxis, ...] of shape (2, 3): more than one "..."; write ":" for each axis that one of them stands for]`,
    );
  });
});
