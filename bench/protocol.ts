/** What the benchmark asks a contender's process for, and what that answers. */

/**
 * `read`: so many runs, and then what they computed. `measure`: runs for so many ms, one at least. `warm`: the same before that,
 * unless a run takes longer.
 */
export type Request = { readonly read: number } | { readonly warm: number } | { readonly measure: number };

/** Some of the elements of each array that a contender computed. */
export type Values = Record<string, readonly number[]>;

export interface Answer {
  /** The times of the runs in ms. */
  readonly times?: readonly number[];
  readonly values?: Values;
  /** Why this library has no such row. */
  readonly cannot?: string;
  /** What went wrong. */
  readonly failed?: string;
}
