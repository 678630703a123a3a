import { interpret } from "../../src/backends/reference/interpret.ts";
import { cast, elementwise, full, input, iota, reduce, reshape } from "../../src/ir/build.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../src/ir/layout.ts";
import { graphOf, type Node } from "../../src/ir/node.ts";
import { add, multiply } from "../../src/ir/ops/arithmetic.ts";
import { sum } from "../../src/ir/ops/reduce.ts";
import { reverse } from "../../src/passes/differentiate.ts";

const STEP = 1e-5;
const TOLERANCE = 1e-6;

/**
 * Compares the gradient of Σ w·y, with fixed weights w, against central differences in float64.
 *
 * @param name what is tested, for the message
 * @param build the result y from the leaves
 * @throws Error that names the operation and the element that differs
 */
export function checkGradient(
  name: string,
  shapes: readonly Shape[],
  values: readonly Float64Array[],
  build: (leaves: readonly Node[]) => Node,
): void {
  const leaves = shapes.map((shape) => input(shape, "float64"));
  const y = build(leaves);
  const seed = input(y.shape, "float64");
  const cotangents = reverse(y, seed, new Set(leaves));
  const gradients = leaves.map((leaf) => cotangents.get(leaf) ?? full(leaf.shape, 0, "float64"));
  const weights = Float64Array.from({ length: sizeOf(y.shape) }, (_, k) => Math.sin(1 + 2 * k));
  const analytic = interpret(graphOf(gradients, [...leaves, seed]), [...values, weights]);
  const forward = graphOf([y], leaves);
  const loss = (at: readonly Float64Array[]): number =>
    Array.from(interpret(forward, at)[0]!).reduce((s, v, k) => s + v * weights[k]!, 0);
  values.forEach((leaf, k) => {
    leaf.forEach((x, i) => {
      const moved = (by: number): readonly Float64Array[] => values.map((v, n) => (n === k ? v.with(i, x + by) : v));
      const numeric = (loss(moved(STEP)) - loss(moved(-STEP))) / (2 * STEP);
      const given = analytic[k]![i]!;
      if (Math.abs(given - numeric) <= TOLERANCE * Math.max(1, Math.abs(numeric))) return;
      throw new Error(
        `${name}: the gradient of operand ${k} is ${given} at element ${i}, but central differences give ${numeric}`,
      );
    });
  });
}

/** Nonlinear, so that second derivatives of a linear operation are not all zero. */
const squared = (y: Node): Node => elementwise(multiply, y, y);

/**
 * Compares gradients of gradients: with h(x) = Σ v·∂(Σ w·y²)/∂x, for fixed weights v and w, checks ∂h/∂x against central
 * differences in float64.
 */
export function checkSecondOrder(
  name: string,
  shapes: readonly Shape[],
  values: readonly Float64Array[],
  build: (leaves: readonly Node[]) => Node,
): void {
  if (shapes.some((s) => sizeOf(s) === 0)) return;
  checkGradient(`${name}, second order`, shapes, values, (leaves) => {
    const y = squared(build(leaves));
    const weights = cast(iota(y.shape, contiguousStrides(y.shape), "float64", 0.3, 0.17), y.dtype);
    const first = reverse(y, weights, new Set(leaves));
    const parts = leaves.map((leaf, k) => {
      const gradient = first.get(leaf) ?? full(leaf.shape, 0, "float64");
      const v = iota(leaf.shape, contiguousStrides(leaf.shape), "float64", 0.7 - k, 0.31);
      const axes = leaf.shape.map((_, a) => a);
      return reshape(reduce(sum, elementwise(multiply, gradient, v), axes), []);
    });
    return parts.reduce((a, b) => elementwise(add, a, b));
  });
}
