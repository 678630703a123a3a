/** Einstein summation, as views, products and sums: matrix products where something is summed over, in a cheap order. */
import { sizeOf } from "../../ir/layout.ts";
import { copy } from "../../ir/ops/unary.ts";
import { diagonalOp } from "../../ir/ops/view.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { ellipsis } from "../tensor/index-syntax.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reshape, transpose } from "../tensor/views.ts";
import { asTensor, elementwiseNode, noteUses, shapeText, type TensorLike } from "./apply.ts";
import { contractionOrder } from "./einsum-order.ts";
import { type Equation, type Label, parseSublist, parseSubscripts, resolveEquation } from "./einsum-parse.ts";
import { multiply, positive } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { naming } from "./naming.ts";
import { checkOptions } from "./options.ts";
import { sum } from "./reductions.ts";
import { checkFlag, withConstant } from "./ufunc.ts";

/** The options of {@link einsum}. */
export interface EinsumOptions {
  /** The tensor that the result is written into. */
  readonly out?: Tensor | null;
  readonly constant?: boolean | null;
}

/** A list of axes by number in which `ellipsis` (or "...") stands for others. */
export type Sublist = readonly (number | typeof ellipsis | "...")[];

/** A tensor whose axes have labels, each once. */
interface Term {
  readonly tensor: Tensor;
  readonly labels: readonly Label[];
}

/**
 * Sums of products over axes with equal labels: `einsum("ij,jk->ik", a, b)`, or with lists of axes after each operand,
 * `einsum(a, [0, 1], b, [1, 2], [0, 2])`. Without a result's labels these are all that occur once, in order. `...` stands for
 * any other axes, which broadcast; axes of length 1 broadcast too. Where nothing is summed, as in `"ii->i"` and `"ij->ji"`,
 * the result is a view of the operand, through which it can be written.
 *
 * @throws ShapeError where axes of one label differ in length, GradloomError for subscripts that make no sense
 */
export function einsum(subscripts: string, ...operands: readonly (TensorLike | EinsumOptions)[]): Tensor;
export function einsum(...operandsAndLists: readonly (TensorLike | Sublist | EinsumOptions)[]): Tensor;
export function einsum(...given: readonly unknown[]): Tensor {
  const options = checkOptions<EinsumOptions>(
    "einsum",
    isOptions(given.at(-1)) ? (given.at(-1) as EinsumOptions) : {},
    ["out", "constant"],
  );
  const { equation, tensors } = readCall(isOptions(given.at(-1)) ? given.slice(0, -1) : given);
  const { out = null, constant = null } = options;
  checkFlag("einsum", constant);
  const whole = tensors.length === 1 ? asView(equation, tensors[0]!) : null;
  if (whole !== null) return out === null ? withConstant("einsum", whole, constant) : into(whole, out);
  const result = naming("einsum", () => evaluate(equation, tensors));
  return out === null ? withConstant("einsum", result, constant) : into(result, out);
}

const into = (result: Tensor, out: Tensor): Tensor => naming("einsum", () => positive(result, { out }));

const isOptions = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Tensor) &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value);

function readCall(given: readonly unknown[]): { equation: Equation; tensors: Tensor[] } {
  const [first, ...rest] = given;
  if (typeof first === "string") {
    const { inputs, output } = parseSubscripts(first);
    const tensors = rest.map((x) => asTensor(x as TensorLike, "einsum"));
    return { tensors, equation: resolveEquation(inputs, output, shapesOf(tensors), false) };
  }
  if (given.length < 2)
    throw new GradloomError(
      'einsum: pass subscripts and operands, as in einsum("ij,jk->ik", a, b), or operands and lists',
    );
  const isEllipsis = (item: unknown): boolean => item === ellipsis || item === "...";
  const list = (x: unknown): readonly string[] => {
    if (!Array.isArray(x))
      throw new GradloomError(
        "einsum: after each operand comes the list of its axes; write einsum(a, [0, 1], b, [1, 2])",
      );
    return parseSublist(x, isEllipsis);
  };
  const pairs = Math.floor(given.length / 2);
  const tensors = Array.from({ length: pairs }, (_, k) => asTensor(given[2 * k] as TensorLike, "einsum"));
  const lists = Array.from({ length: pairs }, (_, k) => list(given[2 * k + 1]));
  const output = given.length % 2 === 1 ? list(given.at(-1)) : null;
  return { tensors, equation: resolveEquation(lists, output, shapesOf(tensors), true) };
}

const shapesOf = (tensors: readonly Tensor[]): (readonly number[])[] => tensors.map((t) => t.shape);

/** The result as a view, where every label of the operand is one of the result. */
function asView({ inputs, output, text }: Equation, t: Tensor): Tensor | null {
  const labels = inputs[0]!;
  if (labels.some((l) => !output.includes(l))) return null;
  checkDiagonals(labels, t, text, 0);
  const groups = output.map((l) => labels.flatMap((m, k) => (m === l ? [k] : [])));
  return t.view(diagonalOp, { groups });
}

function checkDiagonals(labels: readonly Label[], t: Tensor, text: string, operand: number): void {
  labels.forEach((l, k) => {
    const first = labels.indexOf(l);
    if (t.shape[k] === t.shape[first]) return;
    throw new ShapeError(
      `einsum: "${text}": operand ${operand} of shape ${shapeText(t.shape)} has ${labelText(l)} on axes of lengths ` +
        `${t.shape[first]} and ${t.shape[k]}; a diagonal needs equal ones`,
    );
  });
}

function evaluate(equation: Equation, tensors: readonly Tensor[]): Tensor {
  const { inputs, output, text } = equation;
  const sizes = labelSizes(equation, tensors);
  noteUses(tensors, true);
  let terms = tensors.map((t, k): Term => {
    checkDiagonals(inputs[k]!, t, text, k);
    const labels = [...new Set(inputs[k]!)];
    const groups = labels.map((l) => inputs[k]!.flatMap((m, a) => (m === l ? [a] : [])));
    const diagonal = groups.every((g) => g.length === 1) ? t : t.view(diagonalOp, { groups });
    return withoutBroadcast({ tensor: diagonal, labels }, sizes);
  });
  const neededBy = (others: readonly Term[]): Set<Label> => new Set([...output, ...others.flatMap((o) => o.labels)]);
  const order = contractionOrder(
    terms.map((t) => t.labels),
    output,
    sizes,
  );
  terms = terms.map((t, k) => sumOut(t, neededBy(terms.filter((_, j) => j !== k))));
  for (const [i, j] of order) {
    const rest = terms.filter((_, k) => k !== i && k !== j);
    const keep = neededBy(rest);
    terms = [...rest, contract(sumOut(terms[i]!, new Set([...keep, ...terms[j]!.labels])), terms[j]!, keep)];
  }
  const { tensor, labels } = sumOut(terms[0]!, new Set(output));
  const axes = output.map((l) => labels.indexOf(l));
  const ordered = axes.every((a, k) => a === k) ? tensor : transpose(tensor, axes);
  return Tensor.of(elementwiseNode(copy, ordered.node("einsum")));
}

const labelText = (l: Label): string => (l.startsWith(".") ? "an axis of the ellipsis" : `the label "${l}"`);

/** The length of each label's axes; 1 stretches. */
function labelSizes({ inputs, text }: Equation, tensors: readonly Tensor[]): Map<Label, number> {
  const sizes = new Map<Label, number>();
  tensors.forEach((t, k) => {
    t.shape.forEach((d, axis) => {
      const label = inputs[k]![axis]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && d !== 1 && known !== d) {
        throw new ShapeError(
          `einsum: "${text}": operand ${k} of shape ${shapeText(t.shape)} has length ${d} for ${labelText(label)}, where another ` +
            `has ${known}; axes of one label have one length, or 1`,
        );
      }
      sizes.set(label, d === 1 ? known : d);
    });
  });
  return sizes;
}

/** Without the axes of length 1 that others stretch: such an operand does not depend on the label. */
function withoutBroadcast({ tensor, labels }: Term, sizes: ReadonlyMap<Label, number>): Term {
  const kept = labels.filter((l, k) => tensor.shape[k] === sizes.get(l));
  if (kept.length === labels.length) return { tensor, labels };
  return {
    tensor: reshape(
      tensor,
      tensor.shape.filter((d, k) => d === sizes.get(labels[k]!)),
    ),
    labels: kept,
  };
}

/** Sums over the labels that nothing needs. */
function sumOut({ tensor, labels }: Term, needed: ReadonlySet<Label>): Term {
  const axes = labels.flatMap((l, k) => (needed.has(l) ? [] : [k]));
  if (axes.length === 0) return { tensor, labels };
  const total = tensor.dtype === "bool" ? tensor.any(axes) : sum(tensor, axes);
  return { tensor: total, labels: labels.filter((l) => needed.has(l)) };
}

/** The product of two terms, summed over the labels that both have and nothing else needs. */
function contract(a: Term, b: Term, keep: ReadonlySet<Label>): Term {
  const right = sumOut(b, new Set([...keep, ...a.labels]));
  const shared = a.labels.filter((l) => right.labels.includes(l));
  const batch = shared.filter((l) => keep.has(l));
  const summed = shared.filter((l) => !keep.has(l));
  const onlyA = a.labels.filter((l) => !shared.includes(l));
  const onlyB = right.labels.filter((l) => !shared.includes(l));
  const labels = [...batch, ...onlyA, ...onlyB];
  if (summed.length === 0) {
    const left = ordered(a, [...batch, ...onlyA]);
    const spread = reshape(left, [...left.shape, ...onlyB.map(() => 1)]);
    const other = ordered(right, [...batch, ...onlyB]);
    const lead = other.shape.slice(0, batch.length);
    const wide = reshape(other, [...lead, ...onlyA.map(() => 1), ...other.shape.slice(batch.length)]);
    return { tensor: multiply(spread, wide), labels };
  }
  const x = ordered(a, [...batch, ...onlyA, ...summed]);
  const y = ordered(right, [...batch, ...summed, ...onlyB]);
  const lead = x.shape.slice(0, batch.length);
  const rows = x.shape.slice(batch.length, batch.length + onlyA.length);
  const inner = x.shape.slice(batch.length + onlyA.length);
  const columns = y.shape.slice(batch.length + summed.length);
  const product = matmul(
    reshape(x, [...lead, sizeOf(rows), sizeOf(inner)]),
    reshape(y, [...lead, sizeOf(inner), sizeOf(columns)]),
  );
  return { tensor: reshape(product, [...lead, ...rows, ...columns]), labels };
}

function ordered({ tensor, labels }: Term, wanted: readonly Label[]): Tensor {
  const axes = wanted.map((l) => labels.indexOf(l));
  return axes.every((a, k) => a === k) ? tensor : transpose(tensor, axes);
}
