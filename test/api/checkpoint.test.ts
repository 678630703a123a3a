import { beforeEach, describe, expect, it, vi } from "vitest";
import { Buffer, DeviceLost, type Executable, type PlanBackend } from "../../src/backends/backend.ts";
import { loadWasm } from "../../src/backends/wasm/backend.ts";
import {
  ContextLostError,
  checkpoint,
  diagnostics,
  GradloomError,
  jit,
  ones,
  recover,
  setBackend,
  type Tensor,
  tensor,
} from "../../src/index.ts";

/** A device that can be lost: results of wasm, in a memory that forgets. */
class Card implements PlanBackend {
  static made: Card[] = [];
  readonly kind = "plan";
  readonly name = "webgl";
  readonly threads = { asked: 1, running: 1, missing: null };
  isLost = false;
  private readonly wasm: PlanBackend;

  constructor(wasm: PlanBackend) {
    this.wasm = wasm;
    Card.made.push(this);
  }

  get target(): PlanBackend["target"] {
    return this.wasm.target;
  }

  compile(plan: Parameters<PlanBackend["compile"]>[0]): Executable {
    const inner = this.wasm.compile({ ...plan, aliases: [] });
    return {
      run: (inputs) => {
        this.check();
        const results = inner.run(inputs.map(({ dtype, length }, k) => new Buffer(dtype, length, inputs[k]!.read())));
        return results.map((result) => {
          const data = result.read().slice();
          const read = (): typeof data => this.check() ?? data;
          const card = this;
          return new Buffer(result.dtype, result.length, null, {
            backend: "webgl",
            get isLost() {
              return card.isLost;
            },
            read,
            readLater: async () => {
              await new Promise((resolve) => setTimeout(resolve, 1));
              return read();
            },
            release: () => {},
          });
        });
      },
    };
  }

  private check(): null {
    if (this.isLost) throw new DeviceLost("the context is gone");
    return null;
  }

  memory(): ReturnType<PlanBackend["memory"]> {
    return this.wasm.memory();
  }
}

vi.mock("../../src/backends/webgl/backend.ts", () => ({ loadWebgl: async () => new Card(await loadWasm()) }));

const lose = (): void => {
  Card.made.at(-1)!.isLost = true;
};
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(async () => {
  lose.call(null);
  await setBackend("webgl");
});
Card.made.push({ isLost: false } as Card);

/** Ten times the value at every step, by gradient descent on −x²·4.5. */
function grower(): { readonly x: Tensor; step(): Tensor } {
  const x = tensor([1]);
  return {
    x,
    step: () => {
      const loss = x.mul(x).sum().mul(-4.5);
      loss.backward();
      x.sub_(x.grad!);
      return loss;
    },
  };
}

describe.each(["eager", "jit"])("a lost context in training, %s", (kind) => {
  it("costs the steps since the last copy", async () => {
    const { x, step: plain } = grower();
    const step = kind === "jit" ? jit(plain) : plain;
    const kept = checkpoint([x], { every: 2 });
    expect([kept.updates, kept.saved]).toEqual([0, 0]);
    const losses: number[] = [];
    for (let k = 0; k < 5; k++) {
      losses.push((await step().data())[0]!);
      await turn();
    }
    expect(losses).toEqual([-4.5, -450, -45000, -4500000, -450000000]);
    expect(kept.saved).toBe(4);
    const pending = step();
    lose();
    await expect(pending.data()).rejects.toThrow(ContextLostError);
    expect(() => x.tolist()).toThrow(ContextLostError);
    expect(() => step().item()).toThrow(ContextLostError);
    expect(await recover()).toEqual({ wasLost: true, restored: 1 });
    expect([kept.updates, kept.saved]).toEqual([4, 4]);
    expect(x.grad).toBe(null);
    expect(x.tolist()).toEqual([10 ** 4]);
    expect((await step().data())[0]).toBe(-450000000);
    expect(() => pending.item()).toThrow(ContextLostError);
    kept.stop();
  });
});

describe("checkpoints", () => {
  it("do nothing where nothing is lost", async () => {
    const { x, step } = grower();
    const kept = checkpoint([x]);
    step().item();
    expect(await recover()).toEqual({ wasLost: false, restored: 0 });
    expect(x.tolist()).toEqual([10]);
    kept.stop();
  });

  it("can be asked for, and are of one moment", async () => {
    const x = tensor([1]);
    const y = tensor([2]);
    const kept = checkpoint([x, y], { every: 1000 });
    x.mul_(3).evaluate();
    y.mul_(3).evaluate();
    const saving = kept.save();
    x.mul_(7).evaluate();
    y.mul_(7).evaluate();
    await saving;
    expect([kept.updates, kept.saved]).toEqual([4, 2]);
    lose();
    await recover();
    expect([x.tolist(), y.tolist()]).toEqual([[3], [6]]);
    x.mul_(3).evaluate();
    lose();
    await expect(kept.save()).rejects.toThrow(ContextLostError);
    await recover();
    expect([x.tolist(), y.tolist()]).toEqual([[3], [6]]);
    kept.stop();
  });

  it("keep nothing once stopped, and others stay lost", async () => {
    const x = tensor([1]);
    const other = tensor([5]);
    const kept = checkpoint([x]);
    x.mul_(2).evaluate();
    other.mul_(2).evaluate();
    await turn();
    kept.stop();
    lose();
    expect(await recover()).toEqual({ wasLost: true, restored: 0 });
    expect(() => x.tolist()).toThrow(ContextLostError);
    expect(() => other.add(1).tolist()).toThrow(ContextLostError);
    expect(ones([2]).add(1).tolist()).toEqual([2, 2]);
  });

  it("let what is pending and lost not stand in the way", async () => {
    const a = tensor([1]);
    a.mul_(2).evaluate();
    const loss = a.mul(a).sum();
    loss.backward();
    lose();
    await recover();
    expect(ones([2]).add(1).tolist()).toEqual([2, 2]);
    expect(() => loss.item()).toThrow(ContextLostError);
    expect(a.grad).toBe(null);
    const b = tensor([1]);
    b.mul_(2).evaluate();
    b.mul_(3);
    lose();
    await recover();
    expect(ones([2]).add(1).tolist()).toEqual([2, 2]);
    expect(() => b.tolist()).toThrow(ContextLostError);
  });

  it("survive a move to another backend", async () => {
    const { x, step } = grower();
    const kept = checkpoint([x], { every: 1 });
    step().item();
    await turn();
    step().item();
    lose();
    expect(diagnostics().notes).toEqual([]);
    await setBackend("wasm");
    expect(await recover()).toEqual({ wasLost: false, restored: 1 });
    expect(step().item()).toBe(-450);
    kept.stop();
  });

  it("are of tensors", () => {
    const x = ones([2, 2]);
    expect(() => checkpoint(x as unknown as Tensor[])).toThrow(GradloomError);
    expect(() => checkpoint([1] as unknown as Tensor[])).toThrow(GradloomError);
    expect(() => checkpoint([x, x.reshape(4)])).toThrow("share memory");
    expect(() => checkpoint([x], { every: 0 })).toThrow("a count of updates");
  });
});
