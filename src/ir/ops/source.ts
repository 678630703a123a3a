import type { Source } from "../record.ts";

export const inputOp: Source = {
  kind: "source",
  name: "input",
  doc: "A value bound at run time.",
  grad: "zero",
  element: null,
};

export const constantOp: Source = {
  kind: "source",
  name: "constant",
  doc: "A scalar known when the graph is made (attribute `value`).",
  grad: "zero",
  element: (_index, attrs) => attrs.value as number,
};

export const iotaOp: Source = {
  kind: "source",
  name: "iota",
  doc: "offset + scale·Σ i[k]·strides[k] of the index i; the sum is taken in integers.",
  grad: "zero",
  element: (index, attrs) => {
    let n = 0;
    for (let k = 0; k < index.length; k++) n += index[k]! * (attrs.strides as number[])[k]!;
    return (attrs.offset as number) + (attrs.scale as number) * n;
  },
};
