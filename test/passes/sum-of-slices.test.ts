import { beforeAll, describe, expect, it } from "vitest";
import { explain, ones, setBackend, slice, tensor } from "../../src/index.ts";

describe("the gradient of many slices", () => {
  beforeAll(() => setBackend("wasm"));

  it("is written slice by slice, not added up in arrays of the whole", () => {
    const x = ones([40, 30]);
    let loss = tensor(0);
    for (let k = 0; k < 40; k++) loss = loss.add(x.get(k).mul(k).sum());
    for (let k = 0; k < 30; k += 7)
      loss = loss.add(
        x
          .get(slice(), k)
          .mul(k + 0.5)
          .sum(),
      );
    loss.backward();
    const { plan, summary } = explain(x.grad!);
    expect(summary.kernels.copy ?? 0).toBeLessThan(2);
    expect(plan.match(/^.*loop \[40,30\] \{.*add/gm) ?? []).toEqual([]);
    const wanted = Array.from({ length: 1200 }, (_, at) => {
      const [row, column] = [Math.floor(at / 30), at % 30];
      return row + (column % 7 === 0 ? column + 0.5 : 0);
    });
    expect(x.grad!.reshape(-1).tolist()).toEqual(wanted);
  });

  it("may overlap", () => {
    const x = ones([50]);
    let loss = tensor(0);
    for (let k = 0; k < 40; k++) loss = loss.add(x.get(slice(k, k + 10)).sum());
    loss.backward();
    const wanted = Array.from({ length: 50 }, (_, at) => Math.max(0, Math.min(at + 1, 10, 49 - at)));
    expect(x.grad!.tolist()).toEqual(wanted);
  });
});
