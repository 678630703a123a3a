/** Builds the body of a region: element-wise nodes become instructions, and views disappear into the loads. */
import { type DType, isFloat } from "../../ir/dtype.ts";
import { contiguous, type Shape, sizeOf } from "../../ir/layout.ts";
import type { Node } from "../../ir/node.ts";
import type { Elementwise } from "../../ir/record.ts";
import type { Instr } from "../../ir/region.ts";
import { ARITY, type Emit, fold, isPredicate, type Prim } from "../../ir/scalar.ts";
import { isNonpositive } from "./sign.ts";
import { composeViews, NeedsBuffer, ownerOf } from "./views.ts";

const PRIMS = Object.keys(ARITY) as Prim[];
const MAX_EXACT_INDEX = 2 ** 24;

/** Collects the instructions of one region over the iteration space `shape`. */
export class BodyBuilder {
  readonly body: Instr[] = [];
  /** The nodes whose buffers the body loads from, in the order of the loads' `input`. */
  readonly inputs: Node[];
  private readonly shape: Shape;
  private readonly isBuffer: (node: Node) => boolean;
  private readonly known: Map<string, number> = new Map();
  private readonly memo: Map<Node, { path: readonly Node[]; value: number }[]> = new Map();

  constructor(shape: Shape, isBuffer: (node: Node) => boolean, inputs: readonly Node[] = []) {
    this.shape = shape;
    this.isBuffer = isBuffer;
    this.inputs = [...inputs];
  }

  /** The instruction that computes `node`, which the region sees through the views `path` (the outermost first). */
  value(node: Node, path: readonly Node[] = []): number {
    if (this.isBuffer(node)) return this.load(node, path);
    return this.compute(node, path);
  }

  /** As `value`, but computes the node even when it has a buffer (the one that is being made). */
  compute(node: Node, path: readonly Node[] = []): number {
    const hits = this.memo.get(node) ?? [];
    const hit = hits.find((h) => h.path.length === path.length && h.path.every((v, k) => v === path[k]));
    if (hit !== undefined) return hit.value;
    const value = this.computeAnew(node, path);
    hits.push({ path, value });
    this.memo.set(node, hits);
    return value;
  }

  private computeAnew(node: Node, path: readonly Node[]): number {
    const { op } = node;
    switch (op.kind) {
      case "view":
        return this.value(node.inputs[0]!, [...path, node]);
      case "elementwise":
        return this.elementwise(op, node, path);
      case "gather":
        return this.gather(node, path);
      case "source":
        return op.name === "constant" ? this.constant(node) : this.iota(node, path);
      default:
        throw new Error(`fuse: ${op.name} has no buffer`);
    }
  }

  private add(instr: Instr): number {
    const key = JSON.stringify(instr, (_k, v: unknown) =>
      typeof v === "number" && (Object.is(v, -0) || !Number.isFinite(v)) ? `#${Object.is(v, -0) ? "-0" : v}` : v,
    );
    const found = this.known.get(key);
    if (found !== undefined) return found;
    this.body.push(instr);
    this.known.set(key, this.body.length - 1);
    return this.body.length - 1;
  }

  private load(node: Node, path: readonly Node[]): number {
    const { strides, offset } = composeViews(contiguous(node.shape), path);
    let input = this.inputs.indexOf(node);
    if (input < 0) input = this.inputs.push(node) - 1;
    return this.add({ kind: "load", input, strides: this.relevant(strides), offset, dtype: node.dtype });
  }

  /** Views of a gather are views of its index. */
  private gather(node: Node, path: readonly Node[]): number {
    const [table, index] = node.inputs as [Node, Node];
    const arg = this.value(index, path);
    const owner = ownerOf(table);
    if (!this.isBuffer(owner)) throw new NeedsBuffer(owner);
    let input = this.inputs.indexOf(owner);
    if (input < 0) input = this.inputs.push(owner) - 1;
    return this.add({ kind: "gather", input, arg, length: sizeOf(owner.shape), dtype: node.dtype });
  }

  /** Axes of length 1 get stride 0, so that equal loads have equal strides. */
  private relevant(strides: readonly number[]): number[] {
    return strides.map((st, k) => (this.shape[k] === 1 ? 0 : st));
  }

  private constant(node: Node): number {
    return this.add({ kind: "const", value: node.attrs.value as number, dtype: node.dtype });
  }

  /** `offset + scale·n` of a whole number n: one instruction where that is exact, otherwise computed in float64. */
  private iota(node: Node, path: readonly Node[]): number {
    const own = { shape: node.shape, strides: node.attrs.strides as readonly number[], offset: 0 };
    const at = composeViews(own, path);
    const strides = this.relevant(at.strides);
    const [scale, offset] = [node.attrs.scale as number, node.attrs.offset as number];
    const reach = strides.reduce((sum, st, k) => sum + Math.abs(st) * this.shape[k]!, Math.abs(at.offset));
    const largest = reach * Math.abs(scale) + Math.abs(offset);
    const exact = Number.isInteger(scale) && Number.isInteger(offset) && !Object.is(offset, -0);
    if (exact && (!isFloat(node.dtype) || largest < MAX_EXACT_INDEX)) {
      return this.add({
        kind: "index",
        strides: strides.map((st) => st * scale),
        offset: at.offset * scale + offset,
        dtype: node.dtype,
      });
    }
    const wide = (value: number): number => this.add({ kind: "const", value, dtype: "float64" });
    const prim = (p: Prim, ...args: readonly number[]): number =>
      this.add({ kind: "prim", prim: p, args, dtype: "float64" });
    const n = this.add({ kind: "index", strides, offset: at.offset, dtype: "float64" });
    const value = prim("add", wide(offset), prim("mul", wide(scale), n));
    return node.dtype === "float64" ? value : this.add({ kind: "cast", arg: value, dtype: node.dtype });
  }

  private elementwise(op: Elementwise, node: Node, path: readonly Node[]): number {
    const args = node.inputs.map((x) => this.value(x, path));
    if (op.result === "cast") return this.add({ kind: "cast", arg: args[0]!, dtype: node.dtype });
    const dtype = node.inputs[node.inputs.length - 1]!.dtype;
    if (op.name === "exp" && isNonpositive(node.inputs[0]!))
      return this.add({ kind: "prim", prim: "exp", args, dtype, nonpositive: true });
    const emit = Object.fromEntries(
      PRIMS.map((prim) => [prim, (...operands: readonly number[]): number => this.prim(prim, operands, dtype)]),
    ) as unknown as Emit<number>;
    const variables = args.map((_, index) => ({ kind: "arg", index }) as const);
    return fold(
      op.scalar(...variables),
      emit,
      (index) => args[index]!,
      (value) => this.add({ kind: "const", value, dtype }),
    );
  }

  private prim(prim: Prim, args: readonly number[], dtype: DType): number {
    return this.add({ kind: "prim", prim, args, dtype: isPredicate(prim) ? "bool" : dtype });
  }
}
