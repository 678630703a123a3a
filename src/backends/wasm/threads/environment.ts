/** Where this runs. */

/** Whether this is Node, and no page. */
export const isNode = (): boolean => typeof process !== "undefined" && process.versions?.node !== undefined;

/** A module of Node, named so that bundlers for pages do not look for it. */
export const nodeModule = (name: string): Promise<unknown> => import(/* @vite-ignore */ ["node", name].join(":"));

/** How many threads the machine runs at a time. */
export async function coreCount(): Promise<number> {
  if (!isNode()) return navigator.hardwareConcurrency ?? 1;
  return ((await nodeModule("os")) as typeof import("node:os")).availableParallelism();
}
