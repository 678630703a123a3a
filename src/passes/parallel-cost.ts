/** What a call takes on one thread, roughly: the estimate decides only what is worth splitting. */
import { BYTES } from "../ir/dtype.ts";
import { sizeOf } from "../ir/layout.ts";
import type { PlanBuffer, Task } from "../ir/plan.ts";
import type { Instr, Region } from "../ir/region.ts";
import type { Prim } from "../ir/scalar.ts";

/** Bytes a µs that loops and copies move through memory. */
const BANDWIDTH = 25e3;
/** Floating-point operations a µs of a matrix product, and elements a µs that it packs. */
const FLOPS = 54e3;
const PACKED = 7e3;
/** ns an element: of the loop itself, of a load from memory, of a primitive of one or two instructions. */
const TURN = 0.03;
const LOAD = 0.05;
const PRIM = 0.04;
/** ns an element of an element looked up by its index, and of kernels that move one element at a time. */
const LOOKUP = 1;
const ONE_BY_ONE = 3;

/** ns an element of float32, where it is more than {@link PRIM}; float64 takes about three times as long. */
// biome-ignore format: families
const SLOW: { readonly [P in Prim]?: number } = {
  div: 0.3, sqrt: 0.4, floorDiv: 1, mod: 1, rem: 2, pow: 4, atan2: 3, cbrt: 2,
  exp: 1, expm1: 2, log: 1.5, log1p: 2, log2: 2, log10: 2, sin: 2, cos: 2, tan: 3, asin: 2, acos: 2, atan: 2,
  sinh: 2, cosh: 2, tanh: 2, asinh: 3, acosh: 3, atanh: 3, erf: 3, erfc: 3,
};

/** In µs. */
export function costOf(call: Task, buffers: readonly PlanBuffer[]): number {
  switch (call.kind) {
    case "loop":
      return call.turns * call.body.reduce((sum, turn) => sum + costOf(turn.call, buffers), 0);
    case "copy": {
      const { dtype, length } = buffers[call.to]!;
      return (2 * (call.elements ?? length) * BYTES[dtype]) / BANDWIDTH;
    }
    case "kernel":
      return (buffers[call.output]!.length * ONE_BY_ONE) / 1e3;
    case "region":
      return regionCost(call.region, call.inputs, buffers, call.output);
    case "matmul": {
      const { batch, m, n, k } = call.attrs;
      const once = (2 * m * n * k) / FLOPS + (m * k + k * n) / PACKED;
      return sizeOf(batch) * once * (call.dtype === "float64" ? 2 : 1);
    }
  }
}

function regionCost(
  { shape, body }: Region,
  inputs: readonly number[],
  buffers: readonly PlanBuffer[],
  output: number,
): number {
  const elements = sizeOf(shape);
  const nanoseconds = body.reduce((sum, i) => sum + instructionCost(i), TURN) * elements;
  const touched = (b: PlanBuffer): number => Math.min(b.length, elements) * BYTES[b.dtype];
  const bytes = [...new Set(inputs), output].reduce((sum, b) => sum + touched(buffers[b]!), 0);
  return Math.max(nanoseconds / 1e3, bytes / BANDWIDTH);
}

/** In ns an element. */
function instructionCost(i: Instr): number {
  if (i.kind === "const") return 0;
  if (i.kind === "gather") return LOOKUP;
  if (i.kind !== "prim") return i.kind === "load" ? LOAD : PRIM;
  return (SLOW[i.prim] ?? PRIM) * (i.dtype === "float64" ? 3 : 1);
}
