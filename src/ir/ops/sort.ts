import type { Kernel, KernelOperand } from "../record.ts";

/** Ascending, with NaN after everything else, as NumPy sorts. */
const compare = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
};

export const argsortOp: Kernel = {
  kind: "kernel",
  name: "argsort",
  doc: "The positions along the last axis that sort it in ascending order; equal elements stay in order, NaN comes last.",
  arity: 1,
  type: ([x]) => ({ shape: x!.shape, dtype: "int32" }),
  updates: false,
  scratchBytes: ([x]) => 4 * (x!.shape.at(-1) ?? 1),
  apart: ([x]) => Math.max(0, x!.shape.length - 1),
  reference: ([x]: readonly KernelOperand[]) => {
    const n = x!.shape.at(-1) ?? 1;
    const out = new Int32Array(x!.data.length);
    for (let row = 0; row < out.length; row += n) {
      const order = Array.from({ length: n }, (_, k) => k);
      order.sort((a, b) => compare(x!.data[row + a]!, x!.data[row + b]!) || a - b);
      out.set(order, row);
    }
    return out;
  },
  expand: null,
  grad: "zero",
};
