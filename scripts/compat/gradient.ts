/** What an example says about gradients, and whether it says so rightly. */
import * as gl from "../../src/index.ts";
import { type Example, Sample } from "./examples.ts";

/** `none` where there is no operand or no result that a gradient could be of; `not differentiable` where none flows between them. */
export type Gradient = "yes" | "none" | "not differentiable";

/** The tensors in a result, also in lists and in fields of objects. */
function tensors(result: unknown): gl.Tensor[] {
  if (result instanceof gl.Tensor) return [result];
  if (Array.isArray(result)) return result.flatMap(tensors);
  if (result === null || typeof result !== "object") return [];
  return Object.getPrototypeOf(result) === Object.prototype ? Object.values(result).flatMap(tensors) : [];
}

const floats = (result: unknown): gl.Tensor[] => tensors(result).filter((t) => t.dtype.startsWith("float"));

/** Whether gradients flow from the results of an example to the variables that it took. */
export async function gradientOf(example: Example): Promise<Gradient> {
  const sample = new Sample();
  const result = await example(sample);
  const variables = [...sample.used.values()];
  if (variables.length === 0 || tensors(result).length === 0) return "none";
  const variable = floats(result).filter((t) => !t.constant);
  if (variable.length === 0) return "not differentiable";
  loss(variable).backward();
  return variables.some((x) => x.grad?.dataSync().some((g) => g !== 0)) ? "yes" : "not differentiable";
}

/** A number that depends on every float of a result, and differently on each. */
function loss(result: unknown): gl.Tensor {
  const terms = floats(result).map((t, n) => {
    const weights = Float64Array.from({ length: t.size }, (_, k) => Math.cos(k + 3 * n));
    return t.mul(gl.fromData(weights, t.shape, { dtype: "float64", constant: true })).sum();
  });
  return terms.reduce((a, b) => a.add(b));
}

/** The largest difference between the gradients of an example and central differences, relative to the largest of them. */
export function gradientError(example: Example): number {
  const sample = new Sample();
  loss(example(sample)).backward();
  let [error, largest] = [0, 1];
  for (const [name, x] of sample.used) {
    const values = [...x.dataSync()];
    const grad = x.grad?.dataSync() ?? values.map(() => 0);
    values.forEach((v, k) => {
      const step = 1e-5;
      const at = (to: number): number =>
        loss(example(new Sample(new Map([[name, values.map((u, j) => (j === k ? to : u))]])))).item();
      const numeric = (at(v + step) - at(v - step)) / (2 * step);
      largest = Math.max(largest, Math.abs(numeric));
      error = Math.max(error, Math.abs(numeric - grad[k]!));
    });
  }
  return error / largest;
}
