/** `jit`: a function is traced once for every structure, shapes and dtypes of its arguments; further calls run the plan. */
import { GradloomError } from "../errors.ts";
import { checkFunction, checkOptions, isList, whatIs } from "../functions/options.ts";
import { disposeStorage } from "../tensor/scope.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { hasBackend } from "./backend.ts";
import { passesInUse } from "./cache.ts";
import { type Traced, traceFunction } from "./jit-trace.ts";
import { placeOf } from "./place.ts";
import { autodiff } from "./trace.ts";
import { currentTracing } from "./tracing.ts";

/** The options of {@link jit}. */
export interface JitOptions {
  /** The positions of arguments that are no tensors, or hold none: they are passed as they are, and told apart by identity. */
  readonly staticArgs?: readonly number[];
  /** The positions of arguments whose memory results may take over. Their tensors are disposed of by the call. */
  readonly donate?: readonly number[];
}

/** So many traces that differ in plain values alone, and the function is called as it is: something changes at every call. */
const MAX_TRACES = 32;

/**
 * A function that is traced when it is first called with arguments of some structure, shapes and dtypes, and afterwards runs as one
 * compiled plan, without running its JavaScript again. It does what the function itself does: writes into tensors, also into
 * those from outside, gradients left by `backward()`, and the random numbers of the global generator are renewed by every call.
 *
 * - Tensors, lists and plain objects of tensors, and random keys are traced: their values may differ from call to call. So may those
 *   of tensors from outside. All else (numbers, strings, flags, functions, instances of classes) is part of the structure: another
 *   value is another trace. Pass as a tensor what changes often, such as a learning rate.
 * - Inside there are no values to read: `item()` and the like throw where the arguments decide.
 * - A call whose result gradients must flow through to tensors outside runs the function itself, as without `jit`; do the `backward()`
 *   inside, or call under `noAutodiff`. So does a call whose arguments share memory that the function writes to.
 *
 * @param f what it does besides tensors (printing, counting) happens only while it is traced
 * @throws GradloomError at the call, for reads of values that depend on the arguments
 */
export function jit<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  checkFunction("jit", "the function", f);
  const { staticArgs = [], donate = [] } = checkOptions("jit", options, ["staticArgs", "donate"]);
  checkPositions("staticArgs", staticArgs);
  checkPositions("donate", donate);
  const both = donate.find((k) => staticArgs.includes(k));
  if (both !== undefined)
    throw new GradloomError(`jit: argument ${both} is both static and donated; only tensors can be donated`);
  const asIs = new Set(staticArgs);
  const given = new Set(donate);
  const traces = new WeakMap<object, Map<string, Traced>>();
  /** The trace for such arguments; null where there were too many. */
  const tracedFor = (args: readonly unknown[], found: Arguments): Traced | null => {
    const operands = found.tensors.map(({ tensor }) => tensor.storage.current);
    const place = placeOf("jit", operands);
    let known = traces.get(place.key);
    if (known === undefined) {
      known = new Map();
      traces.set(place.key, known);
    }
    const key = `${autodiff.enabled ? 1 : 0}${passesInUse()}${place.home ?? ""}|${found.key}`;
    let traced = known.get(key);
    if (traced === undefined || !traced.isValid()) {
      if (traced === undefined && known.size >= MAX_TRACES) return null;
      traced = traceFunction((...substituted) => f(...(substituted as unknown as A)), args, asIs, found, place);
      known.set(key, traced);
    }
    return traced;
  };
  const jitted = (...args: A): R => {
    const call = (): R => f(...args);
    // Inside another trace, and before a backend is there, the operations are recorded as ever.
    if (currentTracing() !== null || !hasBackend()) return donated(call, args, given);
    const found = readArguments(args, asIs, given);
    const traced = tracedFor(args, found);
    if (traced === null) return donated(call, args, given);
    const result = traced.run(found, call) as R;
    for (const { tensor, isDonated } of found.tensors) if (isDonated) disposeStorage(tensor.storage);
    return result;
  };
  preparations.set(jitted, async (args) => {
    await tracedFor(args, readArguments(args, asIs, given))?.prepare();
  });
  return jitted;
}

/** What compiles ahead, by the functions that `jit` has made. */
const preparations = new WeakMap<object, (args: readonly unknown[]) => Promise<void>>();

/** Compiles ahead for some arguments; undefined for what `jit` has not made. */
export function preparationOf(f: unknown): ((args: readonly unknown[]) => Promise<void>) | undefined {
  return typeof f === "function" ? preparations.get(f) : undefined;
}

function donated<R>(call: () => R, args: readonly unknown[], positions: ReadonlySet<number>): R {
  const result = call();
  if (positions.size > 0) {
    for (const { tensor, isDonated } of readArguments(args, new Set(), positions).tensors)
      if (isDonated) disposeStorage(tensor.storage);
  }
  return result;
}

function checkPositions(name: string, positions: unknown): void {
  if (isList(positions) && positions.every((k) => Number.isInteger(k) && (k as number) >= 0)) return;
  throw new GradloomError(`jit: ${name} is ${whatIs(positions)}; pass a list of positions of arguments, from 0`);
}
