/** Measures the functions of `src/backends/webgl/glsl/math.ts` where they run. It is for a page: it makes its own context. */
import { convert, INT32 } from "../../src/backends/reference/rounding.ts";
import { mathSource } from "../../src/backends/webgl/glsl/math.ts";
import { MATH_ULP } from "../../src/backends/webgl/glsl/math-ulp.ts";
import { ARITY, evaluate, type Prim } from "../../src/ir/scalar.ts";
import { pointsOf, wholePointsOf } from "./webgl-math-points.ts";

/** Texels of a row, and rows, of four elements each: 102,400 points a function. */
const SIDE = 160;
export const POINTS: number = SIDE * SIDE * 4;

const MIN_NORMAL = 2 ** -126;
const MAX_PROBLEMS = 8;

export interface Measure {
  /** The largest error, in units of the last place of the exact result. */
  readonly ulp: number;
  /** Where that is. */
  readonly at: readonly number[];
  /** NaN, infinities and zeros that are not as they should be. */
  readonly problems: string[];
}

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0);
}
`;

type Kind = "float" | "int" | "toInt";

const TEXTURES = { float: ["RGBA32F", "RGBA", "FLOAT"], int: ["RGBA32I", "RGBA_INTEGER", "INT"] } as const;

function fragmentOf(name: string, arity: number, kind: Kind): string {
  const from = kind === "int" ? "i" : "";
  const to = kind === "float" ? "" : "i";
  const lanes = ["x", "y", "z", "w"].map((p) => `m_${name}(${["a", "b"].slice(0, arity).map((v) => `${v}.${p}`)})`);
  return `#version 300 es
precision highp float;
precision highp int;
precision highp isampler2D;
uniform highp ${from}sampler2D first;
uniform highp ${from}sampler2D second;
layout(location = 0) out ${to}vec4 result;
${mathSource(new Set([name]))}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  ${from}vec4 a = texelFetch(first, at, 0);
  ${from}vec4 b = texelFetch(second, at, 0);
  result = ${to}vec4(${lanes.join(", ")});
}
`;
}

function compile(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`${gl.getShaderInfoLog(shader)}\n${source}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "not linked");
  return program;
}

type Values = Float32Array | Int32Array;

function textureOf(gl: WebGL2RenderingContext, kind: "float" | "int", values: Values | null): WebGLTexture {
  const [internal, format, type] = TEXTURES[kind];
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl[internal], SIDE, SIDE, 0, gl[format], gl[type], values);
  return texture;
}

/** `m_<name>` of the points, by one draw. */
function run(gl: WebGL2RenderingContext, name: string, arity: number, kind: Kind, points: readonly Values[]): Values {
  const program = compile(gl, fragmentOf(name, arity, kind));
  const source = kind === "int" ? "int" : "float";
  const target = kind === "float" ? "float" : "int";
  const output = textureOf(gl, target, null);
  const inputs = points.map((values) => textureOf(gl, source, values));
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, output, 0);
  gl.viewport(0, 0, SIDE, SIDE);
  gl.useProgram(program);
  inputs.forEach((texture, k) => {
    gl.activeTexture(gl.TEXTURE0 + k);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(gl.getUniformLocation(program, k === 0 ? "first" : "second"), k);
  });
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const values = target === "float" ? new Float32Array(POINTS) : new Int32Array(POINTS);
  const [, format, type] = TEXTURES[target];
  gl.readPixels(0, 0, SIDE, SIDE, gl[format], gl[type], values);
  gl.deleteFramebuffer(framebuffer);
  for (const texture of [output, ...inputs]) gl.deleteTexture(texture);
  gl.deleteProgram(program);
  return values;
}

/** The distance of two neighbours near a number. */
function unit(x: number): number {
  const bounded = Math.min(Math.max(Math.abs(x), MIN_NORMAL), 2 ** 127);
  return 2 ** (Math.floor(Math.log2(bounded)) - 23);
}

/** The error in units, or that the kind of value is wrong. */
type Difference = number | "special";

function compare(got: number, want: number): Difference {
  const rounded = Math.fround(want);
  if (Number.isNaN(rounded)) return Number.isNaN(got) ? 0 : "special";
  // Near the largest number both an infinity and a finite number may be right.
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) {
    if (got === rounded) return 0;
    if (Number.isNaN(got) || !Number.isFinite(want) || Math.sign(got) !== Math.sign(want)) return "special";
    return Math.abs(Math.min(Math.abs(got), 2 ** 128) - Math.abs(want)) / 2 ** 104;
  }
  if (want === 0) return Object.is(got, want) ? 0 : "special";
  if (Math.abs(want) < MIN_NORMAL && Math.abs(got) <= MIN_NORMAL) return 0;
  return Math.abs(got - want) / unit(want);
}

const isSubnormal = (x: number): boolean => x !== 0 && Math.abs(x) < MIN_NORMAL;

/** The least difference, where subnormal operands and what comes of them may count as zeros. */
function difference(got: number, args: readonly number[], want: (...args: readonly number[]) => number): Difference {
  const exact = compare(got, want(...args));
  if (exact === 0 || !args.some(isSubnormal)) return exact;
  const flushed = want(...args.map((x) => (isSubnormal(x) ? x * 0 : x)));
  if ([flushed, want(...args)].some((w) => Math.abs(got - w) <= MIN_NORMAL)) return 0;
  const other = compare(got, flushed);
  if (exact === "special" || other === "special") return exact === "special" ? other : exact;
  return Math.min(exact, other);
}

function measure(
  name: string,
  points: readonly Values[],
  got: Values,
  want: (...args: readonly number[]) => number,
): Measure {
  const problems: string[] = [];
  let ulp = 0;
  let at: readonly number[] = [];
  for (let i = 0; i < POINTS; i++) {
    const args = points.map((p) => p[i]!);
    const error = difference(got[i]!, args, want);
    if (error === "special") problems.push(`${name}(${args.join(", ")}) is ${got[i]}, not ${want(...args)}`);
    else if (error > ulp) [ulp, at] = [error, args];
  }
  if (problems.length > MAX_PROBLEMS) problems.splice(MAX_PROBLEMS, Infinity, `… ${problems.length} in all`);
  return { ulp, at, problems };
}

/** The functions of int32, by the operation that they are. */
const WHOLE = { floorDivInt: "floorDiv", modInt: "mod", remInt: "rem", powInt: "pow" } as const;

/**
 * The largest error of each function, in units in the last place of float32, against float64. `MATH_ULP` has the bounds; the
 * functions that it has not give ints, and must be exact.
 * @throws Error where there is no WebGL2 that renders to float32, or a shader does not compile
 */
export async function measureMath(): Promise<Record<string, Measure>> {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (gl === null || gl.getExtension("EXT_color_buffer_float") === null)
    throw new Error("there is no WebGL2 that renders to float32 here");
  const result: Record<string, Measure> = {};
  for (const prim of Object.keys(MATH_ULP) as Prim[]) {
    const points = pointsOf(prim, POINTS);
    result[prim] = measure(prim, points, run(gl, prim, ARITY[prim], "float", points), evaluate[prim]);
    // So that a page stays responsive.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const anything = pointsOf("abs", POINTS);
  const toInt = run(gl, "toInt", 1, "toInt", anything);
  result.toInt = measure("toInt", anything, toInt, (a) => convert(a!, "int32") + 0);
  for (const [name, prim] of Object.entries(WHOLE)) {
    const points = wholePointsOf(prim, POINTS);
    const got = run(gl, name, 2, "int", points);
    result[name] = measure(name, points, got, (a, b) => INT32[prim](a!, b!) + 0);
  }
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return result;
}
