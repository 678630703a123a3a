/** Operands at which the functions of `math.ts` are measured: the special ones, ordinary ranges, and any bits. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Prim } from "../../src/ir/scalar.ts";

/** A list of operands for each argument. */
export type Points = readonly Float32Array<ArrayBuffer>[];

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

function floatOfBits(bits: number): number {
  words[0] = bits;
  return floats[0]!;
}

function bitsOf(x: number): number {
  floats[0] = x;
  return words[0]!;
}

const MAX = floatOfBits(0x7f7fffff);

/** Of all float32 numbers the one nearest to a multiple of π/2. */
const WORST_ANGLE = 16367173 * 2 ** 72;

/** Numbers around which something happens; their neighbours and opposites are taken too. */
// biome-ignore format: a list of numbers
const EDGES = [
  0, 2 ** -149, 2 ** -126, 1e-30, 2 ** -26, 2 ** -25, 2 ** -24, 2 ** -13, 2 ** -12, 1e-3, 0.1, 0.25, Math.LN2 / 2, 0.4,
  Math.SQRT1_2, 0.5, 0.75, Math.PI / 4, 1, 1.25, Math.SQRT2, 1.5, Math.PI / 2, 2, 2.5, Math.E, 3, Math.PI, 3.5, 4, 5, 7,
  8, 9.1, 10, 10.1, 17, 88, 88.7228317, 89, 89.4159851, 90, 100, 104, 127, 128, 150, 1000, 3072, 4095.5, 2 ** 17, 2 ** 20,
  2 ** 22 + 0.5, 2 ** 23, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 33, 1e15, 1.0606e16, 1e30, 2 ** 126, 2 ** 127, WORST_ANGLE, MAX, Infinity, NaN,
];

const SPECIAL: readonly number[] = EDGES.flatMap((x) => {
  if (Number.isNaN(x)) return [x];
  const bits = bitsOf(x);
  const near = x === 0 ? [bits, bits + 1] : x === Infinity ? [bits - 1, bits] : [bits - 1, bits, bits + 1];
  return near.flatMap((b) => [floatOfBits(b), -floatOfBits(b)]);
});

type Range = readonly [low: number, high: number];

/** Where a function is not constant, and where it is hard. */
const RANGES: { readonly [P in Prim]?: readonly Range[] } = {
  exp: [
    [-104, 89],
    [-1, 1],
  ],
  expm1: [
    [-20, 89],
    [-1, 1],
  ],
  sinh: [
    [-90, 90],
    [-1.5, 1.5],
  ],
  cosh: [
    [-90, 90],
    [-1.5, 1.5],
  ],
  tanh: [
    [-10, 10],
    [-1, 1],
  ],
  erf: [
    [-4.5, 4.5],
    [-1.2, 1.2],
  ],
  erfc: [
    [-4, 10.5],
    [-1, 3],
  ],
  log: [
    [0, 10],
    [0.7, 1.45],
    [0, 1e6],
  ],
  log2: [
    [0, 10],
    [0.7, 1.45],
    [0, 1e6],
  ],
  log10: [
    [0, 10],
    [0.7, 1.45],
    [0, 1e6],
  ],
  log1p: [
    [-1, 10],
    [-0.3, 0.45],
    [0, 1e6],
  ],
  sin: [
    [-10, 10],
    [-3072, 3072],
    [-(2 ** 17), 2 ** 17],
  ],
  cos: [
    [-10, 10],
    [-3072, 3072],
    [-(2 ** 17), 2 ** 17],
  ],
  tan: [
    [-10, 10],
    [-3072, 3072],
    [-(2 ** 17), 2 ** 17],
  ],
  asin: [
    [-1, 1],
    [0.9, 1],
  ],
  acos: [
    [-1, 1],
    [0.9, 1],
  ],
  atan: [
    [-10, 10],
    [-1, 1],
  ],
  asinh: [
    [-10, 10],
    [-1, 1],
    [0, 2 ** 21],
  ],
  acosh: [
    [1, 10],
    [1, 1.01],
    [1, 2 ** 21],
  ],
  atanh: [
    [-1, 1],
    [-0.1, 0.1],
    [0.9, 1],
  ],
  cbrt: [
    [-10, 10],
    [-1000, 1000],
  ],
};

/** Ranges for both operands. */
const PAIRS: { readonly [P in Prim]?: readonly (readonly [Range, Range])[] } = {
  pow: [
    [
      [0, 10],
      [-10, 10],
    ],
    [
      [0, 2],
      [-120, 120],
    ],
    [
      [0.99, 1.01],
      [-9000, 9000],
    ],
    [
      [0, 100],
      [-3, 3],
    ],
  ],
};

/** Four pairs of ranges of ordinary numbers, for functions that {@link PAIRS} has not. */
const ORDINARY: readonly (readonly [Range, Range])[] = [
  [
    [-10, 10],
    [-10, 10],
  ],
  [
    [-1e6, 1e6],
    [-3, 3],
  ],
  [
    [-1e7, 1e7],
    [0, 1e-3],
  ],
  [
    [-1, 1],
    [-100, 100],
  ],
];

/** Random numbers of a range, and random bits; the same ones every time. */
function random(): { between: (range: Range) => number; bits: () => number } {
  const rng = xoroshiro128plus(42);
  return {
    between: ([low, high]) => low + ((high - low) * uniformInt(rng, 0, 2 ** 30)) / 2 ** 30,
    bits: () => uniformInt(rng, -(2 ** 31), 2 ** 31 - 1),
  };
}

/** As many operands of a primitive as asked for. */
export function pointsOf(prim: Prim, count: number): Points {
  const { between, bits } = random();
  if (prim in RANGES || !isBinary(prim)) {
    const ranges = RANGES[prim] ?? [
      [-10, 10],
      [-3000, 3000],
      [-(2 ** 24), 2 ** 24],
    ];
    const values = Float32Array.from({ length: count }, (_, i) => {
      if (i < SPECIAL.length) return SPECIAL[i]!;
      const turn = i % (ranges.length + 2);
      if (turn < ranges.length) return between(ranges[turn]!);
      // Near multiples of π/2 little is left of an angle.
      return turn === ranges.length ? floatOfBits(bits()) : Math.round(between([-(2 ** 17), 2 ** 17])) * (Math.PI / 2);
    });
    return [values];
  }
  const first = new Float32Array(count);
  const second = new Float32Array(count);
  const pairs = PAIRS[prim] ?? ORDINARY;
  for (let i = 0; i < count; i++) {
    const [a, b] = binaryPoint(i, pairs, between, bits);
    [first[i], second[i]] = [a, b];
  }
  return [first, second];
}

const isBinary = (prim: Prim): boolean =>
  ["max", "min", "div", "rem", "mod", "floorDiv", "pow", "atan2"].includes(prim);

/** Pairs of special ones, then ordinary ones in turn with any bits, whole quotients, whole numbers, and negative bases of powers. */
function binaryPoint(
  i: number,
  pairs: readonly (readonly [Range, Range])[],
  between: (range: Range) => number,
  bits: () => number,
): readonly [number, number] {
  const special = SPECIAL.length;
  if (i < special * special) return [SPECIAL[i % special]!, SPECIAL[Math.floor(i / special)]!];
  const turn = i % (pairs.length + 4);
  if (turn < pairs.length) return [between(pairs[turn]![0]), between(pairs[turn]![1])];
  switch (turn - pairs.length) {
    case 0:
      return [floatOfBits(bits()), floatOfBits(bits())];
    case 1: {
      const b = Math.fround(between([-3, 3]));
      return [b * Math.round(between([-4096, 4096])), b];
    }
    case 2:
      return [Math.round(between([-300, 300])), Math.round(between([-30, 30]))];
    default:
      return [between([-4, 4]), Math.round(between([-60, 60]))];
  }
}

/** Ints where arithmetic wraps around. */
const WHOLE = [0, 1, 2, 3, 7, 31, 32, 255, 65535, 65536, 2 ** 31 - 2, 2 ** 31 - 1].flatMap((x) => [x, -x, ~x]);

export function wholePointsOf(
  prim: "floorDiv" | "mod" | "rem" | "pow",
  count: number,
): readonly Int32Array<ArrayBuffer>[] {
  const { between, bits } = random();
  const n = WHOLE.length;
  const first = new Int32Array(count);
  const second = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const small = (): number => Math.round(between(prim === "pow" ? [-12, 40] : [-1000, 1000]));
    const [a, b] =
      i < n * n
        ? [WHOLE[i % n]!, WHOLE[Math.floor(i / n)]!]
        : i % 3 === 0
          ? [bits(), bits()]
          : i % 3 === 1
            ? [bits(), small()]
            : [Math.round(between([-1000, 1000])), small()];
    [first[i], second[i]] = [a, b];
  }
  return [first, second];
}
