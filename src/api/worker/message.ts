/** What a page and its worker send each other: plain values with tensors anywhere in them. */
import type { DType, TypedArray } from "../../ir/dtype.ts";
import * as errors from "../errors.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";

/** From the page. */
export type Request =
  | { readonly kind: "run"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: "cancel"; readonly id: number };

/** From the worker. */
export type Response =
  /** Now requests are heard; these are the tasks. */
  | { readonly kind: "ready"; readonly names: readonly string[] }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: PackedError };

/** One end of a channel: a `Worker`, a worker's global scope, a `MessagePort`, of pages or of Node. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  listen(onMessage: (message: unknown) => void, onFailure: (reason: string) => void): void;
  /** Ends the worker, or closes the port. */
  close(): void;
}

/** Marks a tensor on its way. */
const TENSOR = "gradloom.tensor";

interface PackedTensor {
  readonly [TENSOR]: true;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly constant: boolean;
  readonly data: TypedArray;
}

/** An error on its way: structured clones keep no classes. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

type Visit = (value: unknown) => unknown;

/** A copy of plain objects, lists, maps and sets in which `visit` has replaced what it knows; null where it knows nothing. */
function copied(value: unknown, visit: (value: object) => { readonly value: unknown } | null, seen: object[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const replaced = visit(value);
  if (replaced !== null) return replaced.value;
  if (seen.includes(value)) throw new errors.GradloomError("a value that contains itself cannot be sent");
  const within = [...seen, value];
  const each: Visit = (item) => copied(item, visit, within);
  if (Array.isArray(value)) return value.map(each);
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [each(k), each(v)]));
  if (value instanceof Set) return new Set([...value].map(each));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, each(v)]));
}

/** A value for `postMessage`: tensors as their elements. */
export async function pack(value: unknown): Promise<{ readonly value: unknown; readonly transfer: ArrayBuffer[] }> {
  const tensors: Tensor[] = [];
  copied(value, (each) => (each instanceof Tensor ? { value: tensors.push(each) } : null), []);
  // All are read at once: the device is waited for once.
  const elements = await Promise.all(tensors.map((t) => t.data()));
  let next = 0;
  const packed = copied(
    value,
    (each) => {
      if (!(each instanceof Tensor)) return null;
      const { dtype, shape, constant } = each;
      const tensor: PackedTensor = { [TENSOR]: true, dtype, shape: [...shape], constant, data: elements[next++]! };
      return { value: tensor };
    },
    [],
  );
  return { value: packed, transfer: elements.map(({ buffer }) => buffer as ArrayBuffer) };
}

/** What was packed, with tensors again. */
export function unpack(value: unknown): unknown {
  return copied(value, (each) => (isPackedTensor(each) ? { value: tensorOf(each) } : null), []);
}

function isPackedTensor(value: object): value is PackedTensor {
  return TENSOR in value && value[TENSOR] === true;
}

function tensorOf({ data, shape, dtype, constant }: PackedTensor): Tensor {
  return leafOf(data, shape, dtype, constant);
}

export function packError(e: unknown): PackedError {
  if (e instanceof Error || e instanceof DOMException) return { name: e.name, message: e.message, stack: e.stack };
  return { name: "Error", message: String(e), stack: undefined };
}

/** The error of the other side, of the same class where it is one of this library's or of the language. */
export function unpackError({ name, message, stack }: PackedError): Error {
  const known: Readonly<Record<string, unknown>> = { ...errors, TypeError, RangeError };
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  const error =
    typeof found === "function" ? (Reflect.construct(found, [message]) as Error) : new Error(`${name}: ${message}`);
  if (stack !== undefined) error.stack = stack;
  return error;
}
