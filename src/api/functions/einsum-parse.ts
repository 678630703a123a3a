/** The two ways to call einsum, brought to one form. */
import type { Shape } from "../../ir/layout.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { shapeText } from "./apply.ts";

/** A label of an axis: a letter, a number as text, or `.k` for the kth axis from the right of an ellipsis. */
export type Label = string;

/** What is summed: the labels of each operand's axes, and of the result's. */
export interface Equation {
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
  /** As text, for error messages. */
  readonly text: string;
}

/** The subscripts of one operand, before ellipses are written out: `...` stands for one. */
type Term = readonly Label[];

/** Reads `"ij,jk->ik"`. @throws GradloomError for anything that is no such text */
export function parseSubscripts(text: string): { readonly inputs: readonly Term[]; readonly output: Term | null } {
  const compact = text.replace(/\s+/g, "");
  const parts = compact.split("->");
  if (parts.length > 2)
    throw new GradloomError(`einsum: "${text}" has more than one "->"; the result's labels come after the one`);
  const term = (part: string): Term => {
    const labels = part.match(/\.\.\.|./g) ?? [];
    const bad = labels.find((l) => l !== "..." && !/^[A-Za-z]$/.test(l));
    if (bad !== undefined)
      throw new GradloomError(
        `einsum: "${text}": "${bad}" is no label; labels are letters, and "..." stands for other axes`,
      );
    if (labels.filter((l) => l === "...").length > 1)
      throw new GradloomError(
        `einsum: "${text}": "${part}" has more than one "..."; one stands for all axes without labels`,
      );
    return labels;
  };
  return { inputs: parts[0]!.split(",").map(term), output: parts.length === 2 ? term(parts[1]!) : null };
}

/** A list of axis numbers, in which the ellipsis stands for other axes, as a term. */
export function parseSublist(list: readonly unknown[], isEllipsis: (item: unknown) => boolean): Term {
  return list.map((item) => {
    if (isEllipsis(item)) return "...";
    if (typeof item === "number" && Number.isInteger(item) && item >= 0) return String(item);
    throw new GradloomError(`einsum: ${String(item)} in a list of axes; they are whole numbers from 0, or an ellipsis`);
  });
}

/**
 * Writes ellipses out and finds the result's labels where they are not given: those of the ellipsis, then in order all that
 * occur once.
 *
 * @throws ShapeError where an operand has other axes than its labels say, GradloomError for labels of the result that no
 *   operand has
 */
export function resolveEquation(
  terms: readonly Term[],
  output: Term | null,
  shapes: readonly Shape[],
  numeric: boolean,
): Equation {
  const text = `${terms.map((t) => t.join("")).join(",")}${output === null ? "" : `->${output.join("")}`}`;
  if (terms.length !== shapes.length)
    throw new GradloomError(
      `einsum: "${text}" is for ${terms.length} operands, not ${shapes.length}; commas separate the operands' labels`,
    );
  let widest = 0;
  const inputs = terms.map((term, k) => {
    const named = term.filter((l) => l !== "...").length;
    const rest = shapes[k]!.length - named;
    const has = term.includes("...");
    if (rest < 0 || (!has && rest > 0)) {
      throw new ShapeError(
        `einsum: "${text}": operand ${k} has shape ${shapeText(shapes[k]!)}, but "${term.join("")}" is for ` +
          `${has ? "at least " : ""}${named} ${named === 1 ? "axis" : "axes"}; label each axis, or write "..." for the others`,
      );
    }
    if (has) widest = Math.max(widest, rest);
    return term.flatMap((l) => (l === "..." ? dots(rest) : [l]));
  });
  const all = inputs.flat();
  const once = [...new Set(all)].filter((l) => !l.startsWith(".") && all.filter((m) => m === l).length === 1);
  const order = (a: Label, b: Label): number => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1);
  const found =
    output === null
      ? [...dots(widest), ...once.sort(order)]
      : output.flatMap((l) => (l === "..." ? dots(widest) : [l]));
  const unknown = found.find((l) => !all.includes(l));
  if (unknown !== undefined)
    throw new GradloomError(
      `einsum: "${text}": the result has the label "${unknown}", which no operand has; use labels of the operands`,
    );
  const twice = found.find((l, k) => found.indexOf(l) !== k);
  if (twice !== undefined)
    throw new GradloomError(`einsum: "${text}": the result has the label "${twice}" twice; name each once`);
  return { inputs, output: found, text };
}

/** Labels of an ellipsis of `n` axes, counted from the right, so that those of several operands line up. */
const dots = (n: number): Label[] => Array.from({ length: n }, (_, k) => `.${n - 1 - k}`);
