/** Leaves made of tensors. */
import type { DType } from "../../ir/dtype.ts";
import { copy as copyOp } from "../../ir/ops/unary.ts";
import { asTensor, castNode, detachNode, elementwiseNode, type TensorLike } from "../functions/apply.ts";
import { checkOptions } from "../functions/options.ts";
import { checkFlag } from "../functions/ufunc.ts";
import { untracked } from "../trace/trace.ts";
import { checkConstant } from "./leaf.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** A leaf with the elements of a tensor in memory of its own. */
export function copyLeaf(t: Tensor, dtype: DType, constant: boolean): Tensor {
  const node = detachNode(t.node("copy"));
  const fresh = node.dtype === dtype ? elementwiseNode(copyOp, node) : castNode(node, dtype);
  const variable = !constant && (dtype === "float32" || dtype === "float64");
  return Tensor.of(untracked(fresh, variable), !variable, true);
}

/** A leaf with the same elements and a copy of the gradient; no gradient flows to the operand. */
export function copy(x: TensorLike, options: { readonly constant?: boolean | null } = {}): Tensor {
  const { constant } = checkOptions("copy", options, ["constant"]);
  const t = asTensor(x, "copy");
  checkFlag("copy", constant);
  checkConstant("copy", t.dtype, constant ?? undefined);
  const made = copyLeaf(t, t.dtype, constant ?? t.constant);
  const gradient = t.grad;
  if (gradient !== null && !made.constant) {
    const value = new Storage(elementwiseNode(copyOp, gradient.node("copy")), true, false, made.storage);
    made.storage.setGradient({ sweep: null, wrt: null, value });
  }
  return made;
}
