import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";

/** Programs are drawn from a list of numbers: the same numbers make the same program, whatever the leaves hold. */
type Draws = readonly number[];

const LEAVES: readonly gl.Shape[] = [[3, 4], [3, 4], [4]];

interface Outcome {
  /** Every tensor that the program made, as it stands after all steps. */
  readonly values: readonly (readonly number[])[];
  /** The gradients of the leaves; null where there is none. */
  readonly gradients: readonly (readonly number[] | null)[];
  readonly loss: number;
}

const SMOOTH = [
  gl.tanh,
  gl.sin,
  gl.cos,
  gl.sigmoid,
  gl.arctan,
  (x: gl.Tensor) => gl.exp(gl.tanh(x)),
  gl.square,
] as const;

/** A smooth function with values around 1, so that programs of any length stay in range. */
function bounded(x: gl.Tensor): gl.Tensor {
  return gl.tanh(x);
}

function runProgram(draws: Draws, leafValues: readonly Float64Array[], differentiate: boolean): Outcome {
  let at = 0;
  const next = (n: number): number => draws[at++ % draws.length]! % n;
  const leaves = leafValues.map((v, k) => gl.fromData(v, LEAVES[k]!, "float64"));
  const tensors: gl.Tensor[] = [...leaves];
  const pick = (): gl.Tensor => tensors[next(tensors.length)]!;
  const steps = 10 + next(21);
  for (let k = 0; k < steps; k++) tensors.push(...step(tensors, pick, next, leaves));
  const loss = tensors
    .slice(LEAVES.length)
    .reduce((sum, t, k) => sum.add(t.mul(0.3 + 0.1 * (k % 5)).sum()), gl.tensor(0, "float64"));
  if (differentiate) loss.backward();
  return {
    values: tensors.map((t) => [...t.dataSync()]),
    gradients: leaves.map((t) => (t.grad === null ? null : [...t.grad.dataSync()])),
    loss: loss.item(),
  };
}

/** One step: new tensors, or a write into an old one. */
function step(
  tensors: readonly gl.Tensor[],
  pick: () => gl.Tensor,
  next: (n: number) => number,
  leaves: readonly gl.Tensor[],
): gl.Tensor[] {
  const x = pick();
  switch (next(10)) {
    case 0:
    case 1:
      return [SMOOTH[next(SMOOTH.length)]!(x)];
    case 2: {
      const y = tensors.find((t) => t !== x && compatible(x, t)) ?? x;
      const made = [gl.add, gl.subtract, gl.multiply][next(3)]!(x, y);
      return [bounded(made)];
    }
    case 3: {
      const axis = x.ndim === 0 ? null : next(x.ndim);
      return [x.sub([gl.mean, gl.sum][next(2)]!(x, axis, true).mul(0.2))];
    }
    case 4:
      return x.ndim === 2 ? [bounded(x.matmul(x.T))] : [x.pos()];
    case 5:
      return [x.transpose()];
    case 6:
      return [part(x, next)];
    case 7:
      return [next(2) === 0 ? x.reshape(-1) : x.reshape(1, ...x.shape)];
    case 8:
      return [gl.where(next(2) === 0, x, bounded(x).mul(2)), x.ndim === 1 ? x.broadcastTo([2, x.size]) : x.pos()];
    default: {
      const target = tensors.find(
        (t, k) => k >= leaves.length && t.ndim > 0 && !leaves.some((l) => l.sharesMemory(t)) && next(3) > 0,
      );
      if (target === undefined) return [x.pos()];
      write(part(target, next), x, next);
      return [];
    }
  }
}

const compatible = (x: gl.Tensor, y: gl.Tensor): boolean => {
  const [a, b] = [[...x.shape].reverse(), [...y.shape].reverse()];
  return a.length <= 3 && b.length <= 3 && a.every((d, k) => b[k] === undefined || d === b[k] || d === 1 || b[k] === 1);
};

/** A basic index of a tensor. */
function part(x: gl.Tensor, next: (n: number) => number): gl.Tensor {
  const items = x.shape.map((d): gl.IndexItem => {
    switch (next(5)) {
      case 0:
        return d > 1 ? "1:" : ":";
      case 1:
        return "::-1";
      case 2:
        return "::2";
      default:
        return ":";
    }
  });
  return x.get(...items, ...(next(4) === 0 ? [gl.newaxis] : []));
}

/** Writes into a view, in one of several ways; a view that was stretched cannot be written and is left alone. */
function write(target: gl.Tensor, x: gl.Tensor, next: (n: number) => number): void {
  const fits =
    compatible(target, x) &&
    x.ndim <= target.ndim &&
    x.shape.every((d, k) => d === 1 || d === target.shape[target.ndim - x.ndim + k]);
  const value = fits ? bounded(x) : 0.7;
  try {
    [
      (v: gl.TensorLike) => target.add_(v),
      (v: gl.TensorLike) => target.mul_(v),
      (v: gl.TensorLike) => target.sub_(v),
      (v: gl.TensorLike) => target.set_([], v),
    ][next(4)]!(value);
  } catch (e) {
    if (!(e instanceof gl.ShapeError) || !e.message.includes("more than once")) throw e;
  }
}

function expectClose(what: string, a: readonly number[], b: readonly number[], tolerance: number): void {
  expect(a.length).toBe(b.length);
  a.forEach((x, k) => {
    if (Math.abs(x - b[k]!) <= tolerance * Math.max(1, Math.abs(b[k]!))) return;
    expect({ what, element: k, value: x }).toEqual({ what, element: k, value: b[k] });
  });
}

const draws = fc.array(fc.nat({ max: 100_000 }), { minLength: 60, maxLength: 120 });
const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true }), {
  minLength: 28,
  maxLength: 28,
});
const leavesOf = (n: readonly number[]): Float64Array[] => [
  Float64Array.from(n.slice(0, 12)),
  Float64Array.from(n.slice(12, 24)),
  Float64Array.from(n.slice(24)),
];

describe("random programs of ten to thirty operations, with views and writes", () => {
  afterAll(() => gl.setBackend("wasm"));

  it("give the same on wasm with all passes and on the interpreter with none", async () => {
    await fc.assert(
      fc.asyncProperty(draws, numbers, async (program, n) => {
        await gl.setBackend("wasm");
        const fast = runProgram(program, leavesOf(n), true);
        await gl.setBackend("reference");
        const plain = runProgram(program, leavesOf(n), true);
        const untouched = runProgram(program, leavesOf(n), false);
        fast.values.forEach((v, k) => {
          expectClose(`tensor ${k}`, v, plain.values[k]!, 1e-9);
          expectClose(`tensor ${k}, no backward`, v, untouched.values[k]!, 1e-9);
        });
        fast.gradients.forEach((g, k) => {
          expectClose(`gradient ${k}`, g ?? [], plain.gradients[k] ?? [], 1e-9);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("have the gradients that central differences give", async () => {
    await gl.setBackend("reference");
    fc.assert(
      fc.property(draws, numbers, (program, n) => {
        const leaves = leavesOf(n);
        const { gradients } = runProgram(program, leaves, true);
        const h = 1e-6;
        leaves.forEach((leaf, k) => {
          // A few elements of each leaf: every evaluation interprets the whole program.
          for (let i = 0; i < leaf.length; i += 3) {
            const at = (by: number): number =>
              runProgram(
                program,
                leaves.map((v, m) => (m === k ? v.with(i, v[i]! + by) : v)),
                false,
              ).loss;
            const numeric = (at(h) - at(-h)) / (2 * h);
            expectClose(`leaf ${k}, element ${i}`, [gradients[k]?.[i] ?? 0], [numeric], 2e-5);
          }
        });
      }),
      { numRuns: 150 },
    );
  });
});
