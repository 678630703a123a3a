/**
 * The memory plan: the order of the kernels, and where their results lie. Values whose lives do not overlap share the
 * arena, an update of a dead value happens in place, and an output may take over the memory of the input it replaces.
 */
import { BYTES } from "../ir/dtype.ts";
import { sizeOf } from "../ir/layout.ts";
import type { Graph, Node } from "../ir/node.ts";
import { fusedUpdateOp, kernelTypes, type MatmulAttrs, matmulStridedOp, regionOf } from "../ir/ops/fused.ts";
import type { Call, MatmulChoice, Place, Plan, PlanBuffer, Step, Target, TensorSpec, Turn } from "../ir/plan.ts";
import { inputOf, type Region } from "../ir/region.ts";
import { assignOffsets, type Interval } from "./arena.ts";
import { type Block, findBlocks, matmulAdvances, matmulSlice, regionAdvances, regionSlice } from "./blocks.ts";

/** A pair [input, output]: the output is the new value of what the input holds. */
export type Donation = readonly [number, number];

/**
 * Plans a fused graph.
 *
 * @param outputs the outputs' shapes as the program sees them
 * @param donations inputs whose memory an output may take over
 */
export function plan(
  graph: Graph,
  outputs: readonly TensorSpec[],
  donations: readonly Donation[],
  target: Target,
): Plan {
  return new Planner(graph, outputs, donations, target).run();
}

/**
 * Kernels that make a donated input's successor go last, after everything that still reads the input; those that read
 * nothing go right before their first reader, so that their results take no memory until then.
 */
function schedule(graph: Graph, donations: readonly Donation[]): Node[] {
  const read = new Set(graph.nodes.flatMap((n) => n.inputs));
  const late = new Set(donations.map(([, o]) => graph.outputs[o]!).filter((n) => !read.has(n)));
  const kernels = graph.nodes.filter((n) => n.op.name !== "input");
  const waiting = new Set(kernels.filter((n) => n.inputs.length === 0 && read.has(n)));
  const order: Node[] = [];
  const emit = (node: Node): void => {
    if (waiting.has(node)) return;
    for (const x of node.inputs) if (waiting.delete(x)) order.push(x);
    order.push(node);
  };
  for (const n of kernels) if (!late.has(n)) emit(n);
  for (const n of kernels) if (late.has(n)) emit(n);
  return order;
}

/** Values that share one place, from the first step that writes it to the last that reads it. */
interface Slot {
  readonly nodes: Node[];
  first: number;
  last: number;
  output: number | null;
}

class Planner {
  private readonly graph: Graph;
  private readonly specs: readonly TensorSpec[];
  private readonly donations: readonly Donation[];
  private readonly target: Target;
  private readonly order: Node[];
  private readonly lastRead: Map<Node, number> = new Map();
  private readonly slots: Map<Node, Slot> = new Map();
  /** Updates that change their base's memory itself. */
  private readonly inPlace: Set<Node> = new Set();
  /** The block that each step belongs to. */
  private readonly blocks: ReadonlyMap<number, Block>;

  constructor(graph: Graph, specs: readonly TensorSpec[], donations: readonly Donation[], target: Target) {
    this.graph = graph;
    this.specs = specs;
    this.donations = donations;
    this.target = target;
    this.order = schedule(graph, donations);
    const blocks = target.memory === "values" ? [] : findBlocks(graph, this.order, target.threads ?? 1);
    this.blocks = new Map(
      blocks.flatMap((block) =>
        Array.from({ length: block.end - block.first }, (_, k) => [block.first + k, block] as const),
      ),
    );
  }

  run(): Plan {
    const { graph, order } = this;
    order.forEach((node, step) => {
      for (const x of node.inputs) this.lastRead.set(x, step);
    });
    order.forEach((node, step) => {
      this.place(node, step);
    });

    const choices = new Map<Node, MatmulChoice>();
    const intervals: Interval[] = [];
    const at = new Map<Slot | Node, number>();
    const owners: (Slot | Node)[] = [];
    for (const slot of new Set(this.slots.values())) {
      if (slot.output !== null) continue;
      owners.push(slot);
      intervals.push({ bytes: this.bytesTaken(slot.nodes[0]!, slot.first), first: slot.first, last: slot.last });
    }
    order.forEach((node, step) => {
      let scratchBytes = 0;
      if (node.op === matmulStridedOp) {
        const choice = this.target.matmul(node.attrs as MatmulAttrs, node.dtype);
        choices.set(node, choice);
        ({ scratchBytes } = choice);
      } else if (node.op.kind === "kernel")
        scratchBytes = node.op.scratchBytes(kernelTypes(node.inputs, node.attrs), node.attrs);
      if (scratchBytes === 0) return;
      owners.push(node);
      intervals.push({ bytes: scratchBytes, first: step, last: step });
    });
    const { offsets, bytes } = assignOffsets(intervals, this.target.alignment);
    owners.forEach((owner, k) => {
      at.set(owner, offsets[k]!);
    });

    const buffers: PlanBuffer[] = [];
    const index = new Map<Node, number>();
    const define = (node: Node, place: Place, step = -1): void => {
      index.set(node, buffers.length);
      buffers.push({ place, dtype: node.dtype, length: this.bytesTaken(node, step) / BYTES[node.dtype] });
    };
    graph.inputs.forEach((node, k) => {
      define(node, { kind: "input", index: k });
    });
    for (const [step, node] of order.entries()) {
      const slot = this.slots.get(node)!;
      const place: Place =
        slot.output !== null ? { kind: "output", index: slot.output } : { kind: "arena", offset: at.get(slot)! };
      define(node, place, step);
    }
    const calls = order.map((node) => this.steps(node, index, at, choices));
    const steps = calls.flatMap((own, step): readonly Step[] => {
      const block = this.blocks.get(step);
      if (block === undefined) return own;
      return step === block.first ? [this.loop(block, calls)] : [];
    });
    return {
      inputs: graph.inputs.map(({ shape, dtype }) => ({ shape, dtype })),
      outputs: this.specs,
      buffers,
      steps,
      arenaBytes: bytes,
      aliases: this.donations.filter(([i, o]) => this.mayAlias(graph.inputs[i]!, graph.outputs[o]!)),
    };
  }

  /** Gives a value a new slot, or that of an operand that dies here. */
  private place(node: Node, step: number): void {
    const read = this.lastRead.get(node) ?? step;
    const output = this.graph.outputs.indexOf(node);
    const isInside = this.isInside(node, step);
    // What outlives a turn is there from the first turn to the last.
    const last = isInside ? read : Math.max(step, (this.blocks.get(read)?.end ?? read + 1) - 1);
    const reused = this.reusable(node, step, output >= 0);
    if (reused === undefined) {
      const first = isInside ? step : (this.blocks.get(step)?.first ?? step);
      this.slots.set(node, { nodes: [node], first, last, output: output < 0 ? null : output });
      return;
    }
    reused.nodes.push(node);
    reused.last = Math.max(reused.last, last);
    if (output >= 0) reused.output = output;
    this.slots.set(node, reused);
  }

  private reusable(node: Node, step: number, isOutput: boolean): Slot | undefined {
    if (this.target.memory === "values") return undefined;
    const region = node.op.kind === "fused" && node.op !== matmulStridedOp ? regionOf(node) : null;
    const update = updates(node);
    if (region === null && !update) return undefined;
    const candidates = update ? [node.inputs[0]!] : isOutput || region?.reduce !== null ? [] : node.inputs;
    for (const x of candidates) {
      const slot = this.slots.get(x);
      if (slot === undefined || slot.output !== null || this.lastRead.get(x) !== step) continue;
      if (bytesOf(x) !== bytesOf(node) || x.dtype !== node.dtype) continue;
      if (this.isInside(x, step) !== this.isInside(node, step)) continue;
      if (this.isReadElsewhereInBlock(x, step)) continue;
      if (region === null && node.inputs.lastIndexOf(x) > 0) continue;
      if (region !== null && !onlyReadsWhereItStores(region, node.inputs.indexOf(x))) continue;
      // Another operand may live in the same slot only as this very value.
      if (node.inputs.some((other) => other !== x && this.slots.get(other) === slot)) continue;
      if (update) this.inPlace.add(node);
      return slot;
    }
    return undefined;
  }

  /** Whether a value made in some step lives inside one turn of a block only. */
  private isInside(node: Node, step: number): boolean {
    return this.blocks.get(step)?.inside.has(node) ?? false;
  }

  /** The memory that a value takes, in bytes. */
  private bytesTaken(node: Node, step: number): number {
    const block = this.blocks.get(step);
    return block?.inside.has(node) === true ? bytesOf(node) / block.turns : bytesOf(node);
  }

  /** Whether other kernels of the step's block read a value that is there before: a later turn may still need it. */
  private isReadElsewhereInBlock(x: Node, step: number): boolean {
    const block = this.blocks.get(step);
    if (block === undefined || block.inside.has(x)) return false;
    return this.order.slice(block.first, block.end).some((n, k) => block.first + k !== step && n.inputs.includes(x));
  }

  /** The calls of a block's steps as one loop. */
  private loop({ first, end, turns, inside }: Block, calls: readonly (readonly Call[])[]): Step {
    const body: Turn[] = [];
    for (let step = first; step < end; step++) {
      const node = this.order[step]!;
      const advances =
        node.op === matmulStridedOp
          ? matmulAdvances(node.attrs as MatmulAttrs, turns)
          : regionAdvances(regionOf(node), node.inputs.length, turns);
      const own = [...node.inputs, node].map((x, k) => (inside.has(x) ? 0 : advances[k]!));
      const whole = sizeOf(node.shape) / turns;
      for (const call of calls[step]!) {
        if (call.kind === "matmul")
          body.push({ call: { ...call, attrs: matmulSlice(call.attrs, turns) }, advances: own });
        else if (call.kind === "region")
          body.push({ call: { ...call, region: regionSlice(call.region, turns) }, advances: own });
        else if (call.kind === "copy")
          body.push({
            call: { ...call, elements: whole },
            advances: [node.inputs[0]!, node].map((x) => (inside.has(x) ? 0 : whole)),
          });
      }
    }
    return { kind: "loop", turns, body };
  }

  private mayAlias(input: Node, output: Node): boolean {
    const slot = this.slots.get(output);
    if (slot === undefined || bytesOf(input) !== bytesOf(output) || input.dtype !== output.dtype) return false;
    const lastRead = this.lastRead.get(input) ?? -1;
    const written = this.order.indexOf(slot.nodes[0]!);
    if (lastRead > written || this.isReadElsewhereInBlock(input, written)) return false;
    if (lastRead < written) return true;
    const writer = this.order[written]!;
    const position = writer.inputs.indexOf(input);
    // An update first copies its base, over whatever else it would still have to read there.
    if (updates(writer) && !this.inPlace.has(writer) && position !== 0) return false;
    if (writer.op.kind === "kernel") return writer.op.updates && writer.inputs.lastIndexOf(input) === 0;
    if (writer.op.kind === "scan" || writer.op === matmulStridedOp) return false;
    return regionOf(writer).reduce === null && onlyReadsWhereItStores(regionOf(writer), position);
  }

  private steps(
    node: Node,
    index: ReadonlyMap<Node, number>,
    at: ReadonlyMap<Slot | Node, number>,
    choices: ReadonlyMap<Node, MatmulChoice>,
  ): Call[] {
    const output = index.get(node)!;
    const inputs = node.inputs.map((x) => index.get(x)!);
    if (node.op === matmulStridedOp) {
      const [a, b] = inputs as [number, number];
      const attrs = node.attrs as MatmulAttrs;
      const choice = choices.get(node)!;
      return [{ kind: "matmul", attrs, dtype: node.dtype, a, b, output, scratch: at.get(node) ?? 0, choice }];
    }
    if (node.op.kind === "scan" || node.op.kind === "kernel") {
      const own = kernelTypes(node.inputs, node.attrs);
      const types = [...own, { shape: node.shape, dtype: node.dtype }];
      const { attrs, op } = node;
      const call: Call = { kind: "kernel", op: op.name, attrs, types, inputs, output, scratch: at.get(node) ?? 0 };
      return updates(node) && !this.inPlace.has(node) ? [{ kind: "copy", from: inputs[0]!, to: output }, call] : [call];
    }
    const run: Call = { kind: "region", region: regionOf(node), inputs, output };
    if (node.op !== fusedUpdateOp || this.inPlace.has(node)) return [run];
    return [{ kind: "copy", from: inputs[0]!, to: output }, run];
  }
}

/** Whether a node's result is its first operand with some elements replaced. */
function updates({ op }: Node): boolean {
  return op === fusedUpdateOp || (op.kind === "kernel" && op.updates);
}

function bytesOf(node: Node): number {
  return sizeOf(node.shape) * BYTES[node.dtype];
}

/** Whether every element that a region loads from an operand is the one that the same iteration stores. */
function onlyReadsWhereItStores(region: Region, input: number): boolean {
  return region.body.every(
    (i) =>
      inputOf(i) !== input ||
      (i.kind === "load" &&
        i.offset === region.store.offset &&
        i.strides.every((st, k) => st === region.store.strides[k])),
  );
}
