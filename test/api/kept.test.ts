import { beforeAll, describe, expect, it } from "vitest";
import { type BackendName, relu, setBackend, type Tensor, tensor } from "../../src/index.ts";

/** What a step leaves that somebody may keep: read at once in one run, and at the very end in another. */
interface Step {
  readonly hidden: Tensor;
  readonly loss: Tensor;
  readonly gradient: Tensor;
  readonly hiddenGradient: Tensor;
  readonly before: Tensor;
  readonly views: readonly Tensor[];
}

const STEPS = 12;

/** Larger than what the backend copies to the host at once. */
const SIZE = 48;

function* training(): Generator<Step> {
  const wave = (from: number): Tensor =>
    tensor(
      Array.from({ length: SIZE }, (_, i) => Array.from({ length: SIZE }, (_, j) => Math.sin(from + i * i + 2 * j))),
      "float64",
    );
  const x = wave(1).detach();
  const w = wave(2);
  for (let k = 0; k < STEPS; k++) {
    const before = w.copy();
    const hidden = relu(x.matmul(w));
    const loss = hidden.square().mean();
    loss.backward();
    const gradient = w.grad!;
    const hiddenGradient = hidden.grad!;
    const views = [gradient.get("::2, 1"), before.T.get("0, ...").mul(1)];
    w.sub_(gradient.mul(0.1));
    w.get("0, ...").mul_(0.5);
    yield { hidden, loss, gradient, hiddenGradient, before, views };
  }
}

const tensorsOf = (s: Step): Tensor[] => [s.hidden, s.loss, s.gradient, s.hiddenGradient, s.before, ...s.views];
const read = (t: Tensor): number[] => [...t.dataSync()];

describe.each<BackendName>(["wasm", "reference"])("what steps leave, on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it.each([
    ["at the end", (_: number): readonly number[] => []],
    ["at the end, but for the losses", (_: number): readonly number[] => [1]],
    ["at the end, but for some now and then", (k: number): readonly number[] => (k % 3 === 0 ? [k % 7] : [])],
    ["at the end, but for the weights' gradients", (_: number): readonly number[] => [2]],
  ])("is the same read at once and %s", (_, readNow) => {
    const expected: number[][][] = [];
    for (const step of training()) expected.push(tensorsOf(step).map(read));
    const kept: Step[] = [];
    for (const step of training()) {
      for (const which of readNow(kept.length)) read(tensorsOf(step)[which]!);
      kept.push(step);
    }
    for (let s = kept.length - 1; s >= 0; s--) {
      tensorsOf(kept[s]!).forEach((t, which) => {
        const values = read(t);
        const wanted = expected[s]![which]!;
        expect(values.length).toBe(wanted.length);
        const worst = Math.max(...values.map((v, i) => Math.abs(v - wanted[i]!)));
        expect(worst, `step ${s}, tensor ${which}`).toBeLessThan(1e-9);
      });
    }
  });
});
