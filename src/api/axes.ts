import { IndexError } from "./errors.ts";

/** An axis counted from the front. @throws IndexError where there is no such axis */
export function checkAxis(caller: string, axis: number, ndim: number): number {
  if (Number.isInteger(axis) && axis >= -ndim && axis < ndim) return axis < 0 ? axis + ndim : axis;
  const range = ndim === 0 ? "a scalar has none" : `axes are ${-ndim} to ${ndim - 1}`;
  throw new IndexError(`${caller}: axis ${axis} is out of bounds for ${ndim} dimensions; ${range}`);
}

/** Axes counted from the front, in the given order. @throws IndexError where one is missing or named twice */
export function checkAxes(caller: string, axes: number | readonly number[], ndim: number): number[] {
  const list = (typeof axes === "number" ? [axes] : axes).map((a) => checkAxis(caller, a, ndim));
  const twice = list.find((a, k) => list.indexOf(a) !== k);
  if (twice !== undefined) throw new IndexError(`${caller}: axis ${twice} is named twice; name each axis once`);
  return list;
}
