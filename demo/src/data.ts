/** The digits, in the page: the file, its split and its order are those of examples/digits. */
import { gunzipSync } from "fflate";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Pixels of one image: 8 rows of 8. */
export const PIXELS = 64;
/** The digits 0 to 9. */
export const CLASSES = 10;

const MAX_INK = 16;
const TRAIN_COUNT = 1437;
const SPLIT_SEED = 1998;

/** A set of digits: image `i` is `images[i * 64 .. i * 64 + 63]`, ink in 0..1. */
export interface DigitSet {
  readonly count: number;
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

export interface Digits {
  readonly train: DigitSet;
  readonly test: DigitSet;
}

/** The indices 0..count-1 in an order that depends on nothing but `seed`. */
export function shuffled(count: number, seed: number): Int32Array {
  const random = xoroshiro128plus(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Some of the digits, copied. */
export function take(digits: DigitSet, rows: Int32Array): DigitSet {
  const images = new Float32Array(rows.length * PIXELS);
  rows.forEach((row, i) => {
    images.set(digits.images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
  });
  return { count: rows.length, images, labels: Int32Array.from(rows, (row) => digits.labels[row]!) };
}

/** Fetches the file; a record is 64 bytes of ink (0..16), then the label. */
export async function loadDigits(url: string): Promise<Digits> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the digits did not load: ${response.status} ${response.statusText}`);
  const bytes = gunzipSync(new Uint8Array(await response.arrayBuffer()));
  const count = bytes.length / (PIXELS + 1);
  const images = new Float32Array(count * PIXELS);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * (PIXELS + 1);
    for (let p = 0; p < PIXELS; p++) images[i * PIXELS + p] = bytes[start + p]! / MAX_INK;
    labels[i] = bytes[start + PIXELS]!;
  }
  const order = shuffled(count, SPLIT_SEED);
  const all = { count, images, labels };
  return { train: take(all, order.subarray(0, TRAIN_COUNT)), test: take(all, order.subarray(TRAIN_COUNT)) };
}
