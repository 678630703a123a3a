/** How elements lie in textures, and what GLSL calls them. */
import type { DType } from "../../../ir/dtype.ts";

/** The dtypes that textures hold: WebGL has no float64. */
export type TextureDType = Exclude<DType, "float64">;

/** Texels in a row of a texture of more than one row: a power of two, so that shifts and masks find a texel. */
export const ROW_BITS = 11;
export const ROW_TEXELS: number = 2 ** ROW_BITS;

/**
 * The texture of a buffer: element i is component i % 4 of texel i / 4, and texels go row by row. What follows the last
 * element in its texel means nothing.
 */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** The texture for so many elements; there is one texel at least. */
export function extentOf(length: number): Extent {
  const texels = Math.max(1, Math.ceil(length / 4));
  if (texels <= ROW_TEXELS) return { width: texels, height: 1 };
  return { width: ROW_TEXELS, height: Math.ceil(texels / ROW_TEXELS) };
}

/** GLSL's types for a dtype: of one element and of four, in a body; of a texel, and of the sampler that fetches it. */
export const GLSL_TYPES: {
  readonly [D in TextureDType]: {
    readonly one: string;
    readonly four: string;
    readonly texel: string;
    readonly sampler: string;
  };
} = {
  float32: { one: "float", four: "vec4", texel: "vec4", sampler: "sampler2D" },
  int32: { one: "int", four: "ivec4", texel: "ivec4", sampler: "isampler2D" },
  bool: { one: "bool", four: "bvec4", texel: "uvec4", sampler: "usampler2D" },
};

/** The texture coordinates of texel `t`, an expression without side effects, where textures are `extent` large. */
export function texelAt(t: string, { height }: Extent): string {
  return height === 1 ? `ivec2(${t}, 0)` : `ivec2((${t}) & ${ROW_TEXELS - 1}, (${t}) >> ${ROW_BITS})`;
}

/** A float32 as GLSL: exactly, whatever the compiler makes of decimals. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (Number.isInteger(single) && Math.abs(single) < 2 ** 24 && !Object.is(single, -0)) return `${single}.0`;
  const bits = new Uint32Array(Float32Array.of(single).buffer)[0]!;
  return `uintBitsToFloat(0x${bits.toString(16)}u)`;
}

/** An int32 as GLSL, which has no literal for the least one. */
export function intLiteral(value: number): string {
  const whole = value | 0;
  if (whole === -(2 ** 31)) return "(-2147483647 - 1)";
  return whole < 0 ? `(${whole})` : String(whole);
}

/** The texel of an output whose four elements are given, as bodies compute them. */
export function texelOf(dtype: TextureDType, four: string): string {
  return dtype === "bool" ? `uvec4(${four})` : four;
}
