import { full, update, view } from "../build.ts";
import type { Update } from "../record.ts";
import { asStridedOp } from "./view.ts";

export const updateOp: Update = {
  kind: "update",
  name: "update",
  doc: "update(base, value): base with the elements at strides and offset replaced by those of value.",
  grad: (g, [, value], y) => {
    const strides = y.attrs.strides as readonly number[];
    const offset = y.attrs.offset as number;
    const shape = value!.shape;
    return [update(g, full(shape, 0, g.dtype), strides, offset), view(asStridedOp, g, { shape, strides, offset })];
  },
};
