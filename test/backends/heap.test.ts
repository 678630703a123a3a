import { beforeAll, describe, expect, it } from "vitest";
import { fromData, setBackend, stats, type Tensor } from "../../src/index.ts";

const COUNT = 1_000_000;
const MEBIBYTE = 2 ** 20;

describe("large values in the heap", () => {
  beforeAll(() => setBackend("wasm"));
  const make = (): Tensor => fromData(new Float32Array(COUNT).fill(2), [COUNT], { constant: true });

  it("are let go of in a loop that never waits, and stay readable where they are kept", () => {
    const x = make();
    const kept: Tensor[] = [];
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let k = 0; k < 400; k++) {
      const y = x.mul(k).evaluate();
      if (k % 100 === 0) kept.push(y);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    // 400 results of 4 MB: without release, 1.6 GB.
    expect(most).toBeLessThan(400 * MEBIBYTE);
    expect(stats().heapBytes).toBeLessThan(160 * MEBIBYTE);
    kept.forEach((y, k) => {
      expect(y.get("5:7").tolist()).toEqual([200 * k, 200 * k]);
    });
  });

  it("come back when they moved to the host and are used again", () => {
    const x = make();
    const early = x.add(1).evaluate();
    for (let k = 0; k < 60; k++) x.mul(k).evaluate();
    expect(early.mul(2).get("0:2").tolist()).toEqual([6, 6]);
    expect(early.sub(1).get("-1:").tolist()).toEqual([2]);
  });

  it("are freed at once by dispose()", () => {
    const x = make();
    x.mul(1).evaluate();
    const { heldBytes } = stats();
    for (let k = 0; k < 20; k++) x.mul(2).evaluate().dispose();
    expect(stats().heldBytes).toBeLessThanOrEqual(heldBytes + 4 * COUNT);
  });
});
