import { beforeAll, describe, expect, it } from "vitest";
import {
  type BackendName,
  DisposedError,
  InvalidBackpropError,
  relu,
  ShapeError,
  scope,
  setBackend,
  type Tensor,
  tensor,
} from "../../src/index.ts";

const list = (t: Tensor | null): unknown => (t === null ? null : t.tolist());

describe.each<BackendName>(["wasm", "reference"])("gradients on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  describe("are dropped", () => {
    function withGradient(): Tensor {
      const x = tensor([1, 2, 3]);
      x.mul(x).sum().backward();
      return x;
    }

    it("by an operation that is no view", () => {
      const x = withGradient();
      expect(list(x.grad)).toEqual([2, 4, 6]);
      x.add(1);
      expect(x.grad).toBeNull();
    });

    it("by being the second operand, or an operand of a reduction or matrix product", () => {
      const uses: ((x: Tensor) => Tensor)[] = [(x) => tensor([1]).mul(x), (x) => x.sum(), (x) => x.matmul(x)];
      for (const use of uses) {
        const x = withGradient();
        use(x);
        expect(x.grad).toBeNull();
      }
    });

    it("by an operation on a view", () => {
      const x = withGradient();
      const v = x.get("1:");
      v.mul(2);
      expect(x.grad).toBeNull();
      expect(v.grad).toBeNull();
    });

    it("by a write", () => {
      const x = withGradient();
      x.add_(1);
      expect(x.grad).toBeNull();
      const y = withGradient();
      y.get("0, ...").set_([], 5);
      expect(y.grad).toBeNull();
    });

    it("not by views, reading or printing", () => {
      const x = withGradient();
      x.get("::-1");
      x.reshape(3, 1);
      x.T.get("0, ...");
      x.broadcastTo([2, 3]);
      x.tolist();
      String(x);
      expect(list(x.grad)).toEqual([2, 4, 6]);
    });
  });

  describe("of views", () => {
    it("are views of the base's gradient, whenever the view was made", () => {
      const x = tensor([
        [1, 2],
        [3, 4],
      ]);
      const before = x.get(":, 1");
      x.mul(x).sum().backward();
      const after = x.T;
      expect(list(x.grad)).toEqual([
        [2, 4],
        [6, 8],
      ]);
      expect(list(before.grad)).toEqual([4, 8]);
      expect(list(after.grad)).toEqual([
        [2, 6],
        [4, 8],
      ]);
      expect(list(after.get(1).grad)).toEqual([4, 8]);
      expect(before.grad!.sharesMemory(x.grad!)).toBe(true);
    });

    it("show in the base where only the view was used", () => {
      const x = tensor([1, 2, 3]);
      const v = x.get("1:");
      v.mul(v).sum().backward();
      expect(list(v.grad)).toEqual([4, 6]);
      expect(list(x.grad)).toEqual([0, 4, 6]);
    });
  });

  describe("backward", () => {
    it("counts a tensor as its sum", () => {
      const x = tensor([1, 2, 3]);
      x.mul(x).backward();
      expect(list(x.grad)).toEqual([2, 4, 6]);
    });

    it("takes a seed, broadcast", () => {
      const x = tensor([
        [1, 2],
        [3, 4],
      ]);
      x.mul(2).backward([1, 10]);
      expect(list(x.grad)).toEqual([
        [2, 20],
        [2, 20],
      ]);
      const z = tensor([1, 2]);
      const y = z.mul(3);
      y.backward(2);
      expect(list(z.grad)).toEqual([6, 6]);
      expect(list(y.grad)).toEqual([2, 2]);
      expect(() => tensor([1, 2]).mul(3).backward([1, 2, 3])).toThrow(ShapeError);
    });

    it("leaves upstream gradients alone the second time", () => {
      const x = tensor([1, 2, 3]);
      const y = x.mul(2);
      y.backward();
      expect(list(x.grad)).toEqual([2, 2, 2]);
      y.backward(10);
      expect(list(y.grad)).toEqual([10, 10, 10]);
      expect(list(x.grad)).toEqual([2, 2, 2]);
    });

    it("throws where an earlier one has gone through", () => {
      const x = tensor([1, 2, 3]);
      const y = x.mul(2);
      const z1 = y.sum();
      const z2 = y.mul(y).sum();
      z1.backward();
      expect(() => z2.backward()).toThrow(InvalidBackpropError);
      expect(list(x.grad)).toEqual([2, 2, 2]);
    });

    it("throws also where values were read in between", () => {
      const x = tensor([1, 2, 3]);
      const y = x.mul(2);
      const z1 = y.sum();
      const z2 = y.mul(y).sum();
      z1.backward();
      expect([z1.item(), z2.item(), list(x.grad)]).toEqual([12, 56, [2, 2, 2]]);
      expect(() => z2.backward()).toThrow(InvalidBackpropError);
    });

    it("starts a new graph from what it went through", () => {
      const x = tensor([1, 2]);
      const y = x.mul(3);
      y.sum().backward();
      y.mul(y).sum().backward();
      expect(list(y.grad)).toEqual([6, 12]);
      expect(list(x.grad)).toEqual([3, 3]);
    });

    it("does nothing on a constant", () => {
      const x = tensor([1, 2], { constant: true });
      const y = x.mul(2);
      expect(y.constant).toBe(true);
      y.backward();
      expect(y.grad).toBeNull();
      expect(x.grad).toBeNull();
      const n = tensor([1, 2], "int32");
      n.backward();
      expect(n.grad).toBeNull();
    });

    it("gives a leaf its seed", () => {
      const x = tensor([1, 2]);
      x.backward();
      expect(list(x.grad)).toEqual([1, 1]);
    });

    it("gives intermediate tensors theirs", () => {
      const x = tensor([1, 2]);
      const h = x.mul(x);
      const e = h.add(1);
      const l = e.mul(3).sum();
      l.backward();
      expect([l, e, h, x].map((t) => list(t.grad))).toEqual([1, [3, 3], [3, 3], [6, 12]]);
      expect(h.grad!.constant).toBe(true);
    });

    it("adds up the ways to a tensor, and stops at constants and detach", () => {
      const x = tensor([1, 2]);
      const c = tensor([5, 6], { constant: true });
      x.mul(x).add(x.mul(c)).add(x.detach().mul(x)).sum().backward();
      expect(list(x.grad)).toEqual([8, 12]);
      expect(c.grad).toBeNull();
    });

    it("replaces the gradient of an earlier sweep", () => {
      const x = tensor([1, 2]);
      x.mul(2).sum().backward();
      x.mul(5).sum().backward();
      expect(list(x.grad)).toEqual([5, 5]);
    });
  });

  describe("and writes", () => {
    it("leave what was computed before from a leaf", () => {
      const x = tensor([1, 2, 3]);
      const y = x.pow(2);
      x.set_(0, 50);
      y.sum().backward();
      expect(list(y)).toEqual([1, 4, 9]);
      expect(x.grad).toBeNull();
      expect(list(x)).toEqual([50, 2, 3]);
      x.mul_(2);
      y.add(x).sum().backward();
      expect(list(x.grad)).toEqual([1, 1, 1]);
      expect(list(x)).toEqual([100, 4, 6]);
    });

    it("carry gradients into an intermediate tensor", () => {
      const x = tensor([1, 2, 3]);
      const y = x.pos();
      const v = tensor(10);
      y.set_("1:", v);
      y.get("0, ...").mul_(v);
      y.sum().backward();
      expect(list(y)).toEqual([10, 10, 10]);
      expect(list(x.grad)).toEqual([10, 0, 0]);
      expect(list(v.grad)).toEqual(3);
    });

    it("keep a constant constant, and a variable variable", () => {
      const c = tensor([1, 2], { constant: true });
      const x = tensor([3, 4]);
      c.mul_(x);
      expect(c.constant).toBe(true);
      c.sum().backward();
      expect([x.grad, c.grad]).toEqual([null, null]);
      expect(list(c)).toEqual([3, 8]);
      const y = x.pos();
      y.mul_(tensor([2, 2], { constant: true }));
      expect(y.constant).toBe(false);
      y.sum().backward();
      expect(list(x.grad)).toEqual([2, 2]);
    });
  });

  describe("and reading", () => {
    it("may come between forward and backward", () => {
      const x = tensor([1, 2, 3]);
      const h = x.mul(x);
      const loss = h.sum();
      expect(loss.item()).toBe(14);
      expect(list(h)).toEqual([1, 4, 9]);
      loss.backward();
      expect(list(x.grad)).toEqual([2, 4, 6]);
      expect(list(h.grad)).toEqual([1, 1, 1]);
      expect(loss.item()).toBe(14);
    });

    it("shows activations as before an update of the parameters", () => {
      const w = tensor([
        [1, -2],
        [3, 4],
      ]);
      const x = tensor([[1, 1]], { constant: true });
      for (let step = 0; step < 3; step++) {
        const [[a, b], [c, d]] = w.tolist() as [[number, number], [number, number]];
        const hidden = relu(x.matmul(w));
        const loss = hidden.sum();
        loss.backward();
        w.sub_(w.grad!.mul(0.5));
        if (step === 1) loss.item();
        expect(list(hidden)).toEqual([[Math.max(a + c, 0), Math.max(b + d, 0)]]);
        expect(loss.item()).toBe(Math.max(a + c, 0) + Math.max(b + d, 0));
      }
    });

    it("shows activations as of then also when the update was computed first", () => {
      const w = tensor([1, 2, 3]);
      const hidden = w.mul(w);
      const loss = hidden.sum();
      loss.backward();
      w.sub_(w.grad!);
      expect(list(w)).toEqual([-1, -2, -3]);
      expect(list(hidden)).toEqual([1, 4, 9]);
      expect(list(hidden.grad)).toEqual([1, 1, 1]);
    });
  });

  describe("and disposal", () => {
    it("leaves recorded values valid", () => {
      const x = tensor([1, 2, 3]);
      const y = x.mul(2);
      const z = y.add(1);
      x.dispose();
      y.dispose();
      expect(list(z)).toEqual([3, 5, 7]);
    });

    it("leaves values valid whose operands lay in the backend's memory", () => {
      const x = tensor(new Float32Array(4096).fill(3));
      const y = x.mul(2).evaluate();
      const z = y.add(1);
      y.dispose();
      expect(z.sum().item()).toBe(7 * 4096);
    });

    it("makes use throw, of the tensor and its views", () => {
      const x = tensor([1, 2, 3]);
      const v = x.get("1:");
      v.dispose();
      const uses: ((t: Tensor) => unknown)[] = [
        (t) => t.add(1),
        (t) => t.get(0),
        (t) => t.tolist(),
        (t) => t.item(),
        (t) => t.dataSync(),
        (t) => t.evaluate(),
        (t) => t.add_(1),
        (t) => t.set_(0, 1),
        (t) => t.backward(),
        (t) => t.grad,
      ];
      for (const use of uses) {
        expect(() => use(x), use.toString()).toThrow(DisposedError);
        expect(() => use(v), use.toString()).toThrow(DisposedError);
      }
      expect(String(x)).toBe("<disposed tensor>");
      x.dispose();
    });

    it("comes at the end of a using block", () => {
      let kept: Tensor;
      let outside: Tensor;
      {
        using x = tensor([1, 2]);
        kept = x.mul(2);
        outside = x;
      }
      expect(list(kept)).toEqual([2, 4]);
      expect(() => outside.tolist()).toThrow(DisposedError);
    });

    it("comes at the end of a scope, but for what it returns", () => {
      const x = tensor([1, 2]);
      const made: Tensor[] = [];
      const result = scope(() => {
        const y = x.mul(2);
        const z = y.add(1);
        const base = z.mul(1);
        made.push(y, z);
        return { z: [z], view: base.get("0, ...") };
      });
      expect(list(result.z[0]!)).toEqual([3, 5]);
      expect(list(result.view)).toBe(3);
      expect(() => made[0]!.tolist()).toThrow(DisposedError);
      expect(list(x)).toEqual([1, 2]);
    });

    it("hands what an inner scope returns to the outer one, also past an error", () => {
      let inner: Tensor | undefined;
      const result = scope(() => {
        inner = scope(() => tensor([1]).add(1));
        return inner.add(1);
      });
      expect(list(result)).toEqual([3]);
      expect(() => inner!.tolist()).toThrow(DisposedError);
      expect(() =>
        scope(() => {
          throw new Error("mine");
        }),
      ).toThrow("mine");
      expect(list(tensor([1]).add(1))).toEqual([2]);
    });

    it("of the loss or activations keeps the parameters' gradients", () => {
      const w = tensor([1, 2]);
      scope(() => {
        const h = w.mul(w);
        h.sum().backward();
      });
      expect(list(w.grad)).toEqual([2, 4]);
    });
  });
});
