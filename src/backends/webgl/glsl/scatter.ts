/** Writing at computed positions as shaders: each element looks for what is written to it. */
import { PrimWriter } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";
import { GLSL_TYPES } from "./types.ts";

/** What is written where: operands 0, 1 and 2 of the shaders. */
export interface Writes {
  readonly base: Operand;
  readonly index: Operand;
  readonly value: Operand;
  /** Whether values are added up; otherwise the last one remains. */
  readonly adds: boolean;
}

/** Each element goes through all positions: for few of either. */
export function scatterAll({ base, index, value, adds }: Writes): Shader {
  const { four } = GLSL_TYPES[base.dtype];
  const main =
    `${four} texel(int t) {\n  ${four} all = four0(t);\n` +
    `  for (int u = 0; u < ${Math.ceil(index.length / 4)}; u++) {\n` +
    `    ivec4 at = clamp(four1(u), 0, ${base.length - 1});\n    if (!any(equal(at >> 2, ivec4(t)))) { continue; }\n` +
    `    for (int k = 0; k < 4; k++) {\n      int n = u * 4 + k;\n      if (n >= ${index.length} || at[k] >> 2 != t) { continue; }\n` +
    `      all[at[k] & 3] ${adds ? "+=" : "="} one2(n);\n    }\n  }\n  return all;\n}\n#define RESULT texel(t)\n`;
  return shaderOf({
    inputs: [base, index, value],
    used: [0, 1, 2],
    output: base,
    isUpdate: false,
    prims: new PrimWriter(),
    main,
  });
}

/** Each element looks its writes up where they are sorted by position; operand 3 is their order. */
export function scatterSorted({ base, index, value, adds }: Writes, order: Operand): Shader {
  const { one, four } = GLSL_TYPES[base.dtype];
  const count = index.length;
  const join = adds
    ? `  for (int n = first; n < ${count}; n++) {\n    int w = one3(n);\n    if (at(w) != e) { break; }\n    all += one2(w);\n  }\n`
    : `  for (int n = first; n < ${count}; n++) {\n    int w = one3(n);\n    if (at(w) != e) { break; }\n    all = one2(w);\n  }\n`;
  const main =
    `int at(int w) { return clamp(one1(w), 0, ${base.length - 1}); }\n` +
    `${one} element(int e) {\n  ${one} all = one0(e);\n  int first = 0;\n  int last = ${count};\n` +
    "  while (first < last) {\n    int middle = (first + last) >> 1;\n" +
    `    if (at(one3(middle)) < e) { first = middle + 1; } else { last = middle; }\n  }\n${join}  return all;\n}\n` +
    `${four} texel(int t) {\n  ${four} all;\n  for (int k = 0; k < 4; k++) { all[k] = element(t * 4 + k); }\n  return all;\n}\n` +
    "#define RESULT texel(t)\n";
  return shaderOf({
    inputs: [base, index, value, order],
    used: [0, 1, 2, 3],
    output: base,
    isUpdate: false,
    prims: new PrimWriter(),
    main,
  });
}
