import { describe, expect, it } from "vitest";
// Switches relaxed SIMD on in engines that have it behind a flag.
import "./feature-sets.ts";
import { ByteSink } from "../../src/backends/wasm/asm/encode.ts";
import { ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import { BULK, LANE, MEMORY, MEMORY_LANE, PLAIN, SHUFFLE } from "../../src/backends/wasm/asm/opcodes.ts";

type Exported = Readonly<Record<string, (...args: number[]) => number>>;

function instantiate(module: ModuleBuilder, imports: WebAssembly.Imports = {}): Exported {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports);
  return instance.exports as unknown as Exported;
}

describe("encodings", () => {
  it("writes unsigned and signed LEB128", () => {
    const u32 = (value: number): number[] => [...new ByteSink().u32(value).toBytes()];
    expect(u32(0)).toEqual([0]);
    expect(u32(127)).toEqual([0x7f]);
    expect(u32(128)).toEqual([0x80, 1]);
    expect(u32(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(u32(0xffffffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(() => u32(-1)).toThrow(RangeError);
    const i32 = (value: number): number[] => [...new ByteSink().i32(value).toBytes()];
    expect(i32(-1)).toEqual([0x7f]);
    expect(i32(63)).toEqual([63]);
    expect(i32(64)).toEqual([0xc0, 0]);
    expect(i32(-65)).toEqual([0xbf, 0x7f]);
    expect(i32(-123456)).toEqual([0xc0, 0xbb, 0x78]);
  });

  it("gives every opcode its own code", () => {
    const codes = [PLAIN, LANE, SHUFFLE].flatMap((group) => Object.values<number>(group));
    codes.push(
      ...[MEMORY, MEMORY_LANE, BULK].flatMap((group) =>
        Object.values<readonly [number, number]>(group).map(([code]) => code),
      ),
    );
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("round-trips big and special constants", () => {
    for (const value of [0, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), 123456789]) {
      const module = new ModuleBuilder();
      module.exportFunction(module.addFunction("c", [], ["i32"], (f) => f.i32Const(value)));
      expect(instantiate(module).c!()).toBe(value);
    }
    for (const value of [-0, NaN, Infinity, 1e-310, Math.PI]) {
      const module = new ModuleBuilder();
      module.exportFunction(module.addFunction("c", [], ["f64"], (f) => f.f64Const(value)));
      module.exportFunction(module.addFunction("s", [], ["f32"], (f) => f.f32Const(value)));
      expect(instantiate(module).c!()).toBe(value);
      expect(instantiate(module).s!()).toBe(Math.fround(value));
    }
    const module = new ModuleBuilder();
    module.exportFunction(
      module.addFunction("c", [], ["f64"], (f) => f.i64Const(-(2n ** 63n)).op("f64.convert_i64_s")),
    );
    expect(instantiate(module).c!()).toBe(-(2 ** 63));
  });
});

describe("functions", () => {
  it("runs a SIMD loop over an imported memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new ModuleBuilder();
    module.importMemory("env", "memory", { min: 1 });
    const axpy = module.addFunction("axpy", ["i32", "i32", "i32", "f32"], [], (f, x, y, n, alpha) => {
      const i = f.local("i32");
      const at = f.local("i32");
      const scale = f.local("v128");
      f.get(alpha).op("f32x4.splat").set(scale);
      f.forLoop(i, n, 4, () => {
        f.get(i).i32Const(2).op("i32.shl").get(y).op("i32.add").tee(at);
        f.get(i)
          .i32Const(2)
          .op("i32.shl")
          .get(x)
          .op("i32.add")
          .op("v128.load", { align: 4 })
          .get(scale)
          .op("f32x4.mul");
        f.get(at).op("v128.load").op("f32x4.add").op("v128.store");
      });
    });
    module.exportFunction(axpy);
    const data = new Float32Array(memory.buffer);
    for (let i = 0; i < 64; i++) {
      data[i] = i;
      data[i + 64] = 100 * i;
    }
    instantiate(module, { env: { memory } }).axpy!(0, 256, 64, 0.5);
    expect([...data.subarray(64, 128)]).toEqual(Array.from({ length: 64 }, (_, i) => 100.5 * i));
  });

  it("works on a shared memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const module = new ModuleBuilder();
    module.importMemory("env", "memory", { min: 1, max: 65536, shared: true });
    module.exportFunction(
      module.addFunction("fill", [], [], (f) => {
        f.i32Const(70).i32Const(7).i32Const(3).op("memory.fill");
        f.i32Const(90).i32Const(69).i32Const(5).op("memory.copy");
      }),
    );
    instantiate(module, { env: { memory } }).fill!();
    expect([...new Uint8Array(memory.buffer, 90, 5)]).toEqual([0, 7, 7, 7, 0]);
  });

  it("branches out of nested blocks, loops and ifs", () => {
    const module = new ModuleBuilder();
    // The first i < n with i * i >= limit, or -1; 1000 is added when i is odd.
    const search = module.addFunction("search", ["i32", "i32"], ["i32"], (f, n, limit) => {
      const i = f.local("i32");
      const found = f.local("i32");
      f.i32Const(-1).set(found);
      f.block((done) => {
        f.forLoop(i, n, 1, () => {
          f.get(i).get(i).op("i32.mul").get(limit).op("i32.ge_s");
          f.if(() => {
            f.get(i).set(found);
            f.br(done);
          });
        });
      });
      f.get(found).i32Const(-1).op("i32.ne").get(found).op("i32.and").i32Const(1).op("i32.and");
      f.if(
        () => f.get(found).i32Const(1000).op("i32.add"),
        () => f.get(found),
        "i32",
      );
    });
    module.exportFunction(search);
    const run = instantiate(module).search!;
    expect([run(100, 50), run(100, 36), run(100, 16), run(3, 100), run(0, 0)]).toEqual([8, 6, 4, -1, -1]);
    expect(run(100, 37)).toBe(1007);
  });

  it("shuffles and reads lanes", () => {
    const module = new ModuleBuilder();
    const lanes = module.addFunction("lanes", ["f32"], ["f32"], (f, x) => {
      f.f32x4Const(1).get(x).op("f32x4.replace_lane", 2).f32x4Const(0);
      f.op("i8x16.shuffle", [8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]).op("f32x4.extract_lane", 0);
    });
    module.exportFunction(lanes);
    expect(instantiate(module).lanes!(42)).toBe(42);
    expect(() => module.addFunction("bad", [], [], (f) => f.op("i8x16.shuffle", [1]))).toThrow(RangeError);
  });
});

describe("modules", () => {
  it("emits functions of equal types and bytes once", () => {
    const module = new ModuleBuilder();
    const add = module.addFunction("add", ["i32", "i32"], ["i32"], (f, a, b) => f.get(a).get(b).op("i32.add"));
    const again = module.addFunction("plus", ["i32", "i32"], ["i32"], (f, a, b) => f.get(a).get(b).op("i32.add"));
    const sub = module.addFunction("sub", ["i32", "i32"], ["i32"], (f, a, b) => f.get(a).get(b).op("i32.sub"));
    expect(again).toBe(add);
    expect(sub).not.toBe(add);
    const one = module.addFunction("one", [], ["i32"], (f) => f.i32Const(1).i32Const(2).call(add));
    expect(module.addFunction("two", [], ["i32"], (f) => f.i32Const(1).i32Const(2).call(again))).toBe(one);
    expect(module.addFunction("three", [], ["i32"], (f) => f.i32Const(1).i32Const(2).call(sub))).not.toBe(one);
  });

  it("lets imports come after functions that are called", () => {
    const module = new ModuleBuilder();
    const double = module.addFunction("double", ["f64"], ["f64"], (f, x) => f.get(x).get(x).op("f64.add"));
    const sin = module.importFunction("math", "sin", ["f64"], ["f64"]);
    expect(module.importFunction("math", "sin", ["f64"], ["f64"])).toBe(sin);
    module.exportFunction(module.addFunction("f", ["f64"], ["f64"], (f, x) => f.get(x).call(double).call(sin)));
    module.importFunction("math", "cos", ["f64"], ["f64"]);
    module.exportFunction(double, "other");
    expect(instantiate(module, { math: { sin: Math.sin, cos: Math.cos } }).f!(0.5)).toBe(Math.sin(1));
    expect(instantiate(module, { math: { sin: Math.sin, cos: Math.cos } }).other!(3)).toBe(6);
    expect(() => module.exportFunction(double, "other")).toThrow(/exported already/);
  });

  it("names functions in stack traces", () => {
    const module = new ModuleBuilder();
    module.exportFunction(
      module.addFunction("gradloom_trap", [], [], (f) => f.op("unreachable")),
      "t",
    );
    expect(() => instantiate(module).t!()).toThrow(WebAssembly.RuntimeError);
    try {
      instantiate(module).t!();
    } catch (error) {
      expect((error as Error).stack).toContain("gradloom_trap");
    }
  });

  it("validates every instruction without operands in unreachable code", () => {
    for (const name of Object.keys(PLAIN) as (keyof typeof PLAIN)[]) {
      const module = new ModuleBuilder();
      module.addFunction(name, [], [], (f) => f.op("unreachable").op(name).op("unreachable"));
      expect(WebAssembly.validate(module.toBytes()), name).toBe(true);
    }
    for (const name of Object.keys(MEMORY) as (keyof typeof MEMORY)[]) {
      const module = new ModuleBuilder();
      module.importMemory("env", "memory", { min: 1 });
      module.addFunction(name, [], [], (f) => f.op("unreachable").op(name, { offset: 1e6 }).op("unreachable"));
      expect(WebAssembly.validate(module.toBytes()), name).toBe(true);
    }
  });
});
