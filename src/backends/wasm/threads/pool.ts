/** The threads of one backend: this one, and workers that wait for jobs. */
import { type AddBarrier, addBarrier } from "./barrier.ts";
import { abort, BARRIER_TURNS, controlOf, JOB, MESSAGE_ADDRESS, WORD } from "./control.ts";
import { coreCount } from "./environment.ts";
import { type Spawned, spawn } from "./spawn.ts";

/** The export of a plan's module: what threads `first` to below `end` have to do. */
export type ThreadedRun = (table: number, arena: number, first: number, end: number) => void;

/** A plan that runs on all threads. */
export interface ThreadedPlan {
  readonly number: number;
  readonly run: ThreadedRun;
  /** The code, until the workers have it. */
  code: Uint8Array | null;
}

/** Memory for what is handed to workers. */
interface Store {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
}

/** How long threads that have failed may take to leave their work, in ms. */
const LEAVING = 1000;
/** How often to look before the first pause. */
const TURNS = 1000;

export class Pool {
  /** What the code of plans for several threads needs. */
  readonly addBarrier: AddBarrier = addBarrier;
  readonly threads: number;
  private readonly store: Store;
  private readonly control: Int32Array;
  private readonly workers: readonly Spawned[];
  private readonly maySleep: boolean;
  private readonly dropped: FinalizationRegistry<number>;
  /** Plans that nobody runs any more, and that the workers still hold. */
  private readonly forgotten: number[] = [];
  private jobs = 0;
  private plans = 0;
  private reason: string | null = null;

  private constructor(store: Store, workers: readonly Spawned[], cores: number) {
    this.store = store;
    this.workers = workers;
    this.threads = workers.length + 1;
    this.control = controlOf(store.memory);
    this.maySleep = maySleepHere();
    this.control[WORD.awake] = this.maySleep ? 0 : 1;
    this.control[WORD.turns] = this.threads <= cores ? BARRIER_TURNS : 0;
    this.dropped = new FinalizationRegistry((plan) => this.forgotten.push(plan));
    workers.forEach((worker, k) => {
      worker.onEnd((reason) => this.fail(`worker ${k + 1} ended: ${reason}`));
    });
  }

  /**
   * Starts the workers.
   *
   * @throws Error where one does not start
   */
  static async start(store: Store, threads: number): Promise<Pool> {
    const wanted = Array.from({ length: threads - 1 }, (_, k) => spawn({ memory: store.memory, thread: k + 1 }));
    const started = await Promise.allSettled(wanted);
    const workers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const failed = started.find((each) => each.status === "rejected");
    if (failed === undefined) return new Pool(store, workers, await coreCount());
    for (const worker of workers) worker.terminate();
    const { reason } = failed as PromiseRejectedResult;
    throw new Error(`a worker did not start: ${reason instanceof Error ? reason.message : reason}`, { cause: reason });
  }

  /** Why the plans run on one thread after all, or null. */
  get failure(): string | null {
    return this.reason;
  }

  /** Makes a plan known. */
  add(run: ThreadedRun, code: Uint8Array): ThreadedPlan {
    return { number: this.plans++, run, code };
  }

  /** The workers let go of a plan after `owner` was collected. */
  forgetWith(owner: object, { number }: ThreadedPlan): void {
    this.dropped.register(owner, number);
  }

  /**
   * Runs a plan on all threads, or on this one once a worker has failed.
   *
   * @throws Error where a thread fails: what the plan writes is then lost
   */
  run(plan: ThreadedPlan, table: number, arena: number): void {
    const code = plan.code === null || this.reason !== null ? 0 : this.store.malloc(plan.code.length);
    // Without room for its code, a plan waits for a better time.
    if (this.reason !== null || (plan.code !== null && code === 0)) {
      plan.run(table, arena, 0, this.threads);
      return;
    }
    for (let old = this.forgotten.pop(); old !== undefined; old = this.forgotten.pop()) {
      this.give(JOB.forget, old);
    }
    if (plan.code !== null) new Uint8Array(this.store.memory.buffer, code, plan.code.length).set(plan.code);
    this.give(JOB.run, plan.number, { code, codeLength: plan.code?.length ?? 0, table, arena });
    try {
      plan.run(table, arena, 0, 1);
      if (plan.code === null) return;
      this.settle();
      if (Atomics.load(this.control, WORD.failed) !== 0) throw new Error("a worker failed");
    } catch (e) {
      abort(this.control);
      // Nobody may write any more to memory that is used again.
      this.until(() => Atomics.load(this.control, WORD.left) === this.workers.length, LEAVING);
      const told = this.message();
      this.fail(told ?? (e instanceof Error ? e.message : String(e)));
      throw told === null ? e : new Error(`a worker failed: ${told}`, { cause: e });
    }
    this.store.free(code);
    plan.code = null;
  }

  /** Ends the workers; plans run on one thread from now on. */
  fail(reason: string): void {
    if (this.reason !== null) return;
    this.reason = reason;
    abort(this.control);
    for (const worker of this.workers) worker.terminate();
  }

  private give(kind: number, plan: number, words: Partial<Record<keyof typeof WORD, number>> = {}): void {
    const { control } = this;
    this.settle();
    control[WORD.kind] = kind;
    control[WORD.plan] = plan;
    for (const [name, value] of Object.entries(words)) control[WORD[name as keyof typeof WORD]] = value;
    this.jobs++;
    Atomics.add(control, WORD.job, 1);
    if (Atomics.load(control, WORD.idle) === 0) return;
    control[WORD.waking] = 1;
    Atomics.notify(control, WORD.job);
  }

  /** Waits until the workers have done all jobs, or one has failed. */
  private settle(): void {
    const { control } = this;
    const wanted = (this.jobs * this.workers.length) | 0;
    this.until(() => Atomics.load(control, WORD.done) === wanted || Atomics.load(control, WORD.failed) !== 0);
  }

  /** Looks again and again, at first without a pause, for at most so many ms. */
  private until(isTrue: () => boolean, limit: number = Number.POSITIVE_INFINITY): void {
    const start = performance.now();
    for (let turns = 0; !isTrue(); turns++) {
      if (turns < TURNS) continue;
      if (performance.now() - start > limit) return;
      if (this.maySleep) Atomics.wait(this.control, WORD.awake, 0, 1);
    }
  }

  /** What the worker that failed has said, or null. */
  private message(): string | null {
    const length = Atomics.load(this.control, WORD.messageLength);
    if (length === 0) return null;
    return String.fromCharCode(...new Uint16Array(this.store.memory.buffer, MESSAGE_ADDRESS, length));
  }
}

/** Whether this thread may wait: all but the main threads of pages. */
function maySleepHere(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
