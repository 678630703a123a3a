import type { Effect } from "../record.ts";

export const writeOp: Effect = {
  kind: "effect",
  effect: "write",
  name: "write",
  doc: "write(base, target, value): stores value through the view `target` of `base`; the result is base afterwards.",
  grad: "zero",
};

export const backwardOp: Effect = {
  kind: "effect",
  effect: "backward",
  name: "backward",
  doc: "backward(y, seed): starts a reverse sweep from y with cotangent `seed`.",
  grad: "zero",
};

export const gradientOp: Effect = {
  kind: "effect",
  effect: "gradient",
  name: "gradient",
  doc: "gradient(sweep, x): the cotangent that the sweep brings to x; zeros where none arrives.",
  grad: "zero",
};
