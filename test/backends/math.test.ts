import { describe, expect, it } from "vitest";
import type { FuncRef } from "../../src/backends/wasm/asm/function.ts";
import { type Features, ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import type { MathPrim } from "../../src/backends/wasm/kernels/math-imports.ts";
import { MATH_IMPORTS, MATH_MODULE, MATH_PRIMS } from "../../src/backends/wasm/kernels/math-imports.ts";
import { math32, writeMath32 } from "../../src/backends/wasm/kernels/math32.ts";
import { math64 } from "../../src/backends/wasm/kernels/math64.ts";
import { ARITY } from "../../src/ir/scalar.ts";
import { FEATURE_SETS } from "./feature-sets.ts";

const memory = new WebAssembly.Memory({ initial: 64 });
/** Byte offsets of the operands and of the result. */
const [X, Y, OUT] = [0, 1 << 20, 2 << 20];
const MAX = 1 << 18;

/** `map(count)` applies the function to the vectors at X (and Y), and writes OUT. */
function compile(
  add: (module: ModuleBuilder, prim: MathPrim) => FuncRef,
  prim: MathPrim,
  features: Features,
): (bytes: number) => void {
  const module = new ModuleBuilder(features);
  module.importMemory("env", "memory", { min: 1 });
  const target = add(module, prim);
  expect(add(module, prim)).toBe(target);
  const map = module.addFunction("map", ["i32"], [], (f, bytes) => {
    const i = f.local("i32");
    f.forLoop(i, bytes, 16, () => {
      f.get(i);
      for (const offset of [X, Y].slice(0, ARITY[prim])) f.get(i).op("v128.load", { offset });
      f.call(target).op("v128.store", { offset: OUT });
    });
  });
  module.exportFunction(map);
  const imports = { env: { memory }, [MATH_MODULE]: MATH_IMPORTS };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports);
  return instance.exports.map as (bytes: number) => void;
}

const f32 = new Float32Array(memory.buffer);
const f64 = new Float64Array(memory.buffer);

/** The distance of a float32 from the float64 truth, in units of the float32's last place at the truth. */
function ulps(got: number, truth: number): number {
  if (Number.isNaN(truth)) return Number.isNaN(got) ? 0 : Infinity;
  const rounded = Math.fround(truth);
  if (Object.is(got, rounded)) return Math.abs(rounded) === Infinity ? 0 : Math.abs(got - truth) / unit(truth);
  // Zero, ∞ and the sign are exact, but for results that round to the largest finite number or the smallest.
  if (Object.is(truth, 0) || Object.is(truth, -0) || Math.abs(truth) === Infinity) return Infinity;
  const bounded = Math.abs(got) === Infinity ? Math.sign(got) * 2 ** 128 : got;
  return Math.abs(bounded - truth) / unit(truth);
}

function unit(truth: number): number {
  return 2 ** (Math.min(Math.max(Math.floor(Math.log2(Math.abs(truth))), -126), 127) - 23);
}

const SPECIAL = [0, 1, 2 ** -149, 2 ** -127, 2 ** -126, 1e-30, 1e-10, 2 ** -25, 2 ** -24, 1e-4, 0.5, 0.625, 0.7].concat(
  [0.34657, 0.99999994, 1.0000001, Math.PI / 4, Math.PI / 2, Math.PI, 2, Math.E, 9, 10, 44, 87, 88.72283, 88.72284],
  [89, 90, 103, 103.97208, 104, 105, 150, 8192, 1e5, 2 ** 27, 2 ** 28, 1e10, 1e38, 3.4028235e38, Infinity, NaN],
);

/** Bit patterns at random, values at random in the ranges where the results vary, and special values. */
function operands(seed: number): Float32Array {
  const values = new Float32Array(MAX);
  const bits = new Uint32Array(values.buffer);
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
  const scales = [0.01, 1, 1, 4, 10, 100, 1000, 1e6];
  for (let i = 0; i < values.length; i++) {
    if (i % 2 === 0) bits[i] = next();
    else values[i] = (next() / 2 ** 31 - 1) * scales[(i >> 1) % scales.length]!;
  }
  SPECIAL.forEach((value, i) => {
    values.set([value, -value], 5 * i);
  });
  return values;
}

/** Functions that the host computes for each lane: their results are rounded once. */
const HOST32 = ["floorDiv", "mod", "rem"] as const;
const HOST64 = MATH_PRIMS.filter((prim) => !["exp", "expm1", "tanh", "erf", "erfc"].includes(prim));
const VECTOR32 = MATH_PRIMS.filter((prim) => !HOST32.some((each) => each === prim));
const VECTOR64 = MATH_PRIMS.filter((prim) => !HOST64.includes(prim));

/** The operands of one run: of two, the second is drawn apart from the first. */
function pairs(seed: number): readonly [Float32Array, Float32Array] {
  return [operands(seed), operands(seed + 100).reverse()];
}

describe.each(FEATURE_SETS)("math32 with %s", (_, features) => {
  it.each(VECTOR32)("%s is within two units in the last place", (prim) => {
    const map = compile(math32, prim, features);
    const truth = MATH_IMPORTS[prim]!;
    let worst = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const [x, y] = pairs(seed);
      f32.set(x, X / 4);
      f32.set(y, Y / 4);
      map(x.byteLength);
      for (let i = 0; i < x.length; i++) {
        const error = ulps(f32[OUT / 4 + i]!, truth(x[i]!, y[i]!));
        if (error > 2) {
          const call = `${prim}(${[x[i], y[i]].slice(0, ARITY[prim])})`;
          expect.fail(`${call} = ${f32[OUT / 4 + i]}, not ${truth(x[i]!, y[i]!)}: ${error} ulp`);
        }
        worst = Math.max(worst, error);
      }
    }
    if (process.env.ULPS) console.log(`${prim}: ${worst.toFixed(3)} ulp`);
    expect(worst).toBeLessThan(2);
  });

  it("exp of what is not above zero is within two units, too", () => {
    const nonpositive = (module: ModuleBuilder): FuncRef =>
      module.addFunction("exp_nonpositive", ["v128"], ["v128"], (f, x) => {
        const out = f.local("v128");
        writeMath32(f, module, "exp", [[x!]], [out], true);
        f.get(out);
      });
    const map = compile(nonpositive, "exp", features);
    for (let seed = 1; seed <= 4; seed++) {
      const x = operands(seed).map((v) => -Math.abs(v));
      f32.set(x, X / 4);
      map(x.byteLength);
      const worst = x.reduce((most, v, i) => Math.max(most, ulps(f32[OUT / 4 + i]!, Math.exp(v))), 0);
      if (process.env.ULPS) console.log(`exp of nonpositive: ${worst.toFixed(3)} ulp`);
      expect(worst).toBeLessThan(2);
    }
  });

  it.each(HOST32)("%s rounds the host's result", (prim) => {
    const map = compile(math32, prim, features);
    const [x, y] = [operands(5).subarray(0, 4096), operands(6).subarray(0, 4096).reverse()];
    f32.set(x, X / 4);
    f32.set(y, Y / 4);
    map(x.byteLength);
    x.forEach((each, i) => {
      expect(f32[OUT / 4 + i]).toBe(Math.fround(MATH_IMPORTS[prim]!(each, y[i]!)));
    });
  });
});

/** How far the float64 functions may be from the host's, in units of the last place; the host's own error counts too. */
const BOUND64: { readonly [prim: string]: number } = { tanh: 4, erfc: 4 };

/** As {@link ulps}, of float64. */
function ulps64(got: number, truth: number): number {
  if (Object.is(got, truth) || (Number.isNaN(got) && Number.isNaN(truth))) return 0;
  if (Number.isNaN(truth) || Number.isNaN(got) || truth === 0 || !Number.isFinite(truth)) return Infinity;
  return Math.abs(got - truth) / 2 ** (Math.max(Math.floor(Math.log2(Math.abs(truth))), -1022) - 52);
}

describe.each(FEATURE_SETS)("math64 with %s", (_, features) => {
  it.each(VECTOR64)("%s is within few units in the last place", (prim) => {
    const map = compile(math64, prim, features);
    const bound = BOUND64[prim] ?? 2.5;
    let worst = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const x = Float64Array.from(
        operands(seed).subarray(0, MAX / 2),
        (v, k) => v * (1 + ((k * 7919) % 1000) * 2 ** -40),
      );
      f64.set(x, X / 8);
      map(x.byteLength);
      x.forEach((each, i) => {
        const error = ulps64(f64[OUT / 8 + i]!, MATH_IMPORTS[prim]!(each));
        if (error > bound)
          expect.fail(`${prim}(${each}) = ${f64[OUT / 8 + i]}, not ${MATH_IMPORTS[prim]!(each)}: ${error} ulp`);
        worst = Math.max(worst, error);
      });
    }
    if (process.env.ULPS) console.log(`${prim} in float64: ${worst.toFixed(3)} ulp`);
    expect(worst).toBeLessThanOrEqual(bound);
  });

  it.each(HOST64)("%s is the host's result", (prim) => {
    const map = compile(math64, prim, features);
    const [x, y] = [operands(7).subarray(0, 2048), operands(8).subarray(0, 2048).reverse()];
    f64.set(x, X / 8);
    f64.set(y, Y / 8);
    map(x.length * 8);
    x.forEach((each, i) => {
      expect(f64[OUT / 8 + i]).toBe(MATH_IMPORTS[prim]!(each, y[i]!));
    });
  });
});

describe.each(FEATURE_SETS)("pow with %s", (_, features) => {
  it("has C's special cases", () => {
    const map = compile(math32, "pow", features);
    f32.set([1, -1, 1, 0], X / 4);
    f32.set([NaN, Infinity, -Infinity, 0], Y / 4);
    map(16);
    expect([...f32.subarray(OUT / 4, OUT / 4 + 4)]).toEqual([1, 1, 1, 1]);
  });
});
