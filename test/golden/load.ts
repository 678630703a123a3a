/** Reads the golden cases; README.md beside this file says what they are. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Every operation that occurs. */
export const GOLDEN_OPS = [
  "absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "cos", "cosh", "exp", "exp2",
  "expm1", "log", "log10", "log1p", "log2", "negative", "positive", "reciprocal", "sin", "sinc", "sinh", "sqrt",
  "square", "tan", "tanh",
  "elu", "glu", "hard_tanh", "leaky_relu", "relu", "selu", "sigmoid", "soft_sign",
  "add", "arctan2", "divide", "logaddexp", "logaddexp2", "maximum", "minimum", "multiply", "power", "subtract",
  "iadd", "idivide", "imultiply", "isubtract", "setitem",
  "clip", "where",
  "cumprod", "cumsum", "logsoftmax", "max", "mean", "min", "norm", "prod", "softmax", "std", "sum", "var",
  "conv_nd", "einsum", "matmul", "max_pool", "multi_matmul",
  "broadcast_to", "expand_dims", "getitem", "moveaxis", "ravel", "reshape", "squeeze", "swapaxes", "transpose",
  "concatenate", "repeat", "roll", "stack",
  "batchnorm", "margin_ranking_loss", "multiclass_hinge", "negative_log_likelihood", "softmax_crossentropy",
  "softmax_focal_loss",
] as const;

/** The name of an operation. */
export type GoldenOp = (typeof GOLDEN_OPS)[number];

/** Elements in row-major order. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A leaf. A float64 one that is not constant has a gradient. bool elements are 0 and 1. */
export interface GoldenInput extends GoldenArray {
  readonly name: string;
  readonly dtype: "float64" | "int64" | "bool";
  readonly constant?: boolean;
}

/** A name, a number, or a list of names. */
export type GoldenArg = string | number | { readonly list: readonly string[] };

/** One item of an index; the key tells which kind (`"slice" in item`). */
export type GoldenIndexItem =
  | number
  | { readonly slice: readonly [start: number | null, stop: number | null, step: number | null] }
  | { readonly newaxis: true }
  | { readonly ellipsis: true }
  | { readonly ints: readonly number[]; readonly shape: readonly number[] }
  | { readonly mask: readonly (0 | 1)[]; readonly shape: readonly number[] };

/** What is passed by name. Which of these an operation has depends on it. */
export interface GoldenKwargs {
  readonly axis?: number | readonly number[];
  readonly keepdims?: boolean;
  readonly ddof?: number;
  /** The tensor written by the step. */
  readonly out?: string;
  /** Where the step writes. */
  readonly where?: { readonly mask: readonly (0 | 1)[]; readonly shape: readonly number[] };
  /** Of `norm`; null is the default, 2. */
  readonly ord?: number | null;
  readonly newshape?: readonly number[];
  readonly shape?: readonly number[];
  readonly axes?: readonly number[];
  readonly source?: number;
  readonly destination?: number;
  readonly shift?: number;
  readonly repeats?: number | readonly number[];
  readonly a_min?: number;
  readonly a_max?: number;
  readonly subscripts?: string;
  readonly stride?: readonly number[];
  readonly padding?: readonly number[];
  readonly dilation?: readonly number[];
  readonly pool?: readonly number[];
  readonly alpha?: number;
  readonly slope?: number;
  readonly hinge?: number;
  readonly margin?: number;
  readonly eps?: number;
  /** A tensor's name in `batchnorm`, a number in `softmax_focal_loss`. */
  readonly gamma?: string | number;
  readonly beta?: string;
}

interface StepBase {
  readonly args: readonly GoldenArg[];
  readonly kwargs?: GoldenKwargs;
  /** What the result is called; absent where the step only changes a tensor. */
  readonly out?: string;
}

/** An operation; `getitem` and `setitem` have an index, and no others do. */
export type GoldenStep =
  | (StepBase & { readonly op: "getitem" | "setitem"; readonly index: readonly GoldenIndexItem[] })
  | (StepBase & { readonly op: Exclude<GoldenOp, "getitem" | "setitem">; readonly index?: never });

/** A program, and what it must come to. */
export interface GoldenCase {
  readonly name: string;
  readonly inputs: readonly GoldenInput[];
  readonly steps: readonly GoldenStep[];
  readonly backward: string;
  readonly expect: {
    readonly values: Readonly<Record<string, GoldenArray>>;
    readonly grads: Readonly<Record<string, GoldenArray | null>>;
  };
}

/** All cases of a file. */
export function loadGolden(file: "ops" | "programs"): GoldenCase[] {
  const compressed = readFileSync(new URL(`${file}.json.gz`, import.meta.url));
  return JSON.parse(gunzipSync(compressed).toString("utf8")) as GoldenCase[];
}
