import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startBackend } from "../../src/api/trace/backend.ts";
import { Device } from "../../src/backends/webgl/gl/device.ts";
import {
  BackendError,
  ContextLostError,
  checkpoint,
  diagnostics,
  fromData,
  jit,
  ones,
  recover,
  relu,
  scope,
  setBackend,
  softmaxCrossentropy,
  stats,
  type Tensor,
  tensor,
  warmup,
} from "../../src/index.ts";

/** Takes the context of the backend in use away, as a browser does that has run short of something. */
async function lose(): Promise<void> {
  const { device } = (await startBackend("webgl")) as unknown as { readonly device: Device };
  device.gl.getExtension("WEBGL_lose_context")!.loseContext();
}

/** Numbers that are the same each time, about 0. */
function numbers(count: number, scale: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state / 0x7fffffff - 0.5) * scale;
  });
}

interface Training {
  readonly state: readonly Tensor[];
  step(): Tensor;
}

/** A small network that learns, with momentum. */
function training(): Training {
  const x = fromData(numbers(64 * 16, 2), [64, 16]);
  const labels = fromData(
    Int32Array.from({ length: 64 }, (_, k) => (k * 7) % 4),
    [64],
  );
  const inputs = fromData(x.dataSync(), [64, 16], { constant: true });
  const parameters = [
    fromData(numbers(16 * 32, 0.7), [16, 32]),
    fromData(numbers(32, 0.1), [32]),
    fromData(numbers(32 * 4, 0.5), [32, 4]),
  ];
  const momenta = parameters.map((p) => fromData(new Float32Array(p.size), p.shape, { constant: true }));
  const [w1, b1, w2] = parameters as [Tensor, Tensor, Tensor];
  const step = jit(() => {
    const loss = softmaxCrossentropy(relu(inputs.matmul(w1).add(b1)).matmul(w2), labels);
    loss.backward();
    parameters.forEach((p, k) => {
      momenta[k]!.mul_(0.9);
      momenta[k]!.add_(p.grad!);
      p.sub_(momenta[k]!.mul(0.05));
    });
    return loss;
  });
  return { state: [...parameters, ...momenta], step: () => scope(step) };
}

async function losses({ step }: Training, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let k = 0; k < count; k++) {
    const loss = step();
    all.push((await loss.data())[0]!);
    loss.dispose();
  }
  return all;
}

/** Lets the collector run where the page may ask for it. */
async function collect(): Promise<void> {
  const { gc } = globalThis as { readonly gc?: () => void };
  for (let k = 0; k < 3; k++) {
    gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("a context that is lost", () => {
  beforeEach(() => setBackend("webgl"));

  it("in mid-training costs the steps since the last checkpoint, and training goes on", async () => {
    const whole = await losses(training(), 60);
    expect(whole[59]!).toBeLessThan(0.7 * whole[0]!);
    const again = training();
    const kept = checkpoint(again.state, { every: 10 });
    const before = await losses(again, 35);
    expect(before).toEqual(whole.slice(0, 35));
    const pending = [again.step().data(), again.state[0]!.mul(2).data()];
    const start = performance.now();
    await lose();
    for (const each of pending) await expect(each).rejects.toBeInstanceOf(ContextLostError);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(() => again.state[0]!.dataSync()).toThrow(ContextLostError);
    expect(() => again.step()).toThrow(ContextLostError);
    expect(diagnostics().notes).toContain("the graphics context is lost: call recover()");
    expect(await recover()).toEqual({ wasLost: true, restored: 6 });
    expect(diagnostics().notes).toEqual([]);
    expect(kept.saved).toBe(30);
    expect(kept.updates).toBe(30);
    // The same numbers as in a run without the loss, from the checkpoint on.
    expect(await losses(again, 30)).toEqual(whole.slice(30));
    kept.stop();
  });

  it("gives no zeros: each value that lay there alone says that it is lost", async () => {
    const there = ones([100, 100]).add(1).evaluate();
    const known = ones([3]).add(1).evaluate();
    await known.data();
    await lose();
    expect(() => there.dataSync()).toThrow(ContextLostError);
    await expect(there.data()).rejects.toBeInstanceOf(ContextLostError);
    expect(() => there.sum().item()).toThrow(ContextLostError);
    expect([...known.dataSync()]).toEqual([2, 2, 2]);
    await recover();
    await expect(there.add(1).data()).rejects.toBeInstanceOf(ContextLostError);
    expect([...(await known.add(1).data())]).toEqual([3, 3, 3]);
  });

  it("leaves another backend as a way out", async () => {
    const w = tensor([1, 2, 3]);
    const kept = checkpoint([w], { every: 1 });
    w.mul_(2).evaluate();
    await kept.save();
    w.mul_(2).evaluate();
    await lose();
    await setBackend("wasm");
    expect((await recover()).restored).toBe(1);
    expect(w.mul(1).tolist()).toEqual([2, 4, 6]);
    kept.stop();
  });
});

describe("a long training", () => {
  afterAll(() => setBackend("wasm"));

  it("of 5000 steps needs no more memory than one of a hundred", async () => {
    await setBackend("webgl");
    const run = training();
    const memory = performance as unknown as { readonly memory?: { readonly usedJSHeapSize: number } };
    const seen: { readonly gpu: number; readonly held: number; readonly heap: number }[] = [];
    for (let k = 0; k < 5000; k++) {
      const loss = run.step();
      if (k % 10 === 0) expect(Number.isFinite((await loss.data())[0])).toBe(true);
      loss.dispose();
      if (k % 600 !== 100) continue;
      await collect();
      seen.push({
        gpu: stats().heapBytes,
        held: stats().heldBytes,
        heap: memory.memory?.usedJSHeapSize ?? 0,
      });
    }
    expect(seen.length).toBe(9);
    const [first, ...later] = seen;
    for (const each of later) {
      // Gradients of earlier steps keep their textures until the collector comes, sooner or later.
      expect(each.gpu, "bytes of textures").toBeLessThan(1.25 * first!.gpu);
      expect(each.held, "bytes of textures in use").toBe(first!.held);
      expect(each.heap, "bytes of JavaScript's heap").toBeLessThan(first!.heap + 2 * 2 ** 20);
    }
  });
});

describe("a graphics card", () => {
  it("that is none is not chosen by itself", async () => {
    await setBackend("auto");
    const { backend, notes, isolated } = diagnostics();
    expect(isolated).toBe(true);
    await setBackend("webgl");
    const { graphics } = diagnostics();
    expect(graphics?.renderer).toMatch(/\S/);
    // Drivers that lose these are named in the notes; the ones that tests run on do not.
    expect(graphics?.probe).toMatchObject({ float32: true, nan: true, infinity: true });
    if (graphics!.isSoftware) {
      expect(backend).toBe("wasm");
      expect(notes.join()).toContain("the processor draws");
    } else expect(backend).toBe("auto");
  });

  it("without float32 targets is refused, with the way out", async () => {
    const { prototype } = WebGL2RenderingContext;
    const original = prototype.getExtension;
    prototype.getExtension = function (this: WebGL2RenderingContext, name: string) {
      return name === "EXT_color_buffer_float" ? null : (original.call(this, name) as unknown);
    } as typeof original;
    try {
      expect(() => new Device()).toThrow(/float32 textures.*use the wasm backend/);
    } finally {
      prototype.getExtension = original;
    }
  });

  it("compiles ahead of the first call", async () => {
    await setBackend("webgl");
    const f = jit((x: Tensor) => x.mul(3).tanh().sum(0).add(0.0625));
    const x = fromData(numbers(12, 1), [3, 4], { constant: true });
    const before = stats();
    await warmup(f, [x]);
    expect([stats().compiled - before.compiled, stats().runs - before.runs]).toEqual([1, 0]);
    const first = await f(x).data();
    await setBackend("reference");
    const expected = await f(x).data();
    first.forEach((v, k) => {
      expect(v).toBeCloseTo(expected[k]!, 5);
    });
  });

  it("has no room for more than its textures hold, and says so when the program is compiled", async () => {
    await setBackend("webgl");
    const { device } = (await startBackend("webgl")) as unknown as { readonly device: Device };
    const side = Math.ceil(Math.sqrt(device.capabilities.maxTextureSize * 8192)) + 1;
    const row = ones([1, side], { constant: true });
    const column = ones([side, 1], { constant: true });
    await expect(row.mul(column).mul(2).data()).rejects.toThrow(BackendError);
    await expect(row.mul(column).mul(2).data()).rejects.toThrow(/textures of this device hold at most.*wasm/s);
  });
});
