/** Where the operands of each element-wise operation are drawn from when its gradient is tested. */

export interface Sample {
  /** One range an operand; the last one counts for all that follow. */
  readonly ranges: readonly (readonly [low: number, high: number])[];
  /** Points where the derivative jumps: operands keep away from them. */
  readonly kinks?: readonly number[];
  /** Whether the derivative jumps where two operands are equal: they keep apart. */
  readonly apart?: boolean;
}

const ANY: Sample = { ranges: [[-3, 3]] };
const POSITIVE: Sample = { ranges: [[0.2, 4]] };
const INSIDE: Sample = { ranges: [[-0.9, 0.9]] };
const STEPS: Sample = { ranges: [[-3, 3]], kinks: [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3] };
const APART: Sample = { ranges: [[-3, 3]], apart: true };

/** By the operation's name. */
export const SAMPLES: { readonly [name: string]: Sample } = {
  add: ANY,
  subtract: ANY,
  multiply: ANY,
  divide: {
    ranges: [
      [-3, 3],
      [0.4, 3],
    ],
  },
  floorDivide: {
    ranges: [
      [0.1, 0.9],
      [1.1, 3],
    ],
  },
  remainder: {
    ranges: [
      [0.1, 0.9],
      [1.1, 3],
    ],
  },
  fmod: {
    ranges: [
      [0.1, 0.9],
      [1.1, 3],
    ],
  },
  power: {
    ranges: [
      [0.3, 3],
      [-2, 2],
    ],
  },
  maximum: APART,
  minimum: APART,
  arctan2: { ranges: [[0.3, 2]] },
  logaddexp: ANY,
  logaddexp2: ANY,
  where: ANY,
  equal: APART,
  notEqual: APART,
  less: APART,
  lessEqual: APART,
  greater: APART,
  greaterEqual: APART,
  logicalAnd: ANY,
  logicalOr: ANY,
  logicalXor: ANY,
  logicalNot: ANY,
  isnan: ANY,
  isinf: ANY,
  isfinite: ANY,
  cast: ANY,
  copy: ANY,
  negative: ANY,
  absolute: { ranges: [[-3, 3]], kinks: [0] },
  sign: { ranges: [[-3, 3]], kinks: [0] },
  reciprocal: POSITIVE,
  square: ANY,
  sqrt: POSITIVE,
  cbrt: POSITIVE,
  exp: ANY,
  exp2: ANY,
  expm1: ANY,
  log: POSITIVE,
  log2: POSITIVE,
  log10: POSITIVE,
  log1p: { ranges: [[-0.8, 3]] },
  sin: ANY,
  cos: ANY,
  tan: { ranges: [[-1.2, 1.2]] },
  arcsin: INSIDE,
  arccos: INSIDE,
  arctan: ANY,
  sinh: ANY,
  cosh: ANY,
  tanh: ANY,
  erf: ANY,
  erfc: ANY,
  arcsinh: ANY,
  arccosh: { ranges: [[1.2, 4]] },
  arctanh: INSIDE,
  sigmoid: ANY,
  sinc: ANY,
  floor: STEPS,
  ceil: STEPS,
  trunc: STEPS,
  rint: STEPS,
  bitwiseAnd: ANY,
  bitwiseOr: ANY,
  bitwiseXor: ANY,
  leftShift: ANY,
  rightShift: ANY,
  rightShiftUnsigned: ANY,
  threefryFirst: ANY,
  threefrySecond: ANY,
};

const KEEP = 0.05;

/** Operands of an operation: `count` numbers each. `random` gives numbers from 0 to 1. */
export function drawOperands(sample: Sample, arity: number, count: number, random: () => number): Float64Array[] {
  const operands: Float64Array[] = [];
  for (let k = 0; k < arity; k++) {
    const [low, high] = sample.ranges[Math.min(k, sample.ranges.length - 1)]!;
    const draw = (i: number): number => {
      for (;;) {
        const x = low + (high - low) * random();
        const near = (y: number | undefined): boolean => y !== undefined && Math.abs(x - y) < KEEP;
        if (sample.kinks?.some(near) === true) continue;
        if (sample.apart === true && operands.some((o) => near(o[i]))) continue;
        return x;
      }
    };
    operands.push(Float64Array.from({ length: count }, (_, i) => draw(i)));
  }
  return operands;
}
