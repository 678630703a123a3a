import checksum from "crc-32";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MODEL_VERSION } from "../../src/api/trace/model-file.ts";
import {
  allclose,
  argmax,
  compile,
  GradloomError,
  loadModel,
  logSoftmax,
  type Model,
  ModelFormatError,
  relu,
  setBackend,
  stats,
  type Tensor,
  tensor,
} from "../../src/index.ts";

/** The class and message of what a call throws or rejects with; only errors of this library count. */
async function failure(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (e) {
    if (!(e instanceof GradloomError)) throw e;
    return `${e.name}: ${e.message}`;
  }
  throw new Error("nothing was thrown");
}

const wave = (rows: number, columns: number, from: number): Tensor =>
  tensor(Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(from + 3 * i + j))));

function network(): { forward(x: Tensor): Tensor; w: Tensor } {
  const w = wave(6, 8, 0);
  const v = wave(8, 3, 1);
  const b = wave(1, 3, 2);
  return { w, forward: (x) => logSoftmax(relu(x.matmul(w)).matmul(v).add(b)) };
}

/** Models are portable: they do without the fused multiply-add that this engine may have, so that the last bits differ. */
function expectNear(found: Tensor, wanted: Tensor): void {
  expect(found.shape).toEqual(wanted.shape);
  expect(allclose(found, wanted, { rtol: 1e-6, atol: 1e-6 })).toBe(true);
}

beforeAll(() => setBackend("wasm"));

describe("a model", () => {
  it("gives what the function gives, before and after it was saved", async () => {
    const { forward } = network();
    const model = await compile(forward, wave(4, 6, 0));
    const loaded = await loadModel(model.save());
    for (let k = 0; k < 3; k++) {
      const x = wave(4, 6, k);
      const expected = forward(x);
      const results = [model, loaded].map((m) => m.run(x));
      for (const result of results) {
        expect(result).toHaveLength(1);
        expectNear(result[0]!, expected);
        expect(result[0]!.constant).toBe(true);
      }
    }
    expect(loaded.inputs).toEqual([{ shape: [4, 6], dtype: "float32" }]);
    expect(loaded.outputs).toEqual([{ shape: [4, 3], dtype: "float32" }]);
    expect(loaded.save()).toEqual(model.save());
  });

  it("keeps the weights as they were when it was compiled", async () => {
    const { forward, w } = network();
    const x = wave(4, 6, 0);
    const before = tensor(forward(x).tolist());
    const model = await compile(forward, x);
    w.mul_(2);
    w.evaluate();
    expect(allclose(forward(x), before)).toBe(false);
    expectNear(model.run(x)[0]!, before);
    expectNear((await loadModel(model.save())).run(x)[0]!, before);
  });

  it("takes several inputs and gives several outputs, of all dtypes", async () => {
    const scale = tensor([1, 2, 3], { dtype: "float64", constant: true });
    const f = (a: Tensor, b: Tensor, mask: Tensor): Tensor[] => [
      a.mul(scale).sum(0),
      argmax(a, 1),
      b.mul(b).add(1),
      mask.eq(b.gt(0)),
      a,
    ];
    const [a, b, mask] = [
      tensor([
        [1, 5, 2],
        [7, 1, 3],
      ]),
      tensor([2, -3], "int32"),
      tensor([true, true]),
    ];
    const model = await compile(f, a, b, mask);
    const loaded = await loadModel(model.save());
    expect(loaded.inputs.map((s) => s.dtype)).toEqual(["float32", "int32", "bool"]);
    expect(loaded.outputs.map((s) => s.dtype)).toEqual(["float64", "int32", "int32", "bool", "float32"]);
    const expected = f(a, b, mask).map((t) => t.tolist());
    expect(expected).toEqual([[8, 12, 15], [1, 0], [5, 10], [true, false], a.tolist()]);
    for (const m of [model, loaded]) {
      expect(m.run(a, b, mask).map((t) => t.tolist())).toEqual(expected);
      expect(m.run(a.tolist() as number[][], [2, -3], [true, true]).map((t) => t.tolist())).toEqual(expected);
    }
  });

  it("may ignore an input, use one twice, or have outputs that need no code", async () => {
    const model = await compile(
      (x, _unused) => [x, x.add(x), tensor([7]), x.T],
      [
        [1, 2],
        [3, 4],
      ],
      [5],
    );
    const loaded = await loadModel(model.save());
    expect(
      loaded
        .run(
          [
            [1, 0],
            [2, 1],
          ],
          [9],
        )
        .map((t) => t.tolist()),
    ).toEqual([
      [
        [1, 0],
        [2, 1],
      ],
      [
        [2, 0],
        [4, 2],
      ],
      [7],
      [
        [1, 2],
        [0, 1],
      ],
    ]);
  });

  it("may give one value several times", async () => {
    const model = await compile(
      (x) => {
        const y = x.add(1);
        return [y, y, x, x, y.get("::-1")];
      },
      [1, 2],
    );
    const expected = [
      [4, 5],
      [4, 5],
      [3, 4],
      [3, 4],
      [5, 4],
    ];
    expect(model.run([3, 4]).map((t) => t.tolist())).toEqual(expected);
    expect((await loadModel(model.save())).run([3, 4]).map((t) => t.tolist())).toEqual(expected);
  });

  it("gives results that later runs and writes leave alone", async () => {
    const model = await compile((x) => [x, x.mul(2)], new Float32Array(4096));
    const x = tensor(new Float32Array(4096).fill(1));
    const [same, double] = model.run(x);
    model.run(tensor(new Float32Array(4096).fill(5)));
    x.add_(1);
    same!.mul_(10);
    expect([same!, double!, x].map((t) => t.get(77).item())).toEqual([10, 2, 2]);
  });

  it("compiles for wasm also where the reference backend is chosen, and compiles nothing when loaded", async () => {
    await setBackend("reference");
    try {
      const { forward } = network();
      const model = await compile(forward, wave(2, 6, 0));
      const before = stats();
      const [result] = (await loadModel(model.save())).run(wave(2, 6, 1));
      expect(result!.shape).toEqual([2, 3]);
      expect([...(await result!.data())]).toHaveLength(6);
      expect(stats().compiled).toBe(before.compiled);
    } finally {
      await setBackend("wasm");
    }
  });

  it("refuses operands that it was not compiled for", async () => {
    const model = await compile((x, y) => x.add(y), [1, 2, 3], tensor([1, 2, 3], "float64"));
    const loaded = await loadModel(model.save());
    const y = tensor([1, 2, 3], "float64");
    expect(await failure(() => loaded.run([1, 2], y))).toMatchInlineSnapshot(
      `"ShapeError: run: input 0 has shape (2,), but the model was compiled for (3,); pass that shape, or compile the function for this one"`,
    );
    expect(await failure(() => loaded.run([1, 2, 3]))).toMatchInlineSnapshot(
      `"ShapeError: run: the model takes 2 inputs, not 1; pass one for each"`,
    );
    expect(await failure(() => loaded.run([1, 2, 3], tensor([1, 2, 3])))).toMatchInlineSnapshot(
      `"DTypeError: run: input 1 is float32, but the model was compiled for float64; convert it with astype("float64")"`,
    );
    expect(await failure(() => loaded.run(new Int32Array(3), y))).toMatchInlineSnapshot(
      `"DTypeError: run: input 0 is int32, but the model was compiled for float32; convert it with astype("float32")"`,
    );
    expect(loaded.run([1, 2, 3], y)[0]!.tolist()).toEqual([2, 4, 6]);
  });
});

describe("a file that is no model", () => {
  let model: Model;
  let bytes: Uint8Array;
  beforeAll(async () => {
    model = await compile(network().forward, wave(4, 6, 0));
    bytes = model.save();
  });
  afterEach(() => vi.restoreAllMocks());

  /** The refusal, before which nothing was allocated and no code was made. */
  async function refusal(file: Uint8Array): Promise<string> {
    const before = stats();
    const made = vi.spyOn(WebAssembly, "Module");
    const text = await failure(() => loadModel(file));
    expect(text).toMatch(/^ModelFormatError: loadModel: /);
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
    expect(stats()).toEqual(before);
    return text.replace(/these \d{4,} bytes/, "these N bytes");
  }

  /** The model with some bytes changed and the checksum set right again. */
  function forged(change: (file: Uint8Array, numbers: DataView) => void): Uint8Array {
    const file = bytes.slice();
    const numbers = new DataView(file.buffer);
    change(file, numbers);
    numbers.setInt32(file.length - 4, checksum.buf(file.subarray(0, -4)), true);
    return file;
  }

  /** The same with another header; the sections stay. */
  function withHeader(change: (header: Record<string, unknown>) => void): Uint8Array {
    return forged((file, numbers) => {
      const end = 16 + numbers.getUint32(12, true);
      const header = JSON.parse(new TextDecoder().decode(file.subarray(16, end))) as Record<string, unknown>;
      change(header);
      const text = new TextEncoder().encode(JSON.stringify(header));
      expect(text.length).toBeLessThanOrEqual(end - 16);
      file.fill(0x20, 16, end).set(text, 16);
    });
  }

  it("is refused for each damaged byte", async () => {
    for (let at = 0; at < bytes.length; at += at < 64 ? 1 : 37) {
      for (const flip of [1, 0x80]) {
        const file = bytes.slice();
        file[at]! ^= flip;
        await refusal(file);
      }
    }
    const last = bytes.slice();
    last[last.length - 1]! ^= 4;
    expect(await refusal(last)).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the checksum of these N bytes is wrong: the file is damaged or cut off; save or copy it again"`,
    );
  });

  it("is refused at each length", async () => {
    for (let length = 0; length < bytes.length; length += length < 64 ? 1 : 53)
      await refusal(bytes.subarray(0, length));
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    await refusal(longer);
    expect(await refusal(new Uint8Array(0))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: these 0 bytes are no Gradloom model; pass what save() returned"`,
    );
    expect(await refusal(bytes.subarray(0, 100))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the checksum of these 100 bytes is wrong: the file is damaged or cut off; save or copy it again"`,
    );
  });

  it("is refused for another kind or a newer version", async () => {
    expect(await refusal(forged((file) => file.set(new TextEncoder().encode("GRADLOAM"))))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: these N bytes are no Gradloom model; pass what save() returned"`,
    );
    expect(await refusal(forged((_, n) => n.setUint32(8, MODEL_VERSION + 1, true)))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the model is of format version 2, and this release reads up to 1; update gradloom"`,
    );
    expect(await refusal(forged((_, n) => n.setUint32(8, 0, true)))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the model names format version 0, which does not exist: the file is damaged"`,
    );
    expect(await refusal("GRADLOOM" as unknown as Uint8Array)).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the argument is no Uint8Array; pass the bytes that save() returned"`,
    );
  });

  it("is refused where the checksum is right but the content is not", async () => {
    expect(await refusal(forged((_, n) => n.setUint32(12, 0xfffffff0, true)))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the header is longer than the file: the file is damaged"`,
    );
    expect(await refusal(forged((file) => file.fill(0x7b, 16, 20)))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the header is no JSON: the file is damaged"`,
    );
    expect(await refusal(withHeader((h) => delete h.arenaBytes))).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the header does not describe a model: the file is damaged"`,
    );
    const cases: ((h: Record<string, unknown>) => void)[] = [
      (h) => delete h.inputs,
      (h) => {
        h.outputs = 3;
      },
      (h) => {
        h.inputs = [{ shape: [-1], dtype: "float32" }];
      },
      (h) => {
        h.inputs = [{ shape: [4, 6], dtype: "float16" }];
      },
      (h) => {
        h.bindings = [7];
      },
      (h) => {
        h.bound = [];
      },
      (h) => {
        h.arenaBytes = -8;
      },
      (h) => {
        (h.sections as number[])[0]! -= 8;
      },
    ];
    for (const change of cases) await refusal(withHeader(change));
  });

  it("is refused where the code is none, or a weight has another size", async () => {
    const broken = forged((file, n) => {
      file.fill(0, 16 + n.getUint32(12, true) + 8, 16 + n.getUint32(12, true) + 24);
    });
    expect(await refusal(broken)).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: the code is no WebAssembly that this engine runs: the file is damaged, or SIMD is missing"`,
    );
    const resized = withHeader((h) => {
      const bound = h.bound as { shape: number[] }[];
      for (const spec of bound) if (spec.shape[0] === 8) spec.shape[0] = 4;
    });
    expect(await refusal(resized)).toMatchInlineSnapshot(
      `"ModelFormatError: loadModel: weight 2 has 96 bytes: the file is damaged"`,
    );
  });

  it("is told apart from one in a larger buffer", async () => {
    const room = new Uint8Array(bytes.length + 13);
    room.set(bytes, 5);
    const loaded = await loadModel(room.subarray(5, 5 + bytes.length));
    const x = wave(4, 6, 0);
    expect(loaded.run(x)[0]!.tolist()).toEqual(model.run(x)[0]!.tolist());
    expect(ModelFormatError.prototype).toBeInstanceOf(GradloomError);
  });
});
