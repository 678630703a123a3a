/** The middle and the middle half. */
export interface Spread {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** By linear interpolation, as NumPy's `quantile`. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place % 1);
}

export function spread(values: readonly number[]): Spread {
  return { q1: quantile(values, 0.25), median: quantile(values, 0.5), q3: quantile(values, 0.75) };
}
