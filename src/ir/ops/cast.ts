import { cast } from "../build.ts";
import type { Elementwise } from "../record.ts";

/** The conversion itself belongs to the types of the edge: `scalar` is the identity, retyped by whoever interprets it. */
export const castOp: Elementwise = {
  kind: "elementwise",
  name: "cast",
  doc: "The same numbers in another dtype; floats are truncated towards zero to int32, and anything but 0 is true.",
  arity: 1,
  result: "cast",
  on: "any",
  scalar: (x) => x!,
  reference: (x) => x!,
  grad: (g, [x]) => [cast(g, x!.dtype)],
};
