import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PlanBackend } from "../../src/backends/backend.ts";
import { loadWasm } from "../../src/backends/wasm/backend.ts";
import {
  BackendError,
  diagnostics,
  getBackend,
  jit,
  loadBackend,
  ones,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

/** Stands for a graphics card: plans run on wasm, those with a sine are refused. */
const gpu = vi.hoisted(() => ({ make: null as (() => Promise<unknown>) | null }));
vi.mock("../../src/backends/webgl/backend.ts", () => ({
  loadWebgl: () => (gpu.make === null ? Promise.reject(new Error("this environment has no WebGL2")) : gpu.make()),
}));

async function standIn(isSoftware: boolean): Promise<PlanBackend> {
  const wasm = await loadWasm();
  const { NotSupported } = await import("../../src/backends/backend.ts");
  return {
    kind: "plan",
    name: "webgl",
    target: wasm.target,
    threads: { asked: 1, running: 1, missing: null },
    graphics: { renderer: "a card", isSoftware, parallelCompile: false },
    compile: (plan) => {
      const sines = plan.steps.some(
        (s) => s.kind === "region" && s.region.body.some((i) => "prim" in i && i.prim === "sin"),
      );
      if (sines) throw new NotSupported("it has no sines");
      return wasm.compile(plan);
    },
    memory: () => wasm.memory(),
  };
}

const sumOf = (x: Tensor): number => x.sum().item();

describe("tensors on backends", () => {
  beforeAll(async () => {
    await setBackend("wasm");
    await loadBackend("reference");
  });

  it("know where they are", () => {
    const x = tensor([1, 2, 3]);
    expect(x.device).toBe("host");
    expect(x.add(1).device).toBe("wasm");
    expect(ones([4000]).add(1).evaluate().device).toBe("wasm");
    expect(x.to("reference").device).toBe("reference");
    expect(x.to("reference").add(1).device).toBe("reference");
    expect(x.reshape(3, 1).device).toBe("host");
  });

  it("stay where they were moved to, with everything that is made of them", () => {
    const x = tensor([1, 2, 3]).to("reference");
    const y = x.mul(2).add(tensor([1, 1, 1]));
    expect(y.tolist()).toEqual([3, 5, 7]);
    expect(diagnostics().last).toEqual({ backend: "reference", reason: "operands were moved there" });
    expect(y.device).toBe("reference");
    expect(y.reshape(3, 1).sum().device).toBe("reference");
    const loss = x.mul(x).sum();
    loss.backward();
    expect(x.grad!.tolist()).toEqual([2, 4, 6]);
    expect(x.grad!.device).toBe("reference");
    x.mul_(10);
    expect(x.tolist()).toEqual([10, 20, 30]);
    expect([x.device, getBackend()]).toEqual(["reference", "wasm"]);
    expect(tensor([1]).add(1).tolist()).toEqual([2]);
    expect(diagnostics().last).toEqual({ backend: "wasm", reason: "it was chosen" });
  });

  it("are a leaf there, as constant as before", () => {
    const x = tensor([1, 2], { constant: true }).to("reference");
    expect([x.constant, tensor([1.5]).to("reference").constant]).toEqual([true, false]);
    expect(tensor([true]).to("reference").dtype).toBe("bool");
    const y = tensor([3]);
    y.mul(2).to("reference").sum().backward();
    expect(y.grad).toBe(null);
  });

  it("are not mixed: the operation that would says so", () => {
    const a = tensor([1]).to("reference");
    const b = tensor([2]).to("wasm");
    expect(() => a.add(b)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: add: one operand was moved to reference and another to wasm; move both to one with to("reference")]`,
    );
    expect(() => jit((x: Tensor, y: Tensor) => x.add(y))(a, b)).toThrow(BackendError);
    expect(a.add(b.to("reference")).tolist()).toEqual([3]);
    expect(() => a.to("webgl")).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: to: the webgl backend was not started; first "await loadBackend("webgl")"]`,
    );
    expect(() => a.to("gpu" as "wasm")).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: to: no backend is named "gpu"; there are "wasm", "webgl", "reference"]`,
    );
  });

  it("run where they are in jit too, in one trace for each place", () => {
    let traced = 0;
    const f = jit((x: Tensor) => {
      traced++;
      return x.mul(3);
    });
    const fixed = (...values: number[]): Tensor => tensor(values, { constant: true });
    const here = f(fixed(1, 2));
    const there = f(fixed(1, 2).to("reference"));
    f(fixed(5, 6));
    f(fixed(1, 2).to("reference"));
    expect([here.tolist(), there.tolist(), traced]).toEqual([[3, 6], [3, 6], 2]);
    expect([here.device, there.device]).toEqual(["host", "reference"]);
    const outside = fixed(1, 1).to("reference");
    const g = jit((x: Tensor) => x.add(outside));
    expect(g(fixed(1, 2)).device).toBe("reference");
    expect(() => g(fixed(1, 2).to("wasm"))).toThrow("was moved to");
  });

  it("of several places are computed together", () => {
    const here = tensor([1, 2]);
    const there = tensor([3, 4]).to("reference");
    here.mul_(2);
    there.mul_(2);
    const y = here.add(1);
    expect([y.tolist(), there.tolist(), here.tolist()]).toEqual([
      [3, 5],
      [6, 8],
      [2, 4],
    ]);
    expect([here.add(0).evaluate().device, there.device]).toEqual(["host", "reference"]);
  });
});

describe("the automatic choice", () => {
  afterAll(() => setBackend("wasm"));

  it("is wasm without WebGL, and says why", async () => {
    gpu.make = null;
    await setBackend("auto");
    expect(diagnostics()).toMatchObject({
      backend: "wasm",
      notes: ["webgl is not used: this environment has no WebGL2"],
      graphics: null,
    });
    expect(sumOf(ones([10]))).toBe(10);
  });

  it("is wasm where the processor draws", async () => {
    gpu.make = () => standIn(true);
    await setBackend("auto");
    expect(diagnostics()).toMatchObject({
      backend: "wasm",
      notes: ["webgl is not used: the processor draws (a card), which takes longer than wasm"],
    });
  });

  it("depends on the size of the program, and on where its operands lie", async () => {
    gpu.make = () => standIn(false);
    // What was started before was a software renderer: a page has one graphics card.
    vi.resetModules();
    const fresh = await import("../../src/index.ts");
    await fresh.setBackend("auto", { threads: 1 });
    expect(fresh.diagnostics()).toMatchObject({
      backend: "auto",
      notes: [],
      graphics: { renderer: "a card", isSoftware: false },
    });
    expect(fresh.ones([10]).sum().item()).toBe(10);
    expect(fresh.diagnostics().last).toEqual({ backend: "wasm", reason: "the program is small" });
    const x = fresh.ones([600, 600]);
    expect(x.matmul(x).sum().item()).toBe(600 ** 3);
    expect(fresh.diagnostics().last).toEqual({ backend: "webgl", reason: "the program is large" });
    const y = fresh.sin(x.matmul(x));
    expect(y.evaluate().dtype).toBe("float32");
    expect(fresh.diagnostics().last).toEqual({ backend: "wasm", reason: "webgl cannot run it: it has no sines" });
    const f = fresh.jit((a: Tensor) => a.matmul(a).sum());
    expect(f(x as unknown as Tensor).item()).toBe(600 ** 3);
    expect(fresh.diagnostics().last).toEqual({ backend: "webgl", reason: "the program is large" });
    expect(fresh.zeros([3]).add(1).device).toBe("auto");
  });
});

it("starts without being chosen", async () => {
  await loadBackend("reference");
  expect(getBackend()).toBe("wasm");
  await expect(loadBackend("gpu" as "wasm")).rejects.toThrow(BackendError);
  await expect(loadBackend("auto" as "wasm")).rejects.toThrow("no backend is named");
  expect(zeros([2]).add(1).tolist()).toEqual([1, 1]);
});
