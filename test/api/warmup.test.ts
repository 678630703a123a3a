import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  GradloomError,
  jit,
  noAutodiff,
  random,
  setBackend,
  stats,
  type Tensor,
  tensor,
  warmup,
} from "../../src/index.ts";

const fixed = (...values: number[]): Tensor => tensor(values, { constant: true });

describe.each(["wasm", "reference"] as const)("warmup on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("traces and compiles, and runs nothing", async () => {
    let traced = 0;
    const w = tensor([1, 2]);
    const step = jit((x: Tensor, rate: number) => {
      traced++;
      const loss = w.mul(x).sum();
      loss.backward();
      w.sub_(w.grad!.mul(rate));
      return loss;
    });
    const before = stats();
    await warmup(step, [fixed(3, 4), 0.5]);
    const between = stats();
    expect([traced, between.compiled - before.compiled, between.runs - before.runs]).toEqual([1, 1, 0]);
    expect([w.tolist(), w.grad]).toEqual([[1, 2], null]);
    expect(step(fixed(5, 6), 0.5).item()).toBe(17);
    expect([traced, stats().compiled - between.compiled, w.tolist()]).toEqual([1, 0, [-1.5, -1]]);
    expect(step(fixed(1, 1), 0.25).item()).toBe(-2.5);
    expect(traced).toBe(2);
  });

  it("uses up no random numbers", async () => {
    const draw = noAutodiff(() => jit(() => random.normal([3])));
    random.seed(1);
    const expected = [draw().tolist(), draw().tolist()];
    random.seed(1);
    const again = jit(() => random.normal([3]));
    await warmup(again, []);
    expect([again().tolist(), again().tolist()]).toEqual(expected);
  });

  it("refuses what it can do nothing for", async () => {
    await expect(warmup((x: Tensor) => x, [fixed(1)])).rejects.toThrow(GradloomError);
    await expect(warmup((x: Tensor) => x, [fixed(1)])).rejects.toThrow("made by jit");
    const f = jit((x: Tensor) => x.add(fixed(1, 2, 3)));
    await expect(warmup(f, [fixed(1, 2)])).rejects.toThrow("add: ");
    await expect(warmup(f, fixed(1) as unknown as [Tensor])).rejects.toThrow("the list of arguments");
    expect(f(fixed(1, 1, 1)).tolist()).toEqual([2, 3, 4]);
  });
});

it("compiles modules beside the thread", async () => {
  await setBackend("wasm");
  const compile = vi.spyOn(WebAssembly, "compile");
  const sync = vi.spyOn(WebAssembly, "Module");
  const f = jit((x: Tensor) => x.mul(x).add(0.123));
  await warmup(f, [fixed(1, 2)]);
  expect(compile).toHaveBeenCalledTimes(1);
  expect(f(fixed(3, 4)).tolist()).toEqual([Math.fround(9 + Math.fround(0.123)), Math.fround(16 + Math.fround(0.123))]);
  expect(sync).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
