import { MessageChannel as NodeChannel, Worker as NodeWorker } from "node:worker_threads";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { BackendError, GradloomError, jit, ones, ShapeError, Tensor, tensor } from "../../src/index.ts";
import { connect, expose, type Remote, type TaskContext, type Tasks } from "../../src/worker.ts";

const tasks = {
  scale: ({ x, by }: { x: Tensor; by: number }) => ({ y: x.mul(by), by: [by] }),
  async count(n: number, { progress, signal }: TaskContext<{ step: number; sum: Tensor }>) {
    for (let step = 0; step < n; step++) {
      await progress({ step, sum: ones([step]).sum() });
      expect(signal.aborted).toBe(false);
    }
    return n;
  },
  fails: () => ones([2]).add(ones([3])),
  throws: () => {
    throw "a text";
  },
  async fit(steps: number) {
    const w = tensor([4]);
    const step = jit(() => {
      const loss = w.mul(w).sum();
      loss.backward();
      w.sub_(w.grad!.mul(0.25));
      return loss;
    });
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) losses.push((await step().data())[0]!);
    return { w, losses };
  },
} satisfies Tasks;

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

function pair(): Remote<typeof tasks> {
  const { port1, port2 } = new MessageChannel();
  expose(tasks, port1);
  const remote = connect<typeof tasks>(port2);
  opened.push(remote);
  return remote;
}

describe("gradloom/worker", () => {
  it("passes tensors in arguments and results", async () => {
    const remote = pair();
    const x = tensor([[1, 2, 3]], { dtype: "float64" });
    const { y, by } = await remote.run("scale", { x, by: 2 });
    expectTypeOf(y).toEqualTypeOf<Tensor>();
    expect(y).toBeInstanceOf(Tensor);
    expect(y.tolist()).toEqual([[2, 4, 6]]);
    expect([y.dtype, y.constant, by]).toEqual(["float64", false, [2]]);
    expect(x.tolist()).toEqual([[1, 2, 3]]);
  });

  it("keeps empty arrays, zero dimensions and every dtype", async () => {
    const { port1, port2 } = new MessageChannel();
    expose({ same: (all: unknown) => all }, port1);
    const remote = connect<{ same: (all: readonly Tensor[]) => readonly Tensor[] }>(port2);
    opened.push(remote);
    const all = [ones([0, 3]), tensor(5), tensor([true, false]), tensor([1, -2], { dtype: "int32" })];
    const same = await remote.run("same", all);
    expect(same.map((t) => [t.dtype, t.shape, t.tolist()])).toEqual(all.map((t) => [t.dtype, t.shape, t.tolist()]));
  });

  it("tells of progress in order, before the result", async () => {
    const seen: [number, number][] = [];
    const n = await pair().run("count", 3, { onProgress: ({ step, sum }) => seen.push([step, sum.item() as number]) });
    expect(n).toBe(3);
    expect(seen).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it("cancels: the caller hears it at once, and the next task runs", async () => {
    const remote = pair();
    const controller = new AbortController();
    let steps = 0;
    const run = remote.run("count", 1e9, {
      signal: controller.signal,
      onProgress: ({ step }) => {
        steps++;
        if (step === 2) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(await remote.run("count", 1)).toBe(1);
    expect(steps).toBeLessThan(10);
    await expect(remote.run("count", 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("passes errors on, with their classes", async () => {
    const remote = pair();
    await expect(remote.run("fails", null)).rejects.toThrow(ShapeError);
    await expect(remote.run("fails", null)).rejects.toThrow("(2,)");
    await expect(remote.run("throws", null)).rejects.toThrow("a text");
    await expect(remote.run("unknown" as "fails", null)).rejects.toThrow(GradloomError);
    await expect(remote.run("unknown" as "fails", null)).rejects.toThrow("it has scale, count, fails, throws, fit");
  });

  it("refuses what it cannot send, and what is no worker", async () => {
    const loop: { x: Tensor; by: number; self?: unknown } = { x: ones([1]), by: 1 };
    loop.self = loop;
    await expect(pair().run("scale", loop)).rejects.toThrow("contains itself");
    expect(() => connect({} as Worker)).toThrow("no worker");
    expect(() => expose({ a: 1 } as unknown as Tasks)).toThrow("a is 1");
    await expect(pair().run("scale", { x: ones([1]), by: 1 }, { onprogress: 1 } as never)).rejects.toThrow(
      "onprogress",
    );
  });

  it("ends with the worker", async () => {
    const remote = pair();
    const run = remote.run("count", 1e9);
    remote.close();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await expect(remote.run("count", 1)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("does in a worker of Node what it does here", async () => {
    const loader = new URL("../../scripts/typescript-worker.mjs", import.meta.url).href;
    const worker = new NodeWorker(new URL("../support/tasks.worker.ts", import.meta.url), {
      execArgv: (process.features as { readonly typescript?: unknown }).typescript ? [] : ["--import", loader],
    });
    const remote = connect<typeof tasks>(worker);
    opened.push(remote);
    const there = await remote.run("fit", 5);
    const here = await pair().run("fit", 5);
    expect(there.losses).toEqual(here.losses);
    expect(there.losses).toEqual([16, 4, 1, 0.25, 0.0625]);
    expect(there.w.tolist()).toEqual(here.w.tolist());
    await worker.terminate();
    await expect(remote.run("fit", 1)).rejects.toThrow(BackendError);
  });

  it("works through ports of Node too", async () => {
    const { port1, port2 } = new NodeChannel();
    expose(tasks, port1 as unknown as MessagePort);
    const remote = connect<typeof tasks>(port2 as unknown as MessagePort);
    opened.push(remote);
    expect(await remote.run("count", 2)).toBe(2);
  });
});
