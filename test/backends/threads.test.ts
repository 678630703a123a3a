import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import { addBarrier } from "../../src/backends/wasm/threads/barrier.ts";
import { Pool, type ThreadedRun } from "../../src/backends/wasm/threads/pool.ts";
import { makeSharedHeap } from "../../src/backends/wasm/threads/shared-heap.ts";
import {
  BackendError,
  type BackendOptions,
  diagnostics,
  explain,
  fromData,
  GradloomError,
  jit,
  ones,
  relu,
  setBackend,
  stats,
  type Tensor,
} from "../../src/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const numbers = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, k) => Math.fround(Math.sin(k * 12.9898 + seed) * 43758.5453) % 1);

/** A few steps of SGD on two layers: losses and parameters, as bits. */
function train(): Uint32Array[] {
  const [x, y] = [fromData(numbers(256 * 300, 1), [256, 300], { constant: true }), numbers(256 * 4, 2)];
  const target = fromData(y, [256, 4], { constant: true });
  const w1 = fromData(numbers(300 * 200, 3), [300, 200]);
  const w2 = fromData(numbers(200 * 4, 4), [200, 4]);
  const losses: Float32Array[] = [];
  for (let k = 0; k < 4; k++) {
    const loss = relu(x.matmul(w1)).matmul(w2).sub(target).square().mean();
    loss.backward();
    for (const p of [w1, w2]) p.sub_(p.grad!.mul(0.01));
    losses.push(Float32Array.of(loss.item()));
  }
  return [...losses, w1.dataSync(), w2.dataSync()].map((d) => new Uint32Array(Float32Array.from(d).buffer));
}

describe("results on several threads", () => {
  it.each([2, 3, 4])("are the same to the bit on every run on %i", async (threads) => {
    await setBackend("wasm", { threads });
    expect(diagnostics()).toMatchObject({
      backend: "wasm",
      threads: { asked: threads, running: threads, missing: null },
    });
    expect(explain(ones([256, 300]).matmul(ones([300, 200]))).plan).toContain("thread 1: matmul");
    const first = train();
    for (let k = 0; k < 5; k++) expect(train()).toEqual(first);
  });

  it("are those of one thread within rounding", async () => {
    await setBackend("wasm");
    const one = train().map((bits) => new Float32Array(bits.buffer));
    await setBackend("wasm", { threads: 2 });
    const two = train().map((bits) => new Float32Array(bits.buffer));
    one.forEach((values, k) => {
      values.forEach((v, i) => {
        expect(Math.abs(v - two[k]![i]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(v)));
      });
    });
  });

  it("move between backends, and are copies that nobody shares", async () => {
    await setBackend("wasm");
    const x = fromData(numbers(100_000, 5), [100_000], { constant: true });
    const y = x.mul(2).evaluate();
    await setBackend("wasm", { threads: 2 });
    const z = y.add(x).evaluate();
    const read = z.dataSync();
    expect(read.buffer).not.toBeInstanceOf(SharedArrayBuffer);
    expect(read[7]).toBe(Math.fround(Math.fround(numbers(8, 5)[7]! * 2) + numbers(8, 5)[7]!));
    await setBackend("reference");
    expect(z.get(7).item()).toBe(read[7]);
  });

  it("are right after the memory has grown", async () => {
    await setBackend("wasm", { threads: 2 });
    const before = stats().heapBytes;
    const add = jit((t: Tensor) => t.add(1));
    const n = Math.ceil(before / 4) + 100_000;
    const big = add(fromData(new Float32Array(n).fill(2), [n], { constant: true })).evaluate();
    expect(stats().heapBytes).toBeGreaterThan(before);
    expect(big.get(n - 1).item()).toBe(3);
    expect(add(big).sum().item()).toBe(4 * n);
  });

  it("leave programs that are dropped behind", async () => {
    await setBackend("wasm", { threads: 2 });
    for (let k = 0; k < 20; k++) {
      const n = 200_000 + k * 1000;
      const f = jit((t: Tensor) => t.mul(k).add(1));
      expect(
        f(fromData(new Float32Array(n).fill(3), [n], { constant: true }))
          .get(n - 1)
          .item(),
      ).toBe(3 * k + 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc!();
    }
  });
});

describe("the options of setBackend", () => {
  const refused = async (options: unknown, name: "wasm" | "reference" = "wasm"): Promise<unknown> =>
    setBackend(name, options as BackendOptions).catch((e: unknown) => e);

  it.each([0, -1, 1.5, 65, Number.NaN, "2", "many", null, true, [2]])("refuse %j threads", async (threads) => {
    const e = await refused({ threads });
    if (threads === null) expect(e).toBeUndefined();
    else {
      expect(e).toBeInstanceOf(BackendError);
      expect((e as Error).message).toMatch(
        /^setBackend: threads is .*; it must be a whole number from 1 to 64, or "auto"$/,
      );
    }
  });

  it("refuse what there is not", async () => {
    expect(await refused({ workers: 2 })).toBeInstanceOf(GradloomError);
    expect(await refused({ workers: 2 })).toMatchObject({
      message: 'setBackend: there is no option "workers"; there is threads',
    });
    expect(await refused(2)).toMatchObject({ message: expect.stringMatching(/^setBackend: options come last/) });
    expect(await refused({ threads: 2 }, "reference")).toMatchObject({
      message: 'setBackend: the reference backend runs on one thread; choose "wasm" for more',
    });
  });

  it("take one thread, and one a core", async () => {
    await setBackend("wasm", { threads: 1 });
    expect(diagnostics().threads).toEqual({ asked: 1, running: 1, missing: null });
    await setBackend("wasm", { threads: "auto" });
    expect(diagnostics().threads.asked).toBeGreaterThanOrEqual(1);
    expect(diagnostics().threads.missing).toBeNull();
    await setBackend("reference");
    expect(diagnostics()).toMatchObject({
      backend: "reference",
      relaxedSimd: false,
      threads: { asked: 1, running: 1, missing: null },
    });
  });
});

describe("where threads cannot be had", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.doUnmock("../../src/backends/wasm/threads/spawn.ts");
    vi.resetModules();
  });

  /** The library as it loads now, with two threads asked for. */
  async function fresh(): Promise<typeof import("../../src/index.ts")> {
    vi.resetModules();
    const gl = await import("../../src/index.ts");
    await gl.setBackend("wasm", { threads: 2 });
    expect(
      gl
        .ones([300, 300])
        .matmul(gl.ones([300, 300]))
        .get(3, 4)
        .item(),
    ).toBe(300);
    return gl;
  }

  it("a page that is not isolated runs on one, and says what it needs", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    expect((await fresh()).diagnostics().threads).toMatchInlineSnapshot(`
      {
        "asked": 2,
        "missing": "the page is not cross-origin isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
        "running": 1,
      }
    `);
  });

  it("an engine without shared memory runs on one", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect((await fresh()).diagnostics().threads).toEqual({
      asked: 2,
      running: 1,
      missing: "there is no SharedArrayBuffer here",
    });
  });

  it("a worker that does not start leaves one, until it is tried again", async () => {
    vi.doMock("../../src/backends/wasm/threads/spawn.ts", () => ({
      spawn: () => Promise.reject(new Error("its file is missing")),
      coreCount: async () => 2,
    }));
    const gl = await fresh();
    expect(gl.diagnostics().threads).toEqual({
      asked: 2,
      running: 1,
      missing: "a worker did not start: its file is missing",
    });
    vi.doUnmock("../../src/backends/wasm/threads/spawn.ts");
    expect((await fresh()).diagnostics().threads).toEqual({ asked: 2, running: 2, missing: null });
  });
});

/** A plan's module for `threads` threads: `body` is what each does before a barrier. */
function moduleOf(
  threads: number,
  body: (thread: number, f: Parameters<Parameters<ModuleBuilder["addFunction"]>[3]>[0]) => void,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory("heap", "memory", { shared: true, min: 0, max: 65536 });
  const barrier = addBarrier(module, threads);
  const run = module.addFunction("run", ["i32", "i32", "i32", "i32"], [], (f, _table, _arena, first, end) => {
    for (let t = 0; t < threads; t++) {
      f.get(first!).i32Const(t).op("i32.le_s").get(end!).i32Const(t).op("i32.gt_s").op("i32.and");
      f.if(() => body(t, f));
    }
    f.get(end!).get(first!).op("i32.sub").i32Const(threads).op("i32.ne");
    f.if(() => f.get(first!).call(barrier));
  });
  module.exportFunction(run, "run");
  return module.toBytes();
}

async function poolOf(threads: number, code: Uint8Array<ArrayBuffer>) {
  const heap = makeSharedHeap();
  const pool = await Pool.start(heap, threads);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { heap: { memory: heap.memory } });
  const plan = pool.add(instance.exports.run as ThreadedRun, code);
  return { heap, pool, plan };
}

describe("a pool", () => {
  it("runs every thread's part once a run, in step", async () => {
    // Each thread adds one to a word of its own; thread 0 adds them all up after the barrier of the run before.
    const code = moduleOf(3, (t, f) => {
      const at = { offset: 8192 + t * 64 };
      f.i32Const(0).i32Const(0).op("i32.load", at).i32Const(1).op("i32.add").op("i32.store", at);
    });
    const { heap, pool, plan } = await poolOf(3, code);
    for (let k = 1; k <= 2000; k++) {
      pool.run(plan, 0, 0);
      const words = [0, 1, 2].map((t) => new Int32Array(heap.memory.buffer, 8192 + t * 64, 1)[0]);
      expect(words).toEqual([k, k, k]);
    }
    pool.fail("done");
  });

  it("sees the memory that was added since", async () => {
    // Thread 1 fills a kilobyte at the address of the table.
    const code = moduleOf(2, (t, f) => {
      if (t === 1) f.get(0).i32Const(7).i32Const(1024).op("memory.fill");
    });
    const { heap, pool, plan } = await poolOf(2, code);
    for (let k = 0; k < 30; k++) {
      const bytes = heap.memory.buffer.byteLength;
      const at = heap.malloc(bytes > 2 ** 27 ? 2 ** 20 : bytes);
      pool.run(plan, at, 0);
      expect(new Uint8Array(heap.memory.buffer, at, 1024).every((b) => b === 7)).toBe(true);
      const last = heap.memory.buffer.byteLength - 1024;
      pool.run(plan, last, 0);
      expect(new Uint8Array(heap.memory.buffer, last, 1024).every((b) => b === 7)).toBe(true);
    }
    pool.fail("done");
  });

  it.each([
    ["a worker", 1],
    ["this thread", 0],
  ])("that fails in %s throws, and does all by itself from then on", async (_, broken) => {
    // Fails where the word at 8192 is not 0.
    const code = moduleOf(2, (t, f) => {
      if (t === broken)
        f.i32Const(0)
          .op("i32.load", { offset: 8192 })
          .if(() => f.op("unreachable"));
      const at = { offset: 8256 + t * 64 };
      f.i32Const(0).i32Const(0).op("i32.load", at).i32Const(1).op("i32.add").op("i32.store", at);
    });
    const { heap, pool, plan } = await poolOf(2, code);
    const word = new Int32Array(heap.memory.buffer, 8192, 1);
    pool.run(plan, 0, 0);
    expect(pool.failure).toBeNull();
    word[0] = 1;
    expect(() => pool.run(plan, 0, 0)).toThrow("unreachable");
    expect(pool.failure).toContain("unreachable");
    word[0] = 0;
    pool.run(plan, 0, 0);
    const counts = [0, 1].map((t) => new Int32Array(heap.memory.buffer, 8256 + t * 64, 1)[0]);
    expect(counts[broken]).toBe(2);
  });

  it("says what a worker could not compile", async () => {
    const code = moduleOf(2, () => {});
    const { pool, plan } = await poolOf(2, code);
    plan.code = new Uint8Array([0, 1, 2, 3]);
    expect(() => pool.run(plan, 0, 0)).toThrow(/a worker failed: CompileError/);
    expect(pool.failure).toMatch(/^CompileError/);
  });

  it("does all by itself once a worker has ended", async () => {
    const code = moduleOf(2, (t, f) => {
      f.i32Const(0)
        .i32Const(7)
        .op("i32.store", { offset: 8192 + t * 64 });
    });
    const { heap, pool, plan } = await poolOf(2, code);
    const { workers } = pool as unknown as { readonly workers: readonly { terminate(): void }[] };
    workers[0]!.terminate();
    await vi.waitUntil(() => pool.failure !== null, { timeout: 10_000 });
    expect(pool.failure).toBe("worker 1 ended: it ended with code 1");
    pool.run(plan, 0, 0);
    expect([0, 1].map((t) => new Int32Array(heap.memory.buffer, 8192 + t * 64, 1)[0])).toEqual([7, 7]);
  });
});

describe("a process with threads", () => {
  // Inside the project: the built package finds its dependencies there.
  mkdirSync(join(ROOT, "out"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "out", "threads-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (text: string, ...options: readonly string[]): { readonly stdout: string; readonly stderr: string } => {
    const file = join(folder, "main.mjs");
    writeFileSync(file, text);
    const { stdout, stderr, status } = spawnSync(process.execPath, [...options, file], {
      cwd: ROOT,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return { stdout, stderr };
  };
  const program = (entry: string): string => `
    import { diagnostics, ones, setBackend } from ${JSON.stringify(entry)};
    await setBackend("wasm", { threads: 2 });
    const x = ones([400, 400]);
    for (let k = 0; k < 3; k++) if (x.matmul(x).mul(k + 1).get(1, 2).item() !== 400 * (k + 1)) throw new Error("wrong");
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ...diagnostics().threads, ms: (user + system) / 1000 }));
  `;

  it("uses no processor while it waits, and ends by itself", { timeout: 60_000 }, () => {
    const { stdout } = run(program(join(ROOT, "src/index.ts")), "--import", "tsx");
    const { ms, ...threads } = JSON.parse(stdout) as { readonly ms: number };
    expect(threads).toEqual({ asked: 2, running: 2, missing: null });
    expect(ms).toBeLessThan(100);
  });

  it("does the same with the package as it is built, in plain Node", { timeout: 120_000 }, () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const dist = join(folder, "dist");
    const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", dist], { cwd: ROOT });
    expect(status).toBe(0);
    // How bundlers for pages recognize the worker; they refuse other options than literals.
    const spawn = readFileSync(join(dist, "backends/wasm/threads/spawn.js"), "utf8");
    expect(spawn.match(/new Worker\(\s*new URL\(.*\n/g)).toEqual([
      'new Worker(new URL("./worker.js", import.meta.url), { type: "module" });\n',
    ]);
    const { stdout } = run(program(join(dist, "index.js")), "--disallow-code-generation-from-strings");
    expect(JSON.parse(stdout)).toMatchObject({ asked: 2, running: 2, missing: null });
  });
});
