/** Padding. */
import { contiguousStrides } from "../../ir/layout.ts";
import { updateOp } from "../../ir/ops/update.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { along } from "../tensor/index-syntax.ts";
import { Tensor } from "../tensor/tensor.ts";
import { recordConstant, TraceNode } from "../trace/trace.ts";
import { asTensor, broadcastNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { checkShape } from "./axes.ts";
import { positive } from "./elementwise.ts";
import { checkNumber, checkOptions, isList, whatIs } from "./options.ts";

/** How `pad` fills what is new. */
export interface PadOptions {
  /** `constant`: `value`; `edge`: the element at the edge; `reflect`: mirrored without it; `symmetric`: with it; `wrap`. */
  readonly mode?: "constant" | "edge" | "reflect" | "symmetric" | "wrap";
  readonly value?: number;
}

/** A number on every side, [before, after] for every axis, or one pair an axis. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[];

/** The array with elements added around it. @throws ShapeError for widths that are no whole numbers from 0 */
export function pad(x: TensorLike, width: PadWidth, options: PadOptions = {}): Tensor {
  const { mode = "constant", value = 0 } = checkOptions("pad", options, ["mode", "value"]);
  const t = asTensor(x, "pad");
  const widths = padWidths(t, width);
  if (mode !== "constant") return padByIndex(t, widths, mode);
  const shape = t.shape.map((d, k) => d + widths[k]![0] + widths[k]![1]);
  checkShape("pad", shape);
  checkNumber("pad", "the value", typeof value === "boolean" ? Number(value) : value);
  const strides = contiguousStrides(shape);
  const offset = t.size === 0 ? 0 : widths.reduce((n, [before], k) => n + before * strides[k]!, 0);
  noteUses([t], true);
  const base = broadcastNode(recordConstant(t.dtype === "bool" ? Number(value !== 0) : value, t.dtype), shape);
  return Tensor.of(new TraceNode(updateOp, [base, t.node("pad")], { strides, offset }, shape, t.dtype));
}

function padWidths(t: Tensor, width: PadWidth): [number, number][] {
  const given: readonly unknown[] = !isList(width) ? [[width, width]] : isList(width[0]) ? width : [width];
  const all = given.length === 1 ? t.shape.map(() => given[0]) : given;
  const isPair = (p: unknown): p is readonly [number, number] =>
    isList(p) && p.length === 2 && p.every((w) => Number.isInteger(w) && (w as number) >= 0);
  if (!given.every(isPair) || !all.every(isPair) || all.length !== t.ndim) {
    const shown = given.map((p) => (isList(p) ? `[${p.map(whatIs).join(", ")}]` : whatIs(p))).join(", ");
    throw new ShapeError(
      `pad: widths ${isList(width) ? shown : whatIs(width)} for shape ${shapeText(t.shape)}: give one whole number from 0, one pair ` +
        "[before, after], or one pair an axis",
    );
  }
  return all.map(([before, after]) => [before, after]);
}

/** The position in `n` elements that a position outside stands for. */
const OUTSIDE: { readonly [mode: string]: (i: number, n: number) => number } = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect: (i, n) => {
    const period = Math.max(2 * (n - 1), 1);
    const at = ((i % period) + period) % period;
    return at < n ? at : period - at;
  },
  symmetric: (i, n) => {
    const at = ((i % (2 * n)) + 2 * n) % (2 * n);
    return at < n ? at : 2 * n - 1 - at;
  },
};

function padByIndex(t: Tensor, widths: readonly (readonly [number, number])[], mode: string): Tensor {
  const place = Object.hasOwn(OUTSIDE, mode) ? OUTSIDE[mode] : undefined;
  if (place === undefined)
    throw new GradloomError(
      `pad: there is no mode ${whatIs(mode)}; choose ${["constant", ...Object.keys(OUTSIDE)].join(", ")}`,
    );
  return widths.reduce((r, [before, after], axis) => {
    if (before + after === 0) return r;
    const n = r.shape[axis]!;
    if (n === 0)
      throw new ShapeError(`pad: axis ${axis} of shape ${shapeText(t.shape)} is empty; only mode "constant" pads it`);
    const positions = Int32Array.from({ length: before + n + after }, (_, k) => place(k - before, n));
    return r.get(...along(r.ndim, axis, positions));
  }, positive(t));
}
