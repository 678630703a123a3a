/** `jit`: what a function does inside it is what it does outside, traced once. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

const constant = (data: gl.TensorLike): gl.Tensor => gl.tensor(data, { dtype: "float64", constant: true });
const variable = (data: gl.TensorLike): gl.Tensor => gl.tensor(data, "float64");

/** Calls a function so often, and says how often it ran and what compiled. */
function counted<A extends readonly unknown[], R>(f: (...args: A) => R): { f: (...args: A) => R; runs: () => number } {
  let runs = 0;
  return {
    f: (...args) => {
      runs++;
      return f(...args);
    },
    runs: () => runs,
  };
}

describe.each<gl.BackendName>(["wasm", "reference"])("jit on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));
  afterAll(() => gl.setBackend("wasm"));

  it("runs the function once for a structure, shapes and dtypes", () => {
    const { f, runs } = counted((x: gl.Tensor, y: gl.Tensor) => x.mul(y).add(1));
    const g = gl.jit(f);
    expect(g(constant([1, 2]), constant([3, 4])).tolist()).toEqual([4, 9]);
    expect(g(constant([5, 6]), constant([7, 8])).tolist()).toEqual([36, 49]);
    expect(runs()).toBe(1);
    expect(g(constant([[5], [6]]), constant([7, 8])).shape).toEqual([2, 2]);
    expect(g(gl.tensor([1, 2], "int32"), constant([3, 4])).dtype).toBe("float64");
    expect(runs()).toBe(3);
    const { compiled } = gl.stats();
    g(constant([9, 9]), constant([9, 9]));
    expect([runs(), gl.stats().compiled]).toEqual([3, compiled]);
  });

  it("takes and gives lists, objects, keys and plain values", () => {
    const { f, runs } = counted((p: { a: gl.Tensor; b: readonly gl.Tensor[]; on: boolean }, n: number) => ({
      sum: p.on ? p.a.add(p.b[0]!) : p.a,
      rest: [p.b[1]!.mul(n), "text", null] as const,
    }));
    const g = gl.jit(f);
    const give = (on: boolean, n: number): unknown => {
      const { sum, rest } = g({ a: constant([1]), b: [constant([2]), constant([3])], on }, n);
      return [sum.tolist(), rest[0].tolist(), rest[1], rest[2]];
    };
    expect(give(true, 2)).toEqual([[3], [6], "text", null]);
    expect(give(false, 2)).toEqual([[1], [6], "text", null]);
    expect(give(true, 5)).toEqual([[3], [15], "text", null]);
    expect(give(true, 2)).toEqual([[3], [6], "text", null]);
    expect(runs()).toBe(3);
  });

  it("sees the values that tensors from outside have at each call, and writes to them", () => {
    const [count, scale] = [constant([0]), constant([2])];
    const { f, runs } = counted((x: gl.Tensor) => {
      count.add_(1);
      return x.mul(scale).add(count);
    });
    const g = gl.jit(f);
    expect([g(constant([1])).tolist(), count.tolist()]).toEqual([[3], [1]]);
    expect([g(constant([1])).tolist(), count.tolist()]).toEqual([[4], [2]]);
    scale.set_("...", 10);
    count.sub_(2);
    expect([g(constant([1])).tolist(), count.tolist()]).toEqual([[11], [1]]);
    expect(runs()).toBe(1);
  });

  it("trains as the function does by itself", () => {
    const make = (): { step: (x: gl.Tensor) => gl.Tensor; w: gl.Tensor } => {
      const w = variable([1, 2, 3]);
      const step = (x: gl.Tensor): gl.Tensor => {
        const loss = w.mul(x).sub(1).square().sum();
        loss.backward();
        w.sub_(w.grad!.mul(0.05));
        return loss;
      };
      return { step, w };
    };
    const [plain, traced] = [make(), make()];
    const step = gl.jit(traced.step);
    for (let k = 0; k < 4; k++) {
      const x = constant([1, 1 + k, 2]);
      expect(step(x).item()).toBe(plain.step(x).item());
      expect(traced.w.tolist()).toEqual(plain.w.tolist());
      expect(traced.w.grad).toBeNull();
    }
  });

  it("leaves gradients, and drops those of tensors that it uses", () => {
    const [w, x] = [variable([1, 2]), variable([3, 4])];
    const g = gl.jit((t: gl.Tensor) => {
      const loss = w.mul(t).sum();
      loss.backward();
      return loss;
    });
    const loss = g(x);
    expect([w.grad!.tolist(), x.grad!.tolist(), loss.grad!.item()]).toEqual([[3, 4], [1, 2], 1]);
    w.mul(5).backward();
    g(x);
    expect(w.grad!.tolist()).toEqual([3, 4]);
    gl.jit((t: gl.Tensor) => gl.noAutodiff(() => t.add(w)))(x);
    expect(x.grad!.tolist()).toEqual([1, 2]);
    const detached = gl.jit((t: gl.Tensor) => t.mul(2).detach());
    expect(detached(x).tolist()).toEqual([6, 8]);
    expect(x.grad).toBeNull();
  });

  it("runs the function itself where gradients must flow through its result", () => {
    const { f, runs } = counted((t: gl.Tensor) => t.square());
    const g = gl.jit(f);
    const x = variable([1, 2]);
    g(x).backward();
    expect(x.grad!.tolist()).toEqual([2, 4]);
    g(x).mul(2).backward();
    expect(x.grad!.tolist()).toEqual([4, 8]);
    const before = runs();
    for (let k = 0; k < 3; k++) expect(gl.noAutodiff(() => g(x)).tolist()).toEqual([1, 4]);
    expect(runs()).toBe(before + 1);
    const h = x.mul(3);
    gl.jit((t: gl.Tensor) => t.square().sum().backward())(h);
    expect([h.grad!.tolist(), x.grad!.tolist()]).toEqual([
      [6, 12],
      [18, 36],
    ]);
  });

  it("writes to its arguments, and to what they are views of", () => {
    const g = gl.jit((t: gl.Tensor) => t.add_(1));
    const x = constant([1, 2, 3, 4]);
    expect(g(x) === x).toBe(true);
    g(x.get("1:3"));
    g(x.get("::-1"));
    expect(x.tolist()).toEqual([3, 5, 6, 6]);
    const both = gl.jit((a: gl.Tensor, b: gl.Tensor) => {
      a.add_(b);
      b.mul_(2);
    });
    const y = constant([1, 2, 3]);
    both(y.get(":2"), y.get("1:"));
    const z = constant([1, 2, 3]);
    z.get(":2").add_(z.get("1:"));
    z.get("1:").mul_(2);
    expect(y.tolist()).toEqual(z.tolist());
  });

  it("draws new random numbers at every call, the same as without it", () => {
    const draw = (): unknown => [gl.random.normal(0, 1, [2]), gl.random.randint(0, 100, [2])];
    const values = (all: unknown): unknown => (all as gl.Tensor[]).map((t) => t.tolist());
    gl.random.seed(5);
    const wanted = [values(draw()), values(draw())];
    const g = gl.jit(draw);
    gl.random.seed(5);
    expect([values(g()), values(g())]).toEqual(wanted);
    const use = (key: gl.random.RandomKey): gl.Tensor[] =>
      gl.random.split(gl.random.foldIn(key, 3)).map((each) => gl.random.uniform(0, 1, [2], { key: each }));
    const keyed = gl.jit(use);
    for (const seed of [1, 2, 1]) expect(values(keyed(gl.random.key(seed)))).toEqual(values(use(gl.random.key(seed))));
  });

  it("refuses to read what depends on the arguments, and leaves everything as it was", () => {
    const w = variable([1]);
    w.mul(2).backward();
    const g = gl.jit((x: gl.Tensor) => {
      w.add_(x);
      return w.item() > 0 ? x : x.neg();
    });
    expect(() => g(constant([1]))).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: item: inside jit() there are no values yet, because this one depends on the arguments; write it in terms of operations, such as where(), or return it and read it outside]`,
    );
    expect([w.tolist(), w.grad!.tolist()]).toEqual([[1], [2]]);
    expect(() => gl.jit((x: gl.Tensor) => gl.nonzero(x))(constant([1]))).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: nonzero: inside jit() a mask that depends on the arguments cannot select, because the result's shape would depend on values; use where(mask, x, 0)]`,
    );
    expect(() => gl.jit((x: gl.Tensor) => x.get(x.gt(0)))(constant([1]))).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: get: index [tensor] of shape (1,): inside jit() a mask that depends on the arguments cannot select, because the result's shape would depend on values; use where(mask, x, 0)]`,
    );
    expect(() => gl.jit(() => String(gl.add(w, 1)))()).not.toThrow();
  });

  it("traces again when what decided has changed", () => {
    const flag = constant([1]);
    const { f, runs } = counted((x: gl.Tensor) => (flag.item() > 0 ? x.add(1) : x.sub(1)));
    const g = gl.jit(f);
    expect([g(constant([1])).tolist(), g(constant([5])).tolist(), runs()]).toEqual([[2], [6], 1]);
    flag.set_("...", -1);
    expect([g(constant([1])).tolist(), g(constant([5])).tolist(), runs()]).toEqual([[0], [4], 2]);
  });

  it("results take over the memory of donated arguments, which are gone then", () => {
    const g = gl.jit((x: gl.Tensor, y: gl.Tensor) => x.mul(2).add(y), { donate: [0] });
    const [x, y] = [constant([1, 2]), constant([3, 4])];
    const kept = x.add(100);
    expect(g(x, y).tolist()).toEqual([5, 8]);
    expect(() => x.tolist()).toThrow(gl.DisposedError);
    expect([kept.tolist(), y.tolist()]).toEqual([
      [101, 102],
      [3, 4],
    ]);
    const same = constant([1, 2]);
    expect(g(same, same).tolist()).toEqual([3, 6]);
  });

  it("static arguments are passed as they are", () => {
    const { f, runs } = counted((x: gl.Tensor, axes: readonly number[]) => x.sum(axes));
    const g = gl.jit(f, { staticArgs: [1] });
    const axes = [0, 1];
    const x = constant([
      [1, 2],
      [3, 4],
    ]);
    expect([g(x, axes).tolist(), g(x, axes).tolist(), g(x, [0]).tolist(), runs()]).toEqual([10, 10, [4, 6], 2]);
    expect(() => gl.jit(f, { staticArgs: [0] })(x, axes)).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: jit: argument 0 is a tensor, but static; take 0 out of staticArgs]`,
    );
    expect(() => gl.jit(f, { staticArgs: [0], donate: [0] })).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: jit: argument 0 is both static and donated; only tensors can be donated]`,
    );
    expect(() => gl.jit(f, { donate: 1 as never })).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: jit: donate is 1; pass a list of positions of arguments, from 0]`,
    );
    expect(() => gl.jit(3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[GradloomError: jit: the function is 3; it must be a function]`,
    );
  });

  it("a value that changes at every call does not trace without end", () => {
    const g = gl.jit((x: gl.Tensor, rate: number) => x.mul(rate));
    for (let k = 0; k < 200; k++) expect(g(constant([2]), k / 4).item()).toBe(k / 2);
    const { compiled } = gl.stats();
    for (let k = 200; k < 250; k++) g(constant([2]), k / 4).item();
    expect(gl.stats().compiled).toBe(compiled);
  });

  it("names what is disposed", () => {
    const w = constant([1]);
    const g = gl.jit((x: gl.Tensor) => x.add(w));
    g(constant([1]));
    w.dispose();
    expect(() => g(constant([1]))).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: jit: a tensor of shape (1,) that the function uses was disposed; keep it, or pass it as an argument]`,
    );
  });

  it("keeps what was recorded before a write", () => {
    const w = variable([1, 2]);
    const old = w.mul(10);
    const g = gl.jit(() => {
      w.add_(1);
    });
    g();
    g();
    expect([old.tolist(), w.tolist()]).toEqual([
      [10, 20],
      [3, 4],
    ]);
    old.backward();
    w.mul(2).backward();
    expect(w.grad!.tolist()).toEqual([2, 2]);
  });

  it("nests, works in scopes, and holds memory flat", () => {
    const inner = gl.jit((x: gl.Tensor) => x.mul(2));
    const outer = gl.jit((x: gl.Tensor) => inner(x).add(inner(x)));
    const x = constant(gl.ones([500]).tolist() as number[]);
    const w = variable([1]);
    const step = gl.jit((t: gl.Tensor) => {
      const loss = outer(t).mul(w).mean();
      loss.backward();
      w.sub_(w.grad!.mul(1e-4));
      return loss;
    });
    const run = (): number => gl.scope(() => step(x)).item();
    for (let k = 0; k < 20; k++) run();
    const { heldBytes, heapBytes } = gl.stats();
    for (let k = 0; k < 2000; k++) run();
    expect(gl.stats()).toMatchObject({ heldBytes, heapBytes });
    expect(w.item()).toBeCloseTo(1 - 2020 * 4e-4, 9);
  });
});
