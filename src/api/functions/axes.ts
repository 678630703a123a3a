import type { Shape } from "../../ir/layout.ts";
import { IndexError, ShapeError } from "../errors.ts";
import { whatIs } from "./options.ts";

/** Positions of elements are int32. */
const MAX_SIZE = 2 ** 31 - 1;

/** The lengths of a new array's axes; a number stands for one axis. @throws ShapeError for anything else */
export function checkShape(caller: string, shape: Shape | number): number[] {
  const lengths: unknown = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(lengths))
    throw new ShapeError(`${caller}: the shape is ${whatIs(shape)}; pass a list of lengths, such as [2, 3]`);
  const text = `(${lengths.map(whatIs).join(", ")}${lengths.length === 1 ? "," : ""})`;
  const bad = lengths.findIndex((d) => !Number.isInteger(d) || d < 0);
  if (bad >= 0) {
    throw new ShapeError(
      `${caller}: ${whatIs(lengths[bad])} in shape ${text} is no length; lengths are whole numbers from 0`,
    );
  }
  if (lengths.reduce((n, d) => n * d, 1) > MAX_SIZE)
    throw new ShapeError(`${caller}: shape ${text} has more than 2 ** 31 - 1 elements; make several arrays`);
  return [...lengths];
}

/** An axis counted from the front. @throws IndexError where there is no such axis */
export function checkAxis(caller: string, axis: number, ndim: number): number {
  if (Number.isInteger(axis) && axis >= -ndim && axis < ndim) return axis < 0 ? axis + ndim : axis;
  if (!Number.isInteger(axis)) throw new IndexError(`${caller}: ${whatIs(axis)} is no axis; axes are whole numbers`);
  const range = ndim === 0 ? "a scalar has none" : `axes are ${-ndim} to ${ndim - 1}`;
  throw new IndexError(
    `${caller}: axis ${axis} is out of bounds for ${ndim} ${ndim === 1 ? "dimension" : "dimensions"}; ${range}`,
  );
}

/** Axes counted from the front, in the given order. @throws IndexError where one is missing or named twice */
export function checkAxes(caller: string, axes: number | readonly number[], ndim: number): number[] {
  const all: readonly number[] = Array.isArray(axes) ? axes : [axes];
  const list = all.map((a) => checkAxis(caller, a, ndim));
  const twice = list.find((a, k) => list.indexOf(a) !== k);
  if (twice !== undefined) throw new IndexError(`${caller}: axis ${twice} is named twice; name each axis once`);
  return list;
}
