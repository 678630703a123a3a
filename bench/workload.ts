import type { numpy } from "@jax-js/jax";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import type { Tensor } from "../src/index.ts";
import type { Data, Numbers } from "./data.ts";
import type { OnnxGraph } from "./peers/onnx.ts";

export type Gradloom = typeof import("../src/index.ts");
export type Tfjs = typeof import("@tensorflow/tfjs");
export type Jax = typeof import("@jax-js/jax");

/** The mathematics of a workload in one library: from arrays by name to the result. */
export type Maths<Library, Value, K extends string> = (library: Library, arrays: Record<K, Value>) => Value;

/**
 * The same mathematics in each library; a string says why a library has no row. In jax-js's, every array is used up once:
 * `.ref` is one more use.
 */
export interface Versions<K extends string> {
  readonly gradloom: Maths<Gradloom, Tensor, K>;
  readonly tfjs: Maths<Tfjs, TfTensor, K> | string;
  readonly jax: Maths<Jax, numpy.Array, K> | string;
  readonly ort: Maths<OnnxGraph, string, K> | string;
}

export type PeerName = keyof Versions<string>;

/** One row of the table. */
export interface Workload<K extends string = string> extends Versions<K> {
  readonly name: string;
  readonly title: string;
  readonly data: (make: Numbers) => Record<K, Data>;
  /** Other layouts of the arrays, before they are handed to a library. */
  readonly layout?: { readonly [P in PeerName]?: (data: Record<K, Data>) => Record<K, Data> };
  /** With a rate, the result is a loss, and a run is a step of SGD on the parameters. */
  readonly rate?: number;
  /** Set where `jit` of jax-js fails. */
  readonly jaxWithoutJit?: true;
  /** How far results may differ, as a part of the largest element. */
  readonly tolerance: number;
  /** Floating-point operations of one run, where products are most of them. */
  readonly flops?: number;
  /** The result in float64. */
  readonly reference?: (arrays: Record<K, Float32Array | Int32Array>) => ArrayLike<number>;
}

/** Checks a workload's names, and forgets them. */
export function workload<K extends string>(spec: Workload<K>): Workload {
  return spec as unknown as Workload;
}
