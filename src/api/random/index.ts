/**
 * Random numbers by a counter: each is a function of a key and of its position, so they are the same on every backend, in any order of
 * evaluation, and in compiled models.
 */
export * from "./distributions.ts";
export { foldIn, key, RandomKey, seed, split } from "./key.ts";
