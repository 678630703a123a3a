import { readFileSync } from "node:fs";

/** A workload in one library, ready to run. */
export interface Contender {
  /** Computes the result anew, or makes a step of SGD, and is over once that is done. */
  run(): void | Promise<void>;
  /** The result of the last run; of a step, the loss before it and all parameters after it. */
  read(): Promise<Record<string, ArrayLike<number>>>;
}

/** Thrown where a library lacks what a workload needs. */
export class Cannot extends Error {}

/** The version of an installed package, which may not export its package.json; of this library unless named. */
export function installedVersion(name?: string): string {
  const path = name === undefined ? "../../package.json" : `../node_modules/${name}/package.json`;
  return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
}
