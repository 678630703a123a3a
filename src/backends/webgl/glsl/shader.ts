/** What all shaders share: their declarations, the access to textures, and where the result goes. */
import { mathSource } from "./math.ts";
import type { PrimWriter } from "./prims.ts";
import { extentOf, fetchBody, GLSL_TYPES, isFloatIndexed, type TextureDType, texelOf } from "./types.ts";

/** A buffer as a shader sees it. */
export interface Operand {
  readonly dtype: TextureDType;
  /** In elements. */
  readonly length: number;
}

/** A fragment shader; its text is all there is to know of it, and so the key under which programs are kept. */
export interface Shader {
  readonly code: string;
  /** The positions of the operands that the samplers `s<position>` read. */
  readonly used: readonly number[];
  /** Whether there is a sampler `sBase`, for what stays of an updated buffer. */
  readonly hasBase: boolean;
}

/** A triangle that covers everything. */
export const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0);
}
`;

interface Parts {
  readonly inputs: readonly Operand[];
  readonly used: readonly number[];
  readonly output: Operand;
  readonly isUpdate: boolean;
  readonly prims: PrimWriter;
  /**
   * Functions, and a macro `RESULT` of the four elements of texel `t`; of more than one target, a function `tile(t)` that sets
   * `result0`, `result1`…
   */
  readonly main: string;
  /** How many textures are drawn to at once: 1 unless given. */
  readonly targets?: number;
}

/** Puts a shader together. `one<k>(i)` is an element of operand k, `four<k>(t)` are those of a texel, and `s<k>At(t)` is
 * the same, with `t` a float where {@link isFloatIndexed}. */
export function shaderOf({ inputs, used, output, isUpdate, prims, main, targets = 1 }: Parts): Shader {
  const { texel } = GLSL_TYPES[output.dtype];
  const t = `(int(gl_FragCoord.y) << ${extentOf(output.length).rowBits}) + int(gl_FragCoord.x)`;
  const results = targets === 1 ? ["result"] : Array.from({ length: targets }, (_, k) => `result${k}`);
  const action = targets === 1 ? `result = ${texelOf(output.dtype, "RESULT")}` : "tile(t)";
  const code = [
    "#version 300 es\nprecision highp float;\nprecision highp int;\n",
    ...used.map((k) => accessors(`s${k}`, `one${k}`, `four${k}`, inputs[k]!)),
    isUpdate ? accessors("sBase", "oneOfBase", "base", output) : "",
    ...results.map((name, k) => `layout(location = ${k}) out ${texel} ${name};\n`),
    mathSource(prims.functions),
    prims.wrappers(),
    main,
    `void main() {\n  int t = ${t};\n  ${action};\n}\n`,
  ].join("");
  return { code, used, hasBase: isUpdate };
}

function accessors(sampler: string, one: string, four: string, { dtype, length }: Operand): string {
  const types = GLSL_TYPES[dtype];
  const extent = extentOf(length);
  const number = isFloatIndexed(extent) ? "float" : "int";
  const fetched = `${sampler}At(${number}(t))`;
  return (
    `uniform highp ${types.sampler} ${sampler};\n` +
    `${types.texel} ${sampler}At(${number} t) { ${fetchBody(sampler, extent)} }\n` +
    `${types.four} ${four}(int t) { return ${types.four}(${fetched}); }\n` +
    `${types.one} ${one}(int i) { int t = i >> 2; return ${types.one}(${fetched}[i & 3]); }\n`
  );
}
