/**
 * What a step of SGD cannot do without: the activations that the backward pass reads. Counted by hand from the layers'
 * sizes, each value once, as one float32 buffer, by these rules:
 *
 * - a product keeps its left operand where that was computed (for the gradient of the weights), and both where both were;
 * - relu keeps its result; max-pooling reads what goes in and what comes out, which its neighbours keep anyway;
 * - gelu keeps what goes in; softmax, and a cross-entropy, keep the probabilities; a mean square keeps the differences;
 * - a layer norm keeps what goes in, and a mean and a deviation for each row.
 *
 * The inputs of the step are not among them, and count on neither side of the ratio.
 */
export interface Kept {
  readonly what: string;
  readonly shape: readonly number[];
}

const of = (what: string, ...shape: readonly number[]): Kept => ({ what, shape });

export const KEPT: Readonly<Record<string, readonly Kept[]>> = {
  "mlp-step": [of("relu 1", 128, 512), of("relu 2", 128, 256), of("probabilities", 128, 10)],
  "cnn-step": [
    of("relu 1", 64, 16, 28, 28),
    of("pooled 1", 64, 16, 14, 14),
    of("relu 2", 64, 32, 14, 14),
    of("pooled 2", 64, 32, 7, 7),
    of("probabilities", 64, 10),
  ],
  "transformer-step": [
    of("mean and deviation 1", 2, 512),
    of("norm 1", 512, 256),
    of("queries", 512, 256),
    of("keys", 512, 256),
    of("values", 512, 256),
    of("weights of attention", 4, 4, 128, 128),
    of("attention", 512, 256),
    of("sum after attention", 512, 256),
    of("mean and deviation 2", 2, 512),
    of("norm 2", 512, 256),
    of("inner", 512, 1024),
    of("gelu", 512, 1024),
    of("differences", 512, 256),
  ],
};

export const bytesOf = (shape: readonly number[]): number => 4 * shape.reduce((n, d) => n * d, 1);
export const keptBytes = (name: string): number => KEPT[name]!.reduce((n, { shape }) => n + bytesOf(shape), 0);
