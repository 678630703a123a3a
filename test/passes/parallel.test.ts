import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WasmBackend } from "../../src/backends/wasm/backend.ts";
import { argsort, explain, fromData, getBackend, setBackend, softmax, type Tensor, zeros } from "../../src/index.ts";
import { BYTES } from "../../src/ir/dtype.ts";
import type { Call, Plan, Task } from "../../src/ir/plan.ts";
import { loadGolden } from "../golden/load.ts";
import { runCase } from "../golden/run.ts";

const cost = vi.hoisted(() => ({ isHigh: false }));
vi.mock("../../src/passes/parallel-cost.ts", async (original) => {
  const { costOf } = await original<typeof import("../../src/passes/parallel-cost.ts")>();
  return { costOf: (...args: Parameters<typeof costOf>) => (cost.isHigh ? 1e6 : costOf(...args)) };
});

const blocks = vi.hoisted(() => ({ wanted: false }));
vi.mock("../../src/passes/block-size.ts", async (original) => {
  const { chooseTurns } = await original<typeof import("../../src/passes/block-size.ts")>();
  return { chooseTurns: (...a: Parameters<typeof chooseTurns>) => (blocks.wanted ? a[0] : chooseTurns(...a)) };
});

/** The bytes that a call reads and writes, each as `space:byte`. */
interface Touched {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** A loop's turns one after the other. */
function touchedByTask(task: Task, plan: Plan, aliased: boolean): Touched {
  if (task.kind !== "loop") return touchedBy(task, plan, aliased, []);
  const all: Touched = { reads: new Set(), writes: new Set() };
  for (let turn = 0; turn < task.turns; turn++) {
    for (const { call, advances } of task.body) {
      const ahead = advances.map((n) => n * turn);
      const { reads, writes } = touchedBy(call, plan, aliased, ahead);
      for (const byte of reads) all.reads.add(byte);
      for (const byte of writes) all.writes.add(byte);
    }
  }
  return all;
}

/** Every byte of every element, from the definition of the call; its operands and the result lie `ahead`, each by so many. */
function touchedBy(call: Call, plan: Plan, aliased: boolean, ahead: readonly number[]): Touched {
  const touched: Touched = { reads: new Set(), writes: new Set() };
  const operands =
    call.kind === "copy" ? [call.from, call.to] : call.kind === "matmul" ? [call.a, call.b, call.output] : null;
  const positionOf = (buffer: number, writes: boolean): number => {
    const list = operands ?? (call.kind === "region" ? [...call.inputs, call.output] : []);
    return writes ? list.length - 1 : list.indexOf(buffer);
  };
  const mark = (set: Set<string>, buffer: number, index: number): void => {
    const { place, dtype } = plan.buffers[buffer]!;
    const element = index + (ahead[positionOf(buffer, set === touched.writes)] ?? 0);
    let space = place.kind === "arena" ? "arena" : `${place.kind} ${place.index}`;
    const heir = place.kind === "output" ? plan.aliases.find(([, o]) => o === place.index) : undefined;
    if (aliased && heir !== undefined) space = `input ${heir[0]}`;
    const start = (place.offset ?? 0) + element * BYTES[dtype];
    for (let k = 0; k < BYTES[dtype]; k++) set.add(`${space}:${start + k}`);
  };
  const whole = (set: Set<string>, buffer: number): void => {
    for (let k = 0; k < plan.buffers[buffer]!.length; k++) mark(set, buffer, k);
  };
  const each = (shape: readonly number[], visit: (index: readonly number[]) => void): void => {
    const go = (index: readonly number[]): void => {
      if (index.length === shape.length) visit(index);
      else for (let i = 0; i < shape[index.length]!; i++) go([...index, i]);
    };
    go([]);
  };
  const dense = (index: readonly number[], shape: readonly number[]): number =>
    index.reduce((sum, i, k) => sum * shape[k]! + i, 0);
  const at = (index: readonly number[], strides: readonly number[], offset: number): number =>
    index.reduce((sum, i, k) => sum + i * strides[k]!, offset);
  if (call.kind === "copy") {
    for (let k = 0; k < (call.elements ?? plan.buffers[call.to]!.length); k++) {
      mark(touched.reads, call.from, k);
      mark(touched.writes, call.to, k);
    }
  } else if (call.kind === "kernel") {
    for (const b of call.inputs) whole(touched.reads, b);
    whole(touched.writes, call.output);
  } else if (call.kind === "matmul") {
    const { batch, m, n, k, a, b } = call.attrs;
    each([...batch, m, k], (i) => mark(touched.reads, call.a, at(i, [...a.batch, a.row, a.col], a.offset)));
    each([...batch, k, n], (i) => mark(touched.reads, call.b, at(i, [...b.batch, b.row, b.col], b.offset)));
    if (call.rowStride === undefined)
      each([...batch, m, n], (i) => mark(touched.writes, call.output, dense(i, [...batch, m, n])));
    else each([m, n], (i) => mark(touched.writes, call.output, at(i, [call.rowStride!, 1], 0)));
    for (let k = 0; k < call.choice.scratchBytes; k++) touched.writes.add(`arena:${call.scratch + k}`);
  } else {
    const { shape, body, store } = call.region;
    each(shape, (i) => mark(touched.writes, call.output, at(i, store.strides, store.offset)));
    for (const instr of body) {
      if (instr.kind === "gather") whole(touched.reads, call.inputs[instr.input]!);
      if (instr.kind === "load")
        each(shape, (i) => mark(touched.reads, call.inputs[instr.input]!, at(i, instr.strides, instr.offset)));
    }
  }
  return touched;
}

/** Bytes that a thread writes while another one touches them, with no barrier in between. */
function races(plan: Plan, aliased: boolean): string[] {
  const found: string[] = [];
  let since = new Map<number, Touched>();
  plan.steps.forEach((step, k) => {
    if (step.kind === "barrier") {
      since = new Map();
      return;
    }
    const tasks = step.kind === "parallel" ? step.parts : [step];
    tasks.forEach((task, thread) => {
      const own = touchedByTask(task, plan, aliased);
      for (const [other, touched] of since) {
        if (other === thread) continue;
        const isRace = (byte: string): boolean => touched.writes.has(byte) || touched.reads.has(byte);
        if ([...own.writes].some(isRace) || [...own.reads].some((byte) => touched.writes.has(byte)))
          found.push(`step ${k} of thread ${thread} with thread ${other}`);
      }
      const before = since.get(thread) ?? { reads: new Set(), writes: new Set() };
      since.set(thread, {
        reads: new Set([...before.reads, ...own.reads]),
        writes: new Set([...before.writes, ...own.writes]),
      });
    });
  });
  return found;
}

/** The steps of a plan that are more than where buffers lie. */
const stepsOf = (...tensors: readonly Tensor[]): string =>
  explain(...tensors)
    .plan.split("\n")
    .filter((line) => !/^(b\d+ =|output|arena)/.test(line))
    .join("\n");

const data = (...shape: readonly number[]): Tensor =>
  fromData(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, k) => (k % 17) - 8),
    shape,
    { constant: true },
  );

describe("plans for two threads", () => {
  beforeAll(() => setBackend("wasm", { threads: 2 }));

  it("stay as they are where little is gained", () => {
    expect(stepsOf(data(64, 64).add(1))).toBe("loop [64,64] {add}: b0 -> b1");
    expect(stepsOf(data(32, 32).matmul(data(32, 32)))).not.toMatch(/^thread|^barrier/m);
  });

  it("split loops along the axis that moves farthest through the result", () => {
    expect(stepsOf(data(1000, 1000).mul(2).exp())).toMatchInlineSnapshot(`
      "thread 0: loop [500,1000] {mul exp}: b0 -> b1
      thread 1: loop [500,1000] {mul exp}: b2 -> b3
      barrier"
    `);
    expect(stepsOf(data(3, 1000, 500).exp())).toMatchInlineSnapshot(`
      "thread 0: loop [3,500,500] {exp}: b0 -> b1
      thread 1: loop [3,500,500] {exp}: b2 -> b3
      barrier"
    `);
  });

  it("join sums over everything in the order of the threads", () => {
    expect(stepsOf(data(2_000_000).exp().sum())).toMatchInlineSnapshot(`
      "thread 0: loop [1000000] {exp} reduce add over [0]: b0 -> b2
      thread 1: loop [1000000] {exp} reduce add over [0]: b4 -> b3
      barrier
      loop [1] {add}: b2, b3 -> b1"
    `);
  });

  it("split products along rows, columns, terms or the batch", () => {
    expect(stepsOf(data(512, 512).matmul(data(512, 512)))).toMatchInlineSnapshot(`
      "thread 0: matmul 256x512·512x512 by generated (tfjs does not run on memory that threads share): b0, b1 -> b3
      thread 1: matmul 256x512·512x512 by generated (tfjs does not run on memory that threads share): b4, b1 -> b5
      barrier"
    `);
    expect(stepsOf(data(4, 256).matmul(data(256, 4096)))).toMatchInlineSnapshot(`
      "thread 0: matmul 4x256·256x2048 by generated (tfjs does not run on memory that threads share): b0, b1 -> b2
      thread 1: matmul 4x256·256x2048 by generated (tfjs does not run on memory that threads share): b0, b3 -> b4
      barrier"
    `);
    expect(stepsOf(data(9, 50_000).matmul(data(50_000, 16)))).toMatchInlineSnapshot(`
      "thread 0: matmul 9x25024·25024x16 by generated (tfjs does not run on memory that threads share): b0, b1 -> b3
      thread 1: matmul 9x24976·24976x16 by generated (tfjs does not run on memory that threads share): b5, b6 -> b4
      barrier
      loop [144] {add}: b3, b4 -> b2"
    `);
    expect(stepsOf(data(6, 128, 128).matmul(data(6, 128, 128)))).toMatchInlineSnapshot(`
      "thread 0: matmul 3 × 128x128·128x128 by generated (tfjs does not run on memory that threads share): b0, b1 -> b3
      thread 1: matmul 3 × 128x128·128x128 by generated (tfjs does not run on memory that threads share): b4, b5 -> b6
      barrier"
    `);
  });

  it("take a batch apart that makes no even parts", () => {
    expect(stepsOf(data(3, 256, 256).matmul(data(3, 256, 256)))).toMatchInlineSnapshot(`
      "thread 0: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b0, b1 -> b11
      thread 1: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b12, b1 -> b13
      thread 0: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b4, b5 -> b14
      thread 1: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b15, b5 -> b16
      thread 0: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b8, b9 -> b17
      thread 1: matmul 1 × 128x256·256x256 by generated (tfjs does not run on memory that threads share): b18, b9 -> b19
      barrier"
    `);
  });

  it("have no barrier between steps whose parts depend on each other alone", () => {
    const x = data(512, 256);
    const text = stepsOf(x.matmul(data(256, 256)).add(1).matmul(data(256, 512)));
    expect(text.match(/^barrier$/gm)).toHaveLength(1);
  });

  it("run scans and sorts of rows side by side", () => {
    expect(stepsOf(argsort(data(64, 5000)))).toContain("thread 1: argsort [32,5000]");
    expect(stepsOf(argsort(data(1, 5000)))).not.toContain("thread 1: argsort");
    expect(stepsOf(data(64, 5000).cumsum(1))).toContain("thread 1: cumsum");
    expect(stepsOf(data(5000, 64).cumsum(0))).not.toContain("thread 1: cumsum");
  });

  it("divide the turns of blocks, with memory of their own for what lives inside a turn", () => {
    const text = stepsOf(softmax(data(256, 1024)));
    expect(text).toMatchInlineSnapshot(`
      "thread 0: 32 turns: loop [4,1024] {} reduce max over [1]: b0 -> b5
      thread 0: 32 turns: loop [4,1024] {sub exp}: b0, b5 -> b6
      thread 0: 32 turns: loop [4,1024] {} reduce add over [1]: b6 -> b5
      thread 0: 32 turns: loop [4,1024] {div mul}: b6, b5 -> b4
      thread 1: 32 turns: loop [4,1024] {} reduce max over [1]: b7 -> b8
      thread 1: 32 turns: loop [4,1024] {sub exp}: b7, b8 -> b9
      thread 1: 32 turns: loop [4,1024] {} reduce add over [1]: b9 -> b8
      thread 1: 32 turns: loop [4,1024] {div mul}: b9, b8 -> b10
      barrier"
    `);
  });

  it("count split calls once in the summary", () => {
    const { kernels, kernelCount } = explain(data(512, 512).matmul(data(512, 512)).exp()).summary;
    expect(kernels).toEqual({ matmul: 1, elementwise: 1 });
    expect(kernelCount).toBe(2);
  });
});

describe("plans for one thread", () => {
  it("have no parts and no barriers", async () => {
    await setBackend("wasm");
    expect(getBackend()).toBe("wasm");
    expect(stepsOf(data(512, 512).matmul(data(512, 512)))).not.toMatch(/^thread|^barrier/m);
    expect(stepsOf(zeros([1000, 1000]).add(data(1000, 1000)))).not.toMatch(/^thread|^barrier/m);
  });
});

describe.each([
  [2, false],
  [3, false],
  [2, true],
  [3, true],
] as const)("everything split over %i threads, in blocks: %s", (threads, inBlocks) => {
  const plans: Plan[] = [];
  beforeAll(async () => {
    cost.isHigh = true;
    blocks.wanted = inBlocks;
    await setBackend("wasm", { threads });
    const { compile } = WasmBackend.prototype;
    vi.spyOn(WasmBackend.prototype, "compile").mockImplementation(function (this: WasmBackend, plan: Plan) {
      plans.push(plan);
      return compile.call(this, plan);
    });
  });
  afterAll(() => {
    cost.isHigh = false;
    blocks.wanted = false;
    vi.restoreAllMocks();
  });

  it("has no races", { timeout: 120_000 }, async () => {
    for (const golden of [...loadGolden("ops"), ...loadGolden("programs")].filter((_, k) => k % 6 === threads))
      await runCase(golden, "float32");
    const split = plans.filter((plan) => plan.steps.some((step) => step.kind === "parallel"));
    expect(split.length).toBeGreaterThan(100);
    const loops = split
      .flatMap(({ steps }) => steps)
      .filter((s) => s.kind === "parallel" && s.parts[0]!.kind === "loop");
    expect(loops.length > 20).toBe(inBlocks);
    const found = split.flatMap((plan) => [...races(plan, false), ...races(plan, true)]);
    expect(found).toEqual([]);
    // The same without barriers has some.
    const bare = split.map((plan) => ({ ...plan, steps: plan.steps.filter((step) => step.kind !== "barrier") }));
    expect(bare.filter((plan) => races(plan, false).length > 0).length).toBeGreaterThan(50);
  });
});
