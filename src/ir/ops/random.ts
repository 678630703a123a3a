/**
 * Threefry-2x32 with 20 rounds: random bits as a function of a key and a counter. Salmon, Moraes, Dror, Shaw: "Parallel Random
 * Numbers: As Easy as 1, 2, 3" (2011).
 */
import type { Elementwise } from "../record.ts";
import { type Scalar, s } from "../scalar.ts";

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const ROUNDS = 20;
/** What the third word of the key schedule is mixed with. */
const PARITY = 0x1bd11bda;

function rounds(k0: Scalar, k1: Scalar, c0: Scalar, c1: Scalar): readonly [Scalar, Scalar] {
  const schedule = [k0, k1, s.bitXor(s.bitXor(k0, k1), PARITY)];
  let [x, y] = [s.add(c0, k0), s.add(c1, k1)];
  for (let round = 0; round < ROUNDS; round++) {
    x = s.add(x, y);
    const by = ROTATIONS[round % 8]!;
    y = s.bitXor(s.bitOr(s.shl(y, by), s.shrU(y, 32 - by)), x);
    if (round % 4 === 3) {
      const n = (round + 1) / 4;
      x = s.add(x, schedule[n % 3]!);
      y = s.add(s.add(y, schedule[(n + 1) % 3]!), n);
    }
  }
  return [x, y];
}

/** Both words of a block, in plain whole numbers. */
export function threefry(k0: number, k1: number, c0: number, c1: number): readonly [number, number] {
  const key = Int32Array.of(k0, k1, k0 ^ k1 ^ PARITY);
  const x = Int32Array.of(c0 + key[0]!, c1 + key[1]!);
  for (let round = 0; round < ROUNDS; round++) {
    const by = ROTATIONS[round % 8]!;
    x[0] = x[0]! + x[1]!;
    x[1] = (x[1]! << by) | (x[1]! >>> (32 - by));
    x[1] = x[1]! ^ x[0]!;
    if (round % 4 < 3) continue;
    const n = (round + 1) / 4;
    x[0] = x[0]! + key[n % 3]!;
    x[1] = x[1]! + key[(n + 1) % 3]! + n;
  }
  return [x[0]!, x[1]!];
}

const word = (which: 0 | 1, name: string): Elementwise => ({
  kind: "elementwise",
  name,
  doc: `The ${which === 0 ? "first" : "second"} word of the random block of a key (two words) and a counter (two words).`,
  arity: 4,
  result: "same",
  on: "integer",
  scalar: (k0, k1, c0, c1) => rounds(k0!, k1!, c0!, c1!)[which],
  reference: (k0, k1, c0, c1) => threefry(k0!, k1!, c0!, c1!)[which],
  grad: "zero",
});

export const threefryFirst: Elementwise = word(0, "threefryFirst");
export const threefrySecond: Elementwise = word(1, "threefrySecond");
