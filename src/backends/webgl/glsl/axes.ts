/** The iteration space of a region as a shader goes through it: few axes, in an order that suits it. */
import { type Instr, inputOf, type Region } from "../../../ir/region.ts";

/** One axis; instructions that move along it do so by `steps`, the result by `store`. */
export interface Axis {
  readonly size: number;
  readonly isReduced: boolean;
  readonly store: number;
  /** One an instruction of the body; 0 for those that do not move. */
  readonly steps: readonly number[];
}

export interface Space {
  /** Kept axes, from that which moves farthest through the result to that which moves least, then reduced ones. */
  readonly axes: readonly Axis[];
  readonly storeOffset: number;
  /** One an instruction of the body: where it starts. */
  readonly offsets: readonly number[];
}

const stepOf = (i: Instr, axis: number): number => (i.kind === "load" || i.kind === "index" ? i.strides[axis]! : 0);

/** A region's axes, without those of length 1, merged where everything moves through two as through one. */
export function spaceOf(region: Region): Space {
  const { shape, body, store, reduce } = region;
  const offsets = body.map((i) => (i.kind === "load" || i.kind === "index" ? i.offset : 0));
  let storeOffset = store.offset;
  const axes = shape.flatMap((size, k): Axis[] => {
    if (size === 1) return [];
    const steps = body.map((i) => stepOf(i, k));
    const step = store.strides[k]!;
    const isReduced = reduce?.axes.includes(k) === true;
    if (step >= 0 || size === 0) return [{ size, isReduced, store: step, steps }];
    // Backwards through the result is forwards, from the other end.
    storeOffset += (size - 1) * step;
    steps.forEach((st, j) => {
      offsets[j] = offsets[j]! + (size - 1) * st;
    });
    return [{ size, isReduced, store: -step, steps: steps.map((st) => -st) }];
  });
  const kept = axes.filter((a) => !a.isReduced).sort((a, b) => b.store - a.store);
  const reduced = axes.filter((a) => a.isReduced).sort((a, b) => unitSteps(body, a) - unitSteps(body, b));
  return { axes: [...merged(kept), ...merged(reduced)], storeOffset, offsets };
}

/** How many loads find the next element beside the last one along an axis. */
function unitSteps(body: readonly Instr[], { steps }: Axis): number {
  return steps.filter((st, k) => st === 1 && inputOf(body[k]!) !== null).length;
}

function merged(axes: readonly Axis[]): Axis[] {
  const out: Axis[] = [];
  for (const inner of axes) {
    const outer = out.at(-1);
    const isOne =
      outer !== undefined &&
      outer.store === inner.store * inner.size &&
      outer.steps.every((st, k) => st === inner.steps[k]! * inner.size);
    if (isOne) out[out.length - 1] = { ...inner, size: outer.size * inner.size };
    else out.push(inner);
  }
  return out;
}
