/** Training, an epoch at a time: in the page, or in a worker. */
import { type Digits, shuffled, take } from "./data.ts";
import { type Classifier, guesses } from "./model.ts";

const BATCH = 32;

/** What an epoch comes to. */
export interface EpochResult {
  /** Of each step. */
  readonly losses: readonly number[];
  /** The digit read in each test image. */
  readonly predictions: Int32Array;
}

/** One pass over the digits, in an order of its own. `onStep` may wait, and lets others work meanwhile. */
export async function trainEpoch(
  classifier: Classifier,
  { train, test }: Digits,
  epoch: number,
  onStep: (loss: number) => void | Promise<void>,
): Promise<EpochResult> {
  const order = shuffled(train.count, 1_000_003 + epoch);
  const losses: number[] = [];
  // The rest that fills no batch is left out: the order changes, so each digit gets its turn.
  for (let at = 0; at + BATCH <= train.count; at += BATCH) {
    const loss = await classifier.step(take(train, order.subarray(at, at + BATCH)));
    losses.push(loss);
    await onStep(loss);
  }
  return { losses, predictions: guesses(await classifier.probabilities(test.images)) };
}
