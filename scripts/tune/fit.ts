/** Least squares of relative errors with coefficients that are not negative. */

/** Σ coefficients[i] · features[i], for each measured time. */
export interface Fit {
  readonly coefficients: readonly number[];
  /** The median and the largest of |estimate − time| / time. */
  readonly median: number;
  readonly worst: number;
}

/**
 * Coefficients that make Σ over the rows of ((features · coefficients − time) / time)² least. Those that would be negative are
 * left out, one after the other: a cost that a feature does not have.
 */
export function fitCosts(rows: readonly { readonly features: readonly number[]; readonly time: number }[]): Fit {
  const width = rows[0]!.features.length;
  let used = Array.from({ length: width }, (_, k) => k);
  let solved: number[] = [];
  for (;;) {
    solved = solve(
      used.map((i) => used.map((j) => sum(rows, (r) => (r.features[i]! * r.features[j]!) / r.time ** 2))),
      used.map((i) => sum(rows, (r) => r.features[i]! / r.time)),
    );
    const least = solved.indexOf(Math.min(...solved));
    if (solved[least]! >= 0) break;
    used = used.filter((_, k) => k !== least);
  }
  const coefficients = new Array<number>(width).fill(0);
  used.forEach((feature, k) => {
    coefficients[feature] = solved[k]!;
  });
  const errors = rows
    .map((r) => Math.abs(r.features.reduce((t, x, k) => t + x * coefficients[k]!, 0) - r.time) / r.time)
    .sort((a, b) => a - b);
  return { coefficients, median: errors[Math.floor(errors.length / 2)]!, worst: errors[errors.length - 1]! };
}

function sum<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}

/** Gaussian elimination with pivots, of a small regular system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const a = matrix.map((row, k) => [...row, right[k]!]);
  const n = a.length;
  for (let k = 0; k < n; k++) {
    const pivot = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(a[best]![k]!) ? k + i : best), k);
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j <= n; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const rest = x.reduce((t, value, j) => (j > k ? t + a[k]![j]! * value : t), 0);
    x[k] = (a[k]![n]! - rest) / a[k]![k]!;
  }
  return x;
}
