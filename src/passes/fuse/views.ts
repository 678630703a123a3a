/** Chains of views: what buffer they read, and where in it. */
import { contiguous, isContiguous, type Layout, sizeOf } from "../../ir/layout.ts";
import type { Node } from "../../ir/node.ts";

/** Thrown where views of `node` cannot be expressed as strides over anything but a buffer of its own. */
export class NeedsBuffer {
  readonly node: Node;
  constructor(node: Node) {
    this.node = node;
  }
}

/** The layout of `views` (the outermost first) over the row-major buffer of `base`. */
export function composeViews(base: Layout, views: readonly Node[]): Layout {
  let layout = base;
  for (let k = views.length - 1; k >= 0; k--) {
    const v = views[k]!;
    if (v.op.kind !== "view") throw new Error(`fuse: ${v.op.name} among views`);
    const next: Layout | null = v.op.layout(layout, v.attrs);
    if (next === null) throw new NeedsBuffer(v.inputs[0]!);
    layout = next;
  }
  return layout;
}

/** The value that a chain of views starts from, and the views, the outermost first. */
export function stripViews(node: Node): { base: Node; views: Node[] } {
  const views: Node[] = [];
  let base = node;
  while (base.op.kind === "view") {
    views.push(base);
    base = base.inputs[0]!;
  }
  return { base, views };
}

/** The node whose row-major buffer holds exactly the elements of `node`, in order. */
export function ownerOf(node: Node): Node {
  const { base, views } = stripViews(node);
  if (views.length === 0) return node;
  try {
    const layout = composeViews(contiguous(base.shape), views);
    return sizeOf(base.shape) === sizeOf(node.shape) && isContiguous(layout) ? base : node;
  } catch (e) {
    if (e instanceof NeedsBuffer) return node;
    throw e;
  }
}
