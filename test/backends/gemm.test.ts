import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Features, ModuleBuilder } from "../../src/backends/wasm/asm/module.ts";
import { addGemm, gemmScratchBytes } from "../../src/backends/wasm/kernels/gemm.ts";
import { FEATURE_SETS } from "./feature-sets.ts";

type Gemm = (...args: number[]) => void;

/** Element strides; `low` is the least element offset that they reach. */
interface Layout {
  readonly row: number;
  readonly column: number;
}

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Layout;
  readonly b: Layout;
  readonly cGap: number;
  readonly seed: number;
  /** Whether infinities and NaN are among the elements. */
  readonly special: boolean;
}

const CANARY = 12345;
const MARGIN = 64;
const memory = new WebAssembly.Memory({ initial: 256 });

/** The layouts of a rows×columns matrix by name. */
const LAYOUTS: Readonly<Record<string, (rows: number, columns: number) => Layout>> = {
  rowMajor: (_, columns) => ({ row: columns, column: 1 }),
  transposed: (rows) => ({ row: 1, column: rows }),
  padded: (_, columns) => ({ row: columns + 3, column: 1 }),
  paddedTransposed: (rows) => ({ row: 1, column: rows + 5 }),
  strided: (_, columns) => ({ row: 2 * columns + 1, column: 2 }),
  reversed: (_, columns) => ({ row: -columns, column: -1 }),
  reversedRows: (_, columns) => ({ row: -columns, column: 1 }),
  reversedColumns: (rows) => ({ row: 1, column: -rows }),
  sameRow: () => ({ row: 0, column: 1 }),
  sameColumn: () => ({ row: 1, column: 0 }),
  scalar: () => ({ row: 0, column: 0 }),
};

function compile(dtype: "float32" | "float64", features: Features): Gemm {
  const module = new ModuleBuilder(features);
  module.importMemory("env", "memory", { min: 1 });
  module.exportFunction(addGemm(module, dtype), "gemm");
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
  return instance.exports.gemm as Gemm;
}

/** Small integers, whose sums of products are exact in float32 in any order, and special values if asked for. */
function elements(seed: number, special: boolean): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const bits = state >>> 8;
    if (special && bits % 97 === 0) return [Infinity, -Infinity, NaN][bits % 3]!;
    return (bits % 17) - 8;
  };
}

/** The index of element (0, 0) in the span of a matrix, and the span's length. */
function span(rows: number, columns: number, { row, column }: Layout): readonly [first: number, length: number] {
  if (rows === 0 || columns === 0) return [0, 0];
  const [down, right] = [(rows - 1) * row, (columns - 1) * column];
  const first = -Math.min(0, down) - Math.min(0, right);
  return [first, first + Math.max(0, down) + Math.max(0, right) + 1];
}

function check(gemm: Gemm, dtype: "float32" | "float64", { m, n, k, a, b, cGap, seed, special }: Case): void {
  const heap = dtype === "float32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const size = heap.BYTES_PER_ELEMENT;
  const [aFirst, aLength] = span(m, k, a);
  const [bFirst, bLength] = span(k, n, b);
  const cRow = n + cGap;
  const aAt = 3 + MARGIN;
  const bAt = aAt + aLength + MARGIN;
  const cAt = bAt + bLength + MARGIN;
  const cEnd = cAt + m * cRow;
  const scratch = Math.ceil((cEnd + MARGIN) / 4) * 4;
  const scratchEnd = scratch + gemmScratchBytes(dtype, m, n, k) / size;
  const end = scratchEnd + MARGIN;
  expect(end).toBeLessThan(heap.length);
  heap.fill(CANARY, 0, end);
  const next = elements(seed, special);
  for (let i = 0; i < aLength; i++) heap[aAt + i] = next();
  for (let i = 0; i < bLength; i++) heap[bAt + i] = next();
  const wanted = heap.slice(0, end);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++)
        sum += heap[aAt + aFirst + i * a.row + p * a.column]! * heap[bAt + bFirst + p * b.row + j * b.column]!;
      wanted[cAt + i * cRow + j] = sum;
    }
  const pointers = [aAt + aFirst, bAt + bFirst, cAt].map((each) => each * size);
  gemm(...pointers, m, n, k, a.row, a.column, b.row, b.column, cRow, scratch * size);
  for (let i = 0; i < end; i++) {
    if (i >= scratch && i < scratchEnd) continue;
    if (!Object.is(heap[i], wanted[i])) expect.fail(`element ${i - cAt} of C: ${heap[i]} instead of ${wanted[i]}`);
  }
}

const layoutName = fc.constantFrom(...Object.keys(LAYOUTS));
const small = fc.integer({ min: 0, max: 40 });

const CASES = FEATURE_SETS.flatMap(([name, features]) =>
  (["float32", "float64"] as const).map((dtype) => [dtype, name, features] as const),
);

describe.each(CASES)("gemm of %s with %s", (dtype, _, features) => {
  const gemm = compile(dtype, features);
  const withLayouts = (m: number, n: number, k: number, a: string, b: string): Case => ({
    ...{ m, n, k, a: LAYOUTS[a]!(m, k), b: LAYOUTS[b]!(k, n) },
    ...{ cGap: (m + n) % 3, seed: m * n + k, special: false },
  });

  it("multiplies matrices of any shape and strides", () => {
    const cases = fc.record({
      shape: fc.tuple(small, small, small),
      a: layoutName,
      b: layoutName,
      cGap: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
      special: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ shape: [m, n, k], a, b, ...rest }) => {
        check(gemm, dtype, { ...withLayouts(m, n, k, a, b), ...rest });
      }),
      { numRuns: 800 },
    );
  });

  it.each([
    [9, 17, 513],
    [5, 11, 1030],
    [257, 13, 40],
    [300, 9, 515],
    [16, 64, 600],
    [17, 65, 512],
    [1, 1, 2000],
  ])("crosses blocks: %i×%i of depth %i", (m, n, k) => {
    for (const a of ["rowMajor", "transposed", "reversed"])
      for (const b of ["rowMajor", "transposed", "strided"]) check(gemm, dtype, withLayouts(m, n, k, a, b));
  });

  it("gives zeros for an empty sum and writes nothing for an empty result", () => {
    for (const [m, n, k] of [
      [7, 13, 0],
      [0, 5, 5],
      [5, 0, 5],
      [0, 0, 0],
    ] as const)
      check(gemm, dtype, withLayouts(m, n, k, "rowMajor", "rowMajor"));
  });
});
