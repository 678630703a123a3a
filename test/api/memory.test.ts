import { beforeAll, describe, expect, it } from "vitest";
import { type DigitSet, loadDigits, takeDigits } from "../../examples/digits/data.ts";
import { createNetwork } from "../../examples/digits/network.ts";
import { fromData, scope, setBackend, stats, type Tensor, tensor } from "../../src/index.ts";

const BATCH = 32;
const WARM_UP = 100;
const STEPS = 5000;
const MB = 1e6;

interface Sample {
  readonly step: number;
  readonly heapBytes: number;
  readonly heldBytes: number;
  readonly compiled: number;
  readonly runs: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** What is held once finalizers have run. */
async function sample(step: number): Promise<Sample> {
  for (let k = 0; k < 2; k++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { step, ...stats(), heapUsed, external, arrayBuffers };
}

/** Runs the steps, with a sample after the first hundred and at every hundredth after that. */
async function measure(step: (k: number) => void, steps: number = STEPS): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let k = 1; k <= steps; k++) {
    step(k);
    if (k % WARM_UP === 0) samples.push(await sample(k));
  }
  return samples;
}

/** The most that a figure has grown by since the first sample. */
function peakGrowth(samples: readonly Sample[], figure: keyof Sample): number {
  return Math.max(...samples.map((s) => s[figure])) - samples[0]![figure];
}

/** How much more it is at the end than at the start. Medians: Node now and then counts what it is about to sweep. */
function growth(samples: readonly Sample[], figure: keyof Sample): number {
  const median = (part: readonly Sample[]): number =>
    part.map((s) => s[figure]).sort((a, b) => a - b)[Math.floor(part.length / 2)]!;
  const count = Math.ceil(samples.length / 3);
  return median(samples.slice(-count)) - median(samples.slice(0, count));
}

function expectFlat(samples: readonly Sample[]): void {
  expect(peakGrowth(samples, "heapBytes")).toBe(0);
  expect(peakGrowth(samples, "heldBytes")).toBeLessThan(64 * 1024);
  expect(growth(samples, "heapUsed")).toBeLessThan(2 * MB);
  // Garbage of the hundred steps before a sample may count here.
  expect(growth(samples, "external")).toBeLessThan(10 * MB);
  expect(growth(samples, "arrayBuffers")).toBeLessThan(1 * MB);
}

const { train } = loadDigits();
const BATCHES = Math.floor(train.count / BATCH);
const batch = (k: number): DigitSet =>
  takeDigits(
    train,
    Int32Array.from({ length: BATCH }, (_, i) => (k % BATCHES) * BATCH + i),
  );

describe("five thousand training steps", () => {
  beforeAll(() => setBackend("wasm"));

  it("hold no more after the last than after the first hundred, and are one program", async () => {
    const network = createNetwork(0);
    const before = stats();
    let loss = Number.NaN;
    const samples = await measure((k) => {
      loss = network.step(batch(k));
    });
    expectFlat(samples);
    expect(stats().compiled - before.compiled).toBe(1);
    expect(stats().runs - before.runs).toBe(STEPS);
    expect(loss).toBeLessThan(0.05);
  });

  it("do so also where nothing is ever read", async () => {
    const network = createNetwork(1);
    const before = stats();
    let last: Tensor | undefined;
    const samples = await measure((k) => {
      last = network.record(batch(k))[0];
    });
    expectFlat(samples);
    // Each step settles the one before; the program of the last, with its writes, is the same.
    expect(stats().compiled - before.compiled).toBeLessThanOrEqual(1);
    expect(last!.item()).toBeLessThan(0.05);
    expect(stats().compiled - before.compiled).toBeLessThanOrEqual(1);
    expect(stats().runs - before.runs).toBe(STEPS);
  });

  it.each([
    ["read", 1],
    ["read now and then", 7],
    ["never read", Number.POSITIVE_INFINITY],
  ] as const)("do not live on in a list of all losses, %s", async (_, every) => {
    const network = createNetwork(2);
    const losses: Tensor[] = [];
    const samples = await measure((k) => {
      const loss = network.record(batch(k))[0]!;
      losses.push(loss);
      if (k % every === 0) loss.item();
    });
    // A loss is a few small objects; the graph of its step would be 16 KB, and its arrays 48 KB.
    expect(growth(samples, "heapUsed") / STEPS).toBeLessThan(2500);
    expect(growth(samples, "arrayBuffers")).toBeLessThan(1 * MB);
    expect(peakGrowth(samples, "heapBytes")).toBe(0);
    expect(peakGrowth(samples, "heldBytes")).toBeLessThan(64 * 1024);
    expect(losses[0]!.item()).toBeGreaterThan(1);
    expect(losses[STEPS - 1]!.item()).toBeLessThan(0.05);
  });
});

describe("a learning rate that changes each step", () => {
  beforeAll(() => setBackend("wasm"));

  it("compiles three programs at most", async () => {
    const x = fromData(
      Float32Array.from({ length: 64 * 8 }, (_, k) => Math.sin(k * k)),
      [64, 8],
      { constant: true },
    );
    const truth = tensor([1, -2, 3, -4, 5, -6, 7, -8], { constant: true });
    const y = x.matmul(truth);
    y.evaluate();
    const w = tensor(new Float32Array(8));
    const before = stats();
    const samples = await measure((k) => {
      const loss = x.matmul(w).sub(y).square().mean();
      loss.backward();
      w.sub_(w.grad!.mul(0.3 / (1 + k / 1000)));
      loss.item();
    }, 1000);
    expectFlat(samples);
    expect(stats().compiled - before.compiled).toBeLessThanOrEqual(3);
    expect([...w.dataSync()].every((v, k) => Math.abs(v - truth.get(k).item()) < 0.5)).toBe(true);
  });
});

describe("large values", () => {
  beforeAll(() => setBackend("wasm"));
  const BYTES = 4 * MB;

  it("leave the heap at once when disposed of, by themselves or by a scope", () => {
    const base = stats().heldBytes;
    const big = tensor(new Float32Array(BYTES / 4))
      .add(1)
      .evaluate();
    expect(stats().heldBytes - base).toBeGreaterThanOrEqual(BYTES);
    big.dispose();
    expect(stats().heldBytes - base).toBeLessThan(2 * BYTES);
    const settled = stats().heldBytes;
    for (let k = 0; k < 50; k++) {
      scope(() => {
        tensor(new Float32Array(BYTES / 4))
          .add(k)
          .evaluate();
      });
    }
    // The arena may grow by a few bytes.
    expect(stats().heldBytes - settled).toBeLessThan(4096);
  });

  it("leave it when they are collected", async () => {
    const settled = (await sample(0)).heldBytes;
    for (let k = 0; k < 10; k++)
      tensor(new Float32Array(BYTES / 4))
        .add(k)
        .evaluate();
    expect((await sample(0)).heldBytes).toBe(settled);
  });

  it("are moved to the host where they would fill the heap, and stay right", () => {
    const kept = Array.from({ length: 60 }, (_, k) =>
      tensor(new Float32Array(2 * MB).fill(k))
        .add(1)
        .evaluate(),
    );
    expect(stats().heldBytes).toBeLessThan(400 * MB);
    expect(kept.map((t) => t.get(12345).item())).toEqual(kept.map((_, k) => k + 1));
    for (const t of kept) t.dispose();
  });
});
