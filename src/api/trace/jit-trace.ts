/** Traces a function for `jit`: what it computes becomes one plan, and what it does to tensors a list of what to store where. */
import { Buffer } from "../../backends/backend.ts";
import { RandomKey } from "../random/key.ts";
import { outsideScopes } from "../tensor/scope.ts";
import { type Before, changes, gradientOf, type Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Arguments, replaceArguments } from "./arguments.ts";
import { compileOnce } from "./cache.ts";
import { evaluate, reachesTarget } from "./evaluate.ts";
import { type Binding, type Change, type Effects, Plan, type Result } from "./jit-run.ts";
import { resumePending, suspendPending } from "./pending.ts";
import type { Place } from "./place.ts";
import { collect } from "./program.ts";
import { nextNode, recorder, recordLeaf, type TraceNode } from "./trace.ts";
import { type Tracing, whileTracing } from "./tracing.ts";

/** What a call with such arguments does. */
export interface Traced {
  /** Whether this still holds: what the trace was decided by has not changed. */
  isValid(): boolean;
  run(given: Arguments, call: () => unknown): unknown;
  /** Compiles what a run needs, without holding up the thread. */
  prepare(): Promise<void>;
}

/** Something that a plan cannot do: the function is then called as it is. */
class NotPlanned extends Error {}

const AS_IS: Traced = { isValid: () => true, run: (_given, call) => call(), prepare: async () => {} };

function unknownValue(dtype: TraceNode["dtype"], size: number, home: string | null = null): Buffer {
  const buffer = new Buffer(dtype, size, null);
  buffer.home = home;
  return buffer;
}

/** @throws what `f` throws, with everything as it was before */
export function traceFunction(
  f: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  asIs: ReadonlySet<number>,
  given: Arguments,
  place: Place,
): Traced {
  if (given.hasPast) return AS_IS;
  const start = nextNode();
  const stands = given.tensors.map(({ tensor: { dtype, shape, size, constant, storage } }) =>
    Tensor.of(recordLeaf(unknownValue(dtype, size, storage.current.home), shape, !constant), constant, true),
  );
  const word = (): TraceNode => recordLeaf(unknownValue("int32", 1), [], false);
  const keys = given.keys.map(() => [word(), word()] as const);
  const drawn: (readonly [TraceNode, TraceNode])[] = [];
  const tracing: Tracing = {
    caller: "jit",
    start,
    placeholders: new Set([...stands.map((t) => t.storage.current), ...keys.flat()]),
    decidedBy: new Map(),
    nextKey() {
      const words = [word(), word()] as const;
      for (const node of words) tracing.placeholders.add(node);
      drawn.push(words);
      return words;
    },
  };
  const before = new Map<Storage, Before>();
  const recorded: TraceNode[] = [];
  const pending = suspendPending();
  let effects: Effects;
  let outputs: TraceNode[];
  [changes.before, recorder.nodes] = [before, recorded];
  try {
    const found = new EffectReader(start, stands, before);
    effects = whileTracing(tracing, () =>
      outsideScopes(() => found.read(f(...replaceArguments(args, asIs, stands, keys)))),
    );
    outputs = found.outputs;
  } catch (e) {
    if (!(e instanceof NotPlanned)) throw e;
    return AS_IS;
  } finally {
    [changes.before, recorder.nodes] = [null, null];
    for (const [storage, was] of before) storage.restore(was);
    resumePending(pending);
  }
  try {
    const inputs = new Map<TraceNode, Binding>();
    stands.forEach((t, index) => {
      inputs.set(t.storage.current, { kind: "argument", index });
    });
    keys.forEach((words, index) => {
      words.forEach((node, k) => {
        inputs.set(node, { kind: "key", index, word: k as 0 | 1 });
      });
    });
    drawn.forEach((words, index) => {
      words.forEach((node, k) => {
        inputs.set(node, { kind: "drawn", index, word: k as 0 | 1 });
      });
    });
    return plan({ start, outputs, inputs, effects, draws: drawn.length, decidedBy: tracing.decidedBy }, given, place);
  } catch (e) {
    if (!(e instanceof NotPlanned)) throw e;
    return AS_IS;
  } finally {
    // What was used from outside is no longer used by the trace.
    for (const node of recorded) node.cut();
  }
}

/** What a call comes to: results, and changes of storages that were there before. */
class EffectReader {
  readonly outputs: TraceNode[] = [];
  private readonly start: number;
  private readonly stands: readonly Tensor[];
  private readonly before: ReadonlyMap<Storage, Before>;

  constructor(start: number, stands: readonly Tensor[], before: ReadonlyMap<Storage, Before>) {
    this.start = start;
    this.stands = stands;
    this.before = before;
  }

  read(result: unknown): Effects {
    const made = new Map<Tensor, Result>();
    const read = this.result(result, made);
    const storages: Change[] = [];
    for (const [storage, was] of this.before) {
      const argument = this.stands.findIndex((t) => t.storage === storage);
      if (argument < 0 && was.current.id >= this.start) continue;
      storages.push(this.change(storage, was, argument));
    }
    return { result: read, changes: storages };
  }

  private output(node: TraceNode): number {
    const found = this.outputs.indexOf(node);
    return found >= 0 ? found : this.outputs.push(node) - 1;
  }

  private change(storage: Storage, was: Before, argument: number): Change {
    const { current, cleared } = storage;
    const written = current !== was.current && !isDetached(current, was.current);
    if (written && !storage.constant && !cleared && reachesTarget(current))
      throw new NotPlanned("a tensor from outside keeps a past");
    const { gradient } = storage;
    const kept = gradient !== null && gradient === was.gradient;
    const left = gradient === null || kept ? null : gradientOf(storage)!.current;
    return {
      storage: argument < 0 ? storage : null,
      argument,
      value: written ? this.output(current) : -1,
      gradient: kept ? "kept" : left === null ? "none" : this.output(left),
    };
  }

  private result(value: unknown, made: Map<Tensor, Result>): Result {
    if (value instanceof Tensor) {
      const known = made.get(value);
      if (known !== undefined) return known;
      const found = this.tensor(value);
      made.set(value, found);
      return found;
    }
    if (value instanceof RandomKey) throw new NotPlanned("a key is returned");
    if (Array.isArray(value)) return { kind: "list", items: value.map((each) => this.result(each, made)) };
    if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      const fields = Object.entries(value).map(([name, each]) => [name, this.result(each, made)] as const);
      return { kind: "fields", fields };
    }
    return { kind: "value", value };
  }

  private tensor(t: Tensor): Result {
    const argument = this.stands.indexOf(t);
    if (argument >= 0) return { kind: "argument", index: argument };
    const { storage } = t;
    const isOutside = (this.before.get(storage)?.current ?? storage.current).id < this.start;
    if (isOutside && t.base === null) return { kind: "value", value: t };
    if (isOutside || this.stands.some((s) => s.storage === storage))
      throw new NotPlanned("a view from outside is returned");
    const node = t.valueNode();
    if (!t.constant && !storage.cleared && !storage.leaf && reachesTarget(node))
      throw new NotPlanned("gradients flow through a result");
    const { grad } = t;
    return {
      kind: "output",
      index: this.output(node),
      gradient: grad === null ? -1 : this.output(grad.valueNode()),
      shape: t.shape,
      constant: t.constant,
      leaf: storage.leaf && t.base === null,
    };
  }
}

/** Whether a value is another one without its past. */
function isDetached(node: TraceNode, from: TraceNode): boolean {
  let below = node;
  while (below !== from && below.op.name === "detach") below = below.inputs[0]!;
  return below === from;
}

interface Outline {
  readonly start: number;
  readonly outputs: readonly TraceNode[];
  readonly inputs: Map<TraceNode, Binding>;
  readonly effects: Effects;
  readonly draws: number;
  readonly decidedBy: ReadonlyMap<Storage, number>;
}

function plan(outline: Outline, given: Arguments, place: Place): Traced {
  const { outputs, inputs, effects, draws, decidedBy } = outline;
  bindOutside(outline);
  const program = collect(outputs);
  const bindings = program.inputs.map(
    (node): Binding => inputs.get(node) ?? { kind: "constant", buffer: node.buffer! },
  );
  const donations = donationsOf(bindings, program.outputs, effects, given);
  const compiled = place.on(program, (backend) => compileOnce({ ...program, donations }, backend));
  const home = place.home ?? program.inputs.find((node) => node.home !== null)?.home ?? null;
  return new Plan({ executable: compiled, bindings, effects, donations, draws, decidedBy, home });
}

/** The values from outside that a trace uses become inputs, with their values computed. */
function bindOutside({ start, outputs, inputs }: Outline): void {
  const seen = new Set(outputs);
  const outside: TraceNode[] = [];
  for (const node of seen) {
    if (node.id < start) outside.push(node);
    else for (const x of node.inputs) seen.add(x);
  }
  const open = outside.filter((node) => node.buffer === null);
  if (open.length > 0) evaluate(open, "jit");
  for (const node of outside) {
    const { storage } = node;
    if (storage === null || (storage.current !== node && !node.cleared)) throw new NotPlanned("an old value is used");
    if (node.differentiable && node.inputs.length > 0) throw new NotPlanned("a sweep goes on outside");
    inputs.set(node, { kind: "outside", storage });
  }
}

/** Written tensors are updated in their own memory, and results take over that of donated arguments. */
function donationsOf(
  bindings: readonly Binding[],
  outputs: readonly TraceNode[],
  { changes: changed }: Effects,
  given: Arguments,
): (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  const taken = new Set<number>();
  for (const { storage, argument, value } of changed) {
    if (value < 0 || taken.has(value)) continue;
    const input = bindings.findIndex((b) =>
      storage === null ? b.kind === "argument" && b.index === argument : b.kind === "outside" && b.storage === storage,
    );
    if (input < 0) continue;
    pairs.push([input, value]);
    taken.add(value);
  }
  bindings.forEach((b, input) => {
    if (b.kind !== "argument" || pairs.some(([i]) => i === input)) return;
    const { tensor, isDonated } = given.tensors[b.index]!;
    if (!isDonated) return;
    const fits = outputs.findIndex(
      (o, k) => !taken.has(k) && o.dtype === tensor.dtype && o.shape.join() === tensor.shape.join(),
    );
    if (fits < 0) return;
    pairs.push([input, fits]);
    taken.add(fits);
  });
  return pairs;
}
