/**
 * What an operation's one record holds. Everything that enumerates operations (verifier, reference interpreter,
 * fusion, code generators, gradient tests, documentation) reads records; no pass lists operation names.
 */
import type { DType } from "./dtype.ts";
import type { Layout, Shape } from "./layout.ts";
import type { Attrs, Node } from "./node.ts";
import type { Combine } from "./region.ts";
import type { Scalar } from "./scalar.ts";

/**
 * The cotangent of each input as graph nodes, from the cotangent `g` of the result; null where none flows. A rule uses
 * the node `y` itself for the forward value and never restates it. Inputs that are not float get none in any case.
 */
export type GradRule = (g: Node, x: readonly Node[], y: Node) => readonly (Node | null)[];

interface Common {
  /** The name in the graph's text: NumPy's, in camelCase. */
  readonly name: string;
  readonly doc: string;
  /** `"zero"` claims that the derivative is zero wherever it exists. */
  readonly grad: GradRule | "zero";
}

/** Operands of one shape and one dtype (but for `select`'s condition and `cast`) to a result of that shape. */
export interface Elementwise extends Common {
  readonly kind: "elementwise";
  readonly arity: number;
  /** dtype of the result: that of the last operand, bool, or the attribute `dtype`. */
  readonly result: "same" | "bool" | "cast";
  /** Which operand dtypes it is defined on. */
  readonly on: "any" | "number" | "float" | "bool" | "integer";
  readonly scalar: (...x: readonly Scalar[]) => Scalar;
  /** The definition, written independently of `scalar`: the oracle. */
  readonly reference: (...x: readonly number[]) => number;
}

/** Attributes of every reduction: the axes, ascending and not negative; reduced axes are kept with length 1. */
export interface ReduceAttrs extends Attrs {
  readonly axes: readonly number[];
}

export interface Reduce extends Common {
  readonly kind: "reduce";
  readonly combine: Combine;
  readonly on: "number" | "bool";
  /** The value of an empty reduction in this dtype; null where it is an error. */
  readonly identity: (dtype: DType) => number;
  /** The definition: the reduction of a list of values. */
  readonly reference: (values: readonly number[]) => number;
}

/** The same elements under another shape; shares the storage of its input. */
export interface View<A extends Attrs = Attrs> extends Common {
  readonly kind: "view";
  shape(input: Shape, attrs: A): Shape;
  /** The layout over the base's buffer, or null where no strides express it. */
  layout(input: Layout, attrs: A): Layout | null;
}

/** Sums of products over shared indices: reads its operands through strides. */
export interface Contract extends Common {
  readonly kind: "contract";
  shape(...inputs: readonly Shape[]): Shape;
}

/** Makes a value from attributes alone. */
export interface Source extends Common {
  readonly kind: "source";
  /** The element at a multi-index, where the attributes say it; null for `input`, whose elements are bound at run time. */
  readonly element: ((index: readonly number[], attrs: Attrs) => number) | null;
}

/** `update(base, value)`: `base` with the elements at a layout replaced by `value`. */
export interface Update extends Common {
  readonly kind: "update";
}

/** Effects and derivatives as a program records them; `functionalize` and `differentiate` remove all of them. */
export interface Effect extends Common {
  readonly kind: "effect";
  readonly effect: "write" | "backward" | "gradient";
}

/** A fused loop nest (`Region` in the attribute `region`), the result of fusion. */
export interface Fused extends Common {
  readonly kind: "fused";
}

/**
 * `gather(x, index)`: for each element of `index` (int32) the element of `x` at that row-major position. Positions outside
 * are moved to the nearest one inside, so that nothing beyond the buffer is ever read.
 */
export interface Gather extends Common {
  readonly kind: "gather";
}

/** A running value along the attribute `axis`; the result has the operands' shape and dtype. */
export interface Scan extends Common {
  readonly kind: "scan";
  readonly arity: number;
  readonly on: "number" | "float";
  /** The carry before the first element. */
  readonly start: (dtype: DType) => number;
  /** The next carry, which is also the result's element. */
  readonly step: (carry: Scalar, ...x: readonly Scalar[]) => Scalar;
  /** The definition, written independently of `step`. */
  readonly reference: (carry: number, ...x: readonly number[]) => number;
}

/** What a kernel's definition computes from: row-major elements and shapes. */
export interface KernelOperand {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/** A computation that is no loop nest over elements: sorting, scattering, joining overlapping windows. */
export interface Kernel extends Common {
  readonly kind: "kernel";
  readonly arity: number;
  /** The result's type from the operands'. @throws Error that says what is wrong with them */
  type(operands: readonly KernelType[], attrs: Attrs): KernelType;
  /** Whether the result is the first operand with some elements replaced: then it may take over its memory. */
  readonly updates: boolean;
  /** Working memory, in bytes. */
  scratchBytes(operands: readonly KernelType[], attrs: Attrs): number;
  /** How many leading axes, the same of all operands and of the result, number what is computed apart: 0 unless given. */
  readonly apart?: (operands: readonly KernelType[]) => number;
  /** The definition: the elements of the result. `round` is what storing a number in the result's dtype does to it. */
  reference(x: readonly KernelOperand[], attrs: Attrs, round: (value: number) => number): ArrayLike<number>;
  /** The same by other operations, where no backend needs a kernel of its own. */
  readonly expand: ((node: Node) => Node) | null;
}

export interface KernelType {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Op = Elementwise | Reduce | View | Contract | Source | Update | Effect | Fused | Gather | Scan | Kernel;
