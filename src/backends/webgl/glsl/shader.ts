/** What all shaders share: their declarations, the access to textures, and where the result goes. */
import { mathSource } from "./math.ts";
import type { PrimWriter } from "./prims.ts";
import { extentOf, GLSL_TYPES, ROW_BITS, type TextureDType, texelAt, texelOf } from "./types.ts";

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
  /** Functions, and a macro `RESULT` of the four elements of texel `t`. */
  readonly main: string;
}

/** Puts a shader together. `one<k>(i)` is an element of operand k, `four<k>(t)` are those of a texel. */
export function shaderOf({ inputs, used, output, isUpdate, prims, main }: Parts): Shader {
  const { texel } = GLSL_TYPES[output.dtype];
  const { height } = extentOf(output.length);
  const t = height === 1 ? "int(gl_FragCoord.x)" : `(int(gl_FragCoord.y) << ${ROW_BITS}) + int(gl_FragCoord.x)`;
  const code = [
    "#version 300 es\nprecision highp float;\nprecision highp int;\n",
    ...used.map((k) => accessors(`s${k}`, `one${k}`, `four${k}`, inputs[k]!)),
    isUpdate ? accessors("sBase", "oneOfBase", "base", output) : "",
    `layout(location = 0) out ${texel} result;\n`,
    mathSource(prims.functions),
    prims.wrappers(),
    main,
    `void main() {\n  int t = ${t};\n  result = ${texelOf(output.dtype, "RESULT")};\n}\n`,
  ].join("");
  return { code, used, hasBase: isUpdate };
}

function accessors(sampler: string, one: string, four: string, { dtype, length }: Operand): string {
  const types = GLSL_TYPES[dtype];
  const fetched = `texelFetch(${sampler}, ${texelAt("t", extentOf(length))}, 0)`;
  const isBool = dtype === "bool";
  return (
    `uniform highp ${types.sampler} ${sampler};\n` +
    `${types.four} ${four}(int t) { return ${isBool ? `bvec4(${fetched})` : fetched}; }\n` +
    `${types.one} ${one}(int i) { int t = i >> 2; return ${isBool ? `bool(${fetched}[i & 3])` : `${fetched}[i & 3]`}; }\n`
  );
}
