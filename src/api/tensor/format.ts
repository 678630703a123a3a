/** Arrays as text, exactly as NumPy 2.4 prints them with its default options. */

import { type DType, isFloat } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/layout.ts";
import { type Digits, shortestDigits } from "./float-digits.ts";

// NumPy's default print options.
const PRECISION = 8;
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 75;

/** Turns an element into text; all elements of an array get the same width. */
type Format = (x: number) => string;

type FloatType = "float32" | "float64";

/**
 * NumPy's `str` of an array; a 0-d array prints as its element does.
 *
 * @param data the elements in row-major order
 * @param prefix what will stand before the text: lines after the first are indented by its length
 */
export function formatArray(data: ArrayLike<number>, shape: readonly number[], dtype: DType, prefix = ""): string {
  if (shape.length === 0) return formatScalar(data[0]!, dtype);
  return bracketed({ data, shape, dtype, separator: " ", indent: prefix.length, width: LINE_WIDTH });
}

/** NumPy's `repr` of an array, with `tensor` for `array`: bool and float64 go without saying, other dtypes are shown. */
export function formatRepr(data: ArrayLike<number>, shape: readonly number[], dtype: DType): string {
  const prefix = "tensor(";
  const indent = prefix.length;
  const size = sizeOf(shape);
  const text = prefix + bracketed({ data, shape, dtype, separator: ", ", indent, width: LINE_WIDTH - 1 });
  const extras: string[] = [];
  if ((size === 0 && shape.length !== 1) || size > THRESHOLD) extras.push(`shape=${tuple(shape)}`);
  if (size === 0 || dtype === "int32" || dtype === "float32") extras.push(`dtype=${dtype}`);
  if (extras.length === 0) return `${text})`;
  const extra = `${extras.join(", ")})`;
  const lastLine = text.length + 1 - (text.lastIndexOf("\n") + 1);
  const fits = lastLine + extra.length + 1 <= LINE_WIDTH;
  return `${text},${fits ? " " : `\n${" ".repeat(indent)}`}${extra}`;
}

/** NumPy's `str` of a scalar: all digits that tell it from its neighbours. */
function formatScalar(x: number, dtype: DType): string {
  if (dtype === "bool") return x === 0 ? "False" : "True";
  if (!isFloat(dtype)) return String(x);
  if (!Number.isFinite(x)) return nonFinite(x);
  const magnitude = Math.abs(x);
  const { digits, point } = shortestDigits(x, dtype as FloatType);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < (dtype === "float32" ? 1e6 : 1e16))) {
    const [whole, fraction] = positional({ digits, point });
    return `${sign(x)}${whole}.${fraction || "0"}`;
  }
  const fraction = digits.slice(1);
  return `${sign(x)}${digits[0]}${fraction && `.${fraction}`}e${exponent(point - 1)}`;
}

interface Bracketed {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly separator: string;
  /** Columns taken before the text on its first line, and blank on the others. */
  readonly indent: number;
  readonly width: number;
}

/** The elements in nested brackets, in lines of at most `width`; of more than 1000, only those at the edges. */
function bracketed({ data, shape, dtype, separator, indent, width }: Bracketed): string {
  const size = sizeOf(shape);
  if (size === 0) return "[]";
  const summarize = size > THRESHOLD;
  const shown: number[] = [];
  const collect = (axis: number, at: number): void => {
    if (axis === shape.length) shown.push(data[at]!);
    else for (const i of positions(shape[axis]!, summarize)) if (i !== null) collect(axis + 1, at * shape[axis]! + i);
  };
  collect(0, 0);
  const format = makeFormat(shown, shape.length === 0, dtype);

  const rows = (axis: number, at: number, hanging: string, room: number): string => {
    if (axis === shape.length) return format(data[at]!);
    const items = positions(shape[axis]!, summarize);
    const inner = (i: number | null): string =>
      i === null ? "..." : rows(axis + 1, at * shape[axis]! + i, `${hanging} `, room - 1);
    if (axis === shape.length - 1) return `[${wrap(items.map(inner), separator, hanging, room - 1)}]`;
    const newline = separator.trimEnd() + "\n".repeat(shape.length - 1 - axis);
    return `[${items.map(inner).join(newline + hanging)}]`;
  };
  return rows(0, 0, " ".repeat(indent + 1), width);
}

/** The indices of an axis that are shown; null stands for those left out. */
function positions(length: number, summarize: boolean): (number | null)[] {
  const all = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
  if (!summarize || length <= 2 * EDGE_ITEMS) return all(length);
  return [...all(EDGE_ITEMS), null, ...all(EDGE_ITEMS, length - EDGE_ITEMS)];
}

/** The words in lines of at most `room` columns and a separator or bracket; the first starts after the indent. */
function wrap(words: readonly string[], separator: string, hanging: string, room: number): string {
  let lines = "";
  let line = hanging;
  words.forEach((word, i) => {
    if (line.length + word.length > room && line.length > hanging.length) {
      lines += `${line.trimEnd()}\n`;
      line = hanging;
    }
    line += i === words.length - 1 ? word : word + separator;
  });
  return (lines + line).slice(hanging.length);
}

function makeFormat(shown: readonly number[], scalar: boolean, dtype: DType): Format {
  if (dtype === "bool") return (x) => (x === 0 ? "False" : scalar ? "True" : " True");
  if (isFloat(dtype)) return floatFormat(shown, dtype as FloatType);
  const width = maxOf(shown, (x) => String(x).length);
  return (x) => String(x).padStart(width);
}

/** Aligns the decimal points of all numbers, or writes all with exponents where their magnitudes call for it. */
function floatFormat(shown: readonly number[], dtype: FloatType): Format {
  const finite = shown.filter(Number.isFinite);
  const finiteFormat = needsExponent(finite, dtype) ? exponential(finite, dtype) : fixed(finite, dtype);
  let { left, right, format } = finiteFormat;
  if (finite.length < shown.length) {
    const widest = shown.includes(Number.NEGATIVE_INFINITY) ? 4 : 3;
    left = Math.max(left, widest - right - 1);
  }
  const width = left + 1 + right;
  return (x) => (Number.isFinite(x) ? format(x, left) : nonFinite(x).padStart(width));
}

interface FiniteFormat {
  /** Columns before the decimal point. */
  readonly left: number;
  /** Columns after the decimal point. */
  readonly right: number;
  readonly format: (x: number, left: number) => string;
}

function needsExponent(finite: readonly number[], dtype: FloatType): boolean {
  const magnitudes = finite.filter((x) => x !== 0).map(Math.abs);
  if (magnitudes.length === 0) return false;
  const max = maxOf(magnitudes, (x) => x);
  const min = -maxOf(magnitudes, (x) => -x);
  if (dtype === "float64") return max >= 1e8 || min < 1e-4 || max / min > 1000;
  return max >= 1e6 || min < Math.fround(1e-4) || Math.fround(max / min) > 1000;
}

function fixed(finite: readonly number[], dtype: FloatType): FiniteFormat {
  const split = (x: number): [string, string] => {
    const [whole, fraction] = positional(shortestDigits(x, dtype, { fraction: true, max: PRECISION }));
    return [sign(x) + whole, fraction];
  };
  const parts = finite.map(split);
  const right = Math.max(
    0,
    maxOf(parts, ([, fraction]) => fraction.length),
  );
  return {
    left: Math.max(
      0,
      maxOf(parts, ([whole]) => whole.length),
    ),
    right,
    format(x, left) {
      const [whole, fraction] = split(x);
      return `${whole.padStart(left)}.${fraction.padEnd(right)}`;
    },
  };
}

function exponential(finite: readonly number[], dtype: FloatType): FiniteFormat {
  const all = finite.map((x) => shortestDigits(x, dtype, { max: PRECISION + 1 }));
  const count = Math.max(
    1,
    maxOf(all, ({ digits }) => digits.replace(/0+$/, "").length),
  );
  const exponentWidth = maxOf(all, ({ point }) => exponent(point - 1).length - 1);
  return {
    left: finite.some((x) => sign(x) !== "") ? 2 : 1,
    right: count - 1 + 2 + exponentWidth,
    format(x, left) {
      const { digits, point } = shortestDigits(x, dtype, { max: count, min: count });
      const fraction = digits.slice(1).padEnd(count - 1, "0");
      return `${(sign(x) + digits[0]!).padStart(left)}.${fraction}e${exponent(point - 1, exponentWidth)}`;
    },
  };
}

/** The largest measure (not with `Math.max(...)`, which a hundred thousand arguments overflow); -Infinity of none. */
function maxOf<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((max, item) => Math.max(max, measure(item)), Number.NEGATIVE_INFINITY);
}

/** The digits before and after the decimal point, the latter without zeros at the end. */
function positional({ digits, point }: Digits): [whole: string, fraction: string] {
  const padded = "0".repeat(Math.max(0, 1 - point)) + digits.padEnd(point, "0");
  const split = Math.max(point, 1);
  return [padded.slice(0, split), padded.slice(split).replace(/0+$/, "")];
}

function exponent(value: number, width = 2): string {
  return (value < 0 ? "-" : "+") + String(Math.abs(value)).padStart(width, "0");
}

/** "-" also for negative zero. */
function sign(x: number): string {
  return x < 0 || Object.is(x, -0) ? "-" : "";
}

function nonFinite(x: number): string {
  return Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
}

function tuple(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}
