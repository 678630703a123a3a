import { beforeAll, describe, expect, it } from "vitest";
import { type BackendName, setBackend, setPasses, sin, type Tensor, tensor } from "../../src/index.ts";

/** A chain of operations, and what it comes to in plain arithmetic. */
function chain(x: Tensor, length: number): Tensor {
  let y = x.mul(1);
  for (let k = 0; k < length; k++) y = k % 3 === 0 ? y.mul(1.0001) : k % 3 === 1 ? y.sub(0.001) : sin(y);
  return y;
}

function expected(x: number, length: number): { value: number; slope: number } {
  let [value, slope] = [x, 1];
  for (let k = 0; k < length; k++) {
    if (k % 3 === 0) [value, slope] = [value * 1.0001, slope * 1.0001];
    else if (k % 3 === 1) value -= 0.001;
    else [value, slope] = [Math.sin(value), slope * Math.cos(value)];
  }
  return { value, slope };
}

function check(length: number, gradient: boolean): void {
  const x = tensor([1, 2, 3], "float64");
  const y = chain(x, length).sum();
  const wanted = [1, 2, 3].map((v) => expected(v, length));
  expect(y.item()).toBeCloseTo(
    wanted.reduce((n, w) => n + w.value, 0),
    12,
  );
  if (!gradient) return;
  y.backward();
  (x.grad!.tolist() as number[]).forEach((g, k) => {
    expect(Math.abs(g - wanted[k]!.slope)).toBeLessThan(1e-9 * Math.abs(wanted[k]!.slope));
  });
}

describe("long programs do not overflow the stack", () => {
  describe.each<BackendName>(["wasm", "reference"])("on %s", (backend) => {
    beforeAll(() => setBackend(backend));
    it("5,000 operations, forward and backward", () => check(5000, true));
  });

  it("5,000 operations, each a kernel of its own", async () => {
    await setBackend("wasm");
    setPasses("none");
    try {
      check(5000, true);
    } finally {
      setPasses("default");
    }
  });

  it("100,000 operations are traced, compiled and run", { timeout: 60_000 }, async () => {
    await setBackend("wasm");
    check(100_000, false);
  });

  it("views of views of views, written through", async () => {
    await setBackend("wasm");
    const x = tensor([1, 2, 3, 4], "float64").pos();
    let v: Tensor = x;
    for (let k = 0; k < 2000; k++) v = v.get("::-1");
    v.mul_(2);
    expect(x.tolist()).toEqual([2, 4, 6, 8]);
  });
});
