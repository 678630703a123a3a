import type { Shape } from "../layout.ts";
import type { Attrs, Node } from "../node.ts";
import type { Fused, KernelType } from "../record.ts";
import type { Region } from "../region.ts";

export const fusedOp: Fused = {
  kind: "fused",
  name: "fused",
  doc: "A loop nest over its operands' buffers (attribute `region`).",
  grad: "zero",
};

/** As `fused`, but stores into a copy of its first operand at the region's store layout. */
export const fusedUpdateOp: Fused = {
  kind: "fused",
  name: "fusedUpdate",
  doc: "Its first operand with the elements at the region's store layout replaced by the region's result.",
  grad: "zero",
};

/** How one operand's matrices lie in its buffer, in elements: `batch` has one stride a batch axis. */
export interface MatrixLayout extends Attrs {
  readonly offset: number;
  readonly batch: readonly number[];
  readonly row: number;
  readonly col: number;
}

/** `batch` is the shape of the batch axes; the result is dense: batch axes, then m rows of n. */
export interface MatmulAttrs extends Attrs {
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: MatrixLayout;
  readonly b: MatrixLayout;
}

/** Attributes: {@link MatmulAttrs}. */
export const matmulStridedOp: Fused = {
  kind: "fused",
  name: "matmulStrided",
  doc: "c[…, i, j] = Σ_k a[…, i, k]·b[…, k, j], with both operands read from their buffers through strides.",
  grad: "zero",
};

/**
 * The types of a kernel's operands. Fusion may give it buffers that hold the same elements under another shape: it then notes
 * the shapes meant in the attribute `operands`.
 */
export function kernelTypes(inputs: readonly Node[], attrs: Attrs): KernelType[] {
  const meant = attrs.operands as readonly Shape[] | undefined;
  return inputs.map(({ shape, dtype }, k) => ({ shape: meant?.[k] ?? shape, dtype }));
}

/** The region of a `fused` or `fusedUpdate` node. */
export function regionOf(node: Node): Region {
  return node.attrs.region as unknown as Region;
}

/** Attributes that hold a region. */
export function regionAttrs(region: Region): Attrs {
  return { region: region as unknown as Attrs };
}
