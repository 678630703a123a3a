/** The classifier: 64 pixels, 128 rectified units, 10 digits; trained by gradient descent with momentum. */
import { fromData, jit, logSoftmax, noAutodiff, relu, scope, softmax, type Tensor, zeros } from "gradloom";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { CLASSES, type DigitSet, PIXELS } from "./data.ts";

const HIDDEN = 128;
const RATE = 0.1;
const MOMENTUM = 0.9;
const SEED = 7;

/** All that training changes, by name. */
export type State = Readonly<Record<string, Tensor>>;

const NAMES = ["w1", "b1", "w2", "b2"] as const;
const SHAPES = { w1: [PIXELS, HIDDEN], b1: [HIDDEN], w2: [HIDDEN, CLASSES], b2: [CLASSES] } as const;

/** Initial weights (He et al. 2015, uniform), the same each time, and velocities of zero. */
export function freshState(): State {
  const random = xoroshiro128plus(SEED);
  const weights = (inputs: number, outputs: number): Tensor => {
    const bound = Math.sqrt(6 / inputs);
    const values = Float32Array.from({ length: inputs * outputs }, () => (2 * uniformFloat64(random) - 1) * bound);
    return fromData(values, [inputs, outputs]);
  };
  const velocity = (name: (typeof NAMES)[number]): Tensor => zeros(SHAPES[name], { constant: true });
  return {
    w1: weights(PIXELS, HIDDEN),
    b1: zeros([HIDDEN]),
    w2: weights(HIDDEN, CLASSES),
    b2: zeros([CLASSES]),
    ...Object.fromEntries(NAMES.map((name) => [`${name}.velocity`, velocity(name)])),
  };
}

/** The same values in leaves of their own. @throws Error for arrays that are not this classifier's */
export async function copyState(state: State): Promise<State> {
  const copied: Record<string, Tensor> = {};
  for (const name of NAMES) {
    for (const key of [name, `${name}.velocity`]) {
      const t = state[key];
      if (t === undefined || t.shape.join() !== SHAPES[name].join())
        throw new Error(`this is no classifier of digits: ${key} is missing, or has another shape`);
      copied[key] = fromData(await t.data(), t.shape, { constant: key !== name });
    }
  }
  return copied;
}

/** A classifier that can be trained and asked. */
export class Classifier {
  readonly state: State;
  private readonly train: (images: Tensor, labels: Tensor) => Tensor;
  private readonly read: (images: Tensor) => Tensor;

  constructor(state: State) {
    this.state = state;
    const { w1, b1, w2, b2 } = state as Record<(typeof NAMES)[number], Tensor>;
    const scores = (images: Tensor): Tensor => relu(images.matmul(w1).add(b1)).matmul(w2).add(b2);
    this.train = jit((images: Tensor, labels: Tensor) => {
      const loss = logSoftmax(scores(images)).mul(labels).sum(1).mean().neg();
      loss.backward();
      for (const name of NAMES) {
        const velocity = state[`${name}.velocity`]!;
        velocity.mul_(MOMENTUM).add_(state[name]!.grad!);
        state[name]!.sub_(velocity.mul(RATE));
      }
      return loss;
    });
    this.read = jit((images: Tensor) => softmax(scores(images)));
  }

  /** One step on a batch; the loss before it. */
  async step(batch: DigitSet): Promise<number> {
    const [images, labels] = tensors(batch);
    const loss = scope(() => this.train(images, labels));
    const [value] = await loss.data();
    for (const t of [loss, images, labels]) t.dispose();
    return value!;
  }

  /** Probabilities of the ten digits, image by image. */
  async probabilities(images: Float32Array): Promise<Float32Array> {
    const x = fromData(images, [images.length / PIXELS, PIXELS], { constant: true });
    const y = noAutodiff(() => this.read(x));
    const values = (await y.data()) as Float32Array;
    for (const t of [x, y]) t.dispose();
    return values;
  }
}

function tensors({ images, labels, count }: DigitSet): [images: Tensor, labels: Tensor] {
  const ones = new Float32Array(count * CLASSES);
  labels.forEach((label, i) => {
    ones[i * CLASSES + label] = 1;
  });
  return [fromData(images, [count, PIXELS], { constant: true }), fromData(ones, [count, CLASSES], { constant: true })];
}

/** The digit of the greatest probability in each row. */
export function guesses(probabilities: Float32Array): Int32Array {
  return Int32Array.from({ length: probabilities.length / CLASSES }, (_, i) => {
    const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
    return row.indexOf(Math.max(...row));
  });
}
