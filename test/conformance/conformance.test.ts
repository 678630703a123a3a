/** Functions of arrays, and indices, against what NumPy gives, for operands in any layout. See README.md. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import { LAYOUTS, type Layout, laid } from "./layouts.ts";

/** A JSON number, or "NaN", "Infinity", "-Infinity" or "-0". */
type Stored = number | string;

interface StoredArray {
  readonly dtype: gl.DType;
  readonly shape: readonly number[];
  readonly data: readonly Stored[];
}

/** Stands for an array by its position in `arrays`. */
interface Reference {
  readonly "@": number;
}

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly gives?: unknown;
  readonly raises?: string;
  /** For operands in each layout, whether the result shares memory with the first; null where nothing tells. */
  readonly views?: readonly (boolean | null)[];
  /** Whether there are kinks, where no gradient can be checked. */
  readonly smooth?: false;
}

interface Indexed {
  readonly shape: readonly number[];
  readonly dtype: gl.DType;
  readonly layout: Layout;
  /** Makes the view that is indexed; without it the array is. */
  readonly first?: readonly unknown[];
  readonly index: readonly unknown[];
  /** The index as one string, where that is possible. */
  readonly text?: string;
  readonly raises?: string;
  /** Whether what is read is a view; null where nothing tells. */
  readonly view?: boolean | null;
  /** The row-major positions that are read. */
  readonly reads: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** What is written, and what the array holds then, or also after an addition; or the exception. */
  readonly value: Reference;
  readonly written?: Reference;
  readonly added?: Reference;
  readonly refuses?: string;
}

const { arrays, functions, indices } = JSON.parse(
  gunzipSync(readFileSync(new URL("cases.json.gz", import.meta.url))).toString("utf8"),
) as {
  readonly arrays: readonly StoredArray[];
  readonly functions: readonly Call[];
  readonly indices: readonly Indexed[];
};

const BACKENDS: readonly gl.BackendName[] = ["reference", "wasm"];

interface Known {
  readonly reason: string;
  readonly is: (call: string) => boolean;
}

/** Calls that differ from NumPy's where they should not. */
const KNOWN: readonly Known[] = [
  {
    reason: "bool and a weak float are float32, NumPy's result is float64",
    is: (call) => /^resultType\(("bool \(2\) \[1 1\]", 2\.5|2\.5, "bool \(\) \[1\]")/.test(call),
  },
];

const isKnown = (call: string): boolean => KNOWN.some((k) => k.is(call));

const isReference = (v: unknown): v is Reference => typeof v === "object" && v !== null && "@" in v;
const numbers = (data: readonly Stored[]): number[] => data.map(Number);

type Make = (v: StoredArray) => gl.Tensor;

/** An argument: arrays become tensors, made by `make`. */
function decode(v: unknown, make: Make): unknown {
  if (isReference(v)) return make(arrays[v["@"]]!);
  if (v === "Infinity" || v === "-Infinity" || v === "NaN") return Number(v);
  if (Array.isArray(v)) return v.map((each) => decode(each, make));
  if (typeof v === "object" && v !== null)
    return Object.fromEntries(Object.entries(v).map(([k, each]) => [k, decode(each, make)]));
  return v;
}

const inLayout =
  (layout: Layout): Make =>
  ({ dtype, shape, data }) =>
    laid(layout, numbers(data), shape, { dtype, constant: true });

function call({ name, args }: Call, make: Make): unknown {
  const f = Reflect.get(gl, name) as (...given: unknown[]) => unknown;
  return f(...args.map((each) => decode(each, make)));
}

const TOLERANCE: Readonly<Record<string, number>> = { float64: 1e-12, float32: 1e-6 };

/** Where elements differ; the tolerance is relative to the largest, which is what sums are rounded by. */
function elementDifference(dtype: gl.DType, found: ArrayLike<number>, wanted: readonly number[]): string | null {
  const largest = wanted.reduce((m, w) => (Number.isFinite(w) ? Math.max(m, Math.abs(w)) : m), 0);
  const tolerance = (TOLERANCE[dtype] ?? 0) * largest;
  const at = wanted.findIndex((w, k) => {
    const x = found[k]!;
    return !(Object.is(x, w) || x === w || Math.abs(x - w) <= tolerance);
  });
  return at < 0 ? null : `[${at}] is ${found[at]}, not ${wanted[at]}`;
}

/** What differs between a result and what NumPy gives. */
function difference(found: unknown, wanted: unknown): string | null {
  if (isReference(wanted)) {
    const { dtype, shape, data } = arrays[wanted["@"]]!;
    if (!(found instanceof gl.Tensor)) return `${String(found)} is no array`;
    if (found.dtype !== dtype) return `dtype ${found.dtype}, not ${dtype}`;
    if (found.shape.join() !== shape.join()) return `shape [${found.shape}], not [${shape}]`;
    return elementDifference(dtype, found.dataSync(), numbers(data));
  }
  if (Array.isArray(wanted)) {
    const list = Array.isArray(found) ? (found as unknown[]) : [found];
    if (list.length !== wanted.length) return `${list.length} results, not ${wanted.length}`;
    return list.map((each, k) => difference(each, wanted[k])).find((d) => d !== null) ?? null;
  }
  if (typeof wanted === "object" && wanted !== null) {
    for (const [k, each] of Object.entries(wanted)) {
      const d = difference((found as Record<string, unknown>)[k], each);
      if (d !== null) return `${k}: ${d}`;
    }
    return null;
  }
  return Object.is(found, wanted) ? null : `${String(found)}, not ${String(wanted)}`;
}

const ERRORS: Readonly<Record<string, readonly string[]>> = {
  AxisError: ["IndexError", "ShapeError"],
  IndexError: ["IndexError", "ShapeError"],
  TypeError: ["DTypeError"],
  ValueError: ["ShapeError", "GradloomError", "IndexError"],
};

function tensorsIn(v: unknown): gl.Tensor[] {
  if (v instanceof gl.Tensor) return [v];
  return typeof v === "object" && v !== null ? Object.values(v).flatMap(tensorsIn) : [];
}

function problem(c: Call, layout: Layout): string | null {
  const operands: gl.Tensor[] = [];
  let found: unknown;
  try {
    found = call(c, (v) => {
      operands.push(inLayout(layout)(v));
      return operands.at(-1)!;
    });
  } catch (e) {
    const name = e instanceof Error ? e.name : String(e);
    if (c.raises !== undefined && ERRORS[c.raises]!.includes(name)) return null;
    return `${name} (${String((e as Error).message).slice(0, 150)}), not ${c.raises ?? "a result"}`;
  }
  if (c.raises !== undefined) return `a result, not ${c.raises}`;
  const view = c.views?.[LAYOUTS.indexOf(layout)] ?? null;
  if (view !== null) {
    const odd = tensorsIn(found).find((t) => t.size > 0 && t.sharesMemory(operands[0]!) !== view);
    if (odd !== undefined) return view ? "a copy, not a view" : "a view, not a copy";
  }
  return difference(found, c.gives);
}

/** The sum of all float64 results, weighted; null where no gradient flows. */
function loss(result: unknown): gl.Tensor | null {
  const all = tensorsIn(result).filter((t) => t.dtype === "float64" && !t.constant && t.size > 0);
  const terms = all.map((t, n) => {
    const weights = Float64Array.from({ length: t.size }, (_, k) => Math.cos(k + 3 * n));
    return t.mul(gl.fromData(weights, t.shape, { dtype: "float64", constant: true })).sum();
  });
  return terms.length === 0 ? null : terms.reduce((a, b) => a.add(b));
}

/** What differs between the slope of a call in one direction by its gradients, and by differences. */
function gradientProblem(c: Call, layout: Layout): string | null {
  const direction = (n: number, k: number): number => Math.sin(2 * k + n + 1);
  const run = (step: number): [gl.Tensor | null, gl.Tensor[]] => {
    const operands: gl.Tensor[] = [];
    const result = call(c, (v) => {
      if (v.dtype !== "float64") return inLayout(layout)(v);
      const moved = numbers(v.data).map((x, k) => x + step * direction(operands.length, k));
      operands.push(laid(layout, moved, v.shape, { dtype: "float64" }));
      return operands.at(-1)!;
    });
    return [loss(result), operands];
  };
  const [total, operands] = run(0);
  if (total === null) return null;
  total.backward();
  let slope = 0;
  let scale = Math.max(1, Math.abs(total.item()));
  operands.forEach((operand, n) => {
    operand.grad?.dataSync().forEach((g, k) => {
      slope += g * direction(n, k);
      scale = Math.max(scale, Math.abs(g));
    });
  });
  const step = 1e-5;
  const numeric = (run(step)[0]!.item() - run(-step)[0]!.item()) / (2 * step);
  return Math.abs(numeric - slope) <= 1e-6 * scale ? null : `the slope is ${slope}, not ${numeric}`;
}

const shown = (v: unknown): unknown => {
  if (isReference(v)) {
    const { dtype, shape, data } = arrays[v["@"]]!;
    return `${dtype} (${shape}) [${data.slice(0, 8).join(" ")}]`;
  }
  if (Array.isArray(v)) return v.map(shown);
  return v;
};
const text = (c: Call, layout: Layout): string =>
  `${c.name}(${c.args.map((a) => JSON.stringify(shown(a))).join(", ")}) in ${layout}`.slice(0, 300);

const NAMES = [...new Set(functions.map((c) => c.name))];

/** Problems of calls, each in plain memory and in one other layout. */
function problems(name: string, find: (c: Call, layout: Layout) => string | null, layouts: "two" | "one"): string[] {
  return functions.flatMap((c, k) => {
    if (c.name !== name) return [];
    const other = LAYOUTS[1 + (k % (LAYOUTS.length - 1))]!;
    return (layouts === "one" ? [other] : [LAYOUTS[0]!, other]).flatMap((layout) => {
      const p = isKnown(text(c, layout)) ? null : find(c, layout);
      return p === null ? [] : [`${text(c, layout)}: ${p}`];
    });
  });
}

const FEW = 15;
const few = (all: readonly string[]): readonly string[] =>
  all.length > FEW ? [...all.slice(0, FEW), `and ${all.length - FEW} more`] : all;

describe.each(BACKENDS)("functions of arrays on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it.each(NAMES)("%s gives what NumPy gives", (name) => {
    expect(few(problems(name, problem, "two"))).toEqual([]);
  });

  it.each(NAMES)("%s has gradients", (name) => {
    const differentiable = (c: Call, layout: Layout): string | null =>
      c.raises !== undefined || c.smooth === false ? null : gradientProblem(c, layout);
    expect(few(problems(name, differentiable, "one"))).toEqual([]);
  });
});

/** The elements that the generator makes of a dtype. */
function source(size: number, dtype: gl.DType): number[] {
  const value = (k: number): number =>
    dtype === "int32" ? k * 3 - 7 : dtype === "bool" ? Number(k % 3 === 0) : k * 0.5 - 1.25;
  return Array.from({ length: size }, (_, k) => value(k));
}

/** An item of an index. Arrays take turns as tensors in a layout, nested lists and typed arrays. */
function itemOf(item: unknown, turn: number): gl.IndexItem {
  if (isReference(item)) {
    const stored = arrays[item["@"]]!;
    const t = inLayout(LAYOUTS[turn % LAYOUTS.length]!)(stored);
    const form = turn % 3;
    if (stored.dtype === "int32" && stored.shape.length === 1 && form === 1) return Int32Array.from(t.dataSync());
    if (stored.shape.length > 0 && stored.data.length > 0 && form === 2 && stored.dtype !== "float64")
      return t.tolist() as gl.IndexItem;
    return t;
  }
  if (item !== null && typeof item === "object" && "slice" in item)
    return gl.slice(...(item.slice as [number | null, number | null, number | null]));
  return item as gl.IndexItem;
}

/** What is indexed of an array. */
type Part = (whole: gl.Tensor) => gl.Tensor;

function indexProblem(c: Indexed, turn: number): string | null {
  const size = c.shape.reduce((n, d) => n * d, 1);
  const data = source(size, c.dtype);
  const constant = c.dtype === "int32" || c.dtype === "bool";
  const make = (): gl.Tensor => laid(c.layout, data, c.shape, { dtype: c.dtype, constant });
  const index = c.index.map((item, k) => itemOf(item, turn + k));
  const x = make();
  const part: Part = (whole) => (c.first === undefined ? whole : whole.get(...c.first.map((item) => itemOf(item, 0))));
  let read: gl.Tensor;
  try {
    read = part(x).get(...index);
  } catch (e) {
    return c.raises !== undefined && e instanceof gl.IndexError ? null : `${String(e)}, not ${c.raises ?? "a result"}`;
  }
  if (c.raises !== undefined) return `a result, not ${c.raises}`;
  const shared = read.sharesMemory(x);
  if (c.view !== null && shared !== c.view) return shared ? "a view, not a copy" : "a copy, not a view";
  if (read.shape.join() !== c.reads.shape.join()) return `shape [${read.shape}], not [${c.reads.shape}]`;
  const wanted = c.reads.data.map((p) => data[p]!);
  const odd = elementDifference(c.dtype, read.dataSync(), wanted);
  if (odd !== null) return `read ${odd}`;
  if (c.text !== undefined && part(x).get(c.text).dataSync().join() !== read.dataSync().join())
    return `"${c.text}" differs`;
  return readGradientProblem(c, x, read, index, part) ?? writeProblem(c, make, index, part);
}

/** The gradient of a read adds up what comes back to each position, as read from an array of positions. */
function readGradientProblem(c: Indexed, x: gl.Tensor, read: gl.Tensor, index: gl.Index, part: Part): string | null {
  const plain = gl.fromData(
    Int32Array.from({ length: x.size }, (_, k) => k),
    c.shape,
    "int32",
  );
  const positions = part(plain)
    .get(...index)
    .dataSync();
  if (positions.join() !== c.reads.data.join()) return `positions ${positions.join()}, not ${c.reads.data.join()}`;
  if (x.constant) return read.constant ? null : "a read of constants is no constant";
  const weights = c.reads.data.map((_, k) => k + 1);
  const wanted: number[] = new Array(x.size).fill(0);
  positions.forEach((p, k) => {
    wanted[p]! += weights[k]!;
  });
  const w = gl.fromData(Float64Array.from(weights), read.shape, { dtype: c.dtype, constant: true });
  read.mul(w).sum().backward();
  const grad = x.grad?.dataSync() ?? new Float64Array(x.size);
  return grad.join() === wanted.join() ? null : `gradient ${grad.join()}, not ${wanted.join()}`;
}

function writeProblem(c: Indexed, make: () => gl.Tensor, index: gl.Index, part: Part): string | null {
  const value = inLayout(LAYOUTS[c.index.length % LAYOUTS.length]!)(arrays[c.value["@"]]!);
  const x = make();
  const before = x.dataSync().join();
  const base = x.base ?? x;
  try {
    part(x).set_(index, value);
  } catch (e) {
    if (c.refuses === undefined || !(e instanceof gl.ShapeError)) return `writing: ${String(e)}`;
    return x.dataSync().join() === before ? null : "a refused write has changed elements";
  }
  if (c.refuses !== undefined) return "a value that does not fit was written";
  const wanted = numbers(arrays[c.written!["@"]]!.data);
  const odd = elementDifference(c.dtype, x.dataSync(), wanted);
  if (odd !== null) return `written ${odd}`;
  if (!base.sharesMemory(x)) return "a write has moved the array";
  if (c.added === undefined) return null;
  const y = make();
  part(y).addAt(index, value);
  const sum = elementDifference(c.dtype, y.dataSync(), numbers(arrays[c.added["@"]]!.data));
  return sum === null ? null : `added ${sum}`;
}

it("names no call as known that gives what NumPy gives", () => {
  const idle = KNOWN.filter(({ is }) => {
    const calls = functions.filter((c) => is(text(c, "rows")));
    return calls.length === 0 || calls.some((c) => problem(c, "rows") === null);
  });
  expect(idle).toEqual([]);
});

describe.each(BACKENDS)("indices on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it("read, write and differentiate as in NumPy", () => {
    const found = indices.flatMap((c, k) => {
      const first = c.first === undefined ? "" : `${JSON.stringify(c.first)}, then `;
      const label = `${c.dtype} [${c.shape}] in ${c.layout} at ${first}${JSON.stringify(c.index.map(shown)).slice(0, 300)}`;
      const p = isKnown(label) ? null : indexProblem(c, k);
      return p === null ? [] : [`${label}: ${p}`];
    });
    expect(few(found)).toEqual([]);
  });
});
