import { beforeAll, describe, expect, it } from "vitest";
import { Buffer } from "../../src/backends/backend.ts";
import { loadWasm, type WasmBackend } from "../../src/backends/wasm/backend.ts";
import { TARGET } from "../../src/backends/wasm/target.ts";
import { contract, input } from "../../src/ir/build.ts";
import { matmul } from "../../src/ir/ops/matmul.ts";
import type { Target } from "../../src/ir/plan.ts";
import { compilePlan } from "../../src/passes/pipeline.ts";

const FORCED: Target = { ...TARGET, matmul: () => ({ kernel: "tfjs", scratchBytes: 24, why: "forced" }) };

/** Special values first, then ordinary ones. */
const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 2 ** -149, 2 ** -126, -(2 ** -140), 1e30, -1e30, 3.4e38];

let state = 1;
const draw = (): number => {
  state = Math.imul(state, 48271) >>> 0;
  return state / 2 ** 32;
};

function operand(length: number, special: boolean): Float32Array {
  return Float32Array.from({ length }, () => {
    if (special && draw() < 0.1) return SPECIAL[Math.floor(draw() * SPECIAL.length)]!;
    return draw() * 2 - 1;
  });
}

/**
 * Bounds for each element: the float64 sum of products, and an error that any order of float32 sums keeps. What overflows on the
 * way in some order may be infinite or NaN.
 */
function check(found: ArrayLike<number>, a: Float32Array, b: Float32Array, m: number, n: number, k: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let [sum, size] = [0, 0];
      for (let p = 0; p < k; p++) {
        const term = a[i * k + p]! * b[p * n + j]!;
        sum += term;
        if (Number.isFinite(term)) size += Math.abs(term);
      }
      const got = found[i * n + j]!;
      const where = `[${i}, ${j}] of ${m}x${k}·${k}x${n}: ${got}, not ${sum}`;
      if (Number.isNaN(sum)) expect(got, where).toBeNaN();
      else if (size > 3e38) continue;
      else if (!Number.isFinite(sum)) expect(got, where).toBe(sum);
      else {
        const bound = (k + 2) * 2 ** -24 * size + k * 2 ** -149;
        expect(Math.abs(got - sum), where).toBeLessThanOrEqual(bound);
      }
    }
  }
}

describe("tfjs's matrix product agrees with exact sums", () => {
  let backend: WasmBackend;
  beforeAll(async () => {
    backend = await loadWasm();
  });

  const product = (m: number, n: number, k: number, a: Float32Array, b: Float32Array): ArrayLike<number> => {
    const [x, y] = [input([m, k], "float32", "a"), input([k, n], "float32", "b")];
    const z = contract(matmul, x, y);
    const plan = compilePlan({ nodes: [x, y, z], inputs: [x, y], outputs: [z] }, [], FORCED);
    expect(plan.steps).toMatchObject([{ kind: "matmul", choice: { kernel: "tfjs" } }]);
    return backend
      .compile(plan)
      .run([new Buffer("float32", m * k, a), new Buffer("float32", k * n, b)])[0]!
      .read();
  };

  it.each([false, true])("of all small sizes, with special values: %s", (special) => {
    for (const m of [2, 3, 4, 5, 7, 8, 13]) {
      for (const n of [2, 3, 4, 5, 8, 9, 15, 16, 17]) {
        for (const k of [1, 2, 3, 4, 5, 8, 13, 33]) {
          const [a, b] = [operand(m * k, special), operand(k * n, special)];
          check(product(m, n, k, a, b), a, b, m, n, k);
        }
      }
    }
  });

  it("of skinny and of long ones", () => {
    for (const [m, n, k] of [
      [2, 3, 4097],
      [257, 2, 65],
      [2, 301, 70],
      [40, 40, 40],
      [128, 64, 2],
    ] as const) {
      const [a, b] = [operand(m * k, false), operand(k * n, false)];
      check(product(m, n, k, a, b), a, b, m, n, k);
    }
  });

  it("wherever a NaN or an infinity stands", () => {
    const [m, n, k] = [5, 9, 6];
    for (const value of [NaN, Infinity, -Infinity]) {
      for (let at = 0; at < m * k + k * n; at++) {
        const [a, b] = [operand(m * k, false), operand(k * n, false)];
        if (at < m * k) a[at] = value;
        else b[at - m * k] = value;
        check(product(m, n, k, a, b), a, b, m, n, k);
      }
    }
  });
});
