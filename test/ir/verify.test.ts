import { describe, expect, it } from "vitest";
import {
  broadcastTo,
  constant,
  contract,
  elementwise,
  full,
  input,
  reduce,
  reshape,
  update,
} from "../../src/ir/build.ts";
import { type Graph, graphOf, NO_ATTRS, type Node } from "../../src/ir/node.ts";
import { add } from "../../src/ir/ops/arithmetic.ts";
import { gradientOp, writeOp } from "../../src/ir/ops/effect.ts";
import { fusedOp, matmulStridedOp, regionAttrs } from "../../src/ir/ops/fused.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import { sum } from "../../src/ir/ops/reduce.ts";
import { exp } from "../../src/ir/ops/unary.ts";
import type { Region } from "../../src/ir/region.ts";
import { type Stage, verify } from "../../src/ir/verify.ts";

const x = input([2, 3], "float32");
const only = (node: Node, stage: Stage = "recorded"): (() => void) => {
  const graph = graphOf([node], []);
  return () => verify({ ...graph, inputs: graph.nodes.filter((n) => n.op.name === "input") }, stage);
};
const bad = (node: Node, change: Partial<Node>): Node => ({ ...node, ...change });

const region = (change: Partial<Region>): Node => {
  const sound: Region = {
    shape: [2, 3],
    body: [{ kind: "load", input: 0, strides: [3, 1], offset: 0, dtype: "float32" }],
    result: 0,
    reduce: null,
    store: { strides: [3, 1], offset: 0 },
    dtype: "float32",
  };
  return { op: fusedOp, inputs: [x], attrs: regionAttrs({ ...sound, ...change }), shape: [2, 3], dtype: "float32" };
};

describe("verify", () => {
  it("accepts sound graphs", () => {
    expect(only(reduce(sum, elementwise(exp, x), [1]))).not.toThrow();
    expect(only(region({}), "fused")).not.toThrow();
  });

  it("I1: order", () => {
    const y = elementwise(exp, x);
    expect(() => verify({ nodes: [y, x], inputs: [x], outputs: [y] }, "pure")).toThrow("I1: %0 exp");
    expect(() => verify({ nodes: [x, y, y], inputs: [x], outputs: [y] }, "pure")).toThrow("I1: %2 exp");
  });

  it("I2: inputs and outputs", () => {
    const y = elementwise(exp, x);
    const graph: Graph = { nodes: [x, y], inputs: [x], outputs: [y] };
    expect(() => verify({ ...graph, inputs: [y] }, "pure")).toThrow("I2: input 0");
    expect(() => verify({ ...graph, inputs: [] }, "pure")).toThrow("I2: %0 input");
    expect(() => verify({ ...graph, outputs: [elementwise(exp, x)] }, "pure")).toThrow("I2: output 0");
  });

  it("I3: element-wise operands", () => {
    const y = elementwise(add, x, x);
    expect(only(bad(y, { inputs: [x, input([3], "float32")] }))).toThrow("I3: %2 add: operand 1 has shape [3]");
    expect(only(bad(y, { inputs: [x, input([2, 3], "int32")] }))).toThrow(
      "I3: %2 add: operand 0 is float32, not int32",
    );
    expect(only(bad(y, { dtype: "float64" }))).toThrow("I3: %1 add: its result is float32");
    expect(only(bad(y, { inputs: [x] }))).toThrow("I3: %1 add: 1 operands");
    expect(only(elementwise(exp, input([2], "int32")))).toThrow("I3: %1 exp: it is not defined on int32");
    expect(only(bad(constant(1, "float32"), { shape: [2] }))).toThrow("I3: %0 constant");
  });

  it("I4: reductions", () => {
    const y = reduce(sum, x, [0, 1]);
    expect(only(bad(y, { attrs: { axes: [1, 0] } }))).toThrow("I4: %1 sum: axes [1,0]");
    expect(only(bad(y, { attrs: { axes: [2] } }))).toThrow("I4");
    expect(only(bad(y, { shape: [] }))).toThrow("I4: %1 sum: shape []");
  });

  it("I5: views", () => {
    expect(only(bad(reshape(x, [6]), { shape: [5] }))).toThrow("I5: %1 reshape: shape [5]");
    expect(only(reshape(x, [7]))).toThrow("I5: %1 reshape: it changes the number of elements");
    expect(only(broadcastTo(x, [2, 4]))).toThrow("I5: %1 broadcastTo");
  });

  it("I6: contractions", () => {
    expect(only(contract(matmul, x, x))).toThrow("I6: %1 matmul: [2,3] by [2,3]");
    expect(only(contract(matmul, x, input([3], "float32")))).toThrow("I6");
  });

  it("I7: updates", () => {
    expect(only(update(x, input([2, 2], "float32"), [3, 1], 2))).toThrow(
      "I7: %2 update: it stores elements 2 to 6 of 6",
    );
    expect(only(update(x, input([2, 2], "float32"), [0, 1], 0))).toThrow("I7: %2 update: it stores an element twice");
    expect(only(update(x, input([2], "float64"), [3], 0))).toThrow("I7: %2 update: the base has another type");
  });

  it("I8: writes and sweeps", () => {
    const write = (target: Node, value: Node): Node => ({
      op: writeOp,
      inputs: [x, target, value],
      attrs: NO_ATTRS,
      shape: [2, 3],
      dtype: "float32",
    });
    expect(only(write(x, input([3], "float32")))).toThrow("I8: %2 write: target and value differ");
    expect(only(write(elementwise(exp, x), x))).toThrow("I8: %2 write: the target is no chain of views");
    const stretched = broadcastTo(x, [4, 2, 3]);
    expect(only(write(stretched, full([4, 2, 3], 0, "float32")))).toThrow("the target names an element twice");
    expect(only({ op: gradientOp, inputs: [x, x], attrs: NO_ATTRS, shape: [2, 3], dtype: "float32" })).toThrow(
      "I8: %1 gradient",
    );
  });

  it("I9: regions and strided products", () => {
    const load = { kind: "load", input: 0, strides: [3, 1], offset: 0, dtype: "float32" } as const;
    const prim = { kind: "prim", prim: "add", args: [0, 1], dtype: "float32" } as const;
    expect(only(region({ body: [{ ...load, offset: 1 }] }), "fused")).toThrow("I9: %1 fused: v0 loads elements 1 to 6");
    expect(only(region({ body: [load, prim], result: 1 }), "fused")).toThrow(
      "v1 reads a value that does not come before",
    );
    expect(
      only(region({ body: [load, { kind: "const", value: 1, dtype: "float64" }, prim], result: 2 }), "fused"),
    ).toThrow("I9");
    expect(only(region({ store: { strides: [2, 1], offset: 0 } }), "fused")).toThrow("it stores an element twice");
    expect(only(region({ result: 3 }), "fused")).toThrow("the result v3 does not exist");
    const layout = { offset: 0, batch: [], row: 3, col: 1 };
    const attrs = { batch: [], m: 2, n: 2, k: 4, a: layout, b: layout };
    expect(only({ op: matmulStridedOp, inputs: [x, x], attrs, shape: [2, 2], dtype: "float32" }, "fused")).toThrow(
      "I9: %1 matmulStrided",
    );
  });

  it("I10: stages", () => {
    expect(only(elementwise(exp, x), "fused")).toThrow("I10: %1 exp: it may not occur in a fused graph");
    expect(only(region({}), "pure")).toThrow("I10");
    const write: Node = { op: writeOp, inputs: [x, x, x], attrs: NO_ATTRS, shape: [2, 3], dtype: "float32" };
    expect(only(write, "functional")).toThrow("I10: %1 write");
  });
});
