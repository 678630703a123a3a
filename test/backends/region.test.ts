import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpretRegion } from "../../src/backends/reference/region.ts";
import { ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import { MATH_IMPORTS, MATH_MODULE } from "../../src/backends/wasm/kernels/math-imports.ts";
import { addRegion } from "../../src/backends/wasm/kernels/region/index.ts";
import { allocate, type DType, type TypedArray, viewBytes } from "../../src/ir/dtype.ts";
import { contiguousStrides, overlaps, sizeOf } from "../../src/ir/layout.ts";
import type { Combine, Instr, Region } from "../../src/ir/region.ts";
import type { Prim } from "../../src/ir/scalar.ts";

/** Runs a region as compiled; memory around the output must stay as it was. */
function runCompiled(region: Region, inputs: readonly TypedArray[], out: TypedArray): void {
  const module = new ModuleBuilder();
  module.importMemory("heap", "memory", { min: 1 });
  module.exportFunction(addRegion(module, region), "region");
  const memory = new WebAssembly.Memory({ initial: 32 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    heap: { memory },
    [MATH_MODULE]: MATH_IMPORTS,
  });
  let at = 64;
  const place = (data: TypedArray, dtype: DType): number => {
    const start = at;
    viewBytes(dtype, memory.buffer, start, data.length).set(data);
    at = Math.ceil((at + data.byteLength + 16) / 16) * 16 + 32;
    return start;
  };
  const dtypeOf = (k: number): DType => region.body.find((i) => i.kind === "load" && i.input === k)?.dtype ?? "float32";
  const used = region.body.reduce((n, i) => (i.kind === "load" ? Math.max(n, i.input + 1) : n), 0);
  const addresses = inputs.slice(0, used).map((data, k) => place(data, dtypeOf(k)));
  const target = place(out, region.dtype);
  const before = new Uint8Array(memory.buffer).slice();
  (instance.exports.region as (...a: number[]) => void)(...addresses, target);
  const after = new Uint8Array(memory.buffer);
  const written = { from: target, to: target + out.byteLength };
  for (let k = 0; k < after.length; k++) {
    if (k >= written.from && k < written.to) continue;
    if (after[k] !== before[k]) throw new Error(`byte ${k - target} from the output was overwritten`);
  }
  out.set(viewBytes(region.dtype, memory.buffer, target, out.length));
}

const FLOAT: readonly Prim[] = [
  "add",
  "sub",
  "mul",
  "div",
  "max",
  "min",
  "neg",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "trunc",
];
const MORE: readonly Prim[] = ["rint", "floorDiv", "mod", "lt", "le", "eq", "select"];
const WHOLE: readonly Prim[] = [
  "add",
  "sub",
  "mul",
  "floorDiv",
  "mod",
  "pow",
  "max",
  "min",
  "neg",
  "abs",
  "lt",
  "eq",
  "select",
];
const LOGIC: readonly Prim[] = ["and", "or", "not", "eq", "lt", "le", "select"];
const PREDICATES: readonly Prim[] = ["lt", "le", "eq", "and", "or", "not"];
const ARGS: { readonly [P in string]: number } = {
  neg: 1,
  abs: 1,
  sqrt: 1,
  floor: 1,
  ceil: 1,
  trunc: 1,
  rint: 1,
  not: 1,
  select: 3,
};
const DTYPES: readonly DType[] = ["bool", "int32", "float32", "float64"];

const SPECIAL = [0, -0, 1, -1, 0.5, 2.5, -1.5, Infinity, -Infinity, NaN, 7, -3];

function randomData(dtype: DType, n: number, next: (n: number) => number): TypedArray {
  const data = allocate(dtype, n);
  for (let i = 0; i < n; i++) {
    if (dtype === "bool") data[i] = next(2);
    else if (dtype === "int32") data[i] = next(5) === 0 ? [0, -1, 2 ** 31 - 1, -(2 ** 31)][next(4)]! : next(41) - 20;
    else data[i] = next(6) === 0 ? SPECIAL[next(SPECIAL.length)]! : (next(4001) - 2000) / 64;
  }
  return data;
}

/** A random region with its buffers, drawn from a list of numbers. */
function makeCase(draws: readonly number[]): { region: Region; inputs: TypedArray[]; out: TypedArray } {
  let at = 0;
  const next = (n: number): number => draws[at++ % draws.length]! % n;
  const rank = next(4);
  const shape = Array.from({ length: rank }, () => [1, 2, 3, 5, 8, 19, 37, 0][next(20) === 0 ? 7 : next(7)]!);
  const body: Instr[] = [];
  const inputs: TypedArray[] = [];
  const strided = (limit: number): { strides: number[]; offset: number; length: number } => {
    const order = shape.map((_, k) => k);
    if (next(3) === 0) order.reverse();
    const inner = contiguousStrides(order.map((k) => shape[k]!));
    const strides = new Array<number>(rank).fill(0);
    let offset = 0;
    let length = 1;
    order.forEach((axis, position) => {
      const step = inner[position]! * (next(4) === 0 ? 2 : 1);
      strides[axis] = limit === 1 && next(4) === 0 ? 0 : next(6) === 0 ? -step : step;
      const reach = Math.max(0, shape[axis]! - 1) * Math.abs(strides[axis]!);
      if (strides[axis]! < 0) offset += reach;
      length += reach;
    });
    return { strides, offset, length };
  };
  const dtypes = next(2) === 0 ? DTYPES : (["float32", "bool", "int32"] as const);
  const main: DType = dtypes[next(dtypes.length)]!;
  const count = 1 + next(3);
  for (let k = 0; k < count; k++) {
    const dtype = next(3) === 0 ? dtypes[next(dtypes.length)]! : main;
    const { strides, offset, length } = strided(1);
    const extra = next(3);
    body.push({ kind: "load", input: k, strides, offset: offset + extra, dtype });
    inputs.push(randomData(dtype, length + extra, next));
  }
  if (main !== "bool" && next(4) === 0) {
    body.push({ kind: "index", strides: shape.map(() => next(5) - 2), offset: next(7), dtype: main });
  }
  const pick = (dtype: DType): number => {
    const found = body.flatMap((i, k) => (i.dtype === dtype ? [k] : []));
    if (found.length > 0 && next(5) > 0) return found[next(found.length)]!;
    const other = next(body.length);
    if (next(3) === 0 || body[other]!.dtype === dtype) {
      const value = dtype === "bool" ? next(2) : dtype === "int32" ? next(9) - 4 : SPECIAL[next(SPECIAL.length)]!;
      return body.push({ kind: "const", value, dtype }) - 1;
    }
    return body.push({ kind: "cast", arg: other, dtype }) - 1;
  };
  for (let k = next(7); k > 0; k--) {
    const dtype = next(4) === 0 ? dtypes[next(dtypes.length)]! : main;
    const prims = dtype === "bool" ? LOGIC : dtype === "int32" ? WHOLE : next(2) === 0 ? FLOAT : MORE;
    const prim = prims[next(prims.length)]!;
    const args = Array.from({ length: ARGS[prim] ?? 2 }, (_, a) => pick(prim === "select" && a === 0 ? "bool" : dtype));
    body.push({ kind: "prim", prim, args, dtype: PREDICATES.includes(prim) ? "bool" : dtype });
  }
  const result = body.length - 1;
  const { dtype } = body[result]!;
  if (next(2) === 0 || rank === 0) {
    let store = strided(0);
    if (overlaps({ shape, ...store })) store = { strides: contiguousStrides(shape), offset: 0, length: sizeOf(shape) };
    const region: Region = { shape, body, result, reduce: null, store, dtype };
    return { region, inputs, out: randomData(dtype, store.length + 3, next) };
  }
  const axes = shape.flatMap((_, k) => (next(2) === 0 ? [k] : []));
  if (axes.length === 0) axes.push(next(rank));
  const kept = shape.map((d, k) => (axes.includes(k) ? 1 : d));
  const strides = contiguousStrides(kept).map((s, k) => (axes.includes(k) ? 0 : s));
  const combines: readonly Combine[] = dtype === "bool" ? ["or", "and"] : ["add", "mul", "max", "min"];
  const combine = combines[next(combines.length)]!;
  const least = dtype === "int32" ? -(2 ** 31) : -Infinity;
  const greatest = dtype === "int32" ? 2 ** 31 - 1 : Infinity;
  const identity = { add: 0, mul: 1, max: least, min: greatest, or: 0, and: 1 }[combine];
  const region: Region = {
    shape,
    body,
    result,
    reduce: { combine, axes, identity },
    store: { strides, offset: 0 },
    dtype,
  };
  return { region, inputs, out: randomData(dtype, sizeOf(kept) + 3, next) };
}

describe("regions compiled to WebAssembly", () => {
  it("agree with the interpreter", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 }), { minLength: 40, maxLength: 120 }), (draws) => {
        const { region, inputs, out } = makeCase(draws);
        const expected = out.slice();
        interpretRegion(region, inputs, expected);
        const actual = out.slice();
        runCompiled(region, inputs, actual);
        const sum = region.reduce !== null && region.dtype !== "int32" && region.dtype !== "bool";
        const tolerance = !sum ? 0 : region.dtype === "float32" ? 2e-6 : 1e-12;
        for (let k = 0; k < expected.length; k++) {
          const [a, b] = [actual[k]!, expected[k]!];
          if (Object.is(a, b) || (tolerance > 0 && a === b)) continue;
          // A product that leaves the range of floats on the way depends on the order.
          if (sum && region.reduce?.combine === "mul" && !(Math.abs(b) > 1e-30 && Math.abs(b) < 1e30)) continue;
          const scale = sum
            ? Math.max(
                1,
                Math.abs(b),
                ...inputs.map((x) => Array.from(x).reduce((m, v) => m + (Number.isFinite(v) ? Math.abs(v) : 0), 0)),
              )
            : 1;
          if (Math.abs(a - b) <= tolerance * scale * scale) continue;
          const text = JSON.stringify(region);
          expect({ at: k, value: a, text }).toEqual({ at: k, value: b, text });
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("run in place where an input has the layout of the store", () => {
    const region: Region = {
      shape: [4, 9],
      body: [
        { kind: "load", input: 0, strides: [9, 1], offset: 0, dtype: "float32" },
        { kind: "const", value: 2, dtype: "float32" },
        { kind: "prim", prim: "mul", args: [0, 1], dtype: "float32" },
      ],
      result: 2,
      reduce: null,
      store: { strides: [9, 1], offset: 0 },
      dtype: "float32",
    };
    const module = new ModuleBuilder();
    module.importMemory("heap", "memory", { min: 1 });
    module.exportFunction(addRegion(module, region), "region");
    const memory = new WebAssembly.Memory({ initial: 1 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { heap: { memory } });
    const data = new Float32Array(memory.buffer, 128, 36).map((_, k) => k);
    new Float32Array(memory.buffer, 128, 36).set(data);
    (instance.exports.region as (a: number, b: number) => void)(128, 128);
    expect([...new Float32Array(memory.buffer, 128, 36)]).toEqual([...data].map((x) => 2 * x));
  });
});
