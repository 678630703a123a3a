/** Matrix products as fragment shaders: each fragment computes four elements of a row of the result. */
import type { MatmulAttrs, MatrixLayout } from "../../../ir/ops/fused.ts";
import { indexCode } from "./body.ts";
import { PrimWriter } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";

/** Sums of more terms are sums of sums: the error grows with the terms of one. */
const TERMS = 128;
const COMPONENTS = ["x", "y", "z", "w"] as const;

/** The shader of c[…, i, j] = Σ_k a[…, i, k]·b[…, k, j], of float32. */
export function matmulShader(attrs: MatmulAttrs, a: Operand, b: Operand, output: Operand): Shader {
  const isByTexel = attrs.n % 4 === 0;
  const main = isByTexel ? byTexel(attrs) : byElement(attrs);
  return shaderOf({ inputs: [a, b], used: [0, 1], output, isUpdate: false, prims: new PrimWriter(), main });
}

/** Coordinates from the position `e` of an element: one a batch axis, the row `i`, the column `j`. */
function coordinates({ batch, m, n }: MatmulAttrs): string {
  let code = `int j = e % ${n};\nint q = e / ${n};\nint i = q % ${m};\nq /= ${m};\n`;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    if (batch[axis] === 1) continue;
    code += `int p${axis} = q % ${batch[axis]};\nq /= ${batch[axis]};\n`;
  }
  return code;
}

/** Where a row of the left operand, or a column of the right one, begins. */
function start({ batch }: MatmulAttrs, layout: MatrixLayout, own: readonly [number, string]): string {
  const terms = batch.flatMap((d, axis) => (d === 1 ? [] : [[layout.batch[axis]!, `p${axis}`] as const]));
  return indexCode([...terms, own], layout.offset);
}

/** Whether steps along an axis of stride 1 go through whole texels, wherever the other axes stand. */
function isAligned({ batch }: MatmulAttrs, layout: MatrixLayout, along: number, other: number, size: number): boolean {
  const rest = batch.flatMap((d, axis) => (d === 1 ? [] : [layout.batch[axis]!]));
  return along === 1 && size % 4 === 0 && [other, layout.offset, ...rest].every((step) => step % 4 === 0);
}

/** `body` for all k, a step at a time, with what it adds to `part` summed up in `sum`. */
function overTerms(type: string, k: number, step: number, body: string): string {
  const loop = (from: string, to: string): string => `for (int k = ${from}; k < ${to}; k += ${step}) {\n${body}}\n`;
  if (k <= TERMS) return `${type} part = ${type}(0.0);\n${loop("0", String(k))}${type} sum = part;\n`;
  return (
    `${type} sum = ${type}(0.0);\nfor (int first = 0; first < ${k}; first += ${TERMS}) {\n${type} part = ${type}(0.0);\n` +
    `${loop("first", `min(first + ${TERMS}, ${k})`)}sum += part;\n}\n`
  );
}

function byTexel(attrs: MatmulAttrs): string {
  const { a, b, k, n } = attrs;
  const aByTerms = isAligned(attrs, a, a.col, a.row, k);
  const bByColumns = isAligned(attrs, b, b.col, b.row, n);
  const bByTerms = isAligned(attrs, b, b.row, b.col, k);
  const step = k % 4 === 0 ? 4 : 1;
  const term = (at: number): string => (at === 0 ? "k" : `(k + ${at})`);
  const aOne = (at: number): string => `one0(a0 + ${indexCode([[a.col, term(at)]], 0)})`;
  const bOne = (at: number, column: number): string => `one1(b0 + ${indexCode([[b.row, term(at)]], column * b.col)})`;
  let body: string;
  if (step === 4) {
    const left = aByTerms ? "four0((a0 + k) >> 2)" : `vec4(${[0, 1, 2, 3].map(aOne).join(", ")})`;
    body = `vec4 x = ${left};\n`;
    if (bByTerms && !bByColumns) {
      // Each texel holds four terms of one column.
      const dots = COMPONENTS.map((_, c) => `dot(x, four1((b0 + ${c * b.col} + k) >> 2))`);
      body += `part += vec4(${dots.join(", ")});\n`;
    } else {
      for (const [at, component] of COMPONENTS.entries()) body += `part += x.${component} * ${rightRow(at)};\n`;
    }
  } else body = `part += ${aOne(0)} * ${rightRow(0)};\n`;

  function rightRow(at: number): string {
    if (bByColumns) return `four1((b0 + ${indexCode([[b.row, term(at)]], 0)}) >> 2)`;
    return `vec4(${[0, 1, 2, 3].map((column) => bOne(at, column)).join(", ")})`;
  }
  return (
    `vec4 texel(int t) {\nint e = t * 4;\n${coordinates(attrs)}` +
    `int a0 = ${start(attrs, a, [a.row, "i"])};\nint b0 = ${start(attrs, b, [b.col, "j"])};\n` +
    `${overTerms("vec4", k, step, body)}return sum;\n}\n#define RESULT texel(t)\n`
  );
}

function byElement(attrs: MatmulAttrs): string {
  const { a, b, k } = attrs;
  const aByTerms = isAligned(attrs, a, a.col, a.row, k);
  const bByTerms = isAligned(attrs, b, b.row, b.col, k);
  const step = aByTerms || bByTerms ? 4 : 1;
  const side = (of: 0 | 1, name: string, stride: number, whole: boolean): string => {
    if (whole) return `four${of}((${name} + k) >> 2)`;
    const each = [0, 1, 2, 3].map(
      (at) => `one${of}(${name} + ${indexCode([[stride, at === 0 ? "k" : `(k + ${at})`]], 0)})`,
    );
    return step === 4 ? `vec4(${each.join(", ")})` : each[0]!;
  };
  const [x, y] = [side(0, "a0", a.col, aByTerms), side(1, "b0", b.row, bByTerms)];
  const body = step === 4 ? `part += dot(${x}, ${y});\n` : `part += ${x} * ${y};\n`;
  return (
    `float element(int e) {\n${coordinates(attrs)}` +
    `int a0 = ${start(attrs, a, [a.row, "i"])};\nint b0 = ${start(attrs, b, [b.col, "j"])};\n` +
    `${overTerms("float", k, step, body)}return sum;\n}\n` +
    "vec4 texel(int t) {\nvec4 all;\nfor (int n = 0; n < 4; n++) { all[n] = element(t * 4 + n); }\nreturn all;\n}\n" +
    "#define RESULT texel(t)\n"
  );
}
