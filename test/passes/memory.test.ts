import { beforeAll, describe, expect, it } from "vitest";
import {
  convNd,
  type Explanation,
  explain,
  maxPool,
  ones,
  relu,
  setBackend,
  softmaxCrossentropy,
  type Tensor,
  zeros,
} from "../../src/index.ts";

const sizeOf = (...shape: readonly number[]): number => 4 * shape.reduce((n, d) => n * d, 1);

describe("the memory of a plan", () => {
  beforeAll(() => setBackend("wasm"));

  const [n, classes] = [64, 10];
  const parameters = [[16, 1, 3, 3], [16, 1, 1], [32, 16, 3, 3], [32, 1, 1], [32 * 7 * 7, classes], [classes]];

  function step(): Explanation {
    const tensors = parameters.map((shape) => ones(shape));
    const [w1, b1, w2, b2, w3, b3] = tensors as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const x = ones([n, 1, 28, 28], { constant: true });
    const labels = zeros([n], "int32");
    const h1 = maxPool(relu(convNd(x, w1, { padding: 1 }).add(b1)), [2, 2], 2);
    const h2 = maxPool(relu(convNd(h1, w2, { padding: 1 }).add(b2)), [2, 2], 2);
    const loss = softmaxCrossentropy(h2.reshape(n, -1).matmul(w3).add(b3), labels);
    loss.backward();
    for (const p of tensors) p.sub_(p.grad!.mul(0.1));
    return explain(loss, ...tensors);
  }

  it("of a CNN's step is at most 1.5 times what parameters, gradients and the activations kept for them take", () => {
    const own = parameters.reduce((sum, shape) => sum + sizeOf(...shape), 0);
    const kept =
      sizeOf(n, 16, 28, 28) + sizeOf(n, 16, 14, 14) + sizeOf(n, 32, 14, 14) + sizeOf(n, 32, 7, 7) + sizeOf(n, classes);
    expect((step().summary.arenaBytes + own) / (2 * own + kept)).toBeLessThan(1.5);
  });

  it("holds what is filled with constants only from its first reader on", () => {
    const steps = step().plan.split("\n");
    const fills = steps.flatMap((line, k) => {
      const name = / \{\}: {2}-> (b\d+)$/.exec(line)?.[1];
      return name === undefined ? [] : [{ name, k }];
    });
    expect(fills.length).toBeGreaterThan(1);
    for (const { name, k } of fills) {
      const next = steps.find((_, at) => at > k && fills.every((fill) => fill.k !== at));
      expect(next).toMatch(new RegExp(`\\b${name}\\b.*->`));
    }
  });
});
