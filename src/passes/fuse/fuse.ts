/**
 * Fusion: element-wise chains, the views on their loads and the reductions that end them become regions, contractions
 * read their operands through strides. Afterwards every node is a kernel, and every value has a row-major buffer.
 */
import { contiguous, contiguousStrides, type Layout, sizeOf } from "../../ir/layout.ts";
import { type Graph, graphOf, NO_ATTRS, type Node } from "../../ir/node.ts";
import {
  fusedOp,
  fusedUpdateOp,
  type MatmulAttrs,
  type MatrixLayout,
  matmulStridedOp,
  regionAttrs,
  regionOf,
} from "../../ir/ops/fused.ts";
import type { Region } from "../../ir/region.ts";
import { BodyBuilder } from "./body.ts";
import { chooseBuffers } from "./materialize.ts";
import { composeViews, NeedsBuffer, ownerOf, stripViews } from "./views.ts";

/** Graph without effects → graph of `input` and fused nodes. Its outputs hold the same elements, some under another shape. */
export function fuse(graph: Graph): Graph {
  const forced = new Set<Node>();
  for (;;) {
    const fusion = new Fusion(graph, chooseBuffers(graph, forced));
    const fused = fusion.run();
    if (fusion.needed.size === 0) return fused;
    for (const node of fusion.needed) forced.add(node);
  }
}

/** The same with a kernel for every operation, for those who look for a mistake in the passes. */
export function fuseNothing(graph: Graph): Graph {
  const everything = new Set(graph.nodes.filter((n) => n.op.name !== "input"));
  return new Fusion(graph, everything).run();
}

class Fusion {
  private readonly graph: Graph;
  private readonly chosen: ReadonlySet<Node>;
  private readonly kernels: Map<Node, Node> = new Map();
  /** Repeated elements that a contraction has got. */
  private readonly written: Set<Node> = new Set();
  /** Values that turned out to need a buffer: the result is then of no use. */
  readonly needed: Set<Node> = new Set();
  private readonly isBuffer = (node: Node): boolean => this.chosen.has(node) || node.op.name === "input";

  constructor(graph: Graph, chosen: ReadonlySet<Node>) {
    this.graph = graph;
    this.chosen = chosen;
  }

  run(): Graph {
    for (const input of this.graph.inputs) this.kernels.set(input, input);
    for (const node of this.graph.nodes) {
      if (node.op.name === "input") this.kernels.set(node, node);
      else if (this.chosen.has(node)) this.kernels.set(node, this.attempt(node));
    }
    const taken = new Set<Node>();
    const outputs = this.graph.outputs.map((output) => {
      const owner = ownerOf(output);
      if (owner.op.name === "input" || taken.has(owner)) return this.copy(output, owner);
      taken.add(owner);
      return this.kernels.get(owner)!;
    });
    return graphOf(outputs, this.graph.inputs);
  }

  /** The kernel of a node; the node itself where another value must have a buffer first. */
  private attempt(node: Node): Node {
    try {
      return this.kernel(node);
    } catch (e) {
      if (!(e instanceof NeedsBuffer) || this.chosen.has(e.node)) throw e;
      this.needed.add(e.node);
      return node;
    }
  }

  private kernel(node: Node): Node {
    switch (node.op.kind) {
      case "reduce":
        return this.reduction(node);
      case "contract":
        return this.matmul(node);
      case "update":
        return this.update(node);
      case "scan":
      case "kernel":
        return this.rowMajor(node);
      default: {
        const builder = new BodyBuilder(node.shape, this.isBuffer);
        const result = builder.compute(node);
        return this.fused(node, builder, dense(node, builder, result));
      }
    }
  }

  private fused(node: Node, builder: BodyBuilder, region: Region): Node {
    const inputs = builder.inputs.map((x) => this.kernels.get(x)!);
    return { op: fusedOp, inputs, attrs: regionAttrs(region), shape: node.shape, dtype: node.dtype };
  }

  /** A second output of the same elements, or an output that is an input. */
  private copy(output: Node, owner: Node): Node {
    const builder = new BodyBuilder(owner.shape, () => true);
    const region = dense(owner, builder, builder.value(owner));
    const node = this.fused(owner, builder, region);
    return { ...node, shape: output.shape };
  }

  private reduction(node: Node): Node {
    const { op } = node;
    if (op.kind !== "reduce") throw new Error(`fuse: ${op.name} is no reduction`);
    const x = node.inputs[0]!;
    const axes = node.attrs.axes as readonly number[];
    const builder = new BodyBuilder(x.shape, this.isBuffer);
    const result = builder.value(x);
    const strides = contiguousStrides(node.shape).map((st, k) => (axes.includes(k) ? 0 : st));
    return this.fused(node, builder, {
      shape: x.shape,
      body: builder.body,
      result,
      reduce: { combine: op.combine, axes, identity: op.identity(node.dtype) },
      store: { strides, offset: 0 },
      dtype: node.dtype,
    });
  }

  private update(node: Node): Node {
    const [base, value] = node.inputs as [Node, Node];
    const owner = ownerOf(base);
    const builder = new BodyBuilder(value.shape, this.isBuffer, [owner]);
    const result = builder.value(value);
    const strides = (node.attrs.strides as readonly number[]).map((st, k) => (value.shape[k] === 1 ? 0 : st));
    const store = { strides, offset: node.attrs.offset as number };
    const region: Region = {
      shape: value.shape,
      body: builder.body,
      result,
      reduce: null,
      store,
      dtype: node.dtype,
    };
    return { ...this.fused(node, builder, region), op: fusedUpdateOp };
  }

  /** A kernel on row-major buffers, which may hold the operands under other shapes. */
  private rowMajor(node: Node): Node {
    const inputs = node.inputs.map((x) => this.kernels.get(ownerOf(x))!);
    return { ...node, inputs, attrs: { ...node.attrs, operands: node.inputs.map((x) => x.shape) } };
  }

  private matmul(node: Node): Node {
    const [a, b] = node.inputs.map((x) => this.operand(x)) as [Operand, Operand];
    const rank = node.shape.length;
    const attrs: MatmulAttrs = {
      batch: node.shape.slice(0, rank - 2),
      m: node.shape[rank - 2]!,
      n: node.shape[rank - 1]!,
      k: node.inputs[0]!.shape[rank - 1]!,
      a: matrix(a.layout),
      b: matrix(b.layout),
    };
    const inputs = [a.kernel, b.kernel];
    if (attrs.m === 1 || attrs.n === 1) {
      return {
        op: fusedOp,
        inputs,
        attrs: regionAttrs(productRegion(node, attrs)),
        shape: node.shape,
        dtype: node.dtype,
      };
    }
    return { op: matmulStridedOp, inputs, attrs: attrs ?? NO_ATTRS, shape: node.shape, dtype: node.dtype };
  }

  private operand(node: Node): Operand {
    const { views } = stripViews(node);
    const path: Node[] = [];
    let base = node;
    for (const v of views) {
      if (this.isBuffer(base)) break;
      path.push(v);
      base = v.inputs[0]!;
    }
    if (!this.isBuffer(base)) throw new NeedsBuffer(base);
    return { kernel: this.writtenFor(base), layout: composeViews(contiguous(base.shape), path) };
  }

  /** The kernel of a contraction's operand; of windows written out, another one for each contraction. */
  private writtenFor(base: Node): Node {
    const kernel = this.kernels.get(base)!;
    if (!repeatsElements(kernel)) return kernel;
    if (this.written.has(kernel)) return { ...kernel };
    this.written.add(kernel);
    return kernel;
  }
}

/** A product with a vector: each of its elements is used once, so that packing would cost more than it saves. */
function productRegion({ shape, dtype }: Node, { batch, m, n, k, a, b }: MatmulAttrs): Region {
  const place = contiguousStrides(shape).map((st, axis) => (shape[axis] === 1 ? 0 : st));
  return {
    shape: [...batch, m, n, k],
    body: [
      { kind: "load", input: 0, strides: [...a.batch, a.row, 0, a.col], offset: a.offset, dtype },
      { kind: "load", input: 1, strides: [...b.batch, 0, b.col, b.row], offset: b.offset, dtype },
      { kind: "prim", prim: "mul", args: [0, 1], dtype },
    ],
    result: 2,
    reduce: { combine: "add", axes: [shape.length], identity: 0 },
    store: { strides: [...(sizeOf(shape) === 0 ? place.map(() => 0) : place), 0], offset: 0 },
    dtype,
  };
}

/** Whether a kernel only writes elements of a buffer several times: to keep the result takes more memory than to do it again. */
function repeatsElements(kernel: Node): boolean {
  const { op, inputs, shape } = kernel;
  if (op !== fusedOp || inputs.length !== 1 || sizeOf(shape) <= sizeOf(inputs[0]!.shape)) return false;
  const { body, reduce } = regionOf(kernel);
  return reduce === null && body.length === 1 && body[0]!.kind === "load";
}

interface Operand {
  readonly kernel: Node;
  readonly layout: Layout;
}

function matrix({ shape, strides, offset }: Layout): MatrixLayout {
  const rank = shape.length;
  const st = strides.map((each, k) => (shape[k] === 1 ? 0 : each));
  return { offset, batch: st.slice(0, rank - 2), row: st[rank - 2]!, col: st[rank - 1]! };
}

/** A region that stores every element of `node` in row-major order. */
function dense(node: Node, builder: BodyBuilder, result: number): Region {
  const strides = contiguousStrides(node.shape).map((st, k) => (node.shape[k] === 1 ? 0 : st));
  if (sizeOf(node.shape) === 0) strides.fill(0);
  return {
    shape: node.shape,
    body: builder.body,
    result,
    reduce: null,
    store: { strides, offset: 0 },
    dtype: node.dtype,
  };
}
