/** Functions of arrays, and indices, against what NumPy gives; gradients against central differences. See README.md. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

interface Encoded {
  readonly dtype: gl.DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly gives?: unknown;
  readonly raises?: string;
  readonly smooth?: false;
}
interface Indexed {
  readonly shape: readonly number[];
  readonly index: readonly unknown[];
  readonly raises?: string;
  /** Whether the result is a view; null where nothing tells. */
  readonly view?: boolean | null;
  /** The positions that are read. */
  readonly reads: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** What is written there, if anything. */
  readonly value?: Encoded;
  readonly written?: readonly number[];
  readonly refuses?: true;
}

const compressed = readFileSync(new URL("cases.json.gz", import.meta.url));
const { functions, indices } = JSON.parse(gunzipSync(compressed).toString("utf8")) as {
  readonly functions: readonly Call[];
  readonly indices: readonly Indexed[];
};

const isEncoded = (v: unknown): v is Encoded => typeof v === "object" && v !== null && "dtype" in v && "data" in v;
const numbers = (data: readonly (number | string)[]): number[] => data.map(Number);

/** An argument: arrays become tensors, made by `make`. */
function decode(v: unknown, make: (v: Encoded) => gl.Tensor): unknown {
  if (isEncoded(v)) return make(v);
  if (v === "Infinity" || v === "-Infinity" || v === "NaN") return Number(v);
  if (Array.isArray(v)) return v.map((each) => decode(each, make));
  if (typeof v === "object" && v !== null)
    return Object.fromEntries(Object.entries(v).map(([k, each]) => [k, decode(each, make)]));
  return v;
}

const plain = ({ dtype, shape, data }: Encoded): gl.Tensor =>
  gl.fromData(numbers(data), shape, { dtype, constant: true });

function call({ name, args }: Call, make: (v: Encoded) => gl.Tensor): unknown {
  const f = Reflect.get(gl, name) as (...given: unknown[]) => unknown;
  return f(...args.map((each) => decode(each, make)));
}

/** What differs between a result and what NumPy gives. */
function difference(found: unknown, wanted: unknown): string | null {
  if (isEncoded(wanted)) {
    if (!(found instanceof gl.Tensor)) return `${String(found)} is no array`;
    if (found.dtype !== wanted.dtype) return `dtype ${found.dtype}, not ${wanted.dtype}`;
    if (found.shape.join() !== wanted.shape.join()) return `shape [${found.shape}], not [${wanted.shape}]`;
    const tolerance = found.dtype === "float32" ? 1e-6 : 1e-12;
    const [data, values] = [found.dataSync(), numbers(wanted.data)];
    const at = values.findIndex((w, k) => {
      const x = data[k]!;
      return !(Object.is(x, w) || x === w || Math.abs(x - w) <= tolerance * Math.max(1, Math.abs(w)));
    });
    return at < 0 ? null : `[${at}] is ${data[at]}, not ${values[at]}`;
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

function problem(c: Call): string | null {
  let found: unknown;
  try {
    found = call(c, plain);
  } catch (e) {
    const name = e instanceof Error ? e.name : String(e);
    if (c.raises !== undefined && ERRORS[c.raises]!.includes(name)) return null;
    return `${name} (${String((e as Error).message).slice(0, 150)}), not ${c.raises ?? "a result"}`;
  }
  return c.raises === undefined ? difference(found, c.gives) : `a result, not ${c.raises}`;
}

/** Every float64 of a result, weighted. */
function loss(result: unknown): gl.Tensor | null {
  const all: gl.Tensor[] = [];
  const visit = (v: unknown): void => {
    if (v instanceof gl.Tensor) {
      if (v.dtype === "float64" && !v.constant && v.size > 0) all.push(v);
    } else if (typeof v === "object" && v !== null) for (const each of Object.values(v)) visit(each);
  };
  visit(result);
  if (all.length === 0) return null;
  const terms = all.map((t, n) => {
    const weights = Float64Array.from({ length: t.size }, (_, k) => Math.cos(k + 3 * n));
    return t.mul(gl.fromData(weights, t.shape, { dtype: "float64", constant: true })).sum();
  });
  return terms.reduce((a, b) => a.add(b));
}

/** What differs between the gradients of a call and central differences. */
function gradientProblem(c: Call): string | null {
  const values: number[][] = [];
  /** The loss of the call, with the float64 operands variable. Elements of one of them may be replaced. */
  const run = (replaced?: readonly [operand: number, values: readonly number[]]): [gl.Tensor | null, gl.Tensor[]] => {
    const operands: gl.Tensor[] = [];
    const result = call(c, (v) => {
      if (v.dtype !== "float64") return plain(v);
      const n = operands.length;
      values[n] ??= numbers(v.data);
      operands.push(gl.fromData(Float64Array.from(replaced?.[0] === n ? replaced[1] : values[n]), v.shape, "float64"));
      return operands.at(-1)!;
    });
    return [loss(result), operands];
  };
  const [total, operands] = run();
  if (total === null) return null;
  total.backward();
  for (const [n, operand] of operands.entries()) {
    const grad = operand.grad?.dataSync();
    for (const [k, v] of values[n]!.entries()) {
      const step = 1e-5;
      const at = (to: number): number => run([n, values[n]!.map((u, j) => (j === k ? to : u))])[0]!.item();
      const numeric = (at(v + step) - at(v - step)) / (2 * step);
      if (Math.abs(numeric - (grad?.[k] ?? 0)) > 1e-6 * Math.max(1, Math.abs(numeric), Math.abs(v)))
        return `operand ${n}, [${k}]: gradient ${grad?.[k]}, not ${numeric}`;
    }
  }
  return null;
}

function grouped(calls: readonly Call[]): ReadonlyMap<string, readonly Call[]> {
  const groups = new Map<string, Call[]>();
  for (const c of calls) groups.set(c.name, [...(groups.get(c.name) ?? []), c]);
  return groups;
}

const text = (c: Call): string => `${c.name}(${c.args.map((a) => JSON.stringify(a)).join(", ")})`.slice(0, 300);
const byName = [...grouped(functions)];

describe.each<gl.BackendName>(["wasm", "reference"])("functions of arrays on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it.each(byName)("%s gives what NumPy gives", (_name, calls) => {
    const problems = calls.flatMap((c) => {
      const p = problem(c);
      return p === null ? [] : [`${text(c)}: ${p}`];
    });
    expect(problems).toEqual([]);
  });
});

describe("gradients of functions of arrays", () => {
  beforeAll(() => gl.setBackend("reference"));

  it.each(byName)("%s", (_name, calls) => {
    const problems = calls.flatMap((c) => {
      if (c.raises !== undefined || c.smooth === false) return [];
      const p = gradientProblem(c);
      return p === null ? [] : [`${text(c)}: ${p}`];
    });
    expect(problems).toEqual([]);
  });
});

/** Elements as the generator has them: distinct, none near another. */
const elements = (n: number): number[] =>
  Array.from({ length: n }, (_, k) => (((k * 7919 + 3) % n) - n / 2 + 0.25) * 0.5);

function indexProblem(c: Indexed): string | null {
  const size = c.shape.reduce((n, d) => n * d, 1);
  const data = elements(size);
  const x = gl.fromData(Float64Array.from(data), c.shape, "float64");
  const index = c.index.map((item) => {
    if (item !== null && typeof item === "object" && "slice" in item)
      return gl.slice(...(item.slice as [number | null, number | null, number | null]));
    return decode(item, plain) as gl.IndexItem;
  });
  let read: gl.Tensor;
  try {
    read = x.get(...index);
  } catch (e) {
    return c.raises !== undefined && e instanceof gl.IndexError ? null : `${String(e)}, not ${c.raises ?? "a result"}`;
  }
  if (c.raises !== undefined) return `a result, not ${c.raises}`;
  const shared = read.sharesMemory(x);
  if (c.view !== null && shared !== c.view) return shared ? "a view, not a copy" : "a copy, not a view";
  if (read.shape.join() !== c.reads.shape.join()) return `shape [${read.shape}], not [${c.reads.shape}]`;
  if (read.dataSync().join() !== c.reads.data.map((p) => data[p]).join()) return `reads ${read.dataSync().join()}`;

  const weights = c.reads.data.map((_, k) => k + 1);
  const wanted = data.map(() => 0);
  c.reads.data.forEach((p, k) => {
    wanted[p]! += weights[k]!;
  });
  read.mul(gl.fromData(Float64Array.from(weights), read.shape, { dtype: "float64", constant: true })).backward();
  const grad = x.grad?.dataSync().join() ?? data.map(() => 0).join();
  if (grad !== wanted.join()) return `gradient ${grad}, not ${wanted.join()}`;
  return c.value === undefined ? null : writeProblem(c, c.value, index, data);
}

function writeProblem(
  c: Indexed,
  { shape, data: elements }: Encoded,
  index: readonly gl.IndexItem[],
  data: readonly number[],
): string | null {
  const x = gl.fromData(Float64Array.from(data), c.shape, "float64");
  const value = gl.fromData(Float64Array.from(numbers(elements)), shape, "float64");
  const y = x.mul(1);
  try {
    y.set_(index, value);
  } catch (e) {
    if (c.refuses !== true || !(e instanceof gl.ShapeError)) return `writing: ${String(e)}`;
    return y.dataSync().join() === data.join() ? null : "a refused write has changed elements";
  }
  if (c.refuses === true) return "a value that does not fit was written";
  if (y.dataSync().join() !== c.written!.map(Number).join())
    return `written ${y.dataSync().join()}, not ${c.written!.join()}`;
  const weights = data.map((_, k) => k + 1);
  y.mul(gl.fromData(Float64Array.from(weights), c.shape, { dtype: "float64", constant: true })).backward();
  const over = new Set(c.reads.data);
  const left = weights.map((w, k) => (over.has(k) ? 0 : w)).join();
  const grad = x.grad?.dataSync().join() ?? data.map(() => 0).join();
  if (grad !== left) return `gradient of what was overwritten ${grad}, not ${left}`;
  const total = [...over].reduce((sum, p) => sum + weights[p]!, 0);
  const given = value.grad === null ? 0 : [...value.grad.dataSync()].reduce((a, b) => a + b, 0);
  return given === total ? null : `gradients of the value come to ${given}, not ${total}`;
}

describe.each<gl.BackendName>(["wasm", "reference"])("random indices on %s", (backend) => {
  beforeAll(() => gl.setBackend(backend));

  it("read, write and differentiate as in NumPy", () => {
    const problems = indices.flatMap((c) => {
      const p = indexProblem(c);
      return p === null ? [] : [`[${c.shape}] ${JSON.stringify(c.index).slice(0, 300)}: ${p}`];
    });
    expect(problems).toEqual([]);
  });
});
