import { beforeAll, describe, expect, it } from "vitest";
import { Buffer, type Executable } from "../../src/backends/backend.ts";
import { loadWasm } from "../../src/backends/wasm/backend.ts";
import { TARGET } from "../../src/backends/wasm/target.ts";
import {
  explain,
  matmul,
  ones,
  type PlanSummary,
  relu,
  setBackend,
  softmax,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { contract, elementwise, input } from "../../src/ir/build.ts";
import type { Graph } from "../../src/ir/node.ts";
import { matmul as matmulOp } from "../../src/ir/ops/matmul.ts";
import { negative } from "../../src/ir/ops/unary.ts";
import { parseGraph } from "../../src/ir/parse.ts";
import type { Target } from "../../src/ir/plan.ts";
import { printGraph } from "../../src/ir/print.ts";
import { compilePlan, PASSES } from "../../src/passes/pipeline.ts";

const summary = (...tensors: Tensor[]): PlanSummary => explain(...tensors).summary;

beforeAll(() => setBackend("wasm"));

describe("costs", () => {
  it("nothing for what is not asked for", () => {
    const x = ones([4, 8]);
    const y = x.exp().mul(2);
    x.matmul(x.T).sum();
    expect(summary(y)).toMatchObject({ kernels: { elementwise: 1 }, kernelCount: 1 });
  });

  it("one kernel for the same expression twice", () => {
    const x = ones([4, 8]);
    const y = ones([8, 4]);
    const twice = matmul(x, y).add(matmul(x, y));
    expect(summary(twice).kernels).toEqual({ matmul: 1, elementwise: 1 });
    const sums = x.exp().sum(1).add(x.exp().sum(1));
    expect(summary(sums).kernels).toEqual({ reduction: 1, elementwise: 1 });
  });

  it("no copy for a transpose that element-wise operations read", () => {
    const x = ones([4, 8]);
    const y = ones([8, 4]);
    expect(summary(x.T.add(y).mul(3).exp())).toMatchObject({ kernels: { elementwise: 1 }, arenaBytes: 0 });
    expect(summary(x.get("::-1, ::2").mul(2))).toMatchObject({ kernels: { elementwise: 1 }, arenaBytes: 0 });
  });

  it("no copy for a transposed operand of a product", () => {
    expect(summary(matmul(ones([4, 8]).T, ones([4, 3])))).toMatchObject({ kernels: { matmul: 1 }, kernelCount: 1 });
  });

  it("one kernel for a chain and its reduction", () => {
    const x = ones([4, 8]);
    expect(summary(x.sub(1).square().mul(0.5).sum(1)).kernels).toEqual({ reduction: 1 });
    expect(summary(x.sub(1).square().mul(0.5).sum()).kernels).toEqual({ reduction: 1 });
  });

  it("four kernels for softmax over rows", () => {
    // The maximum, the exponentials, their sum, the quotient.
    expect(summary(softmax(ones([4, 8]))).kernels).toEqual({ reduction: 2, elementwise: 2 });
  });

  it("less for a training step than for its operations", () => {
    const x = ones([16, 8], { constant: true });
    const w = ones([8, 4]);
    const loss = relu(x.matmul(w)).square().mean();
    loss.backward();
    w.sub_(w.grad!.mul(0.1));
    const { operations, kernelCount, kernels } = summary(loss);
    expect(operations).toBeGreaterThan(kernelCount);
    expect(kernels.matmul ?? 0).toBe(2);
  });
});

describe("memory", () => {
  it("of a parameter is taken over by its next value", () => {
    const w = ones([8, 4]);
    const x = ones([16, 8], { constant: true });
    const loss = x.matmul(w).mean();
    loss.backward();
    w.sub_(w.grad!.mul(0.1));
    expect(explain(loss).plan).toMatch(/output \d may take over input \d/);
    expect(explain(x.matmul(x.T)).plan).toContain("may take over");
    loss.item();
    expect(explain(x.matmul(x.T)).plan).not.toContain("may take over");
  });

  it("of the arena is used again along a chain", () => {
    const n = 64;
    let y = ones([n, n]);
    const w = ones([n, n]);
    const products = 8;
    for (let k = 0; k < products; k++) y = y.matmul(w);
    const { arenaBytes, kernels } = summary(y);
    expect(kernels.matmul).toBe(products);
    expect(arenaBytes).toBeLessThan((products - 1) * n * n * 4);
  });

  it("is counted for inputs and outputs", () => {
    const x = ones([4, 8]);
    expect(summary(x.add(1), x.sum(1))).toMatchObject({ inputBytes: 128, outputBytes: 128 + 16 });
    expect(summary(tensor([1, 2], "float64").add(1))).toMatchObject({ inputBytes: 16, outputBytes: 16 });
  });
});

describe("the text", () => {
  it("of a plan is as it should be", () => {
    const x = zeros([2, 3]);
    const w = zeros([3, 4]);
    const b = zeros([4]);
    const { plan } = explain(relu(x.matmul(w).add(b)).sum(1));
    // What a product is estimated to take is in a table that is measured anew.
    expect(plan.replaceAll(/\d+\.\d µs/g, "… µs")).toMatchInlineSnapshot(`
      "b0 = input 0 : float32[6], 24 bytes
      b1 = input 1 : float32[12], 48 bytes
      b2 = input 2 : float32[4], 16 bytes
      b3 = arena+384 : float32[8], 32 bytes
      b4 = output 0 : float32[2], 8 bytes
      matmul 2x3·3x4 by generated (estimated … µs generated, … µs tfjs): b0, b1 -> b3
      loop [2,4] {add max} reduce add over [1]: b3, b2 -> b4
      arena: 512 bytes"
    `);
  });

  it("holds each pass by its name, in order", () => {
    const x = tensor([1, 2, 3]);
    const y = x.mul(2);
    y.get("1:").add_(1);
    y.sum().backward();
    const made = explain(x.grad!);
    expect([...made.passes.keys()]).toMatchInlineSnapshot(`
      [
        "trace",
        "functionalize",
        "differentiate",
        "expand",
        "simplify",
        "cse",
        "dce",
        "fuse",
      ]
    `);
    expect([...made.passes.keys()]).toEqual(["trace", ...PASSES.map((pass) => pass.name)]);
    const text = made.toString();
    for (const name of made.passes.keys()) expect(text).toContain(`== ${name}\n${made.passes.get(name)}`);
    expect(text.endsWith(`== plan\n${made.plan}`)).toBe(true);
  });

  it("of each pass can be read back", () => {
    const x = ones([4, 8]);
    const h = softmax(x.matmul(ones([8, 8])));
    h.set_("0, ::2", 0);
    h.square().sum().backward();
    x.sub_(x.grad!.mul(0.1));
    for (const [name, text] of explain(h).passes) expect(printGraph(parseGraph(text)), name).toBe(text);
  });

  it("is made without running or changing anything", () => {
    const x = tensor([1, 2, 3]);
    x.add_(1);
    const y = x.mul(2);
    expect(String(explain(y))).toBe(String(explain(y)));
    expect(y.tolist()).toEqual([4, 6, 8]);
  });

  it("is there for known values: no kernels", () => {
    expect(summary(tensor([1, 2]))).toEqual({
      operations: 0,
      kernels: {},
      kernelCount: 0,
      arenaBytes: 0,
      inputBytes: 0,
      outputBytes: 0,
    });
  });
});

describe("tfjs's matrix product", () => {
  const FORCED: Target = { ...TARGET, matmul: () => ({ kernel: "tfjs", scratchBytes: 24, why: "forced" }) };
  const GENERATED: Target = {
    ...TARGET,
    matmul: (attrs, dtype) => ({ ...TARGET.matmul(attrs, dtype), kernel: "generated" }),
  };

  /** −(a·b), and a·b by itself. */
  function productGraph(m: number, k: number, n: number): Graph {
    const a = input([m, k], "float32", "a");
    const b = input([k, n], "float32", "b");
    const product = contract(matmulOp, a, b);
    const minus = elementwise(negative, product);
    return { nodes: [a, b, product, minus], inputs: [a, b], outputs: [minus, product] };
  }

  let seed = 1;
  const random = (length: number): Float32Array =>
    Float32Array.from({ length }, () => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed / 0x3fffffff - 1;
    });
  const run = (executable: Executable, a: Float32Array, b: Float32Array): number[][] =>
    executable
      .run([new Buffer("float32", a.length, a), new Buffer("float32", b.length, b)])
      .map((buffer) => [...buffer.read()]);

  it.each([
    [2, 1, 2],
    [2, 3, 4],
    [5, 8, 2],
    [33, 17, 65],
    [128, 64, 128],
  ])("of %i×%i and ×%i is that of the generated kernel, also after the operands changed", async (m, k, n) => {
    const backend = await loadWasm();
    const [theirs, ours] = [FORCED, GENERATED].map((target) => {
      const plan = compilePlan(productGraph(m, k, n), [], target);
      expect(plan.steps.filter((s) => s.kind === "matmul").map((s) => s.choice.kernel)).toEqual([
        target === FORCED ? "tfjs" : "generated",
      ]);
      return backend.compile(plan);
    });
    const a = random(m * k);
    for (let turn = 0; turn < 3; turn++) {
      const b = random(k * n);
      const [minus, product] = run(theirs!, a, b) as [number[], number[]];
      const [, expected] = run(ours!, a, b) as [number[], number[]];
      product.forEach((v, i) => {
        expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-5 * k);
      });
      expect(minus).toEqual(product.map((v) => -v));
    }
  });

  it("sees new contents where the right operand stays in its place", async () => {
    const backend = await loadWasm();
    const executable = backend.compile(compilePlan(productGraph(2, 2, 2), [], FORCED));
    const a = new Buffer("float32", 4, Float32Array.of(1, 0, 0, 1));
    const b = new Buffer("float32", 4, Float32Array.of(1, 2, 3, 4));
    const product = (): number[] => [...executable.run([a, b])[1]!.read()];
    // The second run uploads the operand for good.
    expect(product()).toEqual([1, 2, 3, 4]);
    expect(product()).toEqual([1, 2, 3, 4]);
    const address = backend.heap.addressOf(b)!;
    backend.heap.view("float32", address, 4).set([5, 6, 7, 8]);
    expect(product()).toEqual([5, 6, 7, 8]);
    expect(backend.heap.addressOf(b)).toBe(address);
  });
});
