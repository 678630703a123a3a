/** Writing at computed positions: the adjoints of gathering. */
import { elementwise as ew, full, gather, iota, kernel } from "../build.ts";
import { contiguousStrides, sameShape } from "../layout.ts";
import type { Node } from "../node.ts";
import type { Kernel, KernelOperand, KernelType } from "../record.ts";
import { where } from "./arithmetic.ts";
import { equal } from "./compare.ts";

function type([base, index, value]: readonly KernelType[]): KernelType {
  if (index!.dtype !== "int32") throw new Error(`positions are int32, not ${index!.dtype}`);
  if (!sameShape(index!.shape, value!.shape))
    throw new Error(`[${index!.shape}] positions for [${value!.shape}] values`);
  if (base!.dtype !== value!.dtype) throw new Error(`${value!.dtype} values for a base of ${base!.dtype}`);
  return { shape: base!.shape, dtype: base!.dtype };
}

function store(
  [base, index, value]: readonly KernelOperand[],
  combine: (before: number, next: number) => number,
): ArrayLike<number> {
  const out = Array.from(base!.data);
  for (let i = 0; i < index!.data.length; i++) {
    const at = Math.min(Math.max(index!.data[i]!, 0), out.length - 1);
    out[at] = combine(out[at]!, value!.data[i]!);
  }
  return out;
}

/** Where an element is the last one stored at its position, so that it is what remains. */
function isLast(base: Node, index: Node): Node {
  const ranks = iota(index.shape, contiguousStrides(index.shape), "int32");
  const last = kernel(scatterOp, [full(base.shape, -1, "int32"), index, ranks]);
  return ew(equal, gather(last, index), ranks);
}

/** Of several values for one position the last remains, and only it gets a gradient. */
export const scatterOp: Kernel = {
  kind: "kernel",
  name: "scatter",
  doc: "scatter(base, index, value): base with the elements at row-major positions replaced by value; the last one wins.",
  arity: 3,
  type,
  updates: true,
  scratchBytes: () => 0,
  reference: (x) => store(x, (_before, next) => next),
  expand: null,
  grad: (g, [base, index]) => [
    kernel(scatterOp, [g, index!, full(index!.shape, 0, g.dtype)]),
    null,
    ew(where, isLast(base!, index!), gather(g, index!), 0),
  ],
};

export const scatterAddOp: Kernel = {
  kind: "kernel",
  name: "scatterAdd",
  doc: "scatterAdd(base, index, value): base with value added at row-major positions, as often as each is named.",
  arity: 3,
  type,
  updates: true,
  scratchBytes: () => 0,
  reference: (x, _attrs, round) => store(x, (before, next) => round(before + next)),
  expand: null,
  grad: (g, [, index]) => [g, null, gather(g, index!)],
};
