import { describe, expect, it } from "vitest";
import { broadcastTo, elementwise, input, reduce } from "../../src/ir/build.ts";
import { multiply, subtract } from "../../src/ir/ops/arithmetic.ts";
import { max, min } from "../../src/ir/ops/reduce.ts";
import { absolute, exp, negative } from "../../src/ir/ops/unary.ts";
import { isNonpositive } from "../../src/passes/fuse/sign.ts";

describe("what is nowhere above zero", () => {
  const x = input([3, 4], "float32");
  const y = input([3, 4], "float32");
  const less = (op: typeof max, of = x): ReturnType<typeof input> =>
    elementwise(subtract, x, broadcastTo(reduce(op, of, [1]), x.shape));

  it("is a value less its own maximum", () => {
    expect(isNonpositive(less(max))).toBe(true);
    expect(isNonpositive(less(min))).toBe(false);
    expect(isNonpositive(less(max, y))).toBe(false);
  });

  it("is what is below zero by its form", () => {
    const minus = (v: typeof x): typeof x => elementwise(negative, v);
    expect(isNonpositive(minus(elementwise(absolute, x)))).toBe(true);
    expect(isNonpositive(minus(elementwise(multiply, x, x)))).toBe(true);
    expect(isNonpositive(minus(elementwise(exp, x)))).toBe(true);
    expect(isNonpositive(minus(elementwise(multiply, x, y)))).toBe(false);
    expect(isNonpositive(minus(x))).toBe(false);
    expect(isNonpositive(elementwise(absolute, x))).toBe(false);
  });
});
