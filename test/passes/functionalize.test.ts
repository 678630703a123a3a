import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/backends/reference/interpret.ts";
import { broadcastTo, elementwise, full, input, reshape, transpose, view } from "../../src/ir/build.ts";
import { allocate } from "../../src/ir/dtype.ts";
import { contiguous, overlaps, sizeOf } from "../../src/ir/layout.ts";
import { type Graph, NO_ATTRS, type Node } from "../../src/ir/node.ts";
import { add, multiply, subtract } from "../../src/ir/ops/arithmetic.ts";
import { writeOp } from "../../src/ir/ops/effect.ts";
import { copy } from "../../src/ir/ops/unary.ts";
import { sliceOp } from "../../src/ir/ops/view.ts";
import { verify } from "../../src/ir/verify.ts";
import { PASSES } from "../../src/passes/pipeline.ts";

/** A view as the steps from the base's value; replayed on every new value of the base. */
type Chain = readonly ((x: Node) => Node)[];

/** A program of views, writes and arithmetic over two buffers, drawn from a list of numbers. */
function makeProgram(draws: readonly number[]): Graph {
  let at = 0;
  const next = (n: number): number => draws[at++ % draws.length]! % n;
  const inputs = [input([4, 6], "float64"), input([4, 6], "float64")];
  const nodes: Node[] = [...inputs];
  const record = (node: Node): Node => {
    nodes.push(...node.inputs.filter((x) => !nodes.includes(x)), ...(nodes.includes(node) ? [] : [node]));
    return node;
  };
  const bases: Node[] = inputs.map((x) => record(elementwise(copy, x)));
  const chains: { base: number; chain: Chain }[] = [0, 1].map((base) => ({ base, chain: [] }));
  const currentOf = ({ base, chain }: { base: number; chain: Chain }): Node =>
    chain.reduce((x, f) => record(f(x)), bases[base]!);
  const layoutOf = (node: Node, base: Node): ReturnType<typeof contiguous> | null => {
    if (node === base) return contiguous(base.shape);
    const below = layoutOf(node.inputs[0]!, base);
    return below === null || node.op.kind !== "view" ? null : node.op.layout(below, node.attrs);
  };
  const outputs: Node[] = [];
  for (let k = 0; k < 10; k++) {
    const source = chains[next(chains.length)]!;
    const x = currentOf(source);
    switch (next(5)) {
      case 0: {
        const axes = x.shape.map((_, i) => x.shape.length - 1 - i);
        chains.push({ base: source.base, chain: [...source.chain, (n) => transpose(n, axes)] });
        break;
      }
      case 1: {
        const steps = x.shape.map(() => (next(2) === 0 ? 1 : -1));
        const lengths = x.shape.map((d) => 1 + next(Math.max(1, d)));
        const starts = x.shape.map((d, i) => (steps[i] === 1 ? d - lengths[i]! : lengths[i]! - 1));
        chains.push({
          base: source.base,
          chain: [...source.chain, (n) => view(sliceOp, n, { starts, steps, lengths })],
        });
        break;
      }
      case 2: {
        const to = next(2) === 0 ? [sizeOf(x.shape)] : [1, ...x.shape];
        if (layoutOf(record(reshape(x, to)), bases[source.base]!) === null) break;
        chains.push({ base: source.base, chain: [...source.chain, (n) => reshape(n, to)] });
        break;
      }
      case 3: {
        const other = chains.map(currentOf).find((y) => y.shape.join() === x.shape.join() && y !== x) ?? x;
        outputs.push(record(elementwise([add, multiply, subtract][next(3)]!, x, other)));
        break;
      }
      default: {
        const layout = layoutOf(x, bases[source.base]!);
        if (layout === null || overlaps(layout)) break;
        const value = record(
          elementwise(
            add,
            record(elementwise(multiply, x, 0.5)),
            record(broadcastTo(full([], next(9), "float64"), x.shape)),
          ),
        );
        const base = bases[source.base]!;
        bases[source.base] = record({
          op: writeOp,
          inputs: [base, x, value],
          attrs: NO_ATTRS,
          shape: base.shape,
          dtype: "float64",
        });
      }
    }
  }
  return { nodes, inputs, outputs: [...outputs, ...chains.map(currentOf)] };
}

/** Operands that `record` did not see (constants inside builders), put before their first use. */
function complete(graph: Graph): Graph {
  const nodes: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    node.inputs.forEach(visit);
    seen.add(node);
    nodes.push(node);
  };
  graph.nodes.forEach(visit);
  return { ...graph, nodes };
}

describe("the passes on programs of views and writes", () => {
  it("leave every value as it is, one after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000 }), { minLength: 20, maxLength: 60 }), (draws) => {
        let graph = complete(makeProgram(draws));
        verify(graph, "recorded");
        const data = graph.inputs.map((x, k) => allocate(x.dtype, sizeOf(x.shape)).map((_, i) => i + 100 * k));
        const expected = interpret(graph, data).map((o) => [...o]);
        for (const pass of PASSES) {
          graph = pass.run(graph);
          verify(graph, pass.stage);
          const actual = interpret(graph, data).map((o) => [...o]);
          expect({ pass: pass.name, actual }).toEqual({ pass: pass.name, actual: expected });
        }
      }),
      { numRuns: 300 },
    );
  });
});
