import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { fromData, logSoftmax, relu, type Tensor, zeros, zerosLike } from "../../src/index.ts";
import { CLASSES, type DigitSet, PIXELS } from "./data.ts";

const HIDDEN = 128;
const LEARNING_RATE = 0.1;
const MOMENTUM = 0.9;

/** A network of one hidden layer: 64 pixels, 128 rectified units, 10 digits. */
export interface Network {
  /** Scores of the digits, shape (n, 10), for images of shape (n, 64). */
  forward(images: Tensor): Tensor;
  /** One step of gradient descent with momentum on a batch; returns the loss before it. */
  step(batch: DigitSet): number;
  /** The same without computing it: the loss, and what the step writes to. */
  record(batch: DigitSet): Tensor[];
}

/** The images as a tensor of shape (count, 64). */
export function imagesOf(digits: DigitSet): Tensor {
  return fromData(digits.images, [digits.count, PIXELS], { constant: true });
}

/** One row a label, with a one at the label's place. */
function oneHot(labels: Int32Array): Tensor {
  const rows = new Float32Array(labels.length * CLASSES);
  labels.forEach((label, i) => {
    rows[i * CLASSES + label] = 1;
  });
  return fromData(rows, [labels.length, CLASSES], { constant: true });
}

/** A network with initial weights that depend on nothing but `seed` (He et al. 2015, uniform). */
export function createNetwork(seed: number): Network {
  const random = xoroshiro128plus(seed);
  const weights = (inputs: number, outputs: number): Tensor => {
    const bound = Math.sqrt(6 / inputs);
    const values = Float32Array.from({ length: inputs * outputs }, () => (2 * uniformFloat64(random) - 1) * bound);
    return fromData(values, [inputs, outputs]);
  };
  const w1 = weights(PIXELS, HIDDEN);
  const b1 = zeros([HIDDEN]);
  const w2 = weights(HIDDEN, CLASSES);
  const b2 = zeros([CLASSES]);
  const parameters = [w1, b1, w2, b2].map((value) => ({ value, velocity: zerosLike(value, { constant: true }) }));

  const forward = (images: Tensor): Tensor => relu(images.matmul(w1).add(b1)).matmul(w2).add(b2);
  const record = (batch: DigitSet): [Tensor, ...Tensor[]] => {
    const likelihood = logSoftmax(forward(imagesOf(batch))).mul(oneHot(batch.labels));
    const loss = likelihood.sum(1).mean().neg();
    loss.backward();
    for (const { value, velocity } of parameters) {
      velocity.mul_(MOMENTUM).add_(value.grad!);
      value.sub_(velocity.mul(LEARNING_RATE));
    }
    return [loss, ...parameters.map((p) => p.value)];
  };
  return { forward, record, step: (batch) => record(batch)[0].item() };
}
