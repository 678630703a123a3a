import { describe, expect, it } from "vitest";
import { elementsAt, read, readLater } from "../../src/api/trace/read.ts";
import { Buffer, DeviceLost } from "../../src/backends/backend.ts";
import { BackendError, ContextLostError, GradloomError } from "../../src/index.ts";

const gone = (): never => {
  throw new DeviceLost("the browser took it away");
};

describe("values in the memory of a device that is gone", () => {
  it("are not read as zeros: there is an error that says what happened", async () => {
    const buffer = new Buffer("float32", 2, null, {
      backend: "webgl",
      read: gone,
      readLater: async () => gone(),
      release: () => {},
    });
    expect(() => read(buffer, "dataSync")).toThrowErrorMatchingInlineSnapshot(
      `[ContextLostError: dataSync: the browser took it away]`,
    );
    await expect(readLater(buffer, "data")).rejects.toBeInstanceOf(ContextLostError);
    await expect(readLater(buffer, "data")).rejects.toBeInstanceOf(BackendError);
    await expect(readLater(buffer, "data")).rejects.toBeInstanceOf(GradloomError);
  });

  it("stay readable where the host has them", async () => {
    const buffer = new Buffer("float32", 2, Float32Array.of(1, 2), { backend: "webgl", read: gone, release: () => {} });
    expect(read(buffer, "dataSync")).toEqual(Float32Array.of(1, 2));
    expect(await readLater(buffer, "data")).toEqual(Float32Array.of(1, 2));
  });

  it("are read once, by whoever asks while the device is at it", async () => {
    let reads = 0;
    const buffer = new Buffer("float32", 2, null, {
      backend: "webgl",
      read: gone,
      readLater: async () => {
        reads++;
        return Float32Array.of(3, 4);
      },
      release: () => {},
    });
    const [a, b] = await Promise.all([readLater(buffer, "data"), readLater(buffer, "data")]);
    expect(a).toBe(b);
    expect([reads, ...a]).toEqual([1, 3, 4]);
  });
});

describe("elements at a layout", () => {
  it("are a copy, of all or of those it names", () => {
    const all = Int32Array.of(1, 2, 3, 4);
    expect(elementsAt(all, null)).toEqual(all);
    expect(elementsAt(all, null)).not.toBe(all);
    expect(elementsAt(all, { shape: [2], strides: [-2], offset: 3 })).toEqual(Int32Array.of(4, 2));
  });
});
