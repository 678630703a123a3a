/** Operations from outside: a composition with a gradient of its own. */

import { broadcastTo, cast, reduce, reshape } from "../../ir/build.ts";
import { broadcastShapes, type Shape, sameShape } from "../../ir/layout.ts";
import { NO_ATTRS, type Node } from "../../ir/node.ts";
import { sum } from "../../ir/ops/reduce.ts";
import { constantOp, inputOp } from "../../ir/ops/source.ts";
import type { Kernel } from "../../ir/record.ts";
import { GradloomError, InvalidGradientError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { autodiff, recordLeafOf, TraceNode, untracked } from "../trace/trace.ts";
import { asTensors, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkFunction, checkOptions, whatIs } from "./options.ts";

/** What {@link defineOp} takes. `O` is what the operation takes besides its operands. */
export interface OpDefinition<O> {
  /** For error messages and drawings. */
  readonly name: string;
  /** The result from the operands, in terms of this library's functions. */
  forward(operands: readonly Tensor[], options: O): Tensor;
  /**
   * The gradients of the operands from the gradient `g` of the result, in terms of this library's functions; null where none
   * flows. A gradient may have the shape that the operand was broadcast to. It is recorded when the operation is called: `g` has
   * no values then, so nothing may be decided by them.
   */
  backward(g: Tensor, context: OpContext<O>): readonly (Tensor | null)[];
}

/** What a gradient is computed from. */
export interface OpContext<O> {
  readonly operands: readonly Tensor[];
  readonly output: Tensor;
  readonly options: O;
}

/**
 * An operation with a gradient of its own, like PyTorch's `autograd.Function` or JAX's `custom_vjp`. Both parts are
 * compositions, so they are compiled, fused and differentiated again like everything else.
 *
 * ```ts
 * const clipGradient = defineOp({
 *   name: "clipGradient",
 *   forward: ([x]) => x.pos(),
 *   backward: (g) => [g.minimum(1).maximum(-1)],
 * });
 * ```
 */
export function defineOp(definition: OpDefinition<undefined>): (...operands: readonly TensorLike[]) => Tensor;
export function defineOp<O>(definition: OpDefinition<O>): (operands: readonly TensorLike[], options: O) => Tensor;
export function defineOp<O>(definition: OpDefinition<O>): (...given: readonly never[]) => Tensor {
  if (
    typeof definition !== "object" ||
    definition === null ||
    typeof definition.name !== "string" ||
    definition.name === ""
  )
    throw new GradloomError(`defineOp: the definition is ${whatIs(definition)}; pass { name, forward, backward }`);
  checkOptions(`defineOp: ${definition.name}`, definition, ["name", "forward", "backward"]);
  checkFunction(`defineOp: ${definition.name}`, "forward", definition.forward);
  checkFunction(`defineOp: ${definition.name}`, "backward", definition.backward);
  const call = (operands: readonly TensorLike[], options: O): Tensor =>
    apply(definition, asTensors(operands, definition.name), options);
  // Without options the operands are the arguments; with them, the first argument is the list of operands.
  return (...given: readonly unknown[]): Tensor =>
    given.length === 2 && Array.isArray(given[0]) && isOptions(given[1])
      ? call(given[0] as readonly TensorLike[], given[1] as O)
      : call(given as readonly TensorLike[], undefined as O);
}

const isOptions = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Tensor) &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value);

function apply<O>(definition: OpDefinition<O>, operands: readonly Tensor[], options: O): Tensor {
  const { name } = definition;
  const nodes = operands.map((t) => t.node(name));
  const constants = nodes.map((n) => Tensor.of(untracked(n, false), true));
  const value = definition.forward(constants, options);
  if (!(value instanceof Tensor))
    throw new GradloomError(`${name}: forward returned ${whatIs(value)}; it must return a tensor`);
  const result = value.node(name);
  const flows = autodiff.enabled && nodes.some((n) => n.differentiable);
  const rule = flows ? ruleOf(definition, constants, result, options) : null;
  noteUses(operands, true);
  if (rule === null) return value;
  const { op, captured } = rule;
  const inputs = [untracked(result, false), ...nodes, ...captured.map((n) => untracked(n, false))];
  return Tensor.of(new TraceNode(op, inputs, NO_ATTRS, result.shape, result.dtype));
}

/** Records the gradient rule with values that stand for what it will be given. */
function ruleOf<O>(
  definition: OpDefinition<O>,
  operands: readonly Tensor[],
  result: TraceNode,
  options: O,
): { op: Kernel; captured: readonly TraceNode[] } {
  const stand = (shape: Shape, dtype: TraceNode["dtype"]): TraceNode => recordLeafOf(shape, dtype);
  const [g, output] = [stand(result.shape, result.dtype), stand(result.shape, result.dtype)];
  const xs = operands.map((t) => stand(t.shape, t.dtype));
  const context = { operands: xs.map((n) => Tensor.of(n, true)), output: Tensor.of(output, true), options };
  const given = definition.backward(Tensor.of(g, true), context);
  checkCount(definition.name, given, xs.length);
  const gradients = given.map((t, k) => (t === null ? null : checkGradient(definition.name, t, k, operands[k]!)));
  return templateOf(definition.name, [g, output, ...xs], gradients);
}

function checkCount(name: string, given: readonly unknown[], wanted: number): void {
  if (Array.isArray(given) && given.length === wanted) return;
  const found = Array.isArray(given) ? `${given.length} gradients` : whatIs(given);
  throw new InvalidGradientError(
    `${name}: backward returned ${found} for ${wanted} operands; return one, or null, for each`,
  );
}

function checkGradient(name: string, t: Tensor, k: number, operand: Tensor): TraceNode {
  if (!(t instanceof Tensor))
    throw new InvalidGradientError(
      `${name}: the gradient of operand ${k} is ${whatIs(t)}; return a tensor, or null where none flows`,
    );
  const joint = broadcastShapes(t.shape, operand.shape);
  if (joint !== null && (sameShape(joint, t.shape) || sameShape(joint, operand.shape))) return t.node(name);
  throw new InvalidGradientError(
    `${name}: the gradient of operand ${k} has shape ${shapeText(t.shape)}, but the operand has ${shapeText(operand.shape)}; ` +
      "return that shape, or one that the operand broadcasts to",
  );
}

const rules = new Map<string, Kernel>();

/** A recorded rule as an operation: equal rules give one operation, so that programs with it are compiled once. */
function templateOf(
  name: string,
  stands: readonly TraceNode[],
  gradients: readonly (TraceNode | null)[],
): { op: Kernel; captured: readonly TraceNode[] } {
  const nodes = new Set<TraceNode>();
  const stack = gradients.filter((n): n is TraceNode => n !== null);
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    if (nodes.has(n)) continue;
    nodes.add(n);
    if (n.buffer === null) stack.push(...n.inputs);
  }
  const ordered = [...nodes].sort((a, b) => a.id - b.id);
  const captured = ordered.filter((n) => n.buffer !== null);
  const leaves = [...stands, ...captured];
  const inside = ordered.filter((n) => !leaves.includes(n));
  const index = new Map([...leaves, ...inside].map((n, k) => [n, k]));
  const text = inside.map((n) => {
    const value = n.op === constantOp ? `=${Object.is(n.attrs.value, -0) ? "-0" : String(n.attrs.value)}` : "";
    return `${n.signature}${value}(${n.inputs.map((x) => index.get(x)!)})`;
  });
  const outputs = gradients.map((n) => (n === null ? -1 : index.get(n)!));
  const key = `${name}|${leaves.map((n) => n.signature)}|${text}|${outputs}`;
  let op = rules.get(key);
  if (op === undefined) {
    op = ruleRecord(`${name}#${rules.size}`, stands.length - 2, leaves, inside, gradients);
    rules.set(key, op);
  }
  return { op, captured };
}

function ruleRecord(
  name: string,
  operands: number,
  leaves: readonly TraceNode[],
  inside: readonly TraceNode[],
  gradients: readonly (TraceNode | null)[],
): Kernel {
  const instantiate = (values: readonly Node[]): (Node | null)[] => {
    const made = new Map<TraceNode, Node>(leaves.map((leaf, k) => [leaf, values[k]!]));
    for (const n of inside) {
      const { op, attrs, shape, dtype } = n;
      if (op === inputOp) throw new Error(`${name}: a value of its gradient is not known`);
      made.set(n, { op, attrs, shape, dtype, inputs: n.inputs.map((x) => made.get(x)!) });
    }
    return gradients.map((n) => (n === null ? null : made.get(n)!));
  };
  return {
    kind: "kernel",
    name,
    doc: "An operation from outside: its first operand is its value, the others are what gradients flow to.",
    arity: operands + 1 + (leaves.length - operands - 2),
    type: ([value]) => value!,
    updates: false,
    scratchBytes: () => 0,
    reference: ([value]) => value!.data,
    expand: (node) => node.inputs[0]!,
    grad: (g, x, y) => {
      const [, ...rest] = x;
      const found = instantiate([g, y, ...rest]);
      return [
        null,
        ...found.map((n, k) => (n === null ? null : fitted(n, rest[k]!))),
        ...rest.slice(operands).map(() => null),
      ];
    },
  };
}

/** A gradient in the operand's type: summed over the axes that it was broadcast along. */
function fitted(g: Node, x: Node): Node {
  const lead = g.shape.length - x.shape.length;
  if (lead < 0) return cast(broadcastTo(g, x.shape), x.dtype);
  const axes = g.shape.flatMap((d, k) => (k < lead || (x.shape[k - lead] === 1 && d !== 1) ? [k] : []));
  const summed = reshape(
    reduce(sum, g, axes),
    g.shape.slice(lead).map((d, k) => (axes.includes(k + lead) ? 1 : d)),
  );
  return cast(broadcastTo(summed, x.shape), x.dtype);
}
