import { readFileSync } from "node:fs";
import { strToU8, unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { load, loadNpy, loadz, save, saveNpy, savez, savezCompressed } from "../../src/api/io/npz.ts";
import {
  type DType,
  fromData,
  GradloomError,
  type NestedValue,
  relu,
  scope,
  setBackend,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../../src/index.ts";

beforeAll(() => setBackend("reference"));

/** Bytes of a file that NumPy 2.4 or MyGrad 2.5 wrote. */
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/npz/${name}`, import.meta.url)));

/** The class and message of what a call throws; only errors of this library count. */
function failure(act: () => unknown): string {
  try {
    act();
  } catch (e) {
    if (!(e instanceof GradloomError)) throw e;
    return `${e.name}: ${e.message}`;
  }
  throw new Error("nothing was thrown");
}

const wrong = (value: unknown): never => value as never;
const content = (t: Tensor): [DType, readonly number[], NestedValue] => [t.dtype, t.shape, t.tolist()];
const contents = (arrays: { [name: string]: Tensor }): { [name: string]: ReturnType<typeof content> } =>
  Object.fromEntries(Object.entries(arrays).map(([name, t]) => [name, content(t)]));

const DTYPES: readonly DType[] = ["bool", "int32", "float32", "float64"];
const SHAPES = [[], [5], [2, 3], [2, 1, 3], [2, 3, 1, 2], [0], [2, 0, 3]];
const VALUES: { readonly [D in DType]: readonly number[] } = {
  bool: [1, 0, 1],
  int32: [-(2 ** 31), 2 ** 31 - 1, 0, 7],
  float32: [0.1, -0, NaN, -Infinity, 1e-45],
  float64: [0.1, -0, NaN, Infinity, 5e-324],
};

function sample(dtype: DType, shape: readonly number[]): Tensor {
  const values = VALUES[dtype];
  const size = shape.reduce((n, d) => n * d, 1);
  const data = Array.from({ length: size }, (_, k) => values[k % values.length]!);
  return fromData(data, shape, dtype);
}

describe.each(DTYPES)("round trips of %s", (dtype) => {
  it.each(SHAPES.map((shape) => ({ shape })))("shape $shape", ({ shape }) => {
    const t = sample(dtype, shape);
    expect(content(loadNpy(saveNpy(t)))).toEqual(content(t));
    expect(contents(loadz(savez({ a: t, "b/c": t })))).toEqual({ a: content(t), "b/c": content(t) });
    expect(contents(loadz(savezCompressed({ a: t })))).toEqual({ a: content(t) });
    expect(content(load(save(t)))).toEqual(content(t));
  });
});

describe("saving", () => {
  it("writes the same .npy bytes as numpy.save", () => {
    const t = fromData([0, 0.25, 0.5, 0.75, 1, 1.25], [2, 3]);
    expect(saveNpy(t)).toEqual(fixture("plain.npy"));
    const members = unzipSync(fixture("shapes.npz"));
    expect(saveNpy(fromData([2.5], [], "float64"))).toEqual(members["scalar.npy"]);
    expect(saveNpy(zeros([0]))).toEqual(members["empty.npy"]);
    expect(saveNpy(true)).toEqual(members["scalar_bool.npy"]);
  });

  it("stores or deflates, the same bytes each time", () => {
    const t = zeros([100, 100]);
    expect(savez({ t }).length).toBeGreaterThan(40_000);
    expect(savezCompressed({ t }).length).toBeLessThan(1_000);
    expect(savez({ t })).toEqual(savez({ t }));
  });

  it("takes lists, numbers, typed arrays, views and pending values", () => {
    const x = fromData([1, -2, 3, 4], [2, 2]);
    const arrays = { list: [[1, 2]], yes: true, ints: Int16Array.of(5), view: transpose(x), pending: relu(x) };
    expect(contents(loadz(savez(arrays)))).toEqual({
      list: ["float32", [1, 2], [[1, 2]]],
      yes: ["bool", [], true],
      ints: ["int32", [1], [5]],
      view: content(fromData([1, 3, -2, 4], [2, 2])),
      pending: content(fromData([1, 0, 3, 4], [2, 2])),
    });
    expect(loadz(savez({}))).toEqual({});
  });

  it("keeps awkward names", () => {
    const arrays = Object.fromEntries(
      ["", "__proto__", "größe/Ω", "x.npy", "\ufeffx", "1"].map((name, k) => [name, k]),
    );
    const back = loadz(savez(arrays));
    expect(Object.keys(back).sort()).toEqual(Object.keys(arrays).sort());
    for (const [name, k] of Object.entries(arrays))
      expect(
        Object.entries(back)
          .find(([n]) => n === name)?.[1]
          .item(),
      ).toBe(k);
  });

  it("says what cannot be saved", () => {
    expect(failure(() => save(wrong([1])))).toBe(
      "DTypeError: save: the argument is no tensor; make one with tensor(), or use saveNpy()",
    );
    for (const value of [null, undefined, 3, [1], tensor([1]), new Float32Array(1)]) {
      expect(failure(() => savez(wrong(value)))).toMatch(
        /^DTypeError: savez: the argument is no object of arrays; pass/,
      );
    }
    expect(failure(() => savez({ a: wrong("text") }))).toMatch(/^DTypeError: savez: array "a": cannot make .* "text"/);
    expect(failure(() => saveNpy(wrong(null)))).toMatch(/^DTypeError: saveNpy: cannot make/);
    expect(failure(() => savez({ "\ud800": 1 }))).toMatch(/^GradloomError: savez: array .* no well-formed Unicode/);
    expect(failure(() => savez({ ["n".repeat(2 ** 16)]: 1 }))).toMatch(/too long for a zip/);
    expect(failure(() => saveNpy(fromData([1], new Array<number>(65).fill(1))))).toMatch(
      /^ShapeError: saveNpy: the array has 65 axes/,
    );
  });
});

describe("a tensor with its gradient", () => {
  it("keeps elements and gradient", () => {
    const x = tensor([1, 2, 3], "float64");
    x.mul(x).sum().backward();
    const back = load(save(x));
    expect(content(back)).toEqual(["float64", [3], [1, 2, 3]]);
    expect(content(back.grad!)).toEqual(["float64", [3], [2, 4, 6]]);
    expect(back.constant).toBe(false);
    back.mul(10).sum().backward();
    expect(back.grad!.tolist()).toEqual([10, 10, 10]);
  });

  it("has no gradient where there was none", () => {
    expect(load(save(tensor([1]))).grad).toBeNull();
    expect(Object.keys(loadz(save(tensor([1]))))).toEqual(["data", "constant"]);
  });

  it("keeps the gradient of scalars and of empty arrays", () => {
    for (const t of [tensor(2), zeros([0, 2])]) {
      t.backward(3);
      expect(content(load(save(t)).grad!)).toEqual(content(t.grad!));
    }
  });

  it("keeps that a tensor is constant", () => {
    expect(load(save(tensor([1], { constant: true }))).constant).toBe(true);
    expect(load(save(tensor([1], "int32"))).constant).toBe(true);
    expect(load(save(tensor([1]))).constant).toBe(false);
  });

  it("lives on where a scope returns it", () => {
    const bytes = savez({ a: [1, 2] });
    expect(scope(() => loadz(bytes)).a!.tolist()).toEqual([1, 2]);
  });

  it("reads what MyGrad wrote", () => {
    const t = load(fixture("mygrad-grad.npz"));
    expect(content(t)).toEqual(["float32", [3], [1, 2, 3]]);
    expect(content(t.grad!)).toEqual(["float32", [3], [2, 4, 6]]);
    const plain = load(fixture("mygrad-plain.npz"));
    expect(content(plain)).toEqual(["int32", [1, 2], [[4, 5]]]);
    expect(plain.grad).toBeNull();
  });

  it("refuses files that hold no such tensor", () => {
    expect(failure(() => load(savez({ a: 1, b: 2 })))).toBe(
      'ModelFormatError: load: the file has no array "data", but a, b; read it with loadz()',
    );
    expect(failure(() => load(savez({ data: [1, 2], grad: 1 })))).toMatch(/gradient's shape \(\) is not .* \(2,\)/);
    expect(failure(() => load(savez({ data: [1], grad: [1], constant: true })))).toMatch(
      /constant tensor has a gradient/,
    );
    expect(failure(() => load(savez({ data: [1], constant: 1 })))).toMatch(/"constant" is no boolean/);
  });
});

const ROWS = [
  [0, 1, 2],
  [3, 4, 5],
];
const scaled = (f: (v: number) => number): number[][] => ROWS.map((row) => row.map(f));
const counted = (rank4: readonly number[]): NestedValue => fromData([...Array(24).keys()], rank4).tolist();

describe("what NumPy wrote", () => {
  it("all element types", () => {
    const half = [0, -0, 1, -2.5, 65504, 2 ** -24, 2 ** -14, 0.0999755859375, Infinity, -Infinity, NaN];
    const single = [Math.fround(0.1), -0, Math.fround(3.4e38), 2 ** -149, Infinity, NaN];
    expect(contents(loadz(fixture("kinds.npz")))).toEqual({
      b1: ["bool", [1, 3], [[true, false, true]]],
      i1: ["int32", [3], [-128, 0, 127]],
      u1: ["int32", [3], [0, 128, 255]],
      i2: ["int32", [2], [-32768, 32767]],
      u2: ["int32", [2], [0, 65535]],
      i4: ["int32", [2], [-(2 ** 31), 2 ** 31 - 1]],
      u4: ["int32", [2], [0, 2 ** 31 - 1]],
      u4_large: ["float64", [2], [1, 2 ** 32 - 1]],
      i8: ["int32", [2], [-(2 ** 31), 2 ** 31 - 1]],
      i8_large: ["float64", [2], [-(2 ** 31) - 1, 2 ** 53]],
      u8: ["int32", [2], [7, 2 ** 31 - 1]],
      u8_large: ["float64", [1], [2 ** 63]],
      f2: ["float32", [11], half],
      f4: ["float32", [6], single],
      f8: ["float64", [6], [0.1, -0, 1.7e308, 5e-324, -Infinity, NaN]],
    });
  });

  it("big-endian, deflated", () => {
    expect(contents(loadz(fixture("big-endian.npz")))).toEqual({
      i2: ["int32", [2], [-2, 513]],
      u2: ["int32", [2], [513, 65535]],
      i4: ["int32", [2, 3], ROWS],
      u4: ["float64", [2], [5, 2 ** 32 - 1]],
      i8: ["float64", [2], [-5, 2 ** 40]],
      u8: ["int32", [2], [1, 2]],
      f2: ["float32", [2], [1.5, -0.25]],
      f4: ["float32", [2, 3], scaled((v) => v / 4)],
      f8: ["float64", [2, 3], scaled((v) => v / 3)],
    });
    expect(content(loadNpy(fixture("fortran-big-endian.npy")))).toEqual(["float64", [2, 3], scaled((v) => v / 3)]);
  });

  it("scalars, empty arrays, Fortran order", () => {
    expect(contents(loadz(fixture("shapes.npz")))).toEqual({
      scalar: ["float64", [], 2.5],
      scalar_bool: ["bool", [], true],
      scalar_int: ["int32", [], -3],
      empty: ["float32", [0], []],
      empty_middle: ["float64", [2, 0, 3], [[], []]],
      empty_fortran: ["float64", [3, 0], [[], [], []]],
      fortran: ["float32", [2, 3], ROWS],
      fortran4: ["int32", [2, 3, 1, 4], counted([2, 3, 1, 4])],
      fortran_big: ["float32", [2, 3], ROWS],
      rank4: ["float32", [2, 1, 3, 4], counted([2, 1, 3, 4])],
    });
  });

  it.each([1, 2, 3])("version %i.0", (version) => {
    expect(content(loadNpy(fixture(`version-${version}.npy`)))).toEqual(["int32", [3], [1, 2, 3]]);
  });

  it("no arrays, and awkward names", () => {
    expect(loadz(fixture("nothing.npz"))).toEqual({});
    const named = loadz(fixture("utf8.npz"));
    expect(Object.keys(named).sort()).toEqual(["__proto__", "größe/Ω", "x.npy"]);
    expect(named["x.npy"]!.tolist()).toEqual([2]);
  });

  it("floats are variables, other arrays constants", () => {
    const { f4, i4 } = loadz(fixture("kinds.npz"));
    expect([f4!.constant, i4!.constant]).toEqual([false, true]);
  });

  it.each([
    ["objects", "Python objects", "astype(numpy.float64)"],
    ["complex64", "complex numbers", "x.real and x.imag"],
    ["text", "strings", "numbers"],
    ["bytes", "strings", "numbers"],
    ["records", "records", "each field as its own array"],
    ["date", "dates or times", "astype(numpy.int64)"],
    ["longdouble", "unknown type", "astype(numpy.float64)"],
    ["void", "unknown type", "astype(numpy.float64)"],
    ["too_large", "the integer 9007199254740993 at flat index 1", "astype(numpy.float64)"],
  ])("refuses %s", (name, what, wayOut) => {
    const message = failure(() => loadz(fixture(`bad-${name.replace("_", "-")}.npz`)));
    expect(message.startsWith(`DTypeError: loadz: array "${name}": `)).toBe(true);
    expect(message).toContain(what);
    expect(message).toContain(wayOut);
  });
});

describe("damaged files", () => {
  const small = { x: [1, 2, 3], y: true };

  it("every truncation is an error", () => {
    const check = (name: string, read: (bytes: Uint8Array) => unknown, files: readonly Uint8Array[]): void => {
      for (const bytes of files)
        for (let n = 0; n < bytes.length; n++)
          expect(failure(() => read(bytes.subarray(0, n)))).toMatch(`ModelFormatError: ${name}: `);
    };
    check("loadz", loadz, [savez(small), savezCompressed(small), fixture("big-endian.npz"), fixture("shapes.npz")]);
    check("load", load, [save(tensor([1])), fixture("mygrad-grad.npz")]);
    const npys = ["plain", "version-1", "version-2", "version-3", "fortran-big-endian"];
    for (const name of npys) check("loadNpy", loadNpy, [fixture(`${name}.npy`)]);
  });

  it.each([
    ["stored", savez],
    ["deflated", savezCompressed],
  ])("a changed byte in a %s file is an error, or means nothing", (_, write) => {
    const bytes = write(small);
    const whole = contents(loadz(bytes));
    const noticed = corrupt(bytes, [1, 8, 128, 255], (changed) => expect(contents(loadz(changed))).toEqual(whole));
    expect(noticed).toBeGreaterThan(bytes.length * 2);
  });

  it("a changed byte in a .npy never crashes", () => {
    const masks = Array.from({ length: 255 }, (_, k) => k + 1);
    corrupt(saveNpy([1, 2, 3]), masks, (changed) => expect(loadNpy(changed).data).toBeDefined());
  });

  it("says what the bytes are instead", () => {
    for (const [name, read] of Object.entries({ loadz, load, loadNpy })) {
      expect(failure(() => read(wrong(new ArrayBuffer(8))))).toMatch(
        `ModelFormatError: ${name}: the argument is no Uint8`,
      );
      expect(failure(() => read(new Uint8Array(300)))).toMatch(/these 300 bytes are no \.np[zy]/);
    }
    expect(failure(() => loadz(saveNpy(1)))).toMatch("loadNpy()");
    expect(failure(() => loadNpy(savez({})))).toMatch("loadz()");
    expect(failure(() => loadz(zipSync({ "a.txt": strToU8("hello") })))).toMatch('"a.txt" in the zip is no .npy array');
    expect(failure(() => loadz(zipSync({ "a.npy": strToU8("hello") })))).toMatch(
      'loadz: array "a": these 5 bytes are no',
    );
    expect(failure(() => loadNpy(Uint8Array.from([...saveNpy(1), 0])))).toMatch("1 bytes follow the array");
  });

  it("says which zips it does not read", () => {
    const changed = (fromEnd: number, value: number): Uint8Array => {
      const bytes = savez({ x: 1 });
      new DataView(bytes.buffer).setUint16(bytes.length - fromEnd, value, true);
      return bytes;
    };
    const directory = 22 + 46 + "x.npy".length;
    expect(failure(() => loadz(changed(22 - 10, 0xffff)))).toMatch(/large format .*; save the arrays in several files/);
    expect(failure(() => loadz(changed(directory - 8, 1)))).toMatch(
      '"x.npy" is encrypted; save the file without a password',
    );
    expect(failure(() => loadz(changed(directory - 10, 14)))).toMatch('"x.npy" is packed by zip method 14');
    expect(failure(() => loadz(changed(directory - 16, 0)))).toMatch('the checksum of "x.npy" is wrong');
  });

  it("refuses large claims before any memory is taken", () => {
    const bytes = savezCompressed({ x: zeros([100]) });
    const directory = bytes.length - 22 - 46 - 5;
    new DataView(bytes.buffer).setUint32(directory + 24, 2 ** 32 - 2, true);
    expect(failure(() => loadz(bytes))).toMatch('"x.npy" cannot have 4294967294 bytes');
    expect(failure(() => loadNpy(npyWith("(1000000, 1000000)")))).toMatch("takes 4000000000000 bytes, and 4 are there");
    expect(failure(() => loadNpy(npyWith("(99999999999, 99999999999)")))).toMatch("beyond what NumPy writes");
    expect(failure(() => loadNpy(npyWith("(0, 99999999999, 99999999999)")))).toMatch("beyond what NumPy writes");
  });

  it.each(["(-1,)", "(1.5,)", "(True,)", "((1,),)", "1", "('1',)", "(1 1)", "(,)", "None", "(1,", "(", ")", "[[["])(
    "refuses shape %s",
    (shape) => {
      expect(failure(() => loadNpy(npyWith(shape)))).toMatch(/^ModelFormatError: loadNpy: the header/);
    },
  );

  it("takes the long integers of Python 2", () => {
    expect(loadNpy(npyWith("(1L,)")).tolist()).toEqual([0]);
    expect(loadNpy(npyWith("()")).tolist()).toBe(0);
  });

  it("reads long headers without running out of stack", () => {
    for (const long of ["'".padEnd(2 ** 20 - 200, "x"), "'".padEnd(2 ** 20 - 201, "\\x")]) {
      expect(failure(() => loadNpy(npyWith("[".repeat(2 ** 19))))).toMatch(/Error: loadNpy: the header/);
      expect(failure(() => loadNpy(npyWith("()", long)))).toMatch(/Error: loadNpy: the header/);
      expect(failure(() => loadNpy(npyWith("()", `${long}'`)))).toMatch(/Error: loadNpy: the elements/);
    }
    expect(failure(() => loadNpy(npyWith("()", "x".repeat(2 ** 20))))).toMatch("the file is damaged");
  });
});

/** How many of all changes of one byte by one of the masks make `act` throw an error of this library. */
function corrupt(bytes: Uint8Array, masks: readonly number[], act: (changed: Uint8Array) => void): number {
  let noticed = 0;
  for (let k = 0; k < bytes.length; k++) {
    for (const mask of masks) {
      const changed = bytes.slice();
      changed[k]! ^= mask;
      try {
        act(changed);
      } catch (e) {
        if (!(e instanceof GradloomError)) throw e;
        noticed++;
      }
    }
  }
  return noticed;
}

/** A version 2 file of one float32 under a header of one's own. */
function npyWith(shape: string, descr = "'<f4'"): Uint8Array {
  const header = strToU8(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`);
  const bytes = new Uint8Array(12 + header.length + 4);
  bytes.set([...strToU8("\x93NUMPY", true), 2, 0]);
  new DataView(bytes.buffer).setUint32(8, header.length, true);
  bytes.set(header, 12);
  return bytes;
}
