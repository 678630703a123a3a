/** Kernels of the op table that have no shader: the interpreter runs them on the host. */
import type { TypedArray } from "../../ir/dtype.ts";
import { graphOf, type Node } from "../../ir/node.ts";
import { inputOp } from "../../ir/ops/source.ts";
import type { Call } from "../../ir/plan.ts";
import { findOp } from "../../ir/table.ts";
import { interpret } from "../reference/interpret.ts";

/** What a kernel makes of its operands. */
export function runOnHost(call: Extract<Call, { kind: "kernel" }>, operands: readonly TypedArray[]): TypedArray {
  const op = findOp(call.op);
  if (op === undefined) throw new Error(`there is no op named ${call.op}`);
  const inputs = call.types.slice(0, -1).map(
    ({ shape, dtype }, k): Node => ({
      op: inputOp,
      inputs: [],
      attrs: { name: `x${k}` },
      shape,
      dtype,
    }),
  );
  const { shape, dtype } = call.types.at(-1)!;
  const node: Node = { op, inputs, attrs: call.attrs, shape, dtype };
  return interpret(graphOf([node], inputs), operands)[0]!;
}
