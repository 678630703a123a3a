/** The arguments of a traced function: the tensors and keys in them, and a text for all else. */
import { GradloomError } from "../errors.ts";
import { RandomKey, TracedKey } from "../random/key.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reachesTarget } from "./evaluate.ts";
import type { TraceNode } from "./trace.ts";

/** A tensor among the arguments. */
export interface Argument {
  readonly tensor: Tensor;
  readonly isDonated: boolean;
}

/** What a call was given. */
export interface Arguments {
  /** In the order in which they stand. */
  readonly tensors: readonly Argument[];
  readonly keys: readonly RandomKey[];
  /** Equal for arguments that one trace serves. */
  readonly key: string;
  /** Whether gradients must flow beyond the arguments, to what they were computed from. */
  readonly hasPast: boolean;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return id;
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Takes arguments apart. */
export function readArguments(
  args: readonly unknown[],
  asIs: ReadonlySet<number>,
  donated: ReadonlySet<number>,
): Arguments {
  const tensors: Argument[] = [];
  const keys: RandomKey[] = [];
  let hasPast = false;
  const visit = (value: unknown, isDonated: boolean): string => {
    if (value instanceof Tensor) {
      value.checkAlive("jit");
      const { storage } = value;
      if (!value.constant && (value.base !== null || (!storage.leaf && reachesTarget(storage.current)))) hasPast = true;
      tensors.push({ tensor: value, isDonated });
      return `${value.dtype}[${value.shape}]${value.constant ? "c" : storage.leaf ? "l" : "v"}`;
    }
    if (value instanceof RandomKey) {
      keys.push(value);
      return "key";
    }
    if (Array.isArray(value)) return `[${value.map((each) => visit(each, isDonated))}]`;
    if (typeof value === "object" && value !== null && isPlain(value)) {
      const fields = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${visit(each, isDonated)}`);
      return `{${fields}}`;
    }
    return atom(value);
  };
  const parts = args.map((value, k) => (asIs.has(k) ? fixed(value, k) : visit(value, donated.has(k))));
  if (hasPast) parts.push("past");
  return { tensors, keys, key: parts.join(), hasPast };
}

function fixed(value: unknown, k: number): string {
  if (value instanceof Tensor)
    throw new GradloomError(`jit: argument ${k} is a tensor, but static; take ${k} out of staticArgs`);
  return atom(value);
}

/** A text for what is passed as it is. */
function atom(value: unknown): string {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return `#${identity(value)}`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : `${typeof value}${String(value)}`;
}

/** The arguments again, with other tensors and keys in the places of theirs. */
export function replaceArguments(
  args: readonly unknown[],
  asIs: ReadonlySet<number>,
  tensors: readonly Tensor[],
  keys: readonly (readonly [TraceNode, TraceNode])[],
): unknown[] {
  let [t, k] = [0, 0];
  const visit = (value: unknown): unknown => {
    if (value instanceof Tensor) return tensors[t++]!;
    if (value instanceof RandomKey) return new TracedKey(keys[k++]!);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value === "object" && value !== null && isPlain(value))
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, visit(each)]));
    return value;
  };
  return args.map((value, position) => (asIs.has(position) ? value : visit(value)));
}
