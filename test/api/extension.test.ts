import { beforeAll, describe, expect, it } from "vitest";
import {
  add,
  type BackendName,
  defineOp,
  exp,
  InvalidGradientError,
  multiply,
  setBackend,
  sigmoid,
  stats,
  type Tensor,
  tensor,
  where,
} from "../../src/index.ts";

const swish = defineOp({
  name: "swish",
  forward: ([x]) => x!.mul(sigmoid(x!)),
  backward: (g, { operands: [x], output }) => {
    const s = sigmoid(x!);
    return [g.mul(output.add(s.mul(output.neg().add(1))))];
  },
});

const clipGradient = defineOp<{ limit: number }>({
  name: "clipGradient",
  forward: ([x]) => x!.pos(),
  backward: (g, { options: { limit } }) => [g.minimum(limit).maximum(-limit)],
});

describe.each<BackendName>(["wasm", "reference"])("operations from outside, on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const leaf = (data: readonly number[]): Tensor => tensor(data, "float64");

  it("have the value of their composition and the gradient that they say", () => {
    const [x, z] = [leaf([-1, 0.5, 2]), leaf([-1, 0.5, 2])];
    swish(x).backward();
    z.mul(sigmoid(z)).backward();
    x.grad!.sub(z.grad!).tolist();
    (x.grad!.tolist() as number[]).forEach((v, k) => {
      expect(v).toBeCloseTo((z.grad!.tolist() as number[])[k]!, 12);
    });
  });

  it("take options, and are compiled anew only where those change the rule", () => {
    const step = (limit: number): unknown => {
      const x = leaf([1, 2, 3]);
      clipGradient([x.mul(x)], { limit }).backward(tensor([0.1, 5, -5], "float64"));
      return x.grad!.tolist();
    };
    expect(step(1)).toEqual([0.2, 4, -6]);
    const before = stats().compiled;
    for (let k = 0; k < 5; k++) expect(step(1)).toEqual([0.2, 4, -6]);
    expect(stats().compiled).toBe(before);
    expect(step(2)).toEqual([0.2, 8, -12]);
  });

  it("may capture other tensors, which get no gradient by it", () => {
    const scale = leaf([10, 20]);
    const scaled = defineOp({
      name: "scaled",
      forward: ([x]) => x!.mul(scale),
      backward: (g) => [g.mul(scale).mul(2)],
    });
    const x = leaf([1, 2]);
    add(scaled(x), scaled(x)).backward();
    expect(x.grad!.tolist()).toEqual([40, 80]);
    expect(scale.grad).toBeNull();
  });

  it("sum gradients over the axes that an operand was broadcast along", () => {
    const plus = defineOp({ name: "plus", forward: ([x, y]) => add(x!, y!), backward: (g) => [g, g] });
    const [x, y] = [leaf([1, 2, 3]), tensor([[1], [2]], "float64")];
    plus(x, y).backward();
    expect(x.grad!.tolist()).toEqual([2, 2, 2]);
    expect(y.grad!.tolist()).toEqual([[3], [3]]);
  });

  it("pass on nothing for null, and nothing to constants", () => {
    const first = defineOp({
      name: "first",
      forward: ([x, y]) => multiply(x!, y!),
      backward: (g, { operands }) => [g.mul(operands[1]!), null],
    });
    const [x, y] = [leaf([2]), leaf([3])];
    first(x, y).backward();
    expect(x.grad!.tolist()).toEqual([3]);
    expect(y.grad === null || y.grad.item() === 0).toBe(true);
    expect(first(x.detach(), y.detach()).constant).toBe(true);
  });

  it("work inside other computations, in place and through views", () => {
    const x = leaf([1, -2, 3]);
    const y = x.pos();
    y.get("1:").mul_(swish(y.get(":2")));
    where(y.gt(0), exp(y), y).backward();
    const h = 1e-6;
    const value = (data: readonly number[]): number => {
      const v = leaf(data).pos();
      v.get("1:").mul_(swish(v.get(":2")));
      return where(v.gt(0), exp(v), v).sum().item();
    };
    [1, -2, 3].forEach((_, k) => {
      const at = (d: number): number => value([1, -2, 3].map((v, j) => (j === k ? v + d : v)));
      expect((x.grad!.tolist() as number[])[k]!).toBeCloseTo((at(h) - at(-h)) / (2 * h), 4);
    });
  });

  it("say what is wrong with a gradient", () => {
    const bad = (backward: () => readonly Tensor[]): (() => Tensor) => {
      const op = defineOp({ name: "bad", forward: ([x]) => x!.pos(), backward });
      return () => op(leaf([1, 2, 3]));
    };
    expect(bad(() => [])).toThrowErrorMatchingInlineSnapshot(
      `[InvalidGradientError: bad: backward returned 0 gradients for 1 operands; return one, or null, for each]`,
    );
    expect(bad(() => [leaf([1, 2])])).toThrowErrorMatchingInlineSnapshot(
      `[InvalidGradientError: bad: the gradient of operand 0 has shape (2,), but the operand has (3,); return that shape, or one that the operand broadcasts to]`,
    );
    expect(bad(() => [3 as unknown as Tensor])).toThrow(InvalidGradientError);
  });
});
