/** The syntax of basic indexing (integers, slices, `...`, new axes), and what it selects from a shape. */

import { IndexError } from "../errors.ts";
import type { AnyTypedArray } from "./nested.ts";
import type { Tensor } from "./tensor.ts";

/** A range of one axis, as Python's `slice` object: null means the default, negative bounds count from the end. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  constructor(start: number | null, stop: number | null, step: number | null) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** As written in an index: `1:-1`, `::2`. */
  toString(): string {
    return `${this.start ?? ""}:${this.stop ?? ""}${this.step === null ? "" : `:${this.step}`}`;
  }
}

/**
 * The range `start:stop:step`; null or undefined stands for the default. Unlike in Python, a single argument is the
 * start, as the parameter's name says: `slice(2)` is `2:`, and `slice(null, 2)` is `:2`.
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice {
  return new Slice(start ?? null, stop ?? null, step ?? null);
}

/** Inserts an axis of size 1, as NumPy's `newaxis` (which is None, as this is null). */
export const newaxis: null = null;

/** Stands for all the axes that the other items leave over. The string "..." does too. */
export const ellipsis: unique symbol = Symbol("ellipsis");

/** One item of a basic index, or several in a string: `"1:-1, ::2"`, `"..., 0"`, `":, None"`. */
export type BasicItem = number | Slice | string | typeof newaxis | typeof ellipsis;

/** Positions, or a mask: nested lists of integers or of booleans, typed arrays, int32 and bool tensors. */
export type IndexArray = readonly NestedIndex[] | AnyTypedArray | Tensor;
export type NestedIndex = number | boolean | readonly NestedIndex[];

/** One item of an index. */
export type IndexItem = BasicItem | IndexArray;

/** An index: its items, outermost axis first. */
export type Index = readonly IndexItem[];

/** An index without arrays. */
export type BasicIndex = readonly BasicItem[];

/** One parsed item. */
export type ParsedItem = number | Slice | typeof newaxis | typeof ellipsis;

/** What an index selects. */
export interface ResolvedIndex {
  /** Along each axis of the input, the first position selected (0 where nothing is). */
  readonly starts: number[];
  /** Along each axis of the input, the distance between the positions; negative where they run backwards. */
  readonly steps: number[];
  /** Along each axis of the input, how many positions are selected: 1 for an integer. */
  readonly lengths: number[];
  /** The result's shape: without the axes of integers, and with the new axes. */
  readonly shape: number[];
}

const HELP = 'an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array';

/**
 * Takes strings apart and checks that all numbers are integers and no step is 0.
 *
 * @param where what is indexed, for error messages: put before the reason, as in `getitem: a slice step is 0`
 */
export function parseIndex(items: BasicIndex, where = "index"): ParsedItem[] {
  return items.flatMap((item): ParsedItem[] => {
    if (typeof item === "string") return parseText(item, where);
    if (item === null || item === ellipsis) return [item];
    if (typeof item === "number") {
      if (!Number.isInteger(item)) throw new IndexError(`${where}: ${item} is not an integer; ${HELP}`);
      return [item];
    }
    if (item instanceof Slice) return [checkSlice(item, where)];
    throw new IndexError(`${where}: cannot index with ${describe(item)}; ${HELP}`);
  });
}

/** What the index selects from an array of the shape. `opName` is for error messages. */
export function resolveIndex(shape: readonly number[], items: BasicIndex, opName: string): ResolvedIndex {
  const where = `${opName}: index [${indexText(items)}] of shape ${shapeText(shape)}`;
  const parsed = parseIndex(items, where);
  const consuming = parsed.filter((item) => item !== null && item !== ellipsis).length;
  const ellipses = parsed.filter((item) => item === ellipsis).length;
  if (ellipses > 1) {
    throw new IndexError(`${where}: more than one "..."; write ":" for each axis that one of them stands for`);
  }
  if (consuming > shape.length) {
    throw new IndexError(
      `${where}: too many indices: ${consuming} for ${shape.length} ${shape.length === 1 ? "axis" : "axes"}; ` +
        "drop some, or add axes with newaxis",
    );
  }
  if (ellipses === 0) parsed.push(ellipsis);

  const result: ResolvedIndex = { starts: [], steps: [], lengths: [], shape: [] };
  const select = (start: number, step: number, length: number): void => {
    result.starts.push(start);
    result.steps.push(step);
    result.lengths.push(length);
  };
  for (const item of parsed) {
    const axis = result.starts.length;
    if (item === null) {
      result.shape.push(1);
    } else if (item === ellipsis) {
      for (const size of shape.slice(axis, axis + shape.length - consuming)) {
        select(0, 1, size);
        result.shape.push(size);
      }
    } else if (typeof item === "number") {
      select(position(item, shape[axis]!, axis, where), 1, 1);
    } else {
      const [start, step, length] = range(item, shape[axis]!);
      select(start, step, length);
      result.shape.push(length);
    }
  }
  return result;
}

/** The integer's position on an axis. */
function position(index: number, size: number, axis: number, where: string): number {
  if (index >= -size && index < size) return index < 0 ? index + size : index + 0;
  const wayOut = size === 0 ? "the axis is empty" : `use ${-size} to ${size - 1}, or a slice, which is clamped`;
  throw new IndexError(`${where}: index ${index} is out of bounds for axis ${axis} with size ${size}; ${wayOut}`);
}

/** First position, step and length of a slice of an axis: Python's `slice.indices`, and `len` of its range. */
function range(item: Slice, size: number): [start: number, step: number, length: number] {
  const step = item.step ?? 1;
  const lowest = step > 0 ? 0 : -1;
  const highest = step > 0 ? size : size - 1;
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + size : bound, lowest), highest);
  const start = item.start === null ? (step > 0 ? lowest : highest) : clamp(item.start);
  const stop = item.stop === null ? (step > 0 ? highest : lowest) : clamp(item.stop);
  const length = Math.max(0, Math.ceil((stop - start) / step)) + 0;
  return [length === 0 ? 0 : start + 0, step, length];
}

function checkSlice(item: Slice, where: string): Slice {
  for (const part of ["start", "stop", "step"] as const) {
    const value = item[part];
    if (value !== null && !Number.isInteger(value)) {
      throw new IndexError(`${where}: slice ${part} ${String(value)} is not an integer; use an integer or null`);
    }
  }
  if (item.step === 0) {
    throw new IndexError(`${where}: the step of slice ${item} is 0; use a positive step, or a negative one to reverse`);
  }
  return item;
}

/** The items of a string. A comma after the last one is ignored, as in Python. */
function parseText(text: string, where: string): ParsedItem[] {
  const parts = text.split(",");
  if (parts.length > 1 && parts.at(-1)?.trim() === "") parts.pop();
  let offset = 0;
  return parts.map((part) => {
    const item = parsePart(part, offset, text, where);
    offset += part.length + 1;
    return item;
  });
}

function parsePart(part: string, offset: number, text: string, where: string): ParsedItem {
  const word = part.trim();
  if (word === "..." || word === "Ellipsis") return ellipsis;
  if (word === "None" || word === "newaxis") return null;
  const fields = part.split(":");
  const numbers: (number | null)[] = [];
  for (const field of fields) {
    const value = parseInteger(field);
    if (value === undefined || numbers.length === 3) throw malformed(field, offset, text, where);
    if (value === null && fields.length === 1) throw malformed(field, offset, text, where);
    numbers.push(value);
    offset += field.length + 1;
  }
  const [start = null, stop = null, step = null] = numbers;
  if (numbers.length === 1 && start !== null) return start;
  return checkSlice(new Slice(start, stop, step), where);
}

/** null for a blank field, undefined for anything but an integer. */
function parseInteger(field: string): number | null | undefined {
  const word = field.trim();
  if (word === "") return null;
  return /^[+-]?\d+$/.test(word) ? Number(word) : undefined;
}

function malformed(field: string, offset: number, text: string, where: string): IndexError {
  const word = field.trim();
  const at = offset + (word === "" ? 0 : field.indexOf(word));
  const found = word === "" ? "nothing" : JSON.stringify(word);
  return new IndexError(`${where}: malformed ${JSON.stringify(text)} at character ${at + 1}: found ${found}; ${HELP}`);
}

export function indexText(items: Index): string {
  return items.map((item) => (typeof item === "string" ? item.trim() : describe(item))).join(", ");
}

function describe(item: unknown): string {
  if (item === null) return "newaxis";
  if (item === ellipsis) return "...";
  if (typeof item === "number" || item instanceof Slice) return String(item);
  if (Array.isArray(item) || ArrayBuffer.isView(item)) return "array";
  if (typeof item === "object") return "storage" in (item as object) ? "tensor" : "an object";
  return item === undefined ? "undefined" : `a ${typeof item}`;
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** An index of all axes with `item` for one of them. */
export const along = (ndim: number, axis: number, item: Index[number]): Index =>
  Array.from({ length: ndim }, (_, k) => (k === axis ? item : ":"));
