/**
 * Matrix products as fragment shaders. Each fragment computes a tile of 4x4 elements, from four texels of each operand for
 * every four terms: its rows go to four textures, which a second shader puts into one.
 */

import { sizeOf } from "../../../ir/layout.ts";
import type { MatmulAttrs, MatrixLayout } from "../../../ir/ops/fused.ts";
import { indexCode } from "./body.ts";
import { PrimWriter } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";
import { extentOf, floatLiteral, isFloatIndexed } from "./types.ts";

/** Sums of more terms are sums of sums: the error grows with the terms of one. */
const TERMS = 1024;
const COMPONENTS = ["x", "y", "z", "w"] as const;
const ROWS = [0, 1, 2, 3] as const;

/** The axis of a matrix along which texels lie: `row` for texels of four rows, `col` for texels of four columns. */
export type Along = "row" | "col";

/** Along which axis a matrix can be read by texels, wherever the others stand; null for none. */
export function texelAxis({ batch }: MatmulAttrs, layout: MatrixLayout): Along | null {
  const rest = [layout.offset, ...batch.flatMap((d, axis) => (d === 1 ? [] : [layout.batch[axis]!]))];
  if (rest.some((step) => step % 4 !== 0)) return null;
  if (layout.col === 1 && layout.row % 4 === 0) return "col";
  return layout.row === 1 && layout.col % 4 === 0 ? "row" : null;
}

const tilesOf = (n: number): number => Math.ceil(n / 4);

/** Elements of each of the four textures that rows of tiles go to. */
export function tileLength({ batch, m, n }: MatmulAttrs): number {
  return sizeOf(batch) * tilesOf(m) * tilesOf(n) * 4;
}

/** Coordinates from a position `q`: one a batch axis. */
function batchCoordinates({ batch }: MatmulAttrs): string {
  let code = "";
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    if (batch[axis] === 1) continue;
    code += `int p${axis} = q % ${batch[axis]};\nq /= ${batch[axis]};\n`;
  }
  return code;
}

function batchTerms({ batch }: MatmulAttrs, layout: MatrixLayout, unit: number): (readonly [number, string])[] {
  return batch.flatMap((d, axis) => (d === 1 ? [] : [[layout.batch[axis]! / unit, `p${axis}`] as const]));
}

/**
 * The shader of c[…, i, j] = Σ_k a[…, i, k]·b[…, k, j], of float32, whose operands are read by texels. Its four results have
 * the rows i ≡ 0, 1, 2, 3 (mod 4), each texel four columns of one row.
 */
export function tileShader(attrs: MatmulAttrs, a: Operand, b: Operand): Shader {
  const { m, n, k } = attrs;
  const [rows, columns] = [tilesOf(m), tilesOf(n)];
  // Where there are no terms, nothing is read.
  const [left, right] = [texelAxis(attrs, attrs.a) ?? "col", texelAxis(attrs, attrs.b) ?? "col"];
  // In texels; the operands' own coordinates begin at the tile's first row or column.
  const start = (layout: MatrixLayout, own: readonly [number, string]): string =>
    indexCode([...batchTerms(attrs, layout, 4), own], layout.offset / 4);
  const last = (size: number, at: string): string => (size % 4 === 0 ? at : `min(${at}, ${size - 1})`);
  const [x, y] = [new Side(0, "x", a), new Side(1, "y", b)];
  const setUp =
    `int q = t / ${columns};\nint j = t % ${columns};\nint i = q % ${rows};\nq /= ${rows};\n${batchCoordinates(attrs)}` +
    (left === "row"
      ? x.begin(0, start(attrs.a, [1, "i"]))
      : ROWS.map((r) => x.begin(r, start(attrs.a, [attrs.a.row / 4, last(m, `(i * 4 + ${r})`)]))).join("")) +
    (right === "col"
      ? y.begin(0, start(attrs.b, [1, "j"]))
      : ROWS.map((c) => y.begin(c, start(attrs.b, [attrs.b.col / 4, last(n, `(j * 4 + ${c})`)]))).join(""));
  /** Four terms, or fewer at the end: `k` is the first. */
  const block = (terms: number): string => {
    let code = "float fk = float(k);\n";
    for (const at of ROWS) {
      const inside = at < terms;
      if (left === "col") code += x.fetch(at, at, 0.25, 0);
      else if (inside) code += x.fetch(at, 0, attrs.a.col / 4, at);
      if (right === "row") code += y.fetch(at, at, 0.25, 0);
      else if (inside) code += y.fetch(at, 0, attrs.b.row / 4, at);
    }
    for (const r of ROWS) {
      const products = ROWS.slice(0, terms).map((at) => {
        const one = left === "col" ? `x${r}.${COMPONENTS[at]}` : `x${at}.${COMPONENTS[r]}`;
        const four = right === "col" ? `y${at}` : `vec4(${ROWS.map((c) => `y${c}.${COMPONENTS[at]}`).join(", ")})`;
        return `${one} * ${four}`;
      });
      code += `part${r} += ${products.join(" + ")};\n`;
    }
    return code;
  };
  const zero = (name: string): string => ROWS.map((r) => `vec4 ${name}${r} = vec4(0.0);\n`).join("");
  const whole = k - (k % 4);
  const rest = k % 4 === 0 ? "" : `{\nint k = ${whole};\n${block(k % 4)}}\n`;
  let sums: string;
  if (whole <= TERMS) {
    const loop = whole === 0 ? "" : `for (int k = 0; k < ${whole}; k += 4) {\n${block(4)}}\n`;
    sums = `${zero("part")}${loop}${rest}${ROWS.map((r) => `result${r} = part${r};\n`).join("")}`;
  } else {
    sums =
      `${zero("sum")}for (int first = 0; first < ${whole}; first += ${TERMS}) {\n${zero("part")}` +
      `int end = min(first + ${TERMS}, ${whole});\nfor (int k = first; k < end; k += 4) {\n${block(4)}}\n` +
      `${ROWS.map((r) => `sum${r} += part${r};\n`).join("")}}\n${zero("part")}${rest}` +
      ROWS.map((r) => `result${r} = sum${r} + part${r};\n`).join("");
  }
  const output: Operand = { dtype: "float32", length: tileLength(attrs) };
  return shaderOf({
    inputs: [a, b],
    used: [0, 1],
    output,
    isUpdate: false,
    prims: new PrimWriter(),
    main: `void tile(int t) {\n${setUp}${sums}}\n`,
    targets: 4,
  });
}

/** How one operand's texels are fetched: numbered by floats where they may be. */
class Side {
  private readonly position: 0 | 1;
  private readonly name: string;
  private readonly isFloat: boolean;

  constructor(position: 0 | 1, name: string, { length }: Operand) {
    this.position = position;
    this.name = name;
    this.isFloat = isFloatIndexed(extentOf(length));
  }

  /** The texel that row or column `k` of the tile begins at. */
  begin(k: number, texel: string): string {
    const type = this.isFloat ? "float" : "int";
    return `${type} ${this.name}Start${k} = ${type}(${texel});\n`;
  }

  /** Names the texel that is `(fk + ahead)·step` after a start. */
  fetch(k: number, from: number, step: number, ahead: number): string {
    const first = `${this.name}Start${from}`;
    const moved = this.isFloat
      ? `${first} + fk * ${floatLiteral(step)} + ${floatLiteral(step * ahead)}`
      : `${first} + ${step < 1 ? "(k >> 2)" : `(k + ${ahead}) * ${step}`}`;
    return `vec4 ${this.name}${k} = s${this.position}At(${moved});\n`;
  }
}

/** Puts the rows of tiles into one row-major result. */
export function joinShader(attrs: MatmulAttrs, output: Operand): Shader {
  const { m, n } = attrs;
  const [rows, columns] = [tilesOf(m), tilesOf(n)];
  const tile: Operand = { dtype: "float32", length: tileLength(attrs) };
  const pick = (of: string, at: string): string =>
    `(r == 0 ? ${of}0(${at}) : r == 1 ? ${of}1(${at}) : r == 2 ? ${of}2(${at}) : ${of}3(${at}))`;
  const row = `int i = q % ${m};\nint p = q / ${m};\nint r = i & 3;\nint first = (p * ${rows} + (i >> 2)) * ${columns};\n`;
  const main =
    n % 4 === 0
      ? `vec4 texel(int t) {\nint q = t / ${columns};\n${row}return ${pick("four", `first + t % ${columns}`)};\n}\n` +
        "#define RESULT texel(t)\n"
      : `float element(int e) {\nint q = e / ${n};\nint j = e % ${n};\n${row}return ${pick("one", "first * 4 + j")};\n}\n` +
        "#define RESULT vec4(element(t * 4), element(t * 4 + 1), element(t * 4 + 2), element(t * 4 + 3))\n";
  return shaderOf({
    inputs: [tile, tile, tile, tile],
    used: [0, 1, 2, 3],
    output,
    isUpdate: false,
    prims: new PrimWriter(),
    main,
  });
}
