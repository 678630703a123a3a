/** NumPy's constants. */

export const pi: number = Math.PI;
export const e: number = Math.E;
/** Euler's constant, lim (1 + 1/2 + … + 1/n - log n). */
export const eulerGamma: number = 0.5772156649015329;
export const inf: number = Number.POSITIVE_INFINITY;
export const nan: number = Number.NaN;
