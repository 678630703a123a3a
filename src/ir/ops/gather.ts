import { full, kernel } from "../build.ts";
import type { Gather } from "../record.ts";
import { scatterAddOp } from "./scatter.ts";

export const gatherOp: Gather = {
  kind: "gather",
  name: "gather",
  doc: "gather(x, index): the element of x at each row-major position in index; positions outside count as the nearest inside.",
  grad: (g, [x, index]) => [kernel(scatterAddOp, [full(x!.shape, 0, g.dtype), index!, g]), null],
};
