/**
 * Plans: what a compiled graph is. Plain data: steps over buffers whose places are known but for the base addresses of
 * inputs, outputs and one arena. A plan can be printed, cached, saved and loaded.
 */
import type { DType } from "./dtype.ts";
import type { Shape } from "./layout.ts";
import type { Attrs } from "./node.ts";
import type { MatmulAttrs } from "./ops/fused.ts";
import type { Region } from "./region.ts";

export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Where a buffer lies: in what the caller binds, so many bytes after its start (0 unless given), or in the arena. */
export type Place =
  | { readonly kind: "input"; readonly index: number; readonly offset?: number }
  | { readonly kind: "output"; readonly index: number; readonly offset?: number }
  | { readonly kind: "arena"; readonly offset: number };

export interface PlanBuffer {
  readonly place: Place;
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
}

/** Which kernel does a matrix product, and the cost model's reason. */
export interface MatmulChoice {
  readonly kernel: "generated" | "tfjs";
  /** Working memory, in bytes. */
  readonly scratchBytes: number;
  readonly why: string;
}

/** One kernel call; buffers by their index. */
export type Call =
  | { readonly kind: "region"; readonly region: Region; readonly inputs: readonly number[]; readonly output: number }
  /** Bytes of `from` to `to`, so many `elements` of them or all; nothing when both were bound to one address. */
  | { readonly kind: "copy"; readonly from: number; readonly to: number; readonly elements?: number }
  | {
      readonly kind: "matmul";
      readonly attrs: MatmulAttrs;
      readonly dtype: DType;
      readonly a: number;
      readonly b: number;
      readonly output: number;
      /** In elements, from one row of the result to the next: `attrs.n` unless given, and then there is no batch. */
      readonly rowStride?: number;
      /** Arena offset of the working memory. */
      readonly scratch: number;
      readonly choice: MatmulChoice;
    }
  /** A scan or a kernel of the op table, on row-major buffers of the given types. */
  | {
      readonly kind: "kernel";
      readonly op: string;
      readonly attrs: Attrs;
      readonly types: readonly TensorSpec[];
      readonly inputs: readonly number[];
      readonly output: number;
      /** Arena offset of the working memory. */
      readonly scratch: number;
    };

/** A call inside a loop; its buffers lie where the first turn finds them. */
export interface Turn {
  readonly call: Call;
  /** Elements that each operand, and the result, lies further on in each next turn. */
  readonly advances: readonly number[];
}

/** Calls that run one after the other, `turns` times. */
export interface Loop {
  readonly kind: "loop";
  readonly turns: number;
  readonly body: readonly Turn[];
}

/** What one thread runs by itself. */
export type Task = Call | Loop;

/** Threads are numbered from 0, and a task that is a step by itself runs on thread 0. */
export type Step =
  | Task
  /** A task that was split: part `t` runs on thread `t`. */
  | { readonly kind: "parallel"; readonly parts: readonly Task[] }
  /** Every thread waits here for all others. */
  | { readonly kind: "barrier" };

export interface Plan {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly buffers: readonly PlanBuffer[];
  readonly steps: readonly Step[];
  /** How many threads run it: 1 unless given. */
  readonly threads?: number;
  readonly arenaBytes: number;
  /** Pairs [input, output] that may be bound to one address: the output is written when the input is no longer needed. */
  readonly aliases: readonly (readonly [number, number])[];
}

/** What a backend tells the planner. */
export interface Target {
  readonly name: string;
  /** Buffers start at multiples of this and are followed by as many readable bytes. */
  readonly alignment: number;
  /** How many threads run a plan: 1 unless given. */
  readonly threads?: number;
  /**
   * What buffers are: parts of one `arena`, which values take in turn and which updates change in place, unless given;
   * or `values`, each of them memory of its own that is written as a whole, once.
   */
  readonly memory?: "arena" | "values";
  /** False where there is no float64. */
  readonly float64?: false;
  matmul(attrs: MatmulAttrs, dtype: DType): MatmulChoice;
}
