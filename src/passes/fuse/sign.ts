/** What is known of the signs of values, for cheaper code: NaN is left out everywhere. */
import type { Node } from "../../ir/node.ts";

const NONNEGATIVE: ReadonlySet<string> = new Set(["absolute", "square", "exp", "sqrt", "sigmoid"]);

/** Whether no element is above zero: x minus its maximum, −|x|, −x². */
export function isNonpositive(node: Node): boolean {
  const { op, inputs } = node;
  const [x, y] = inputs as readonly [Node, Node];
  if (op.name === "negative") return isNonnegative(x);
  return op.name === "subtract" && isMaximumOf(below(y), x);
}

function isNonnegative({ op, inputs }: Node): boolean {
  return NONNEGATIVE.has(op.name) || (op.name === "multiply" && inputs[0] === inputs[1]);
}

/** Whether a value is the maximum of another one over some axes: each element meets that of its own row. */
function isMaximumOf(top: Node, x: Node): boolean {
  return top.op.kind === "reduce" && top.op.name === "max" && top.inputs[0] === x;
}

/** What is stretched along axes of length 1, which keeps each row's element with its row. */
function below(node: Node): Node {
  return node.op.name === "broadcastTo" && node.inputs[0]!.shape.length === node.shape.length ? node.inputs[0]! : node;
}
