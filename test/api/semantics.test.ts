/** Views, constants, graphs and gradients: MyGrad's rules, one by one. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  add,
  asarray,
  astensor,
  type BackendName,
  copy,
  DTypeError,
  InvalidBackpropError,
  isAutodiffOn,
  multiply,
  noAutodiff,
  reshape,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  zerosLike,
} from "../../src/index.ts";

const leaf = (data: readonly number[]): Tensor => tensor(data, "float64");
const list = (t: Tensor | null): unknown => (t === null ? null : t.tolist());

describe.each<BackendName>(["wasm", "reference"])("on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe("bases", () => {
    it("are the tensor that owns the memory, through any chain of views", () => {
      const x = leaf([1, 2, 3, 4]);
      const v = x.get("1:").reshape(3, 1).T;
      expect(x.base).toBeNull();
      expect(v.base).toBe(x);
      expect(v.get("...", "0:0").base).toBe(x);
    });

    it("are null for copies: single elements, index arrays, and reshapes that no strides express", () => {
      const x = leaf([1, 2, 3, 4]).reshape(2, 2).pos();
      expect(x.get(0, 0).base).toBeNull();
      expect(x.get([0, 1]).base).toBeNull();
      expect(reshape(x.T, [4]).base).toBeNull();
      expect(reshape(x.T, [4]).sharesMemory(x)).toBe(false);
    });

    it("show writes of views and siblings", () => {
      const x = leaf([1, 2, 3, 4]).pos();
      const [a, b] = [x.get(":2"), x.reshape(2, 2).T];
      a.mul_(10);
      expect(b.tolist()).toEqual([
        [10, 3],
        [20, 4],
      ]);
    });
  });

  describe("shape, set in place", () => {
    it("reshapes the tensor, and nothing else", () => {
      const x = leaf([1, 2, 3, 4]);
      const v = x.get(":2");
      x.shape = [2, 2];
      expect(x.tolist()).toEqual([
        [1, 2],
        [3, 4],
      ]);
      expect(v.tolist()).toEqual([1, 2]);
      x.mul(x).backward();
      expect(list(x.grad)).toEqual([
        [2, 4],
        [6, 8],
      ]);
      expect(list(v.grad)).toEqual([2, 4]);
    });

    it("refuses what needs a copy", () => {
      const x = leaf([1, 2, 3, 4]).reshape(2, 2).T;
      expect(() => {
        x.shape = [4];
      }).toThrow(ShapeError);
      expect(x.shape).toEqual([2, 2]);
    });
  });

  describe("gradients of views", () => {
    it("are views of the base's gradient, also for views made afterwards", () => {
      const x = leaf([1, 2, 3]).pos();
      const v = x.get("1:");
      x.mul(x).backward();
      expect(list(v.grad)).toEqual([4, 6]);
      expect(v.grad!.base).toBe(x.grad);
      expect(x.get("::-1").grad!.tolist()).toEqual([6, 4, 2]);
      x.grad!.mul_(2);
      expect(list(v.grad)).toEqual([8, 12]);
      x.nullGrad();
      expect(v.grad).toBeNull();
    });

    it("a backward from a view reaches the base", () => {
      const x = leaf([1, 2, 3]);
      x.get("1:").mul(5).backward();
      expect(list(x.grad)).toEqual([0, 5, 5]);
    });
  });

  describe("writes", () => {
    it("into a leaf leave what was computed before as it was", () => {
      const x = leaf([1, 2, 3]);
      const y = x.pow(2);
      x.set_(0, 50);
      y.sum().backward();
      expect(y.tolist()).toEqual([1, 4, 9]);
      expect(x.grad).toBeNull();
      expect(x.tolist()).toEqual([50, 2, 3]);
    });

    it("into a leaf make gradients those of what it is now", () => {
      const x = leaf([1, 2, 3]);
      const y = x.pow(2);
      x.mul_(2);
      y.add(x).sum().backward();
      expect(list(x.grad)).toEqual([1, 1, 1]);
    });

    it("into a constant keep it constant, and into a variable with constants keep it variable", () => {
      const c = tensor([1, 2], { dtype: "float64", constant: true });
      c.mul_(leaf([3, 4]));
      expect(c.constant).toBe(true);
      expect(c.tolist()).toEqual([3, 8]);
      const x = leaf([1, 2]).pos();
      x.set_("...", 7);
      expect(x.constant).toBe(false);
    });

    it("that fail change nothing", () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2);
      expect(() => y.mul_([1, 2])).toThrow(ShapeError);
      expect(() => multiply(x, [1, 2], { out: y })).toThrow(ShapeError);
      expect(() => y.set_(5, 1)).toThrow(/out of bounds/);
      expect(y.tolist()).toEqual([2, 4, 6]);
      y.backward();
      expect(list(x.grad)).toEqual([2, 2, 2]);
    });
  });

  describe("masked results", () => {
    it("keep the old elements of out, and their gradient", () => {
      const [x, y] = [leaf([1, 2, 3]), leaf([10, 20, 30])];
      const out = y.mul(2);
      expect(multiply(x, x, { where: [true, false, true], out })).toBe(out);
      expect(out.tolist()).toEqual([1, 40, 9]);
      out.backward();
      expect(list(x.grad)).toEqual([2, 0, 6]);
      expect(list(y.grad)).toEqual([0, 2, 0]);
    });

    it("without out are 0 elsewhere, with no gradient", () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(1);
      const r = multiply(y, y, { where: [true, false, true] });
      expect(r.tolist()).toEqual([1, 0, 9]);
      r.backward();
      expect(list(x.grad)).toEqual([2, 0, 6]);
    });

    it("are computed in the dtype asked for, and refuse what changes the kind", () => {
      const x = tensor([1, 2], "float64");
      const r = add(x, 0.1, { dtype: "float32" });
      expect(r.dtype).toBe("float32");
      r.backward();
      expect(x.grad!.dtype).toBe("float64");
      expect(() => add(x, 1, { dtype: "int32" })).toThrow(DTypeError);
      expect(() => add(x, 1, { out: tensor([0, 0], "int32") })).toThrow(DTypeError);
    });
  });

  describe("constants", () => {
    it("are integers, booleans, what is made so, and what is computed from nothing else", () => {
      expect(tensor([1, 2], "int32").constant).toBe(true);
      expect(tensor([true]).constant).toBe(true);
      const c = tensor([1, 2], { constant: true });
      expect(c.mul(2).constant).toBe(true);
      expect(leaf([1]).mul(c).constant).toBe(false);
      expect(add(leaf([1]), 1, { constant: true }).constant).toBe(true);
      expect(add(c, 1, { constant: false }).constant).toBe(false);
      expect(() => tensor([1], { dtype: "int32", constant: false })).toThrow(DTypeError);
      expect(() => add(tensor([1], "int32"), 1, { constant: false })).toThrow(DTypeError);
      expect(() => tensor([1], { constant: 1 as unknown as boolean })).toThrow(DTypeError);
    });

    it("are inherited by what is made like them", () => {
      expect(zerosLike(tensor([1, 2], { constant: true })).constant).toBe(true);
      expect(zerosLike([1, 2]).constant).toBe(true);
      expect(zerosLike(leaf([1])).constant).toBe(false);
    });

    it("made variable get gradients of their own", () => {
      const y = add(tensor([1, 2], { constant: true }), 1, { constant: false });
      y.mul(3).backward();
      expect(list(y.grad)).toEqual([3, 3]);
    });

    it("have no backward", () => {
      const c = tensor([1, 2], { constant: true });
      expect(c.backward()).toBeUndefined();
      expect(c.grad).toBeNull();
    });
  });

  describe("backward", () => {
    it("takes a cotangent that broadcasts, and leaves it at the tensor itself", () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2);
      y.backward(10);
      expect(list(y.grad)).toEqual([10, 10, 10]);
      expect(list(x.grad)).toEqual([20, 20, 20]);
      expect(() => x.mul(2).backward([1, 2])).toThrow(ShapeError);
    });

    it("a second time leaves gradients upstream as they were", () => {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      y.backward();
      y.backward(7);
      expect(list(x.grad)).toEqual([3, 3]);
      expect(list(y.grad)).toEqual([7, 7]);
    });

    it("through a part that an earlier one has cleared is an error", () => {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      const [a, b] = [y.mul(2), y.mul(4)];
      a.backward();
      expect(() => b.backward()).toThrow(InvalidBackpropError);
    });

    it("does not add up over calls, and does not touch what it does not reach", () => {
      const [x, z] = [leaf([1]), leaf([1])];
      z.mul(2).backward();
      x.mul(2).backward();
      x.mul(5).backward();
      expect(list(x.grad)).toEqual([5]);
      expect(list(z.grad)).toEqual([2]);
    });
  });

  it("clearGraph makes leaves of what was computed", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    expect(y.creator).toBe("multiply");
    const z = y.mul(2);
    z.clearGraph();
    expect(z.creator).toBeNull();
    z.mul(5).backward();
    expect(list(z.grad)).toEqual([5, 5]);
    expect(x.grad).toBeNull();
  });

  describe("noAutodiff", () => {
    it("records nothing, and gives leaves", () => {
      const x = leaf([1, 2]);
      const y = noAutodiff(() => {
        expect(isAutodiffOn()).toBe(false);
        return x.mul(3);
      });
      expect(isAutodiffOn()).toBe(true);
      y.mul(2).backward();
      expect(list(y.grad)).toEqual([2, 2]);
      expect(x.grad).toBeNull();
    });

    it("keeps gradients, so that an optimizer can use them, and writes without a trace", () => {
      const w = leaf([1, 2]);
      w.mul(w).backward();
      noAutodiff(() => {
        w.sub_(w.grad!.mul(0.5));
        noAutodiff(() => w.backward());
      });
      expect(w.tolist()).toEqual([0, 0]);
      expect(list(w.grad)).toEqual([2, 4]);
      w.mul(3).backward();
      expect(list(w.grad)).toEqual([3, 3]);
    });

    it("is over after an exception, and after a promise", async () => {
      expect(() =>
        noAutodiff(() => {
          throw new Error("no");
        }),
      ).toThrow("no");
      expect(isAutodiffOn()).toBe(true);
      await noAutodiff(async () => {
        await Promise.resolve();
        expect(isAutodiffOn()).toBe(false);
      });
      expect(isAutodiffOn()).toBe(true);
    });
  });

  it("copies are leaves with a gradient of their own", () => {
    const x = leaf([1, 2]);
    x.mul(x).backward();
    const [c, d] = [x.copy(), copy(x)];
    expect(list(c.grad)).toEqual([2, 4]);
    c.mul_(10);
    expect(x.tolist()).toEqual([1, 2]);
    expect(list(x.grad)).toEqual([2, 4]);
    d.mul(3).backward();
    expect(list(d.grad)).toEqual([3, 3]);
    expect(list(x.grad)).toEqual([2, 4]);
  });

  it("tensor copies, astensor does not where it need not, asarray has no gradients", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect(astensor(y) === y).toBe(true);
    expect(astensor(y, "float32") === y).toBe(false);
    expect(astensor(y, { constant: true }).constant).toBe(true);
    tensor(y).backward();
    expect(x.grad).toBeNull();
    expect(tensor(y).constant).toBe(false);
    expect(asarray(y).constant).toBe(true);
    expect(tensor(3, { ndmin: 2 }).shape).toEqual([1, 1]);
    expect(tensor([1], { ndmin: 2 }).base).toBeNull();
  });

  it("data that came in, and data that went out, cannot change a recorded program", async () => {
    const given = Float64Array.of(1, 2, 3);
    const x = tensor(given);
    const y = x.mul(x);
    given.fill(99);
    (await x.data()).fill(77);
    y.backward();
    expect(y.tolist()).toEqual([1, 4, 9]);
    expect(list(x.grad)).toEqual([2, 4, 6]);
    (await x.grad!.data()).fill(5);
    expect(list(x.grad)).toEqual([2, 4, 6]);
  });

  it("tensors iterate, have a length, tell whether they contain a value, and are numbers where they have one element", () => {
    const x = leaf([1, 2, 3]);
    expect([...x].map((t) => t.item())).toEqual([1, 2, 3]);
    expect(x.length).toBe(3);
    expect(x.contains(2)).toBe(true);
    expect(x.contains(5)).toBe(false);
    expect(Number(leaf([4]))).toBe(4);
    expect(+leaf([4]) + 1).toBe(5);
    expect(() => Number(x)).toThrow(ShapeError);
    expect(() => [...leaf([1]).sum()]).toThrow(ShapeError);
  });
});
