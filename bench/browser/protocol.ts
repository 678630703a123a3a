/** What the page and the process that drives it tell each other. */

/** The libraries, in the order of the table. */
export const LIBRARIES = ["gradloom", "tfjs", "jax"] as const;
export type LibraryName = (typeof LIBRARIES)[number];

/** What is timed. */
export const KINDS = ["each", "amortised", "cold"] as const;
export type Kind = (typeof KINDS)[number];

/** What draws in the page. */
export interface Graphics {
  readonly renderer: string;
  /** Whether the processor draws, not a graphics card. */
  readonly isSoftware: boolean;
}

/** A library lacks what the workload needs: known before anything ran. */
export interface Lacking {
  readonly cannot: string;
}

/** The results of the first runs. */
export interface Checked {
  /** The largest difference from what is expected, as a part of the largest element; null where nothing is known to compare with. */
  readonly difference: number | null;
  /** Of the last run and its read. */
  readonly ms: number;
}

/** What the page offers. Times are in ms. */
export interface Bench {
  readonly graphics: Graphics;
  /** Loads a library and has it compute something small. */
  load(library: LibraryName): Promise<Lacking | null>;
  /** Makes a workload's arrays, runs it once and reads the result. */
  cold(library: LibraryName, workload: string): Promise<number | Lacking>;
  /** Runs until so many results are known in all, and compares them. Gradloom's turn is before the others'. */
  check(library: LibraryName, runs: number): Promise<Checked>;
  /** The median of runs with a read after each, for about so long. */
  each(library: LibraryName, ms: number): Promise<number>;
  /** The part of one in so many runs before one read. */
  amortised(library: LibraryName, runs: number): Promise<number>;
}

declare global {
  var gradloomBench: Bench | undefined;
}
