/** The layers of the benchmark's network: 784 pixels in, two hidden layers of relu, 10 classes out. */
export const LAYERS = [784, 512, 256, 10] as const;
/** Images a step. */
export const BATCH = 128;
/** Learning rate of plain SGD. */
export const RATE = 0.05;

/** One dense layer, `x @ kernel + bias`. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Shape (inputs, outputs). */
  readonly kernel: Float32Array;
  /** Shape (outputs,). */
  readonly bias: Float32Array;
}

/** The initial weights, from the first layer to the last; relu between layers, none after the last. */
export type Weights = readonly Layer[];

/** The batch every step trains on. */
export interface Batch {
  readonly size: number;
  /** Shape (size, 784). */
  readonly images: Float32Array;
  /** One-hot, shape (size, 10). */
  readonly labels: Float32Array;
}

/** A network in training; its weights live in the peer. */
export interface Trainer {
  /** One step of SGD on the mean softmax cross-entropy; resolves to the loss before the step, once the step is done. */
  step(): Promise<number>;
  /** Frees everything. */
  dispose(): void;
}

/** `(x * y + x) * y - x` over two arrays of one length. */
export interface Elementwise {
  /** Computes the result anew and resolves once it is there. */
  run(): Promise<void>;
  /** The result of the last run, copied out. */
  read(): Promise<Float32Array>;
  /** Frees everything. */
  dispose(): void;
}

/** A library to compare with. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  setup(weights: Weights, batch: Batch): Promise<Trainer>;
  elementwise(x: Float32Array, y: Float32Array): Promise<Elementwise>;
}
