/** How long the blocks are that kernels run over together. */

/** What the kernels of one turn should write at most, in bytes: with what they read, a part of the L2 cache. */
const TURN_BYTES = 48 * 1024;
/** Turns that touch less lose more by calls than they save. */
const LEAST_TURN_BYTES = 4 * 1024;
/** Nothing is gained where what is handed on is less than this, in bytes: it stays in the cache anyway. */
const LEAST_INSIDE_BYTES = 64 * 1024;

/**
 * In how many turns of equal length kernels go over an axis; 1 where that gains nothing.
 *
 * @param rows the length of the axis
 * @param touched the bytes of all that the kernels write
 * @param inside the bytes of what only they read
 * @param threads a multiple of which the turns have to be
 */
export function chooseTurns(rows: number, touched: number, inside: number, threads: number): number {
  if (inside < LEAST_INSIDE_BYTES || rows % threads !== 0) return 1;
  let turns = Math.min(rows, Math.max(threads, Math.ceil(touched / TURN_BYTES)));
  while (rows % turns !== 0 || turns % threads !== 0) turns++;
  return touched / turns < LEAST_TURN_BYTES ? 1 : turns;
}
