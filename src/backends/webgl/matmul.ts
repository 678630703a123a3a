/** Which shaders do a matrix product. */
import { contiguousStrides, sizeOf } from "../../ir/layout.ts";
import type { MatmulAttrs, MatrixLayout } from "../../ir/ops/fused.ts";
import type { Region } from "../../ir/region.ts";
import { joinShader, texelAxis, tileLength, tileShader } from "./glsl/matmul.ts";
import { regionShader } from "./glsl/region.ts";
import type { Operand } from "./glsl/shader.ts";
import type { Draw } from "./lower.ts";

/** Products with fewer tiles than that are cut into sums of parts, where they have terms enough. */
const BUSY_TILES = 2048;
const LEAST_TERMS = 256;

/** The draws that write the product of values `a` and `b` to `output`; partial results become values of their own. */
export function lowerMatmul(
  attrs: MatmulAttrs,
  [a, b, output]: readonly [number, number, number],
  operands: Operand[],
): Draw[] {
  const value = (length: number): number => operands.push({ dtype: "float32", length }) - 1;
  const parts = partsOf(attrs);
  if (parts > 1) {
    const { batch, m, n, k } = attrs;
    const length = k / parts;
    const cut = (l: MatrixLayout, along: number): MatrixLayout => ({ ...l, batch: [...l.batch, along * length] });
    const each: MatmulAttrs = {
      ...attrs,
      batch: [...batch, parts],
      k: length,
      a: cut(attrs.a, attrs.a.col),
      b: cut(attrs.b, attrs.b.row),
    };
    const shape = [sizeOf(batch), parts, m * n];
    const between = value(sizeOf(shape));
    const region: Region = {
      shape,
      body: [{ kind: "load", input: 0, strides: contiguousStrides(shape), offset: 0, dtype: "float32" }],
      result: 0,
      reduce: { combine: "add", axes: [1], identity: 0 },
      store: { strides: [m * n, 0, 1], offset: 0 },
      dtype: "float32",
    };
    const shader = regionShader(region, [operands[between]!], operands[output]!, false);
    const sum: Draw = { kind: "draw", shader, inputs: [between], outputs: [output], base: null };
    return [...lowerMatmul(each, [a, b, between], operands), sum];
  }
  const draws: Draw[] = [];
  /** An operand that texels can be read from: itself, or a copy with rows that begin at texels. */
  const readable = (from: number, layout: MatrixLayout, rows: number, columns: number): [number, MatrixLayout] => {
    if (attrs.k === 0 || texelAxis(attrs, layout) !== null) return [from, layout];
    const pitch = Math.ceil(columns / 4) * 4;
    const shape = [...attrs.batch, rows, columns];
    const dense = contiguousStrides([...attrs.batch, rows, pitch]);
    const copy = value(sizeOf(attrs.batch) * rows * pitch);
    const region: Region = {
      shape,
      body: [
        {
          kind: "load",
          input: 0,
          strides: [...layout.batch, layout.row, layout.col],
          offset: layout.offset,
          dtype: "float32",
        },
      ],
      result: 0,
      reduce: null,
      store: { strides: dense, offset: 0 },
      dtype: "float32",
    };
    const shader = regionShader(region, [operands[from]!], operands[copy]!, false);
    draws.push({ kind: "draw", shader, inputs: [from], outputs: [copy], base: null });
    return [copy, { offset: 0, batch: dense.slice(0, -2), row: pitch, col: 1 }];
  };
  const { m, n, k } = attrs;
  const [left, aLayout] = readable(a, attrs.a, m, k);
  const [right, bLayout] = readable(b, attrs.b, k, n);
  const own: MatmulAttrs = { ...attrs, a: aLayout, b: bLayout };
  const rows = [0, 1, 2, 3].map(() => value(tileLength(own)));
  const shader = tileShader(own, operands[left]!, operands[right]!);
  draws.push({ kind: "draw", shader, inputs: [left, right], outputs: rows, base: null });
  draws.push({
    kind: "draw",
    shader: joinShader(own, operands[output]!),
    inputs: rows,
    outputs: [output],
    base: null,
  });
  return draws;
}

/** Into how many parts of equal length, which are multiples of four, the terms are cut; 1 for none. */
function partsOf({ batch, m, n, k }: MatmulAttrs): number {
  const tiles = sizeOf(batch) * Math.ceil(m / 4) * Math.ceil(n / 4);
  if (tiles >= BUSY_TILES || k < 2 * LEAST_TERMS) return 1;
  const wanted = Math.min(Math.ceil(BUSY_TILES / tiles), Math.floor(k / LEAST_TERMS));
  for (let parts = wanted; parts > 1; parts--) if (k % (parts * 4) === 0) return parts;
  return 1;
}
