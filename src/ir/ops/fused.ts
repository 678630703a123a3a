import type { Fused } from "../record.ts";

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
