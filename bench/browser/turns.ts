/** One workload: the libraries run for the first time, are found to agree, and take turns. */
import { type Spread, spread } from "../statistics.ts";
import type { Workload } from "../workload.ts";
import type { Opened, Pages } from "./browser.ts";
import type { Bench, Graphics, Kind, Lacking, LibraryName } from "./protocol.ts";
import { LENIENCE } from "./results.ts";

export interface Options {
  readonly libraries: readonly LibraryName[];
  readonly rounds: number;
  /** Fresh pages in which the first run is timed. */
  readonly colds: number;
  /** The runs of a round that are read one by one, in ms. */
  readonly round: number;
  /** What a library may take for all its rounds, and for any one call, in ms. */
  readonly limit: number;
}

/** How a library did. */
export interface Measured {
  /** In ms; null where a library was stopped before. */
  readonly times: { readonly [K in Kind]: Spread | null };
  /** Times as multiples of Gradloom's: medians of the rounds' ratios; of the first runs, the ratio of the medians. */
  readonly ratios: { readonly [K in Kind]: number | null };
  readonly rounds: number;
  readonly difference: number | null;
  /** Why there are fewer rounds. */
  readonly note: string | null;
}

/** `wrong`: its results differ; `failed`: it threw, hung or took the page with it. */
export type Cell = Measured | Lacking | { readonly wrong: string } | { readonly failed: string };

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly cells: { readonly [L in LibraryName]?: Cell };
}

/** So many rounds are there at least, also of libraries that take long. */
const FEWEST_ROUNDS = 3;
/** A library whose runs take longer than this many ms queues fewer. */
const SLOW = 700;
const [QUEUED, QUEUED_OF_SLOW] = [10, 2];
/** Results of so many runs are compared: of training, losses that depend on updates. */
const CHECKED = 3;

/** What a library did in a call. */
class Trouble extends Error {
  constructor(
    readonly library: LibraryName,
    reason: string,
  ) {
    super(reason);
  }
}

/** A page in which libraries are called, each for a limited time. */
class Calls {
  constructor(
    private readonly opened: Opened,
    private readonly limit: number,
  ) {}

  /** @throws Trouble where it fails, or takes too long */
  async call<K extends "load" | "cold" | "check" | "each" | "amortised">(
    method: K,
    library: LibraryName,
    argument?: Parameters<Bench[K]>[1],
  ): Promise<Awaited<ReturnType<Bench[K]>>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const text = `more than ${this.limit / 1000} s (${method})`;
      timer = setTimeout(() => reject(new Error(text)), this.limit);
    });
    try {
      const answer = this.opened.page.evaluate(
        ([what, which, given]) => (globalThis.gradloomBench![what] as (...all: unknown[]) => unknown)(which, given),
        [method, library, argument] as const,
      );
      answer.catch(() => {}); // where it comes too late
      return (await Promise.race([answer, late])) as Awaited<ReturnType<Bench[K]>>;
    } catch (e) {
      const text = e instanceof Error ? e.message : String(e);
      const [line = ""] = text.replace(/^page\.evaluate: (Error: )?/, "").split("\n");
      throw new Trouble(library, line.replaceAll("|", "/").slice(0, 140));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What was measured of a library so far, over all pages. */
interface Log {
  readonly cold: number[];
  readonly each: number[];
  readonly amortised: number[];
  difference: number | null;
  queued: number;
  /** The time of all rounds. */
  spent: number;
  note: string | null;
}

/** The list from another place on, so that none is always the first. */
const turned = <T>(list: readonly T[], by: number): T[] => list.map((_, k) => list[(k + by) % list.length]!);

/** Measures one workload after the other. */
export class Turns {
  constructor(
    private readonly pages: Pages,
    private readonly options: Options,
    private readonly say: (text: string) => void,
  ) {}

  async measure(workload: Workload): Promise<Row> {
    const { libraries, colds } = this.options;
    const logs = new Map<LibraryName, Log>(
      libraries.map((library) => [
        library,
        { cold: [], each: [], amortised: [], difference: null, queued: QUEUED, spent: 0, note: null },
      ]),
    );
    const cells: { [L in LibraryName]?: Cell } = {};
    let pagesDone = 0;
    while (pagesDone < colds && logs.size > 0) {
      try {
        await this.inPage(workload, logs, cells, pagesDone, pagesDone === colds - 1);
        pagesDone++;
      } catch (e) {
        if (!(e instanceof Trouble)) throw e;
        this.say(`${e.library} stopped: ${e.message}`);
        const log = logs.get(e.library)!;
        log.note = e.message;
        cells[e.library] = measuredOf(log, logs.get("gradloom")) ?? { failed: e.message };
        logs.delete(e.library);
      }
    }
    for (const [library, log] of logs) {
      const cell = measuredOf(log, logs.get("gradloom"));
      cells[library] ??= cell ?? { failed: "nothing was measured" };
    }
    return { name: workload.name, title: workload.title, cells };
  }

  /** The first runs in a fresh page, and if it is the last page, all else. */
  private async inPage(
    workload: Workload,
    logs: Map<LibraryName, Log>,
    cells: { [L in LibraryName]?: Cell },
    turn: number,
    isLast: boolean,
  ): Promise<void> {
    const opened = await this.pages.open();
    try {
      const calls = new Calls(opened, this.options.limit);
      const leave = (library: LibraryName, cell: Cell): void => {
        cells[library] = cell;
        logs.delete(library);
      };
      for (const library of [...logs.keys()]) {
        const answer = await calls.call("load", library);
        if (answer !== null) leave(library, answer);
      }
      for (const library of turned([...logs.keys()], turn)) {
        const answer = await calls.call("cold", library, workload.name);
        if (typeof answer !== "number") leave(library, answer);
        else logs.get(library)!.cold.push(answer);
      }
      this.say(`first runs: ${line(logs, "cold")}`);
      if (!isLast) return;
      for (const [library, log] of logs) {
        const { difference, ms } = await calls.call("check", library, CHECKED);
        const most = LENIENCE * workload.tolerance;
        log.difference = difference;
        log.queued = ms > SLOW ? QUEUED_OF_SLOW : QUEUED;
        if (difference !== null && difference > most)
          leave(library, { wrong: `differs by ${difference.toExponential(1)}, allowed is ${most.toExponential(0)}` });
      }
      await this.rounds(calls, logs);
    } finally {
      await opened.close();
    }
  }

  private async rounds(calls: Calls, logs: ReadonlyMap<LibraryName, Log>): Promise<void> {
    const { rounds, round, limit } = this.options;
    // Before the first: what only a queue needs is compiled as well.
    for (const library of logs.keys()) await calls.call("amortised", library, 2);
    for (let k = 0; k < rounds; k++) {
      for (const library of turned([...logs.keys()], k)) {
        const log = logs.get(library)!;
        if (log.amortised.length > k) continue; // of a page before this one
        if (k >= FEWEST_ROUNDS && log.spent > limit) {
          log.note = `${k} rounds in ${(log.spent / 1000).toFixed(0)} s`;
          continue;
        }
        const start = performance.now();
        const each = await calls.call("each", library, round);
        log.amortised.push(await calls.call("amortised", library, log.queued));
        log.each.push(each);
        log.spent += performance.now() - start;
      }
      this.say(`round ${k + 1} of ${rounds}: ${line(logs, "each")}; queued: ${line(logs, "amortised")}`);
    }
  }
}

/** The newest times. */
const line = (logs: ReadonlyMap<LibraryName, Log>, kind: Kind): string =>
  [...logs].map(([library, log]) => `${library} ${log[kind].at(-1)?.toPrecision(3) ?? "—"} ms`).join(", ");

const median = (values: readonly number[]): number => spread(values).median;

/** The median of the rounds' ratios; rounds that one of them was not in do not count. */
function ratioOf(own: readonly number[], gradlooms: readonly number[]): number | null {
  const ratios = own.flatMap((t, k) => (gradlooms[k] === undefined ? [] : [t / gradlooms[k]]));
  return ratios.length === 0 ? null : median(ratios);
}

/** Null where there is no time at all but of first runs, which were not even compared. */
function measuredOf(log: Log, gradlooms: Log | undefined): Measured | null {
  const { cold, each, amortised, difference, note } = log;
  if (amortised.length === 0) return null;
  const spreadOf = (values: readonly number[]): Spread | null => (values.length === 0 ? null : spread(values));
  const hasCold = cold.length > 0 && gradlooms !== undefined && gradlooms.cold.length > 0;
  return {
    times: { each: spreadOf(each), amortised: spreadOf(amortised), cold: spreadOf(cold) },
    ratios: {
      each: ratioOf(each, gradlooms?.each ?? []),
      amortised: ratioOf(amortised, gradlooms?.amortised ?? []),
      cold: hasCold ? median(cold) / median(gradlooms.cold) : null,
    },
    rounds: amortised.length,
    difference,
    note,
  };
}

/** What draws in such pages, and the browser's version. */
export async function surroundings(pages: Pages): Promise<Graphics & { readonly chromium: string }> {
  const { page, version, close } = await pages.open();
  try {
    return { ...(await page.evaluate(() => globalThis.gradloomBench!.graphics)), chromium: version };
  } finally {
    await close();
  }
}
