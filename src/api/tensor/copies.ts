/** Leaves made of tensors. */
import { Buffer } from "../../backends/backend.ts";
import type { DType } from "../../ir/dtype.ts";
import { copy as copyOp } from "../../ir/ops/unary.ts";
import { asTensor, castNode, detachNode, elementwiseNode, type TensorLike } from "../functions/apply.ts";
import { checkOptions } from "../functions/options.ts";
import { checkFlag } from "../functions/ufunc.ts";
import { type BackendName, getBackend, startedBackend } from "../trace/backend.ts";
import { recordLeaf, untracked } from "../trace/trace.ts";
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

/**
 * A leaf with the same elements on another backend. What is computed from it is computed there, whatever `setBackend` says, and
 * stays there; operations on tensors that were moved to different backends are refused. No gradient flows to the operand.
 *
 * Waits for the elements: read them by `await t.data()` before, where a graphics card should not hold up the thread.
 *
 * @param name a backend that was started, by `setBackend` or `loadBackend`
 * @throws BackendError for an unknown name, and for a backend that was not started
 */
export function moved(t: Tensor, name: BackendName): Tensor {
  startedBackend("to", name);
  const data = t.dataSync();
  const buffer = new Buffer(t.dtype, data.length, data);
  buffer.home = name;
  return Tensor.of(recordLeaf(buffer, t.shape, !t.constant), t.constant, true);
}

/** Where the elements of a tensor lie, or where they are computed. */
export function deviceOf(t: Tensor): BackendName | "host" | "auto" {
  const node = t.valueNode();
  const { buffer, home } = node.buffer === null ? t.storage.current : node;
  const place = home ?? buffer?.device?.backend ?? (buffer === null ? getBackend() : null) ?? "host";
  return place as BackendName | "host" | "auto";
}
