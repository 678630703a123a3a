/** What the page and the process that drives it tell each other. */

/** The libraries, in the order of the table. */
export const LIBRARIES = ["gradloom", "tfjs", "jax"] as const;
export type LibraryName = (typeof LIBRARIES)[number];

export interface PageOptions {
  readonly rounds: number;
  /** Runs before one read, where runs are queued. */
  readonly queued: number;
  readonly libraries: readonly LibraryName[];
}

/** Times in ms. */
export interface Times {
  /** The first run with its read: shaders are compiled. */
  readonly cold: number;
  /** Medians of the rounds: a run and an asynchronous read of its result. */
  readonly each: number;
  /** A run, of several that are queued before one read. */
  readonly amortised: number;
  /** The largest difference from Gradloom's result, as a part of the largest element. */
  readonly difference: number;
}

export type PageCell = Times | { readonly cannot: string };

/** One workload. */
export interface PageRow {
  readonly name: string;
  readonly title: string;
  readonly cells: { readonly [L in LibraryName]?: PageCell };
}

/** What the page offers. */
export interface Bench {
  readonly names: readonly { readonly name: string; readonly title: string }[];
  readonly renderer: string;
  measure(name: string, options: PageOptions): Promise<PageRow>;
}

declare global {
  var gradloomBench: Bench | undefined;
}
