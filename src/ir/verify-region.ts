/** Checks what fusion makes: regions, updates and strided products. */
import { contiguous, type Layout, overlaps, sizeOf } from "./layout.ts";
import type { Node } from "./node.ts";
import { fusedUpdateOp, type MatmulAttrs, type MatrixLayout, matmulStridedOp, regionOf } from "./ops/fused.ts";
import { argsOf, type Instr, type Region } from "./region.ts";
import { ARITY, isPredicate } from "./scalar.ts";

type Fail = (why: string) => never;

/** @param fail throws, with what is wrong */
export function verifyFused(node: Node, fail: Fail): void {
  if (node.op === matmulStridedOp) verifyMatmul(node, fail);
  else verifyRegion(node, regionOf(node), fail);
}

function verifyMatmul({ attrs, inputs, shape, dtype }: Node, fail: Fail): void {
  const { batch, m, n, k, a, b } = attrs as MatmulAttrs;
  if (inputs.length !== 2 || inputs.some((x) => x.dtype !== dtype)) fail("its operands are not two of its dtype");
  if (sizeOf([...batch, m, n]) !== sizeOf(shape))
    fail(`the result [${shape}] has not ${batch.join("x")} ${m}x${n} elements`);
  const within = (l: MatrixLayout, rows: number, cols: number, x: Node): void => {
    const layout = { shape: [...batch, rows, cols], strides: [...l.batch, l.row, l.col], offset: l.offset };
    if (sizeOf(layout.shape) === 0) return;
    const [low, high] = reach(layout);
    if (low < 0 || high >= sizeOf(x.shape)) fail(`it reads elements ${low} to ${high} of [${x.shape}]`);
  };
  within(a, m, k, inputs[0]!);
  within(b, k, n, inputs[1]!);
}

function verifyRegion(node: Node, region: Region, fail: Fail): void {
  const { shape, body, result, reduce, store, dtype } = region;
  body.forEach((i, k) => {
    verifyInstr(i, k, region, node, fail);
  });
  if (body[result] === undefined) fail(`the result v${result} does not exist`);
  if (dtype !== node.dtype || body[result]!.dtype !== dtype)
    fail(`v${result} is ${body[result]!.dtype}, not ${node.dtype}`);
  if (node.op === fusedUpdateOp && (reduce !== null || node.inputs[0]?.dtype !== dtype))
    fail("it updates a base of another type");
  const kept = shape.map((d, k) => (reduce?.axes.includes(k) ? 1 : d));
  verifyStore({ shape: kept, ...store }, sizeOf(node.shape), fail);
  if (node.op !== fusedUpdateOp && sizeOf(kept) !== sizeOf(contiguous(node.shape).shape))
    fail("it does not store every element");
}

function verifyInstr(i: Instr, k: number, { shape, body }: Region, node: Node, fail: Fail): void {
  const args = argsOf(i);
  if (args.some((a) => !(a >= 0 && a < k))) fail(`v${k} reads a value that does not come before it`);
  if (i.kind === "load") {
    const x = node.inputs[i.input];
    if (x === undefined || x.dtype !== i.dtype)
      fail(`v${k} loads ${i.dtype} from operand ${i.input}, which is ${x?.dtype}`);
    if (i.strides.length !== shape.length) fail(`v${k} has not one stride an axis`);
    if (sizeOf(shape) === 0) return;
    const [low, high] = reach({ shape, strides: i.strides, offset: i.offset });
    if (low < 0 || high >= sizeOf(x!.shape)) fail(`v${k} loads elements ${low} to ${high} of [${x!.shape}]`);
  }
  if (i.kind === "gather") {
    const x = node.inputs[i.input];
    if (x === undefined || x.dtype !== i.dtype || sizeOf(x.shape) !== i.length)
      fail(`v${k} gathers ${i.dtype} from operand ${i.input}, of which there are not ${i.length} elements`);
    if (body[i.arg]!.dtype !== "int32") fail(`v${k} gathers at v${i.arg}, which is ${body[i.arg]!.dtype}`);
    if (i.length === 0 && sizeOf(shape) > 0) fail(`v${k} gathers from nothing`);
  }
  if (i.kind !== "prim") return;
  if (args.length !== ARITY[i.prim]) fail(`v${k} ${i.prim} takes ${ARITY[i.prim]} operands, not ${args.length}`);
  const types = args.map((a) => body[a]!.dtype);
  const last = types[types.length - 1]!;
  types.forEach((type, a) => {
    const wanted = i.prim === "select" && a === 0 ? "bool" : last;
    if (type !== wanted) fail(`v${k} ${i.prim}: operand ${a} is ${type}, not ${wanted}`);
  });
  if (i.dtype !== (isPredicate(i.prim) ? "bool" : last)) fail(`v${k} ${i.prim} is ${i.dtype}`);
}

/** A store stays within `length` elements and names none of them twice. */
export function verifyStore(layout: Layout, length: number, fail: (why: string) => never): void {
  if (layout.strides.length !== layout.shape.length) fail("it has not one stride an axis");
  if (sizeOf(layout.shape) === 0) return;
  const [low, high] = reach(layout);
  if (low < 0 || high >= length) fail(`it stores elements ${low} to ${high} of ${length}`);
  if (overlaps(layout)) fail("it stores an element twice");
}

/** The lowest and the highest element that a layout names; it must name one. */
function reach({ shape, strides, offset }: Layout): readonly [low: number, high: number] {
  let [low, high] = [offset, offset];
  shape.forEach((d, k) => {
    const far = (d - 1) * strides[k]!;
    if (far < 0) low += far;
    else high += far;
  });
  return [low, high];
}
