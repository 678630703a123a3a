/** Operands at the ends of where each operation has a finite value and slope. */
import type { Elementwise } from "../../src/ir/record.ts";

/** Ranges in which value and slope are finite in float64; all finite numbers of ordinary size unless given. */
const DOMAINS: { readonly [name: string]: readonly (readonly number[])[] } = {
  divide: [
    [-1e100, 1e100, 0, 1e-150],
    [-1e100, 1e100, 1e-100],
  ],
  floorDivide: [
    [-1e10, 1e10, 0],
    [-3, 3],
  ],
  remainder: [
    [-1e10, 1e10, 0],
    [-3, 3],
  ],
  fmod: [
    [-1e10, 1e10, 0],
    [-3, 3],
  ],
  multiply: [
    [-1e150, 1e150, 0],
    [-1e150, 1e150, 0],
  ],
  power: [
    [0, 1e-10, 1e10, 2],
    [2, 3, 0, 1],
  ],
  arctan2: [
    [-1e100, 1e100, 1e-100],
    [-1e100, 1e100, 1e-100],
  ],
  reciprocal: [[-1e100, 1e100, 1e-100]],
  square: [[-1e150, 1e150, 0]],
  sqrt: [[1e-300, 1, 1e300]],
  cbrt: [[1e-150, -1e-150, 1, 1e300]],
  exp: [[-1e4, -745, 0, 700]],
  exp2: [[-1e4, 0, 1000]],
  expm1: [[-1e4, -1e-300, 0, 1e-300, 700]],
  log: [[1e-300, 1, 1e300]],
  log2: [[1e-300, 1, 1e300]],
  log10: [[1e-300, 1, 1e300]],
  log1p: [[-0.999999, -1e-300, 0, 1e-300, 1e300]],
  tan: [[-1.5, 0, 1e-300, 1.5, 1e5]],
  arcsin: [[-1, -0.999999, 0, 1e-300, 1]],
  arccos: [[-1, -0.999999, 0, 1e-300, 1]],
  sinh: [[-700, 0, 1e-300, 700]],
  cosh: [[-700, 0, 1e-300, 700]],
  arccosh: [[1.000001, 2, 1e150, 1e300]],
  arctanh: [[-0.999999, 0, 1e-300, 0.999999]],
};
const ORDINARY = [-1e300, -1e10, -1, -1e-300, 0, 1e-300, 1, 1e10, 1e300];

/** Every combination of the operands' extremes. */
export function extremes(op: Elementwise): number[][] {
  let rows: number[][] = [[]];
  for (let k = 0; k < op.arity; k++) {
    const domain = DOMAINS[op.name];
    const values = domain === undefined ? ORDINARY : domain[Math.min(k, domain.length - 1)]!;
    rows = rows.flatMap((row) => values.map((v) => [...row, v]));
  }
  return op.name === "add" || op.name === "subtract" ? rows.filter((row) => Math.abs(row[0]!) < 1e300) : rows;
}
