/** Programs: the part of the trace that one evaluation needs, as a key for the plan cache and as a graph. */
import type { Buffer } from "../../backends/backend.ts";
import type { DType } from "../../ir/dtype.ts";
import { type Graph, NO_ATTRS, type Node } from "../../ir/node.ts";
import { constantOp, inputOp } from "../../ir/ops/source.ts";
import { detachOp } from "../../ir/ops/view.ts";
import type { Donation } from "../../passes/plan.ts";
import { inputSignature, type TraceNode } from "./trace.ts";

/** A scalar constant of a program. */
export interface Literal {
  readonly value: number;
  readonly dtype: DType;
}

export interface Program {
  /** The inputs, then everything else in program order. */
  readonly nodes: readonly TraceNode[];
  /** The nodes whose known values are bound. */
  readonly inputs: readonly TraceNode[];
  readonly outputs: readonly TraceNode[];
  readonly literals: readonly Literal[];
  /** Inputs whose memory an output may take over. */
  readonly donations: readonly Donation[];
  /** Equal for programs that differ in nothing but the values of inputs and literals. */
  readonly key: string;
}

const isBackward = (node: TraceNode): boolean => node.op.kind === "effect" && node.op.effect === "backward";
const isWrite = (node: TraceNode): boolean => node.op.kind === "effect" && node.op.effect === "write";

/**
 * Everything that `outputs` depend on. Known values are inputs, except where a reverse sweep must go through the
 * operation that made them.
 */
export function collect(outputs: readonly TraceNode[]): Program {
  /** node → whether it is bound as an input. */
  const bound = new Map<TraceNode, boolean>();
  /** Computed nodes that a sweep goes through, so that what is upstream was visited as such. */
  const sweptThrough = new Set<TraceNode>();
  const computed: TraceNode[] = [];
  const stack: TraceNode[] = [];
  /** Whether the node of the stack at the same place is upstream of a sweep. */
  const sweeps: boolean[] = [];
  const push = (node: TraceNode, swept: boolean): void => {
    stack.push(node);
    sweeps.push(swept);
  };
  for (const output of outputs) push(output, false);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const swept = sweeps.pop()!;
    const before = bound.get(node);
    if (before === false && (!swept || sweptThrough.has(node))) continue;
    const isInput = node.buffer !== null && !(swept && node.differentiable && node.inputs.length > 0);
    if (before === isInput && isInput) continue;
    if (isInput && before === false) continue;
    bound.set(node, isInput);
    if (isInput) continue;
    if (before !== false) computed.push(node);
    if (swept) sweptThrough.add(node);
    const starts = isBackward(node);
    for (let k = 0; k < node.inputs.length; k++) push(node.inputs[k]!, (starts || swept) && !(starts && k > 0));
  }
  computed.sort((a, b) => a.id - b.id);
  // Inputs come in the order of their first use: when they were made makes no difference to the program.
  const inputs = new Set<TraceNode>();
  for (const node of computed) for (const x of node.inputs) if (bound.get(x) === true) inputs.add(x);
  for (const output of outputs) if (bound.get(output) === true) inputs.add(output);
  return describe([...inputs, ...computed], bound, outputs);
}

function describe(
  nodes: readonly TraceNode[],
  bound: ReadonlyMap<TraceNode, boolean>,
  outputs: readonly TraceNode[],
): Program {
  const inputs: TraceNode[] = [];
  const literals: Literal[] = [];
  const index = new Map<TraceNode, number>();
  const key: (number | string)[] = [];
  nodes.forEach((node, k) => {
    index.set(node, k);
    if (bound.get(node) === true) {
      inputs.push(node);
      key.push("i", inputSignature(node));
      return;
    }
    key.push(node.signature);
    for (const x of node.inputs) key.push(index.get(x)!);
    if (node.op === constantOp) literals.push({ value: node.attrs.value as number, dtype: node.dtype });
  });
  key.push("o");
  for (const output of outputs) key.push(index.get(output)!);
  const donations: Donation[] = [];
  outputs.forEach((output, o) => {
    let from = output;
    while ((isWrite(from) || from.op === detachOp) && bound.get(from) === false) from = from.inputs[0]!;
    if (from === output || bound.get(from) !== true || from.storage !== output.storage) return;
    donations.push([inputs.indexOf(from), o]);
  });
  key.push("d", ...donations.flat());
  return { nodes, inputs, outputs, literals, donations, key: key.join() };
}

/** The program as a graph. The literals in `varying` become scalar inputs, after the others. */
export function toGraph(program: Program, varying: ReadonlySet<number>): Graph {
  const map = new Map<TraceNode, Node>();
  const scalars: Node[] = [];
  const nodes: Node[] = [];
  const inputs = new Set(program.inputs);
  let literal = 0;
  for (const node of program.nodes) {
    const { op, attrs, shape, dtype } = node;
    let made: Node;
    if (inputs.has(node)) made = { op: inputOp, inputs: [], attrs: NO_ATTRS, shape, dtype };
    else if (op === constantOp && varying.has(literal++)) {
      made = { op: inputOp, inputs: [], attrs: NO_ATTRS, shape, dtype };
      scalars.push(made);
    } else made = { op, inputs: node.inputs.map((x) => map.get(x)!), attrs, shape, dtype };
    map.set(node, made);
    nodes.push(made);
  }
  return {
    nodes,
    inputs: [...program.inputs.map((n) => map.get(n)!), ...scalars],
    outputs: program.outputs.map((n) => map.get(n)!),
  };
}

/** The buffers of a program's inputs. */
export function inputBuffers(program: Program): Buffer[] {
  return program.inputs.map((n) => n.buffer!);
}
