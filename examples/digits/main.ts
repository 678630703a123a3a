/** Trains a network to read handwritten digits, draws how that went, saves it, and lets a new process read with it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { argmax, compile, explain, setBackend, stats } from "../../src/index.ts";
import { type DigitSet, loadDigits, shuffledIndices, takeDigits } from "./data.ts";
import { drawTraining } from "./draw.ts";
import { createNetwork, imagesOf, type Network } from "./network.ts";
import { type Options, readOptions, UsageError, usage } from "./options.ts";
import { createProgress } from "./progress.ts";

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** The digit that the network reads in each image. */
function predict(network: Network, digits: DigitSet): Int32Array {
  return argmax(network.forward(imagesOf(digits)), 1).dataSync() as Int32Array;
}

function accuracyOf(predictions: Int32Array, digits: DigitSet): number {
  return predictions.filter((p, i) => p === digits.labels[i]).length / digits.count;
}

interface Run {
  readonly network: Network;
  readonly losses: number[];
  readonly accuracies: number[];
}

function train(options: Options, digits: { train: DigitSet; test: DigitSet }): Run {
  const network = createNetwork(options.seed);
  const { train: set, test } = digits;
  // The rest of a pass that fills no batch is left out: the order changes, so every digit gets its turn.
  const steps = Math.floor(set.count / options.batch);
  const progress = createProgress(options.epochs, steps);
  const losses: number[] = [];
  const accuracies: number[] = [];
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const order = shuffledIndices(set.count, options.seed * 1_000_003 + epoch);
    for (let k = 0; k < steps; k++) {
      const rows = order.subarray(k * options.batch, (k + 1) * options.batch);
      const loss = network.step(takeDigits(set, rows));
      losses.push(loss);
      progress.step({ epoch, loss });
    }
    const accuracy = accuracyOf(predict(network, test), test);
    accuracies.push(accuracy);
    progress.epoch({ epoch, loss: losses[losses.length - 1]!, accuracy });
  }
  progress.stop();
  return { network, losses, accuracies };
}

/** Says what the compiler makes of one training step. */
function describePlan(options: Options, set: DigitSet): void {
  const network = createNetwork(options.seed);
  const rows = shuffledIndices(set.count, options.seed).subarray(0, options.batch);
  const { summary } = explain(...network.record(takeDigits(set, rows)));
  const kernels = Object.entries(summary.kernels).map(([kind, count]) => `${count} ${kind}`);
  console.log(
    `one training step: ${summary.operations} operations fused into ${summary.kernelCount} kernels ` +
      `(${kernels.join(", ")}), ${summary.arenaBytes} bytes of working memory`,
  );
}

/** Lets a new process load the model and read the test digits; returns what it printed. */
function predictElsewhere(model: string): string {
  const script = fileURLToPath(new URL("./predict.ts", import.meta.url));
  const child = spawnSync(process.execPath, [...process.execArgv, script, model], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`the second process failed:\n${child.stderr}`);
  return child.stdout.trim();
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  await setBackend(options.backend);
  const digits = loadDigits();
  const { network, losses, accuracies } = train(options, digits);
  const predictions = predict(network, digits.test);
  const accuracy = accuracyOf(predictions, digits.test);
  console.log(`test accuracy: ${percent(accuracy)} of ${digits.test.count} digits`);
  const { compiled, runs, heapBytes } = stats();
  console.log(`${compiled} programs compiled for ${runs} evaluations; heap ${heapBytes} bytes`);
  describePlan(options, digits.train);

  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, drawTraining({ losses, accuracies, test: digits.test, predictions }));
  console.log(`drawing: ${relative(".", options.out)}`);

  const path = options.out.replace(/(\.svg)?$/, ".model");
  const model = await compile((images) => argmax(network.forward(images), 1), imagesOf(digits.test));
  const bytes = model.save();
  writeFileSync(path, bytes);
  console.log(`model: ${relative(".", path)}, ${bytes.length} bytes`);

  const elsewhere = predictElsewhere(path);
  console.log(elsewhere);
  if (!elsewhere.includes(`predictions ${predictions.join("")}`)) {
    throw new Error("the saved model predicts otherwise in a new process");
  }
  console.log("a new process, which compiled nothing, predicts the same to the digit");
}

main().catch((error: unknown) => {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
