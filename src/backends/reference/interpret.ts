/**
 * The oracle: a graph run node by node from the records' definitions, in program order. Views alias the memory they
 * look at and writes change it, so a recorded program needs no pass to run; fused graphs run too.
 */
import { allocate, type DType, type TypedArray } from "../../ir/dtype.ts";
import { contiguous, forEachOffset, type Layout, sizeOf } from "../../ir/layout.ts";
import type { Graph, Node } from "../../ir/node.ts";
import { fusedUpdateOp, kernelTypes, type MatmulAttrs, matmulStridedOp, regionOf } from "../../ir/ops/fused.ts";
import type { Elementwise, Reduce, Scan } from "../../ir/record.ts";
import { interpretRegion } from "./region.ts";
import { convert, INT32, round } from "./rounding.ts";

/** An array: memory that several may share, and where the elements lie in it. */
interface Value {
  readonly memory: TypedArray;
  readonly layout: Layout;
}

/** The outputs' elements, row-major, as each stood where it was recorded. Inputs are not changed. */
export function interpret(graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const values = new Map<Node, Value>();
  const snapshots = new Map<Node, TypedArray>();
  const wanted = new Set(graph.outputs);
  const bound = new Map(graph.inputs.map((node, k) => [node, inputs[k]!]));
  for (const node of graph.nodes) {
    const value = bound.has(node)
      ? { memory: bound.get(node)!.slice(), layout: contiguous(node.shape) }
      : run(
          node,
          node.inputs.map((x) => values.get(x)!),
        );
    values.set(node, value);
    if (wanted.has(node)) snapshots.set(node, gather(value, node.dtype));
  }
  return graph.outputs.map((o) => snapshots.get(o)!);
}

function gather({ memory, layout }: Value, dtype: DType): TypedArray {
  const out = allocate(dtype, sizeOf(layout.shape));
  let at = 0;
  forEachOffset(layout, (offset) => {
    out[at++] = memory[offset]!;
  });
  return out;
}

function run(node: Node, x: readonly Value[]): Value {
  const { op, shape, dtype } = node;
  const fresh = (memory: TypedArray): Value => ({ memory, layout: contiguous(shape) });
  switch (op.kind) {
    case "elementwise":
      return fresh(elementwise(op, node, x));
    case "reduce":
      return fresh(reduce(op, node, x[0]!));
    case "view": {
      const layout = op.layout(x[0]!.layout, node.attrs);
      if (layout !== null) return { memory: x[0]!.memory, layout };
      const copy = { memory: gather(x[0]!, dtype), layout: contiguous(x[0]!.layout.shape) };
      return { memory: copy.memory, layout: op.layout(copy.layout, node.attrs)! };
    }
    case "contract":
      return fresh(matmul(node, x[0]!, x[1]!));
    case "source":
      return fresh(source(node));
    case "update": {
      const memory = gather(x[0]!, dtype);
      const { strides, offset } = node.attrs as { strides: readonly number[]; offset: number };
      store(memory, { shape: x[1]!.layout.shape, strides, offset }, gather(x[1]!, dtype));
      return fresh(memory);
    }
    case "effect":
      if (op.effect !== "write") throw new Error(`interpret: ${op.name} must be expanded by differentiate first`);
      store(x[1]!.memory, x[1]!.layout, gather(x[2]!, dtype));
      return x[0]!;
    case "fused":
      return fresh(fused(node, x));
    case "gather":
      return fresh(gatherAt(node, x[0]!, x[1]!));
    case "scan":
      return fresh(scan(op, node, x));
    case "kernel": {
      const types = kernelTypes(node.inputs, node.attrs);
      const operands = x.map((v, k) => ({ data: gather(v, types[k]!.dtype), shape: types[k]!.shape }));
      const out = allocate(dtype, sizeOf(shape));
      out.set(op.reference(operands, node.attrs, (value) => round(value, dtype)));
      return fresh(out);
    }
  }
}

function store(memory: TypedArray, layout: Layout, elements: TypedArray): void {
  let at = 0;
  forEachOffset(layout, (offset) => {
    memory[offset] = elements[at++]!;
  });
}

function elementwise(op: Elementwise, node: Node, x: readonly Value[]): TypedArray {
  const out = allocate(node.dtype, sizeOf(node.shape));
  const operands = x.map((v, k) => gather(v, node.inputs[k]!.dtype));
  const last = node.inputs[node.inputs.length - 1]!.dtype;
  const whole = last === "int32" ? INT32_BY_NAME[op.name] : undefined;
  for (let i = 0; i < out.length; i++) {
    const args = operands.map((o) => o[i]!);
    if (op.result === "cast") out[i] = convert(args[0]!, node.dtype);
    else if (whole !== undefined) out[i] = whole(args[0]!, args[1] ?? args[0]!);
    else out[i] = round(op.reference(...args), node.dtype);
  }
  return out;
}

/** The operations whose definition in float64 does not hold for all of int32. */
const INT32_BY_NAME: Readonly<Record<string, (a: number, b: number) => number>> = {
  multiply: INT32.mul,
  cumprod: INT32.mul,
  square: INT32.mul,
  floorDivide: INT32.floorDiv,
  remainder: INT32.mod,
  fmod: INT32.rem,
  power: INT32.pow,
};

function reduce(op: Reduce, node: Node, x: Value): TypedArray {
  const axes = node.attrs.axes as readonly number[];
  const out = allocate(node.dtype, sizeOf(node.shape));
  const groups: number[][] = Array.from(out, () => []);
  const target = contiguous(node.shape);
  const spread = {
    ...target,
    shape: x.layout.shape,
    strides: target.strides.map((s, k) => (axes.includes(k) ? 0 : s)),
  };
  const elements = gather(x, node.dtype);
  let at = 0;
  forEachOffset(spread, (group) => groups[group]!.push(elements[at++]!));
  groups.forEach((group, k) => {
    const whole = node.dtype === "int32" && op.combine === "mul";
    if (group.length === 0) out[k] = op.identity(node.dtype);
    else out[k] = whole ? group.reduce(Math.imul) : round(op.reference(group), node.dtype);
  });
  return out;
}

function gatherAt(node: Node, table: Value, index: Value): TypedArray {
  const elements = gather(table, node.dtype);
  const out = allocate(node.dtype, sizeOf(node.shape));
  gather(index, "int32").forEach((at, k) => {
    out[k] = elements[Math.min(Math.max(at, 0), elements.length - 1)]!;
  });
  return out;
}

function scan(op: Scan, node: Node, x: readonly Value[]): TypedArray {
  const { shape } = kernelTypes(node.inputs, node.attrs)[0]!;
  const axis = node.attrs.axis as number;
  const inner = sizeOf(shape.slice(axis + 1));
  const span = inner * shape[axis]!;
  const operands = x.map((v) => gather(v, node.dtype));
  const out = allocate(node.dtype, sizeOf(node.shape));
  const whole = node.dtype === "int32" ? INT32_BY_NAME[op.name] : undefined;
  for (let i = 0; i < out.length; i++) {
    const carry = i % span < inner ? op.start(node.dtype) : out[i - inner]!;
    const args = operands.map((o) => o[i]!);
    out[i] = whole !== undefined ? whole(carry, args[0]!) : round(op.reference(carry, ...args), node.dtype);
  }
  return out;
}

function matmul(node: Node, a: Value, b: Value): TypedArray {
  const out = allocate(node.dtype, sizeOf(node.shape));
  const rank = node.shape.length;
  const [m, n] = node.shape.slice(-2) as [number, number];
  const k = a.layout.shape[rank - 1]!;
  const [left, right] = [gather(a, node.dtype), gather(b, node.dtype)];
  for (let i = 0; i < out.length; i++) {
    const [batch, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += left[(batch * m + row) * k + p]! * right[(batch * k + p) * n + column]!;
    out[i] = sum;
  }
  return out;
}

function source(node: Node): TypedArray {
  const { op } = node;
  if (op.kind !== "source" || op.element === null) throw new Error(`interpret: ${op.name} is not bound`);
  const { element } = op;
  const out = allocate(node.dtype, sizeOf(node.shape));
  const strides = contiguous(node.shape).strides;
  for (let i = 0; i < out.length; i++) {
    const index = node.shape.map((d, k) => Math.floor(i / strides[k]!) % d);
    out[i] = round(element(index, node.attrs), node.dtype);
  }
  return out;
}

function fused(node: Node, x: readonly Value[]): TypedArray {
  const buffers = x.map((v, k) => gather(v, node.inputs[k]!.dtype));
  if (node.op === matmulStridedOp) return matmulStrided(node, buffers[0]!, buffers[1]!);
  const out = node.op === fusedUpdateOp ? buffers[0]!.slice() : allocate(node.dtype, sizeOf(node.shape));
  interpretRegion(regionOf(node), buffers, out);
  return out;
}

function matmulStrided(node: Node, a: TypedArray, b: TypedArray): TypedArray {
  const out = allocate(node.dtype, sizeOf(node.shape));
  const { batch, m, n, k, a: la, b: lb } = node.attrs as MatmulAttrs;
  const batches: { a: number; b: number }[] = [];
  forEachOffset({ shape: batch, strides: la.batch, offset: la.offset }, (offset) => batches.push({ a: offset, b: 0 }));
  let at = 0;
  forEachOffset({ shape: batch, strides: lb.batch, offset: lb.offset }, (offset) => {
    batches[at++]!.b = offset;
  });
  let next = 0;
  for (const base of batches) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[base.a + i * la.row + p * la.col]! * b[base.b + p * lb.row + j * lb.col]!;
        out[next++] = sum;
      }
    }
  }
  return out;
}
