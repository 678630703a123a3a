import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import { type BackendName, GradloomError, ones, setBackend, type Tensor, tensor, zeros } from "../../src/index.ts";
import { odd, thrownBy } from "../support/failures.ts";

/** Wrong calls with a tensor of shape (2, 3) that has a gradient. */
const CALLS: { readonly [name: string]: (x: Tensor) => unknown } = {
  "add, shapes": (x) => x.add(ones(4)),
  "add, constant": (x) => gl.add(x, 1, { constant: odd("yes") }),
  "add, dtype": (x) => gl.add(x, 1, { dtype: "int32" }),
  "add, out": (x) => gl.add(x, 1, { out: zeros(2) }),
  "add, where": (x) => gl.add(x, 1, { where: ones(4).gt(0) }),
  "less, constant false": (x) => gl.less(x, 1, { constant: false }),
  "where, shapes": (x) => gl.where(x, x, ones(4)),
  "clip, shapes": (x) => x.clip(0, ones(4)),
  divmod: (x) => gl.divmod(x, ones(4)),
  addSequence: (x) => gl.addSequence(x, 1, ones(4)),
  "copy, constant": (x) => x.copy({ constant: odd("yes") }),
  astype: (x) => x.astype(odd("int64")),
  "sum, axis": (x) => x.sum(2),
  "sum, constant": (x) => x.sum({ constant: odd("yes") }),
  "any, constant false": (x) => x.any({ constant: false }),
  "std, axis": (x) => x.std(2),
  "logsumexp, keepdims": (x) => gl.logsumexp(x, 0, odd(1)),
  "nanmean, axis": (x) => gl.nanmean(x, 2),
  "argmax, axes": (x) => x.argmax(odd([0, 1])),
  "cumsum, constant": (x) => x.cumsum({ axis: 0, constant: odd("yes") }),
  "diff, axis": (x) => gl.diff(x, { axis: 2 }),
  "sort, axis": (x) => gl.sort(x, { axis: 2 }),
  "topK, k": (x) => gl.topK(x, 4),
  "percentile, q": (x) => gl.percentile(x, 101),
  "percentile, axis": (x) => gl.percentile(x, 50, { axis: 2 }),
  searchsorted: (x) => gl.searchsorted(x, 1),
  matmul: (x) => x.matmul(x),
  tensordot: (x) => gl.tensordot(x, ones([3, 2])),
  multiMatmul: (x) => gl.multiMatmul([x, ones([3, 2]), x.T]),
  einsum: (x) => gl.einsum("ij,jk->ik", x, x),
  "einsum, constant": (x) => gl.einsum("ij->i", x, { constant: odd("yes") }),
  norm: (x) => gl.norm(x, { ord: 1 }),
  diag: (x) => gl.diag(x, 0.5),
  reshape: (x) => x.reshape(4),
  "shape =": (x) => Object.assign(x, { shape: [4] }),
  "shape = of a view": (x) => Object.assign(x.T, { shape: [6] }),
  roll: (x) => gl.roll(x, [1, 2, 3], [0, 1]),
  repeat: (x) => gl.repeat(x, [1], 2),
  tile: (x) => gl.tile(x, -1),
  split: (x) => gl.split(x, 2, 1),
  "pad, mode": (x) => gl.pad(x, 1, { mode: odd("mirror") }),
  "concatenate, shapes": (x) => gl.concatenate([x, ones(4)]),
  "concatenate, out": (x) => gl.concatenate([x, x], { out: zeros(2) }),
  "stack, constant": (x) => gl.stack([x, x], { constant: odd("yes") }),
  "stack, shapes": (x) => gl.stack([x, ones(4)]),
  "get, bounds": (x) => x.get([2]),
  "get, mask": (x) => x.get([true]),
  take: (x) => gl.take(x, [7]),
  takeAlongAxis: (x) => gl.takeAlongAxis(x, [[5]]),
  "set_ into x": (x) => x.set_(0, [1, 2]),
  "set_ of x": (x) => ones(2).set_(0, x),
  "add_ of x": (x) => ones(2).add_(x),
  "add_ of x to integers": (x) => zeros([2, 3], "int32").add_(x),
  copyto: (x) => gl.copyto(ones(2), x),
  "softmax, axis": (x) => gl.softmax(x, 2),
  "glu, odd": (x) => gl.glu(x),
  leakyRelu: (x) => gl.leakyRelu(x, odd("1")),
  softmaxCrossentropy: (x) => gl.softmaxCrossentropy(x, [0, 3]),
  "focalLoss, gamma": (x) => gl.focalLoss(x, [0, 1], { gamma: -1 }),
  "negativeLogLikelihood, weights": (x) => gl.negativeLogLikelihood(x, [0, 1], { weights: [1] }),
  "marginRankingLoss, margin": (x) => gl.marginRankingLoss(x, x, 1, -1),
  "marginRankingLoss, y": (x) => gl.marginRankingLoss(x, x, [1, 1, 1], 1),
  mseLoss: (x) => gl.mseLoss(x, 0),
  maxPool: (x) => gl.maxPool(x, 2, 2),
  "batchnorm, gamma": (x) => gl.batchnorm(x, { gamma: [1] }),
  "batchnorm, beta": (x) => gl.batchnorm(x, { gamma: [1, 1, 1], beta: [1] }),
  "layerNorm, gamma": (x) => gl.layerNorm(x, { gamma: [1] }),
  "groupNorm, beta": (x) => gl.groupNorm(x, 3, { beta: [1] }),
  "dropout, rate": (x) => gl.dropout(x, 2),
  "dropout, key": (x) => gl.dropout(x, 0.5, { key: odd(1) }),
  "linear, bias": (x) => gl.linear(x, ones([3, 2]), [1]),
  "attention, mask": (x) => gl.scaledDotProductAttention(x, x, x, { mask: ones(3) }),
  rnnCell: (x) => gl.rnnCell(x, zeros([2, 2]), { weightIh: ones([2, 2]), weightHh: ones([2, 2]) }),
  "random.normal, shape": (x) => gl.random.normal(x, 1, [4]),
  "random.normal, constant": (x) => gl.random.normal(x, 1, [2, 3], { constant: odd("yes") }),
  "a gradient of another shape": (x) =>
    gl.defineOp({ name: "own", forward: ([a]) => a!.pos(), backward: () => [ones(5)] })(x),
  "a forward that fails": (x) =>
    gl.defineOp({ name: "own", forward: ([a]) => a!.add(ones(4)), backward: (g) => [g] })(x),
};

describe.each<BackendName>(["wasm", "reference"])("a call that fails on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it.each(Object.entries(CALLS))("leaves operands and their gradients: %s", async (_name, act) => {
    const x = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    x.mul(x).backward();
    expect(await thrownBy(() => act(x))).toBeInstanceOf(GradloomError);
    expect(x.grad?.tolist()).toEqual([[2, 4, 6], [8, 10, 12]]); // biome-ignore format: a matrix
    expect(x.tolist()).toEqual([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(x.shape).toEqual([2, 3]);
    x.sum().backward();
    expect(x.grad?.tolist()).toEqual([[1, 1, 1], [1, 1, 1]]); // biome-ignore format: a matrix
  });

  it("leaves running statistics", async () => {
    const running = { mean: zeros(3), variance: ones(3) };
    const x = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    for (const wrong of [{ gamma: [1] }, { beta: [1] }, { eps: odd("0") }, { momentum: odd("0") }])
      expect(await thrownBy(() => gl.batchnorm(x, { running, ...wrong }))).toBeInstanceOf(GradloomError);
    expect([running.mean.tolist(), running.variance.tolist()]).toEqual([[0, 0, 0], [1, 1, 1]]); // biome-ignore format: pairs
  });
});
