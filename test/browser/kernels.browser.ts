import { beforeAll, describe, expect, it } from "vitest";
import {
  argsort,
  cumprod,
  cumsum,
  fromData,
  loadBackend,
  noAutodiff,
  ones,
  setBackend,
  sort,
  type Tensor,
  topK,
  zeros,
} from "../../src/index.ts";

/** Numbers that are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function floats(count: number, seed: number, special = true): Float32Array {
  const next = numbers(seed);
  return Float32Array.from({ length: count }, () => {
    const kind = next();
    if (special && kind < 0.02) return Number.NaN;
    if (special && kind < 0.04) return kind < 0.03 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    // Many are equal.
    return kind < 0.3 ? Math.round(4 * next()) : 2 * next() - 1;
  });
}

/** The same on webgl and on the reference backend. */
async function both(
  make: (on: (t: Tensor) => Tensor) => Tensor,
): Promise<[own: ArrayLike<number>, wanted: ArrayLike<number>]> {
  const own = make((t) => t.to("webgl"));
  const wanted = make((t) => t.to("reference"));
  expect([own.device, own.shape, own.dtype]).toEqual(["webgl", wanted.shape, wanted.dtype]);
  return [await own.data(), await wanted.data()];
}

function expectClose(own: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(own.length).toBe(wanted.length);
  let scale = 1;
  for (let k = 0; k < own.length; k++) if (Number.isFinite(wanted[k]!)) scale = Math.max(scale, Math.abs(wanted[k]!));
  for (let k = 0; k < own.length; k++) {
    if (Number.isFinite(wanted[k]!))
      expect(Math.abs(own[k]! - wanted[k]!), `element ${k}`).toBeLessThanOrEqual(tolerance * scale);
    else expect(own[k], `element ${k}`).toBe(wanted[k]);
  }
}

const SHAPES: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[1], 0],
  [[7], 0],
  [[8], 0],
  [[9], 0],
  [[1000], 0],
  [[3, 5], 0],
  [[3, 5], 1],
  [[4, 64, 3], 1],
  [[2, 3, 65], 2],
  [[70, 2, 2], 0],
  [[1, 1, 1, 1, 2, 3, 4], 5],
  [[0], 0],
  [[3, 0], 0],
  [[3, 0], 1],
];

beforeAll(async () => {
  await setBackend("wasm");
  await loadBackend("webgl");
  await loadBackend("reference");
});

describe("on the graphics card", () => {
  it.each(SHAPES)("running sums and products of shape %j along axis %i", async (shape, axis) => {
    const count = shape.reduce((a, b) => a * b, 1);
    for (const special of [false, true]) {
      const x = fromData(floats(count, count + axis + 1, special), shape, { constant: true });
      const n = fromData(
        Int32Array.from({ length: count }, (_, k) => ((k * 2654435761) | 0) ^ k),
        shape,
      );
      for (const f of [cumsum, cumprod]) {
        expectClose(...(await both((on) => f(on(x), axis))), 1e-5);
        const [own, wanted] = await both((on) => f(on(n), axis));
        expect([...(own as Int32Array)]).toEqual([...(wanted as Int32Array)]);
      }
    }
  });

  it("a recurrence of few elements after a product of matrices, which draws to more targets", async () => {
    await ones([300, 300])
      .to("webgl")
      .matmul(ones([300, 300]).to("webgl"))
      .data();
    const gradient = (on: (t: Tensor) => Tensor): Tensor => {
      const x = on(fromData([2, 3, 5], [3]));
      cumprod(x, 0).sum().backward();
      return x.grad!;
    };
    expectClose(...(await both(gradient)), 1e-6);
    await ones([3, 3])
      .to("webgl")
      .matmul(ones([3, 3]).to("webgl"))
      .data();
    expectClose(...(await both(gradient)), 1e-6);
  });

  it("their gradients, with zeros", async () => {
    const data = floats(300, 5, false);
    data[17] = 0;
    data[200] = 0;
    for (const f of [cumsum, cumprod]) {
      const gradient = (on: (t: Tensor) => Tensor): Tensor => {
        const x = on(fromData(data, [2, 150]));
        const weights = on(fromData(floats(300, 6, false), [2, 150], { constant: true }));
        f(x, 1).mul(weights).sum().backward();
        return x.grad!;
      };
      expectClose(...(await both(gradient)), 1e-5);
    }
  });

  it("a long running sum, as precisely as sums are", async () => {
    const x = fromData(
      Float32Array.from(floats(100_000, 9, false), (v) => v + 1),
      [100_000],
      { constant: true },
    );
    const own = await cumsum(x.to("webgl"), 0).data();
    let sum = 0;
    const data = x.dataSync();
    own.forEach((v, k) => {
      sum += data[k]!;
      if (Math.abs(v - sum) > 1e-6 * sum + 1e-6) throw new Error(`element ${k}: ${v}, not ${sum}`);
    });
  });

  it.each(SHAPES)("sorting of shape %j along axis %i, NaN last, equal elements in order", async (shape, axis) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const x = fromData(floats(count, count + 3 * axis), shape, { constant: true });
    const n = fromData(
      Int32Array.from(floats(count, 2, false), (v) => Math.round(3 * v)),
      shape,
    );
    for (const each of [x, n]) {
      const [own, wanted] = await both((on) => argsort(on(each), { axis }));
      expect([...(own as Int32Array)]).toEqual([...(wanted as Int32Array)]);
      const [sorted, right] = await both((on) => sort(on(each), { axis }));
      expect([...(sorted as Float32Array)]).toEqual([...(right as Float32Array)]);
    }
  });

  it("sorting of long rows, and the largest of them", async () => {
    const x = fromData(floats(3 * 20_001, 77), [3, 20_001], { constant: true });
    const [own, wanted] = await both((on) => argsort(on(x)));
    expect(own).toEqual(wanted);
    const finite = fromData(floats(3 * 2000, 78, false), [3, 2000], { constant: true });
    const [most, right] = await both((on) => topK(on(finite), 5).values);
    expect(most).toEqual(right);
  });

  it.each([
    [10, 4],
    [1000, 33],
    [50, 1000],
    [5000, 9001],
    [100_000, 200],
  ])("writes into %i elements at %i positions, the last one remains", async (length, count) => {
    const next = numbers(length + count);
    // Some positions are written to often.
    const positions = Int32Array.from(
      { length: count },
      () => Math.floor(length * next() ** 3) - (next() < 0.1 ? length : 0),
    );
    const at = fromData(positions, [count]);
    for (const values of [floats(count, 4), Int32Array.from(floats(count, 4, false), (v) => 1000 * v)]) {
      const write = (on: (t: Tensor) => Tensor): Tensor =>
        noAutodiff(() => {
          const base =
            values instanceof Float32Array ? fromData(floats(length, 3), [length]) : zeros([length], "int32");
          const x = on(base);
          x.set_(on(at), on(fromData(values, [count])));
          return x;
        });
      const [own, wanted] = await both(write);
      expect([...(own as Float32Array)]).toEqual([...(wanted as Float32Array)]);
    }
    const flags = (on: (t: Tensor) => Tensor): Tensor => {
      const x = on(zeros([length], "bool"));
      x.set_(
        on(at),
        on(
          fromData(
            Uint8Array.from({ length: count }, (_, k) => k % 2),
            [count],
            "bool",
          ),
        ),
      );
      return x;
    };
    const [marked, right] = await both(flags);
    expect(marked).toEqual(right);
  });

  it.each([
    [10, 4, 3],
    [50, 700, 8],
    [3000, 500, 16],
  ])("gradients of rows of %i looked up %i times, of %i elements", async (rows, count, width) => {
    const next = numbers(rows);
    const at = fromData(
      Int32Array.from({ length: count }, () => Math.floor(rows * next() ** 2)),
      [count],
    );
    const gradient = (on: (t: Tensor) => Tensor): Tensor => {
      const table = on(fromData(floats(rows * width, 1, false), [rows, width]));
      table
        .get(on(at))
        .mul(on(fromData(floats(count * width, 2, false), [count, width], { constant: true })))
        .sum()
        .backward();
      return table.grad!;
    };
    expectClose(...(await both(gradient)), 1e-5);
  });
});
