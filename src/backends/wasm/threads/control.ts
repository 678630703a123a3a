/**
 * The control block: a few int32 words at a fixed address of the shared memory, through which threads find work and
 * wait for each other. Words that different threads change lie in cache lines of their own.
 *
 * A job is given by writing its words and then adding one to `job`; each worker adds one to `done` when it has done it.
 */

/** Where the block begins, in bytes. */
export const CONTROL_ADDRESS = 1024;

/** Each word's index in the block. */
export const WORD = {
  /** How many jobs were given. */
  job: 0,
  /** How many workers sleep until the next job. */
  idle: 16,
  /** How many times workers have done a job. */
  done: 32,
  /** How many threads have come to the present barrier. */
  arrived: 48,
  /** How many barriers were passed. */
  barriers: 64,
  /** How many threads sleep at the barrier. */
  asleep: 80,
  /** Not 0 once a thread has failed: nobody waits any more. */
  failed: 96,
  /** How many workers have ended their work since. */
  left: 99,
  /** How often a thread looks at a barrier before it sleeps: {@link BARRIER_TURNS}, or 0. */
  turns: 100,
  /** How many waits at barriers are short ones, because a long one was in vain. */
  short: 101,
  /** 1 while workers are being woken for a job: the first wait at a barrier is then short, and shows nothing. */
  waking: 102,
  /** 1 where thread 0 may not sleep: the main thread of a page. */
  awake: 97,
  /** Of the message that says why a worker failed, in UTF-16 units: it lies at `MESSAGE_ADDRESS`. */
  messageLength: 98,
  /** What the job is: one of `JOB`. */
  kind: 112,
  /** The number of the plan. */
  plan: 113,
  /** Where the plan's code lies; 0 where it was given before. */
  code: 114,
  codeLength: 115,
  /** The arguments of the plan's `run`. */
  table: 116,
  arena: 117,
} as const;

const WORDS = 128;

export const JOB = { run: 0, forget: 1 } as const;

export const MESSAGE_ADDRESS: number = CONTROL_ADDRESS + WORDS * 4;
export const MESSAGE_UNITS = 400;

/** Memory from here on is free for values. */
export const FIRST_FREE = 4096;

/** The control block. It stays valid when the memory grows. */
export function controlOf(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, CONTROL_ADDRESS, WORDS);
}

/** Nobody waits any more: who waits at a barrier or for a job now sees that a thread has failed. */
export function abort(control: Int32Array): void {
  Atomics.store(control, WORD.failed, 1);
  for (const word of [WORD.barriers, WORD.job]) {
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  }
}

/** The most turns at a barrier: some 200 µs, as waking takes 100. None where threads share a core with those they wait for. */
export const BARRIER_TURNS = 800_000;
/**
 * Who stays awake in vain keeps others, which have no core at present, from this one: so many waits are then shorter, by
 * this power of two, and so is the first one after workers were woken.
 */
export const SHORT_WAITS = 8;
export const SHORTER = 5;
/** After a job, a worker looks out for the next one as long as that job took, but no shorter and no longer than this, in ms. */
const [SHORTEST_WATCH, LONGEST_WATCH] = [0.1, 2];
/** So often between two looks at the clock. */
const TURNS = 100;

/** Waits for jobs: awake for a time and then asleep. */
export class Lookout {
  private readonly control: Int32Array;
  /** The part of the time to stay awake for that has paid lately. */
  private share = 1;

  constructor(control: Int32Array) {
    this.control = control;
  }

  /** Returns when another job than number `seen` was given; the last one took so many ms. */
  wait(seen: number, lastTook: number): void {
    const { control } = this;
    const watch = Math.max(SHORTEST_WATCH, Math.min(lastTook, LONGEST_WATCH)) * this.share;
    if (Atomics.load(control, WORD.turns) > 0) {
      const until = performance.now() + watch;
      do {
        for (let turn = 0; turn < TURNS; turn++) {
          if (Atomics.load(control, WORD.job) === seen) continue;
          this.share = Math.min(1, 2 * this.share);
          return;
        }
      } while (performance.now() < until);
    }
    this.share = Math.max(1 / 16, this.share / 2);
    Atomics.add(control, WORD.idle, 1);
    while (Atomics.load(control, WORD.job) === seen) Atomics.wait(control, WORD.job, seen);
    Atomics.sub(control, WORD.idle, 1);
  }
}
