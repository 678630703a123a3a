import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, elementwise, input, reduce, transpose, update } from "../../src/ir/build.ts";
import { type Attrs, graphOf } from "../../src/ir/node.ts";
import { add, multiply } from "../../src/ir/ops/arithmetic.ts";
import { sum } from "../../src/ir/ops/reduce.ts";
import { constantOp } from "../../src/ir/ops/source.ts";
import { parseGraph } from "../../src/ir/parse.ts";
import { printGraph } from "../../src/ir/print.ts";
import { lower } from "../../src/passes/pipeline.ts";

/** (x·xᵀ + x) summed over columns, with a part replaced. */
function example(): ReturnType<typeof graphOf> {
  const x = input([3, 3], "float64");
  const y = elementwise(add, elementwise(multiply, x, transpose(x, [1, 0])), x);
  const z = update(reduce(sum, y, [1]), input([1, 1], "float64"), [1, 1], 2);
  return graphOf([z], [x, z.inputs[1]!]);
}

describe("the text form of graphs", () => {
  it("shows a node a line", () => {
    expect(printGraph(example())).toMatchInlineSnapshot(`
      "%0 = input() {name=""} : float64[3,3]
      %1 = input() {name=""} : float64[1,1]
      %2 = transpose(%0) {axes=[1,0]} : float64[3,3]
      %3 = multiply(%0, %2) : float64[3,3]
      %4 = add(%3, %0) : float64[3,3]
      %5 = sum(%4) {axes=[1]} : float64[3,1]
      %6 = update(%5, %1) {strides=[1,1], offset=2} : float64[3,1]
      inputs %0, %1
      outputs %6"
    `);
  });

  it("comes back exactly, after every pass", () => {
    const texts: string[] = [];
    lower(example(), (_name, graph) => texts.push(printGraph(graph)));
    for (const text of texts) expect(printGraph(parseGraph(text))).toBe(text);
    expect(texts.length).toBe(8);
    expect(texts[7]).toContain("reduce add over [1] from 0");
  });

  it("comes back exactly for any attributes", () => {
    const leaf = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(-0));
    const { attrs } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value"), { maxLength: 3 }), tie("attrs")),
      attrs: fc.dictionary(fc.stringMatching(/^[a-z]\w{0,5}$/), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(attrs, (made) => {
        fc.pre(!Object.hasOwn(made as object, "__proto__"));
        const node = { op: constantOp, inputs: [], attrs: made as Attrs, shape: [], dtype: "float64" } as const;
        const [back] = parseGraph(printGraph(graphOf([node], []))).nodes;
        expect(back!.attrs).toStrictEqual(made);
      }),
    );
  });

  it("names the line that it cannot read", () => {
    const text = printGraph(graphOf([constant(1, "float32")], []));
    const errorOf = (broken: string): string => {
      try {
        parseGraph(broken);
      } catch (e) {
        return String(e);
      }
      return "none";
    };
    expect(errorOf(text.replace("constant", "konstant"))).toMatchInlineSnapshot(
      `"SyntaxError: graph text, line 1: there is no operation konstant: %0 = konstant() {value=1} : float32[]"`,
    );
    expect(errorOf(text.replace("value=1", "value=one"))).toMatchInlineSnapshot(
      `"SyntaxError: graph text, line 1: "one" is no number: %0 = constant() {value=one} : float32[]"`,
    );
    expect(errorOf(text.replace("outputs %0", "outputs %7"))).toMatchInlineSnapshot(
      `"SyntaxError: graph text, line 3: %7 is not defined before: outputs %7"`,
    );
    expect(errorOf(text.replace("float32", "float16"))).toMatchInlineSnapshot(
      `"SyntaxError: graph text, line 1: there is no dtype float16: %0 = constant() {value=1} : float16[]"`,
    );
    expect(errorOf("")).toMatchInlineSnapshot(`"SyntaxError: graph text: it has no line of inputs or of outputs"`);
  });
});
