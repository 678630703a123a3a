/** What a driver does with special values and with the last bits of float32, found out by one draw. */
import type { Programs } from "./gl/programs.ts";
import type { Textures } from "./gl/textures.ts";

/** What was found. */
export interface Probe {
  /** Whether draws keep all of float32's bits; otherwise they are of half precision, whatever the texture says. */
  readonly float32: boolean;
  /** Whether NaN and infinities stay what they are. */
  readonly nan: boolean;
  readonly infinity: boolean;
  /** Whether numbers below 2⁻¹²⁶ are not taken for 0. */
  readonly subnormals: boolean;
}

const FINE = 1 + 2 ** -20;
const GIVEN = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, FINE, 1e-40);

const CODE = `#version 300 es
precision highp float;
uniform highp sampler2D s0;
layout(location = 0) out vec4 result;
void main() {
  vec4 x = texelFetch(s0, ivec2(0), 0);
  result = vec4(x.x + 1.0, x.y * 2.0, x.z + 1.0, x.w * 1e20);
}
`;

/** Draws once, and waits for it. */
export function probe(programs: Programs, textures: Textures): Probe {
  const program = programs.get({ code: CODE, used: [0], hasBase: false });
  const [from, to] = [textures.acquire("float32", 4), textures.acquire("float32", 4)];
  try {
    textures.upload(from, GIVEN);
    program.use([from], null);
    textures.bindTargets([to]);
    textures.draw();
    const [nan, infinity, fine, small] = textures.read(to, 4);
    return {
      float32: fine === FINE + 1,
      nan: Number.isNaN(nan),
      infinity: infinity === Number.POSITIVE_INFINITY,
      subnormals: small !== 0,
    };
  } finally {
    textures.release(from);
    textures.release(to);
  }
}
