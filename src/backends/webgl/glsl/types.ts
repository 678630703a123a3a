/** How elements lie in textures, and what GLSL calls them. */
import type { DType } from "../../../ir/dtype.ts";

/** The dtypes that textures hold: WebGL has no float64. */
export type TextureDType = Exclude<DType, "float64">;

/** Rows have at most 2 to this power texels: all implementations have textures that wide. */
export const MAX_ROW_BITS = 11;

/**
 * The texture of a buffer: element i is component i % 4 of texel i / 4, and texels go row by row. What follows the last
 * element in its texel means nothing. Textures are about square, because graphics cards draw squares of fragments; rows
 * are powers of two, so that shifts and masks find a texel.
 */
export interface Extent {
  readonly rowBits: number;
  readonly width: number;
  readonly height: number;
}

/** The texture for so many elements; there is one texel at least. */
export function extentOf(length: number): Extent {
  const texels = Math.max(1, Math.ceil(length / 4));
  const rowBits = Math.min(MAX_ROW_BITS, Math.ceil(Math.log2(texels) / 2));
  const width = 2 ** rowBits;
  return { rowBits, width, height: Math.ceil(texels / width) };
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

/** Up to so many texels, float32 tells the middles of all of them apart. */
const FLOAT_TEXELS = 2 ** 22;

/**
 * The body of a function that fetches texel `t` of a sampler, a float where {@link isFloatIndexed}, an int otherwise. Sampling by
 * float coordinates is twice as fast as `texelFetch` where the processor draws, and no slower on graphics cards; widths are
 * powers of two, so that the first coordinate is exact.
 */
export function fetchBody(sampler: string, extent: Extent): string {
  const { rowBits, width, height } = extent;
  if (!isFloatIndexed(extent)) {
    return `return texelFetch(${sampler}, ivec2(t & ${width - 1}, t >> ${rowBits}), 0);`;
  }
  const row = `(floor(f) + 0.5) * ${floatLiteral(1 / height)}`;
  return `float f = (t + 0.5) * ${floatLiteral(1 / width)}; return texture(${sampler}, vec2(fract(f), ${row}));`;
}

/** Whether texels of a texture are numbered by floats in shaders. */
export function isFloatIndexed({ width, height }: Extent): boolean {
  return width * height <= FLOAT_TEXELS;
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
