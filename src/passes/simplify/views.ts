/** View algebra: views of views, views of constants, and reading back what was just written. */
import { broadcastTo, elementwise, reshape, transpose, update, view } from "../../ir/build.ts";
import { contiguous, isContiguous, type Layout, sameShape, sizeOf } from "../../ir/layout.ts";
import type { Node } from "../../ir/node.ts";
import { add } from "../../ir/ops/arithmetic.ts";
import { asStridedOp, broadcastToOp, detachOp, reshapeOp, transposeOp } from "../../ir/ops/view.ts";
import { constantValue } from "./pattern.ts";

/** A simpler node of the same value, or the node itself. */
export function simplifyView(node: Node): Node {
  if (node.op.kind !== "view") return node;
  const x = node.inputs[0]!;
  if (node.op.name === detachOp.name) return x;
  if (x.op.name === "constant") return node.op.name === broadcastToOp.name ? node : broadcastTo(x, node.shape);
  if (x.op.name === broadcastToOp.name && x.inputs[0]!.shape.length === 0) return broadcastTo(x.inputs[0]!, node.shape);
  if (x.op.name === node.op.name) {
    const inner = x.inputs[0]!;
    if (node.op.name === reshapeOp.name) return reshape(inner, node.shape);
    if (node.op.name === broadcastToOp.name) return broadcastTo(inner, node.shape);
    if (node.op.name === transposeOp.name) {
      const outer = node.attrs.axes as readonly number[];
      const first = x.attrs.axes as readonly number[];
      return transpose(
        inner,
        outer.map((a) => first[a]!),
      );
    }
  }
  const layout = node.op.layout(contiguous(x.shape), node.attrs);
  if (layout === null) return node;
  if (sameShape(node.shape, x.shape) && isContiguous(layout)) return x;
  if (x.op.kind === "update" && sameLayout(layout, x)) return x.inputs[1]!;
  return node;
}

/** Whether a layout reads exactly what an update stores, element by element. */
function sameLayout(layout: Layout, update: Node): boolean {
  const strides = update.attrs.strides as readonly number[];
  return (
    sameShape(layout.shape, update.inputs[1]!.shape) &&
    layout.offset === update.attrs.offset &&
    strides.every((s, k) => layout.shape[k] === 1 || s === layout.strides[k])
  );
}

/** An update that stores nothing is its base; one that stores everything in order is its value. */
export function simplifyUpdate(node: Node): Node {
  if (node.op.kind !== "update") return node;
  const [base, value] = node.inputs as [Node, Node];
  if (sizeOf(value.shape) === 0) return base;
  const stored = { shape: value.shape, strides: node.attrs.strides as number[], offset: node.attrs.offset as number };
  const whole = sizeOf(value.shape) === sizeOf(base.shape) && isContiguous(stored);
  return whole ? reshape(value, base.shape) : node;
}

/**
 * A sum with what a slice's gradient is, zeros but for some elements, changes those elements alone: what is added up of many
 * slices, as over the steps of a recurrent network, then costs as much as the slices.
 */
export function simplifySum(node: Node): Node {
  if (node.op.name !== add.name) return node;
  const [x, y] = node.inputs as [Node, Node];
  if (isScattered(y)) return addInto(x, y);
  return isScattered(x) ? addInto(y, x) : node;
}

/** Whether a value is zero but for less than half of its elements. */
function isScattered({ op, inputs }: Node): boolean {
  return (
    op.kind === "update" && constantValue(inputs[0]!) === 0 && 2 * sizeOf(inputs[1]!.shape) <= sizeOf(inputs[0]!.shape)
  );
}

function addInto(base: Node, scattered: Node): Node {
  const value = scattered.inputs[1]!;
  const strides = scattered.attrs.strides as readonly number[];
  const offset = scattered.attrs.offset as number;
  const there = view(asStridedOp, base, { shape: value.shape, strides, offset });
  return update(base, elementwise(add, there, value), strides, offset);
}
