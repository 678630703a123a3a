/** Edge values of every element-wise operation and reduction, against NumPy's; README.md beside this file says more. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

/** A JSON number, or "NaN", "Infinity", "-Infinity" or "-0". */
type Stored = number | string;

interface StoredArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly Stored[];
}

interface Kwargs {
  readonly axis?: number | readonly number[] | null;
  readonly keepdims?: boolean;
  readonly ddof?: number;
}

type Outcome = StoredArray | { readonly raises: "AxisError" | "TypeError" | "ValueError" };

interface Case {
  readonly dtype: string;
  /** Positions in `arrays`. */
  readonly inputs: readonly number[];
  readonly kwargs?: Kwargs;
  readonly expected: Outcome;
  /** What NumPy gives in the dtype that Gradloom computes in instead, where `DIFFERENCES` says so. */
  readonly instead?: Outcome;
}

interface Values {
  readonly numpy: string;
  readonly arrays: readonly StoredArray[];
  readonly functions: Readonly<Record<string, { readonly kind: string; readonly cases: readonly Case[] }>>;
}

const VALUES = JSON.parse(
  gunzipSync(readFileSync(new URL("numpy-values.json.gz", import.meta.url))).toString("utf8"),
) as Values;

/** In the data, but not yet in the library. Must be exactly what is missing. */
const PENDING: ReadonlySet<string> = new Set([]);

const BACKENDS: readonly gl.BackendName[] = ["reference", "wasm"];

interface Difference {
  readonly reason: string;
  readonly applies: (name: string, dtype: string, numpy: Outcome, backend: gl.BackendName) => boolean;
}

/** Where Gradloom has another convention than NumPy's: the case's `instead` is asserted, which is NumPy's too. */
const DIFFERENCES: readonly Difference[] = [
  {
    reason: "there is no int64: sums and products of int32 and bool, and positions, are int32, and wrap around",
    applies: (_name, _dtype, numpy) => isOf(numpy, "int64"),
  },
  {
    reason:
      "there is no float16 and no int8, which NumPy computes bool in: float32 and int32 are the next that there are",
    applies: (_name, _dtype, numpy) => isOf(numpy, "float16") || isOf(numpy, "int8"),
  },
  {
    reason: '"int32 and bool operands are computed in float", says their documentation',
    applies: (name, dtype) =>
      ["reciprocal", "floor", "ceil", "trunc"].includes(name) && (dtype === "int32" || dtype === "bool"),
  },
  {
    reason: "the reference computes float32 in float64, with all digits of π, and rounds the result",
    applies: (name, dtype, _numpy, backend) => name === "sinc" && dtype === "float32" && backend === "reference",
  },
];

/** Rounded differently by every mathematical library; all others are exact. */
const APPROXIMATE: ReadonlySet<string> = new Set(
  `power arctan2 logaddexp logaddexp2 cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh
  tanh arcsinh arccosh arctanh sinc var std`.split(/\s+/),
);
const RELATIVE: Readonly<Record<string, number>> = { float64: 1.6e-15, float32: 5e-7 };
/** The distance of the numbers next to 0, which is what rounding costs there. */
const ABSOLUTE: Readonly<Record<string, number>> = { float64: 2 ** -1074, float32: 2 ** -149 };

/** IEEE 754 leaves the choice between 0 and -0 open; and for sums of nothing but -0 it depends on where they start. */
const ZEROS_ALIKE: ReadonlySet<string> = new Set(["maximum", "minimum", "max", "min", "sum", "mean", "cumsum"]);

const ERRORS = { AxisError: gl.IndexError, TypeError: gl.DTypeError, ValueError: gl.ShapeError } as const;

function isOf(outcome: Outcome, dtype: string): boolean {
  return "dtype" in outcome && outcome.dtype === dtype;
}

type Call = (operands: readonly gl.Tensor[], kwargs: Kwargs) => gl.Tensor;

/** How a function of the data is called here, or null where the library lacks it. */
function callOf(name: string): Call | null {
  if (VALUES.functions[name]?.kind === "elementwise") {
    const elementwise = (gl.ops as Readonly<Record<string, (...x: readonly gl.Tensor[]) => gl.Tensor>>)[name];
    return elementwise === undefined ? null : (xs) => elementwise(...xs);
  }
  if (name === "var" || name === "std") {
    const f = name === "var" ? gl.variance : gl.std;
    return ([x], { axis = null, ddof = 0, keepdims = false }) => f(x!, axis, ddof, keepdims);
  }
  const reduction = (gl as Readonly<Record<string, unknown>>)[name];
  if (typeof reduction !== "function") return null;
  return ([x], { axis = null, keepdims }) =>
    (keepdims === undefined ? reduction(x, axis) : reduction(x, axis, keepdims)) as gl.Tensor;
}

const decode = (data: readonly Stored[]): number[] => data.map(Number);

/** The arrays of a backend's tests as tensors, each made once. */
function operandsOf(): (at: number) => gl.Tensor {
  const made = new Map<number, gl.Tensor>();
  return (at) => {
    const hit = made.get(at);
    if (hit !== undefined) return hit;
    const { dtype, shape, data } = VALUES.arrays[at]!;
    const t = gl.fromData(Float64Array.from(decode(data)), shape, { dtype: dtype as gl.DType, constant: true });
    made.set(at, t);
    return t;
  };
}

/** What to assert: NumPy's outcome, or that of the documented difference. */
function wanted(name: string, { dtype, expected, instead }: Case, backend: gl.BackendName): Outcome {
  const differs = instead !== undefined && DIFFERENCES.some((d) => d.applies(name, dtype, expected, backend));
  return differs ? instead : expected;
}

const text = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function agrees(name: string, got: number, want: number, dtype: string): boolean {
  if (Number.isNaN(want) || got === want) {
    return Object.is(got, want) || (got === 0 && want === 0 && ZEROS_ALIKE.has(name));
  }
  const relative = RELATIVE[dtype];
  if (!APPROXIMATE.has(name) || relative === undefined || !Number.isFinite(want)) return false;
  return Math.abs(got - want) <= relative * Math.abs(want) + ABSOLUTE[dtype]!;
}

/** Where a result's elements differ from those wanted; the operands' elements are told where there is one of each. */
function differences(name: string, c: Case, got: ArrayLike<number>, want: StoredArray): string[] {
  const inputs = c.inputs.map((at) => VALUES.arrays[at]!);
  const told = (k: number): string =>
    inputs.every((x) => x.data.length === want.data.length)
      ? inputs.map((x) => x.data[k]).join(", ")
      : inputs.map((x) => `(${x.shape.join(", ")}) [${x.data.slice(0, 12).join(" ")}]`).join(", ");
  return decode(want.data).flatMap((value, k) =>
    agrees(name, got[k]!, value, want.dtype)
      ? []
      : [`${label(name, c, told(k))}[${k}]: got ${text(got[k]!)}, expected ${text(value)}`],
  );
}

function label(name: string, c: Case, operands?: string): string {
  const inputs = c.inputs.map((at) => `(${VALUES.arrays[at]!.shape.join(", ")})`).join(", ");
  const kwargs = c.kwargs === undefined ? "" : ` ${JSON.stringify(c.kwargs)}`;
  return `${name} ${c.dtype} (${operands ?? inputs})${kwargs}`;
}

/** A result to be read. */
interface Pending {
  readonly case: Case;
  readonly want: StoredArray;
  readonly result: gl.Tensor;
}

/** Records a case: what is to be read, or what is wrong already, or null where an error was thrown as wanted. */
function record(name: string, call: Call, operands: gl.Tensor[], c: Case, want: Outcome): Pending | string | null {
  let result: gl.Tensor;
  try {
    result = call(operands, c.kwargs ?? {});
  } catch (e) {
    if ("raises" in want && e instanceof ERRORS[want.raises]) return null;
    return `${label(name, c)}: threw ${String(e)}, expected ${JSON.stringify(want)}`;
  }
  if ("raises" in want) return `${label(name, c)}: gave shape (${result.shape.join(", ")}), expected ${want.raises}`;
  const [got, expected] = [result, want].map(({ dtype, shape }) => `${dtype} (${shape.join(", ")})`);
  return got === expected ? { case: c, want, result } : `${label(name, c)}: got ${got}, expected ${expected}`;
}

/** How many results are read by one program. */
const AT_ONCE = 64;

/** The results' elements. One program a result would be thousands of them; one for all would be slow to compile. */
async function read(pending: readonly Pending[]): Promise<ArrayLike<number>[]> {
  const out: ArrayLike<number>[] = new Array(pending.length);
  for (const dtype of new Set(pending.map((p) => p.want.dtype))) {
    const mine = pending.flatMap((p, at) => (p.want.dtype === dtype ? [{ ...p, at }] : []));
    for (let from = 0; from < mine.length; from += AT_ONCE) {
      const some = mine.slice(from, from + AT_ONCE);
      const all = await gl.concatenate(some.map(({ result }) => gl.ravel(result))).data();
      let offset = 0;
      for (const { at, want } of some) {
        out[at] = all.subarray(offset, offset + want.data.length);
        offset += want.data.length;
      }
    }
  }
  return out;
}

const NAMES = Object.keys(VALUES.functions);

describe.each(BACKENDS)("NumPy's values on %s", (backend) => {
  let operand: (at: number) => gl.Tensor;
  beforeAll(async () => {
    await gl.setBackend(backend);
    operand = operandsOf();
  });

  it.each(NAMES.filter((name) => !PENDING.has(name)))("%s", async (name) => {
    const call = callOf(name);
    if (call === null) throw new Error(`${name} is missing: name it in PENDING`);
    const wrong: string[] = [];
    const pending: Pending[] = [];
    for (const c of VALUES.functions[name]!.cases) {
      const recorded = record(name, call, c.inputs.map(operand), c, wanted(name, c, backend));
      if (typeof recorded === "string") wrong.push(recorded);
      else if (recorded !== null) pending.push(recorded);
    }
    const values = await read(pending);
    pending.forEach((p, k) => {
      wrong.push(...differences(name, p.case, values[k]!, p.want));
    });
    expect(wrong.length > 10 ? [...wrong.slice(0, 10), `and ${wrong.length - 10} more`] : wrong).toEqual([]);
  });
});

it("names exactly what is missing as pending", () => {
  expect(new Set(NAMES.filter((name) => callOf(name) === null))).toEqual(PENDING);
});

it("has values for every element-wise operation but those that NumPy lacks", () => {
  const without = Object.keys(gl.ops).filter((name) => !NAMES.includes(name));
  expect(without.sort()).toEqual(["copy", "erf", "erfc", "sigmoid", "threefryFirst", "threefrySecond"]);
});

it("documents only differences that there are", () => {
  const cases = NAMES.flatMap((name) => VALUES.functions[name]!.cases.map((c) => ({ name, ...c })));
  const idle = DIFFERENCES.filter((d) =>
    cases.every((c) => c.instead === undefined || !BACKENDS.some((b) => d.applies(c.name, c.dtype, c.expected, b))),
  );
  expect(idle).toEqual([]);
});
