import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Pixels of one image: 8 rows of 8. */
export const PIXELS = 64;
/** The digits 0 to 9. */
export const CLASSES = 10;

const MAX_INK = 16;
const TRAIN_COUNT = 1437;
const SPLIT_SEED = 1998;

/** A set of digits: image `i` is `images[i * 64 .. i * 64 + 63]`, row by row. */
export interface DigitSet {
  readonly count: number;
  /** Ink in 0..1, shape (count, 64). */
  readonly images: Float32Array;
  /** Digits 0..9, shape (count,). */
  readonly labels: Int32Array;
}

/** The indices 0..count-1 in an order that depends on nothing but `seed` (Fisher-Yates over xoroshiro128+). */
export function shuffledIndices(count: number, seed: number): Int32Array {
  const random = xoroshiro128plus(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

/** The rows of `digits` named by `order`, copied into a set of their own. */
export function takeDigits(digits: DigitSet, order: Int32Array): DigitSet {
  const images = new Float32Array(order.length * PIXELS);
  order.forEach((row, i) => {
    images.set(digits.images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
  });
  return { count: order.length, images, labels: order.map((row) => digits.labels[row]!) };
}

/** All 1,797 digits in the order of the file; a record is 64 bytes of ink (0..16), then the label. */
export function readDigits(): DigitSet {
  const bytes = gunzipSync(readFileSync(new URL("./digits.bin.gz", import.meta.url)));
  const count = bytes.length / (PIXELS + 1);
  const images = new Float32Array(count * PIXELS);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * (PIXELS + 1);
    for (let p = 0; p < PIXELS; p++) images[i * PIXELS + p] = bytes[start + p]! / MAX_INK;
    labels[i] = bytes[start + PIXELS]!;
  }
  return { count, images, labels };
}

/** The fixed split: 1,437 digits to train on and the other 360 to test on, the same on every machine and run. */
export function loadDigits(): { train: DigitSet; test: DigitSet } {
  const digits = readDigits();
  const order = shuffledIndices(digits.count, SPLIT_SEED);
  return {
    train: takeDigits(digits, order.subarray(0, TRAIN_COUNT)),
    test: takeDigits(digits, order.subarray(TRAIN_COUNT)),
  };
}
