/** Regions, interpreted element by element. */
import type { TypedArray } from "../../ir/dtype.ts";
import { type Shape, sizeOf } from "../../ir/layout.ts";
import type { Combine, Instr, Region } from "../../ir/region.ts";
import { evaluate } from "../../ir/scalar.ts";
import { convert, INT32, round } from "./rounding.ts";

const COMBINE: { readonly [C in Combine]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: (a, b) => evaluate.max(a, b),
  min: (a, b) => evaluate.min(a, b),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
};

const dot = (index: readonly number[], strides: readonly number[], offset: number): number =>
  index.reduce((sum, i, k) => sum + i * strides[k]!, offset);

function instruction(
  i: Instr,
  index: readonly number[],
  values: readonly number[],
  body: readonly Instr[],
  inputs: readonly TypedArray[],
): number {
  switch (i.kind) {
    case "load":
      return inputs[i.input]![dot(index, i.strides, i.offset)]!;
    case "const":
      return convert(i.value, i.dtype);
    case "index":
      return round(dot(index, i.strides, i.offset), i.dtype);
    case "cast":
      return convert(values[i.arg]!, i.dtype);
    case "gather":
      return inputs[i.input]![Math.min(Math.max(values[i.arg]!, 0), i.length - 1)]!;
    case "prim": {
      const args = i.args.map((a) => values[a]!);
      const whole = body[i.args[i.args.length - 1]!]!.dtype === "int32";
      if (whole && Object.hasOwn(INT32, i.prim)) return INT32[i.prim as keyof typeof INT32](args[0]!, args[1]!);
      return round(evaluate[i.prim](...args), i.dtype);
    }
  }
}

/** Calls `visit` with every index of a shape, in row-major order. The list is reused. */
function forEachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  for (let n = sizeOf(shape); n > 0; n--) {
    visit(index);
    for (let k = shape.length - 1; k >= 0; k--) {
      if (++index[k]! < shape[k]!) break;
      index[k] = 0;
    }
  }
}

/** Runs a region: `inputs` are the buffers it loads from, `out` the one it stores to. Sums are taken in float64. */
export function interpretRegion(region: Region, inputs: readonly TypedArray[], out: TypedArray): void {
  const { shape, body, reduce, store, dtype } = region;
  const values = new Array<number>(body.length);
  const compute = (index: readonly number[]): number => {
    body.forEach((i, k) => {
      values[k] = instruction(i, index, values, body, inputs);
    });
    return values[region.result]!;
  };
  if (reduce === null) {
    forEachIndex(shape, (index) => {
      out[dot(index, store.strides, store.offset)] = compute(index);
    });
    return;
  }
  const whole = dtype === "int32" && reduce.combine === "mul";
  const join = whole ? Math.imul : COMBINE[reduce.combine];
  const kept = shape.map((d, k) => (reduce.axes.includes(k) ? 1 : d));
  const sums = new Map<number, number>();
  forEachIndex(kept, (index) => sums.set(dot(index, store.strides, store.offset), reduce.identity));
  forEachIndex(shape, (index) => {
    const at = dot(index, store.strides, store.offset);
    const next = join(sums.get(at)!, compute(index));
    sums.set(at, dtype === "int32" ? next | 0 : next);
  });
  for (const [at, value] of sums) out[at] = round(value, dtype);
}
