import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Elementwise } from "../../src/ir/record.ts";
import { evaluatePattern, type Pattern } from "../../src/passes/simplify/pattern.ts";
import { RULES, type Rule } from "../../src/passes/simplify/rules.ts";

const SPECIAL = [0, -0, 1, -1, 0.5, 2, -3, Infinity, -Infinity, NaN, 5e-324, 1.7976931348623157e308];
const float = fc.oneof(fc.constantFrom(...SPECIAL), fc.double());
const whole = fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const bool = fc.constantFrom(0, 1);

/** Values of the wildcards, by their index. */
function values(rule: Rule, number: fc.Arbitrary<number>): fc.Arbitrary<number[]> {
  return fc.tuple(...[0, 1, 2].map((index) => (rule.bool?.includes(index) === true ? bool : number)));
}

/** Equal to the last bit, but for the bits of NaN. */
function expectSame(rule: Rule, given: readonly number[]): void {
  const [from, to] = [evaluatePattern(rule.from, given), evaluatePattern(rule.to, given)];
  if (rule.holds === "int")
    expect({ rule: rule.name, given, value: to + 0 }).toEqual({ rule: rule.name, given, value: from + 0 });
  else expect({ rule: rule.name, given, value: to }).toEqual({ rule: rule.name, given, value: from });
}

/** Whether the operations of a pattern are all defined on bool alone. */
function isLogic(pattern: Pattern): boolean {
  return pattern.kind !== "op" || (pattern.op.on === "bool" && pattern.args.every(isLogic));
}

describe("rewrite rules", () => {
  it.each(RULES.map((rule) => [rule.name, rule] as const))("%s preserves what it claims", (_name, rule) => {
    const number = rule.holds === "int" ? whole : isLogic(rule.from) ? bool : float;
    fc.assert(
      fc.property(values(rule, number), (given) => expectSame(rule, given)),
      { numRuns: 400 },
    );
  });

  it("have names of their own, and patterns that are operations", () => {
    expect(new Set(RULES.map((r) => r.name)).size).toBe(RULES.length);
    for (const rule of RULES) expect(rule.from.kind).toBe("op");
  });

  it("would be caught when wrong: x + 0 = x does not hold for -0", () => {
    const add: Elementwise | undefined = RULES.flatMap((r) =>
      r.from.kind === "op" && r.from.op.name === "add" ? [r.from.op] : [],
    )[0];
    const wrong: Rule = {
      name: "wrong",
      from: {
        kind: "op",
        op: add!,
        args: [
          { kind: "any", index: 0 },
          { kind: "value", value: 0 },
        ],
      },
      to: { kind: "any", index: 0 },
      holds: "bits",
    };
    expect(() => expectSame(wrong, [-0, 0, 0])).toThrow();
  });
});
