/** Keys of the random number generator, and the global one. */
import { threefry, threefryFirst, threefrySecond } from "../../ir/ops/random.ts";
import { GradloomError } from "../errors.ts";
import { elementwiseNode } from "../functions/apply.ts";
import { naming } from "../functions/naming.ts";
import { whatIs } from "../functions/options.ts";
import { recordConstant, type TraceNode } from "../trace/trace.ts";
import { currentTracing } from "../trace/tracing.ts";

/** What random numbers are computed from: two words of 32 bits. The same key gives the same numbers. */
export class RandomKey {
  readonly first: number;
  readonly second: number;

  constructor(first: number, second: number) {
    this.first = first | 0;
    this.second = second | 0;
  }

  toString(): string {
    const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, "0");
    return `RandomKey(${hex(this.first)} ${hex(this.second)})`;
  }
}

/** A key whose words are values of a traced function: other ones at every call. */
export class TracedKey extends RandomKey {
  readonly words: readonly [first: TraceNode, second: TraceNode];

  constructor(words: TracedKey["words"]) {
    super(0, 0);
    this.words = words;
  }

  override toString(): string {
    return "RandomKey(traced)";
  }
}

/** Both words of a key as recorded values of no axes; int32. */
export function wordsOf(key: RandomKey): readonly [TraceNode, TraceNode] {
  if (key instanceof TracedKey) return key.words;
  return [recordConstant(key.first, "int32"), recordConstant(key.second, "int32")];
}

/** The second counter word of keys that are derived from keys; elements of arrays use small ones. */
const SPLIT = -1;
const FOLD = -2;
const GLOBAL = -3;

/** A key from a whole number from 0 to 2 ** 53 - 1. @throws GradloomError for any other number */
export function key(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new GradloomError(`random.key: ${whatIs(seed)} is no seed; pass a whole number from 0 to 2 ** 53 - 1`);
  return new RandomKey(Math.floor(seed / 2 ** 32), seed % 2 ** 32);
}

const MAX_KEYS = 2 ** 20;

/** Several keys from one, which give numbers that have nothing to do with each other. The one should not be used again. */
export function split(from: RandomKey, count = 2): RandomKey[] {
  checkKey("split", from);
  if (!Number.isInteger(count) || count < 0 || count > MAX_KEYS)
    throw new GradloomError(
      `random.split: ${whatIs(count)} is no number of keys; pass a whole number from 0 to ${MAX_KEYS}`,
    );
  return Array.from({ length: count }, (_, k) => derive(from, k, SPLIT));
}

/** A key from a key and a whole number, such as the number of a step. */
export function foldIn(from: RandomKey, data: number): RandomKey {
  checkKey("foldIn", from);
  if (!Number.isInteger(data))
    throw new GradloomError(
      `random.foldIn: ${whatIs(data)} is no whole number; pass one, such as the number of a step`,
    );
  return derive(derive(from, data | 0, FOLD), Math.floor(data / 2 ** 32) | 0, FOLD);
}

function checkKey(caller: string, given: unknown): void {
  if (given instanceof RandomKey) return;
  throw new GradloomError(`random.${caller}: ${whatIs(given)} is no key; make one with random.key(seed)`);
}

function derive(from: RandomKey, counter: number, use: number): RandomKey {
  if (from instanceof TracedKey) {
    const operands = [...from.words, recordConstant(counter, "int32"), recordConstant(use, "int32")];
    return new TracedKey([elementwiseNode(threefryFirst, ...operands), elementwiseNode(threefrySecond, ...operands)]);
  }
  return new RandomKey(...threefry(from.first, from.second, counter, use));
}

let root: RandomKey | null = null;
let drawn = 0;

/** Starts the global generator anew: what follows depends on the seed alone. */
export function seed(value: number): void {
  root = naming("random.seed", () => key(value));
  drawn = 0;
}

/** The next key of the global generator, which starts from the system's random numbers where no seed was given. */
export function nextKey(): RandomKey {
  const traced = currentTracing()?.nextKey();
  if (traced !== undefined) return new TracedKey(traced);
  if (root === null) {
    const words = globalThis.crypto.getRandomValues(new Uint32Array(2));
    root = new RandomKey(words[0]!, words[1]!);
  }
  return derive(root, drawn++, GLOBAL);
}
