/** `backward`: the reverse sweep from a tensor, by MyGrad's rules. */
import { broadcastShapes, sameShape } from "../../ir/layout.ts";
import { NO_ATTRS } from "../../ir/node.ts";
import { backwardOp } from "../../ir/ops/effect.ts";
import { copy } from "../../ir/ops/unary.ts";
import { InvalidBackpropError, ShapeError } from "../errors.ts";
import {
  asTensor,
  broadcastNode,
  detachNode,
  elementwiseNode,
  operandNode,
  shapeText,
  type TensorLike,
} from "../functions/apply.ts";
import { gradientOf, Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { hasBackend } from "./backend.ts";
import { evaluate } from "./evaluate.ts";
import { freshGradients, scalarRoots, writtenLeaves } from "./pending.ts";
import { autodiff, recordConstant, TraceNode } from "./trace.ts";
import { currentTracing } from "./tracing.ts";

/** So many losses nobody has read are evaluated, so that a loop that never reads does not record without end. */
const MAX_ROOTS = 8;

/** See `Tensor.backward`. */
export function backward(y: Tensor, seed: TensorLike | undefined): void {
  if (!autodiff.enabled) return;
  if (y.constant) {
    clearGraph(y);
    return;
  }
  const cotangent = seedNode(y, seed);
  // Writes of an earlier step are settled first: each turn of a training loop is then one and the same program.
  const settles = hasBackend() && currentTracing() === null;
  if (settles && (writtenLeaves.size > 0 || scalarRoots.size >= MAX_ROOTS)) evaluate([], "backward");
  const root = y.node();
  const { visited, interior, gone } = upstream(root);
  if (gone !== undefined) {
    throw new InvalidBackpropError(
      `backward: an earlier backward() has already gone through ${gone.op.name} of shape ${shapeText(gone.shape)}, which ` +
        "this tensor was computed from; compute it again, or call backward() once on the sum of the losses",
    );
  }
  const sweep = new TraceNode(backwardOp, [root, cotangent], NO_ATTRS, root.shape, root.dtype);
  for (const node of visited) {
    if (!node.isTarget) continue;
    const storage = node.storage!;
    if (node === root) {
      const value = new Storage(elementwiseNode(copy, cotangent), true, false, storage);
      storage.setGradient({ sweep: null, wrt: null, value });
    } else storage.setGradient({ sweep, wrt: node, value: null });
    if (!storage.leaf) continue;
    gradientOf(storage);
    freshGradients.add(storage);
  }
  clear(interior);
  if (root.shape.length === 0 && root.buffer === null) scalarRoots.add(root);
}

/** Views of a leaf stay: they are the leaf itself under another shape, and a leaf stays. */
function clear(nodes: readonly TraceNode[]): void {
  for (const node of nodes) {
    if (node.op.kind === "view" && !node.inputs[0]!.cleared) continue;
    node.cleared = true;
    if (node.storage?.current === node) node.storage.cleared = true;
  }
}

/** See `Tensor.clearGraph`. */
export function clearGraph(y: Tensor): void {
  if (y.storage.current.differentiable) clear(upstream(y.node("clearGraph")).interior);
}

function seedNode(y: Tensor, seed: TensorLike | undefined): TraceNode {
  if (seed === undefined) return broadcastNode(recordConstant(1, y.dtype), y.shape);
  const shape = typeof seed === "number" || typeof seed === "boolean" ? [] : asTensor(seed, "backward").shape;
  const joint = broadcastShapes(shape, y.shape);
  if (joint === null || !sameShape(joint, y.shape)) {
    throw new ShapeError(
      `backward: a seed of shape ${shapeText(shape)} does not broadcast to the tensor's ${shapeText(y.shape)}; ` +
        "pass a number, or an array of that shape",
    );
  }
  return detachNode(operandNode(seed, y.dtype, y.shape));
}

interface Upstream {
  /** Every value that gradients flow through, in program order. */
  readonly visited: readonly TraceNode[];
  /** Those of them that have a tensor further upstream. */
  readonly interior: readonly TraceNode[];
  /** A value that an earlier sweep has cleared: gradients that should flow through it, or to it, would be lost. */
  readonly gone: TraceNode | undefined;
}

function upstream(root: TraceNode): Upstream {
  const all = new Set<TraceNode>([root]);
  for (const node of all) for (const x of node.gradientInputs) all.add(x);
  const ordered = [...all].sort((a, b) => a.id - b.id);
  const passes = new Set<TraceNode>();
  for (const node of ordered) if (node.gradientInputs.some((x) => x.isTarget || passes.has(x))) passes.add(node);
  const reached = new Set<TraceNode>([root]);
  for (const node of reached) {
    if (!passes.has(node)) continue;
    for (const x of node.gradientInputs) if (x.isTarget || passes.has(x)) reached.add(x);
  }
  const visited = ordered.filter((n) => reached.has(n));
  return { visited, interior: visited.filter((n) => passes.has(n)), gone: ordered.find((n) => n.cleared) };
}
