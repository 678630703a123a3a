/** Running sums and products, and differences: along one axis, or over the flattened array. */
import type { DType } from "../../ir/dtype.ts";
import { cumprodOp, cumsumOp } from "../../ir/ops/scan.ts";
import type { Scan } from "../../ir/record.ts";
import { GradloomError, IndexError, ShapeError } from "../errors.ts";
import { slice } from "../tensor/index-syntax.ts";
import { Tensor } from "../tensor/tensor.ts";
import { ravel } from "../tensor/views.ts";
import { TraceNode } from "../trace/trace.ts";
import { asTensor, castNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkAxis } from "./axes.ts";
import { notEqual, subtract } from "./elementwise.ts";
import { checkOptions, whatIs } from "./options.ts";
import { checkFlag, withConstant } from "./ufunc.ts";

/** The options of a scan. */
export interface ScanOptions {
  /** The axis to run along: null, the default, for the flattened array. */
  readonly axis?: number | null;
  /** Whether no gradient is ever asked of the result. */
  readonly constant?: boolean | null;
}

function scan(op: Scan, x: TensorLike, given: number | null | ScanOptions | undefined): Tensor {
  const asked = typeof given === "object" && !Array.isArray(given) ? given : { axis: given ?? null };
  const { axis = null, constant = null } = checkOptions(op.name, asked as ScanOptions | null, ["axis", "constant"]);
  checkFlag(op.name, constant);
  if (axis !== null && typeof axis !== "number")
    throw new IndexError(`${op.name}: axis is one number or null, not ${whatIs(axis)}; scan along one axis`);
  const whole = asTensor(x, op.name);
  const t = axis === null ? ravel(whole) : whole;
  const along = axis === null ? 0 : checkAxis(op.name, axis, t.ndim);
  noteUses([whole, t], true);
  const dtype: DType = t.dtype === "bool" ? "int32" : t.dtype;
  const node = castNode(t.node(op.name), dtype);
  return withConstant(op.name, Tensor.of(new TraceNode(op, [node], { axis: along }, node.shape, dtype)), constant);
}

/** The sum of the elements up to each one; bool counts as int32. The result is flat without an axis. */
export function cumsum(x: TensorLike, axis?: number | null | ScanOptions): Tensor {
  return scan(cumsumOp, x, axis);
}

/**
 * The product of the elements up to each one; bool counts as int32. The result is flat without an axis. The gradient is
 * exact with any number of zeros.
 */
export function cumprod(x: TensorLike, axis?: number | null | ScanOptions): Tensor {
  return scan(cumprodOp, x, axis);
}

/** The differences of neighbours along an axis, `n` times over; of bool, where neighbours differ. */
export function diff(x: TensorLike, options: { readonly n?: number; readonly axis?: number } = {}): Tensor {
  const { n = 1, axis = -1 } = checkOptions("diff", options, ["n", "axis"]);
  let t = asTensor(x, "diff");
  if (!Number.isInteger(n) || n < 0)
    throw new GradloomError(`diff: n is ${whatIs(n)}; it must be a whole number from 0`);
  if (t.ndim === 0) throw new ShapeError(`diff: shape ${shapeText(t.shape)} has no axis; pass at least one axis`);
  const along = checkAxis("diff", axis, t.ndim);
  const part = (start: number, stop: number | null): Tensor =>
    t.get(...t.shape.map((_, k) => (k === along ? slice(start, stop) : ":")));
  for (let k = 0; k < n; k++) {
    if (t.shape[along] === 0) return t.pos();
    const [later, earlier] = [part(1, null), part(0, -1)];
    t = t.dtype === "bool" ? notEqual(later, earlier) : subtract(later, earlier);
  }
  return n === 0 ? t.pos() : t;
}
