/** Checks the invariants of a graph; `README.md` beside this file explains them by their labels. */
import { isFloat } from "./dtype.ts";
import { broadcastShapes, contiguous, type Layout, overlaps, type Shape, sameShape, sizeOf } from "./layout.ts";
import type { Graph, Node } from "./node.ts";
import { kernelTypes } from "./ops/fused.ts";
import type { Elementwise, Kernel, Reduce } from "./record.ts";
import { verifyFused, verifyStore } from "./verify-region.ts";

/** How far a graph has come: which kinds of operations may still be in it. */
export type Stage = "recorded" | "functional" | "pure" | "fused";

/** @throws Error whose message starts with the label of the invariant that does not hold, and names the node */
export function verify(graph: Graph, stage: Stage): void {
  const position = new Map<Node, number>();
  graph.nodes.forEach((node, k) => {
    const fail: Fail = (label, why) => {
      throw new Error(`${label}: %${k} ${node.op.name}: ${why}`);
    };
    for (const x of node.inputs) if (!position.has(x)) fail("I1", "an operand does not come before it");
    if (position.has(node)) fail("I1", "it is in the graph twice");
    position.set(node, k);
    verifyStage(node, stage, fail);
    verifyNode(node, fail);
  });
  graph.inputs.forEach((input, k) => {
    if (!position.has(input) || input.op.name !== "input")
      throw new Error(`I2: input ${k} is no input node of the graph`);
  });
  graph.outputs.forEach((output, k) => {
    if (!position.has(output)) throw new Error(`I2: output ${k} is not in the graph`);
  });
  const bound = new Set(graph.inputs);
  for (const [node, k] of position) {
    if (node.op.name === "input" && !bound.has(node))
      throw new Error(`I2: %${k} input: it is not among the graph's inputs`);
  }
}

type Fail = (label: string, why: string) => never;

function verifyStage({ op }: Node, stage: Stage, fail: Fail): void {
  const isFused = op.kind === "fused";
  const isKernel = op.kind === "scan" || op.kind === "kernel";
  if (stage === "fused" ? !isFused && !isKernel && op.name !== "input" : isFused)
    fail("I10", `it may not occur in a ${stage} graph`);
  if (op.kind !== "effect" || stage === "recorded") return;
  if (stage === "pure" || op.effect === "write") fail("I10", `it may not occur in a ${stage} graph`);
}

function verifyNode(node: Node, fail: Fail): void {
  const { op, inputs, shape, dtype } = node;
  const arity = (n: number): void => {
    if (inputs.length !== n) fail("I3", `${inputs.length} operands, not ${n}`);
  };
  switch (op.kind) {
    case "elementwise":
      arity(op.arity);
      verifyElementwise(op, node, fail);
      return;
    case "reduce":
      arity(1);
      verifyReduce(op, node, fail);
      return;
    case "view":
      arity(1);
      if (dtype !== inputs[0]!.dtype) fail("I5", `it makes ${dtype} of ${inputs[0]!.dtype}`);
      if (!sameShape(shape, op.shape(inputs[0]!.shape, node.attrs))) fail("I5", `shape [${shape}] is not the view's`);
      if (op.name === "reshape" && sizeOf(shape) !== sizeOf(inputs[0]!.shape))
        fail("I5", "it changes the number of elements");
      if (op.name === "broadcastTo" && !stretches(inputs[0]!.shape, shape)) fail("I5", "it does not broadcast");
      return;
    case "contract":
      arity(2);
      verifyContract(node, fail);
      return;
    case "source":
      arity(0);
      if (op.name === "constant" && shape.length > 0) fail("I3", "a constant is a scalar");
      return;
    case "update": {
      arity(2);
      const [base, value] = inputs as [Node, Node];
      if (base.dtype !== dtype || value.dtype !== dtype || !sameShape(base.shape, shape))
        fail("I7", "the base has another type");
      const { strides, offset } = node.attrs as { strides: readonly number[]; offset: number };
      verifyStore({ shape: value.shape, strides, offset }, sizeOf(shape), (why) => fail("I7", why));
      return;
    }
    case "effect":
      verifyEffect(node, fail);
      return;
    case "fused":
      verifyFused(node, (why) => fail("I9", why));
      return;
    case "gather":
      arity(2);
      verifyGather(node, fail);
      return;
    case "scan":
      arity(op.arity);
      verifyScan(node, fail);
      return;
    case "kernel":
      arity(op.arity);
      verifyKernel(op, node, fail);
  }
}

function verifyGather({ inputs, shape, dtype }: Node, fail: Fail): void {
  const [x, index] = inputs as [Node, Node];
  if (index.dtype !== "int32" || !sameShape(index.shape, shape))
    fail("I11", `its index is ${index.dtype}[${index.shape}]`);
  if (x.dtype !== dtype) fail("I11", `it makes ${dtype} of ${x.dtype}`);
  if (sizeOf(x.shape) === 0 && sizeOf(shape) > 0) fail("I11", "it reads from nothing");
}

function verifyScan({ op, inputs, attrs, shape, dtype }: Node, fail: Fail): void {
  const axis = attrs.axis as number;
  if (dtype === "bool" || (op.kind === "scan" && op.on === "float" && !isFloat(dtype)))
    fail("I11", `it is not defined on ${dtype}`);
  if (!(axis >= 0 && axis < shape.length)) fail("I11", `there is no axis ${axis}`);
  for (const [k, { dtype: own, shape: length }] of kernelTypes(inputs, attrs).entries())
    if (own !== dtype || !sameShape(length, shape)) fail("I11", `operand ${k} is ${own}[${length}]`);
}

function verifyKernel(op: Kernel, node: Node, fail: Fail): void {
  const { shape, dtype } = op.type(kernelTypes(node.inputs, node.attrs), node.attrs);
  if (dtype !== node.dtype || sizeOf(shape) !== sizeOf(node.shape)) fail("I11", `its result is ${dtype}[${shape}]`);
}

const stretches = (from: Shape, to: Shape): boolean => {
  const joint = broadcastShapes(from, to);
  return joint !== null && sameShape(joint, to);
};

function verifyElementwise(op: Elementwise, { inputs, shape, dtype }: Node, fail: Fail): void {
  const last = inputs[inputs.length - 1]!;
  inputs.forEach((x, k) => {
    if (!sameShape(x.shape, shape)) fail("I3", `operand ${k} has shape [${x.shape}], not [${shape}]`);
    const wanted = op.name === "where" && k === 0 ? "bool" : last.dtype;
    if (x.dtype !== wanted) fail("I3", `operand ${k} is ${x.dtype}, not ${wanted}`);
  });
  if (op.on === "float" && !isFloat(last.dtype)) fail("I3", `it is not defined on ${last.dtype}`);
  if (op.on === "bool" && last.dtype !== "bool") fail("I3", `it is not defined on ${last.dtype}`);
  if (op.on === "integer" && last.dtype !== "int32") fail("I3", `it is not defined on ${last.dtype}`);
  if (op.on === "number" && last.dtype === "bool") fail("I3", "it is not defined on bool");
  if (op.result === "bool" && dtype !== "bool") fail("I3", `its result is bool, not ${dtype}`);
  if (op.result === "same" && dtype !== last.dtype) fail("I3", `its result is ${last.dtype}, not ${dtype}`);
}

function verifyReduce(op: Reduce, { inputs, attrs, shape, dtype }: Node, fail: Fail): void {
  const x = inputs[0]!;
  const axes = attrs.axes as readonly number[];
  const ascending = axes.every((a, k) => a >= 0 && a < x.shape.length && (k === 0 || a > axes[k - 1]!));
  if (axes.length === 0 || !ascending) fail("I4", `axes [${axes}] are not ascending axes of [${x.shape}]`);
  if (
    !sameShape(
      shape,
      x.shape.map((d, k) => (axes.includes(k) ? 1 : d)),
    )
  )
    fail("I4", `shape [${shape}] does not keep the axes`);
  if (dtype !== x.dtype) fail("I4", `it makes ${dtype} of ${x.dtype}`);
  if ((op.on === "bool") !== (dtype === "bool")) fail("I4", `it is not defined on ${dtype}`);
}

function verifyContract({ inputs, shape, dtype }: Node, fail: Fail): void {
  const [a, b] = inputs as [Node, Node];
  const rank = shape.length;
  if (a.dtype !== dtype || b.dtype !== dtype || !isFloat(dtype))
    fail("I6", `it makes ${dtype} of ${a.dtype} and ${b.dtype}`);
  if (rank < 2 || a.shape.length !== rank || b.shape.length !== rank)
    fail("I6", "operands and result are not of one rank from 2");
  const batch = shape.slice(0, -2);
  if (!sameShape(a.shape.slice(0, -2), batch) || !sameShape(b.shape.slice(0, -2), batch))
    fail("I6", "batch axes differ");
  const [m, k] = a.shape.slice(-2);
  const [inner, n] = b.shape.slice(-2);
  if (k !== inner || m !== shape[rank - 2] || n !== shape[rank - 1])
    fail("I6", `[${a.shape}] by [${b.shape}] is not [${shape}]`);
}

function verifyEffect(node: Node, fail: Fail): void {
  const { op, inputs, shape, dtype } = node;
  if (op.kind !== "effect") return;
  if (op.effect !== "write") {
    if (inputs.length !== 2) fail("I8", `${inputs.length} operands, not 2`);
    const like = op.effect === "backward" ? inputs[0]! : inputs[1]!;
    if (!sameShape(shape, like.shape) || dtype !== like.dtype) fail("I8", `it is not of the type of [${like.shape}]`);
    if (op.effect === "gradient" && (inputs[0]!.op.kind !== "effect" || inputs[0]!.op.name !== "backward"))
      fail("I8", "it names no sweep");
    return;
  }
  if (inputs.length !== 3) fail("I8", `${inputs.length} operands, not 3`);
  const [base, target, value] = inputs as [Node, Node, Node];
  if (!sameShape(target.shape, value.shape) || target.dtype !== value.dtype)
    fail("I8", "target and value differ in type");
  if (!sameShape(base.shape, shape) || base.dtype !== dtype) fail("I8", "its result is not of the base's type");
  const layout = targetLayout(base, target);
  if (layout === null) fail("I8", "the target is no chain of views of the base");
  else if (overlaps(layout)) fail("I8", "the target names an element twice");
}

/** Where a target lies in its base, or null where it is no view of it. */
function targetLayout(base: Node, target: Node): Layout | null {
  const chain: Node[] = [];
  let n = target;
  while (n !== base) {
    if (n.op.kind !== "view") return null;
    chain.push(n);
    n = n.inputs[0]!;
  }
  let layout: Layout | null = contiguous(base.shape);
  for (const v of chain.reverse()) if (layout !== null && v.op.kind === "view") layout = v.op.layout(layout, v.attrs);
  return layout;
}
