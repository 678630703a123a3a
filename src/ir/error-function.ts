/**
 * The error function erf(x) = 2/√π·∫₀ˣ exp(−t²) dt and erfc(x) = 1 − erf(x) in float64, twice: by polynomials, for use, and
 * by series, to test the former against.
 */

/** erf(x) / x − 1 in powers of x², for |x| ≤ 1: a minimax fit (Remez) with a relative error of erf below 2⁻⁵⁵. */
// biome-ignore format: ascending powers
export const ERF: readonly number[] = [
  0.12837916709551256, -0.3761263890318352, 0.11283791670944185, -0.026866170643111375, 0.00522397760611762,
  -0.0008548325929271576, 0.00012055293575585293, -1.492471227639966e-5, 1.644713125315939e-6, -1.6206311317613116e-7,
  1.3710969859773255e-8, -7.77944891324782e-10,
];

/** Where {@link ERFC} is centred. */
export const ERFC_SCALE = 3.75;

/**
 * P(u) in erfc(x) = exp(−x²)·t·P(2t − 1) with t = k / (k + x), k = 3.75, for ½ ≤ x ≤ 27 (the substitution of Shepherd and
 * Laframboise, "Chebyshev approximation of (1 + 2x)·exp(x²)·erfc x in 0 ≤ x < ∞", 1981): a minimax fit (Remez).
 */
// biome-ignore format: ascending powers
export const ERFC: readonly number[] = [
  0.29117944255007705, 0.2556644204407758, 0.19635171339246776, 0.1307920776553902, 0.07441654640896977,
  0.03518810698057758, 0.013098340964976063, 0.0033429013508023244, 0.0002630234774011046, -0.00021195289021227041,
  -9.297242473107274e-5, -2.8246918934992543e-6, 9.99217586269414e-6, 2.3730246911353418e-6, -8.764841347574375e-7,
  -4.384707632362608e-7, 7.353809769338676e-8, 6.583632614046652e-8, -6.175279355829299e-9, -7.06022953432917e-9,
  3.800866458380543e-10,
];

const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0);

/** exp(−x²) as exp(−h²)·exp(h² − x²): h has 24 bits, so h² is exact. */
function gaussian(x: number): number {
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (h + x));
}

/** erfc(x) for x ≥ ½. */
function upperTail(x: number): number {
  if (x > 28) return 0;
  const t = ERFC_SCALE / (ERFC_SCALE + x);
  return gaussian(x) * (t * polynomial(2 * t - 1, ERFC));
}

export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 1) return Math.sign(x) * (1 - upperTail(magnitude));
  return x + x * polynomial(x * x, ERF);
}

export function erfc(x: number): number {
  if (Math.abs(x) < 0.5) return 1 - erf(x);
  return x < 0 ? 2 - upperTail(-x) : upperTail(x);
}

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** 2/√π·Σ (−1)ⁿ·x²ⁿ⁺¹ / (n!·(2n + 1)), for |x| < 1. */
function erfBySeries(x: number): number {
  const terms: number[] = [];
  for (let n = 1, power = -x * x * x; n < 24; n++, power *= (-x * x) / n) terms.push(power / (2 * n + 1));
  const sum = terms.reduceRight((rest, term) => rest + term, 0);
  return x + ((TWO_OVER_SQRT_PI - 1) * x + TWO_OVER_SQRT_PI * sum);
}

/** exp(−x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …)))), for x ≥ 1 (Abramowitz and Stegun, 7.1.14). */
function erfcByFraction(x: number): number {
  if (x > 28) return 0;
  let below = x;
  for (let n = 240; n > 0; n--) below = x + n / 2 / below;
  return gaussian(x) / (Math.sqrt(Math.PI) * below);
}

/** erf(x), independently of the polynomials. */
export function referenceErf(x: number): number {
  if (Math.abs(x) < 1) return erfBySeries(x);
  return Number.isNaN(x) ? x : Math.sign(x) * (1 - erfcByFraction(Math.abs(x)));
}

/** erfc(x), independently of the polynomials. */
export function referenceErfc(x: number): number {
  if (Math.abs(x) < 1) return 1 - erfBySeries(x);
  if (Number.isNaN(x)) return x;
  return x < 0 ? 2 - erfcByFraction(-x) : erfcByFraction(x);
}
