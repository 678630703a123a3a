/** Scans as shaders: in each pass, an element takes in what eight windows before it hold. */
import { PrimWriter } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";
import { GLSL_TYPES } from "./types.ts";

/** Windows that one pass joins: after pass k, an element holds the 8 to the k before it, itself included. */
export const WINDOWS = 8;

/** Where the scanned axis lies in a row-major array. */
export interface ScanAxis {
  readonly length: number;
  /** Elements from one position to the next. */
  readonly stride: number;
}

const position = ({ length, stride }: ScanAxis): string => `(e / ${stride}) % ${length}`;

/**
 * One pass of a running sum or product (Hillis and Steele 1986, with eight windows for two).
 *
 * @param distance the length of the windows
 */
export function scanPass(x: Operand, axis: ScanAxis, distance: number, operator: "+" | "*"): Shader {
  const { one, four } = GLSL_TYPES[x.dtype];
  const main =
    `${one} element(int e) {\n  int p = ${position(axis)};\n  ${one} sum = one0(e);\n` +
    `  for (int j = 1; j < ${WINDOWS}; j++) {\n    int back = j * ${distance};\n    if (back > p) { break; }\n` +
    `    sum = one0(e - back * ${axis.stride}) ${operator} sum;\n  }\n  return sum;\n}\n` +
    `${four} texel(int t) {\n  ${four} all;\n  for (int k = 0; k < 4; k++) { all[k] = element(t * 4 + k); }\n  return all;\n}\n` +
    "#define RESULT texel(t)\n";
  return shaderOf({ inputs: [x], used: [0], output: x, isUpdate: false, prims: new PrimWriter(), main });
}

/**
 * One pass of y[i] = a[i]·y[i - 1] + b[i]: a window is the function y → A·y + B of what comes before it, and two that follow each
 * other are A₂·A₁ and A₂·B₁ + B₂. Draws A and B.
 */
export function recurrencePass(a: Operand, b: Operand, axis: ScanAxis, distance: number): Shader {
  const main =
    `vec2 element(int e) {\n  int p = ${position(axis)};\n  vec2 f = vec2(one0(e), one1(e));\n` +
    `  for (int j = 1; j < ${WINDOWS}; j++) {\n    int back = j * ${distance};\n    if (back > p) { break; }\n` +
    `    int before = e - back * ${axis.stride};\n` +
    "    f = vec2(f.x * one0(before), f.x * one1(before) + f.y);\n  }\n  return f;\n}\n" +
    "void tile(int t) {\n  vec4 factors;\n  vec4 terms;\n  for (int k = 0; k < 4; k++) {\n    vec2 f = element(t * 4 + k);\n" +
    "    factors[k] = f.x;\n    terms[k] = f.y;\n  }\n  result0 = factors;\n  result1 = terms;\n}\n";
  return shaderOf({
    inputs: [a, b],
    used: [0, 1],
    output: b,
    isUpdate: false,
    prims: new PrimWriter(),
    main,
    targets: 2,
  });
}
