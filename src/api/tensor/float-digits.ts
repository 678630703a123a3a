/** Decimal digits of floating-point numbers, as NumPy prints them. */

/** A positive number as `0.d₁d₂d₃… · 10^point`: its digits, and how many of them stand before the decimal point. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

/** How many digits to give. */
export interface DigitLimits {
  /** Whether the limits count the digits after the decimal point, or (the default) all of them. */
  readonly fraction?: boolean;
  /** No more than this many, even if they do not tell the number from its neighbours. */
  readonly max?: number;
  /** At least this many where the exact value has them: the number in float32 nearest 0.1 starts 0.100000001490116. */
  readonly min?: number;
}

/**
 * The shortest digits that no other number of the type rounds to, and among those the nearest (Burger and Dybvig 1996,
 * "Printing floating-point numbers quickly and accurately"). Where a limit cuts them short or asks for more, they are
 * those of the exact value, with ties to the even digit. Zero has the one digit 0, before the point.
 *
 * @param x finite; the sign is ignored
 */
export function shortestDigits(x: number, type: "float32" | "float64", limits: DigitLimits = {}): Digits {
  if (x === 0) return { digits: "0", point: 1 };
  // Invariant: what is left of the number is rest / scale in units of the last digit's place, and the half-way points to
  // its neighbours lie `below / scale` and `above / scale` from it.
  let { rest, below, above, scale, even } = decompose(x, type);
  let point = Math.floor(Math.log10(Math.abs(x))) + 1;
  if (point > 0) {
    scale *= 10n ** BigInt(point);
  } else {
    const power = 10n ** BigInt(-point);
    rest *= power;
    below *= power;
    above *= power;
  }
  // log10 may be off by one next to a power of ten.
  if (rest >= scale) {
    point++;
    scale *= 10n;
  } else if (rest * 10n < scale) {
    point--;
    rest *= 10n;
    below *= 10n;
    above *= 10n;
  }

  const offset = limits.fraction ? point : 0;
  const most = limits.max === undefined ? Number.POSITIVE_INFINITY : Math.max(limits.max + offset, 1);
  const least = limits.min === undefined ? 0 : limits.min + offset;
  const digits: number[] = [];
  for (;;) {
    rest *= 10n;
    below *= 10n;
    above *= 10n;
    const digit = Number(rest / scale);
    rest %= scale;
    digits.push(digit);
    const mayStay = even ? rest <= below : rest < below;
    const mayRise = even ? rest + above >= scale : rest + above > scale;
    if (digits.length >= most || ((mayStay || mayRise) && digits.length >= least)) {
      const half = 2n * rest - scale;
      const nearestIsAbove = half > 0n || (half === 0n && digit % 2 === 1);
      const up = mayStay === mayRise ? nearestIsAbove : mayRise;
      return up ? increment(digits, point) : { digits: digits.join(""), point };
    }
  }
}

/** One more in the last place; nines at the end are dropped as they carry over. */
function increment(digits: number[], point: number): Digits {
  while (digits.at(-1) === 9) digits.pop();
  const last = digits.pop();
  if (last === undefined) return { digits: "1", point: point + 1 };
  return { digits: digits.join("") + String(last + 1), point };
}

interface Fraction {
  readonly rest: bigint;
  readonly below: bigint;
  readonly above: bigint;
  readonly scale: bigint;
  /** Whether the significand is even: ties round to it, so that the half-way points still read back as the number. */
  readonly even: boolean;
}

const view = new DataView(new ArrayBuffer(8));

/** The number and the distances to the half-way points around it, as integers over one scale. */
function decompose(x: number, type: "float32" | "float64"): Fraction {
  const fractionBits = type === "float32" ? 23n : 52n;
  const exponentBits = type === "float32" ? 8n : 11n;
  if (type === "float32") view.setFloat32(0, x);
  else view.setFloat64(0, x);
  const bits = type === "float32" ? BigInt(view.getUint32(0)) : view.getBigUint64(0);
  const fraction = bits & ((1n << fractionBits) - 1n);
  const biased = (bits >> fractionBits) & ((1n << exponentBits) - 1n);
  const significand = biased === 0n ? fraction : fraction | (1n << fractionBits);
  const exponent = (biased === 0n ? 1n : biased) - (1n << (exponentBits - 1n)) + 1n - fractionBits;
  // Below a power of two, neighbours are half as far.
  const below = fraction === 0n && biased > 1n ? 1n : 2n;
  const up = exponent > 0n ? exponent : 0n;
  const down = exponent < 0n ? -exponent : 0n;
  return {
    rest: (4n * significand) << up,
    below: below << up,
    above: 2n << up,
    scale: 4n << down,
    even: significand % 2n === 0n,
  };
}
