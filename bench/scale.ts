/** How the costs of tracing, compiling and running grow with the number of operations. */
import { cpus } from "node:os";
import cliProgress from "cli-progress";
import { setBackend, sin, stats, type Tensor, tensor } from "../src/index.ts";

const LENGTHS = [1000, 3000, 10_000, 30_000, 100_000];
const ROUNDS = 3;

/** A chain of `length` operations; `shift` makes its constants, and so its program, one of its own. */
function chain(x: Tensor, length: number, shift: number): Tensor {
  let y = x.mul(1 + shift);
  for (let k = 0; k < length; k++) y = k % 3 === 0 ? y.mul(1.0001 + shift) : k % 3 === 1 ? y.sub(0.001) : sin(y);
  return y.sum();
}

function exact(values: readonly number[], length: number, shift: number): number {
  let sum = 0;
  for (const value of values) {
    let v = value * (1 + shift);
    for (let k = 0; k < length; k++) v = k % 3 === 0 ? v * (1.0001 + shift) : k % 3 === 1 ? v - 0.001 : Math.sin(v);
    sum += v;
  }
  return sum;
}

interface Sample {
  readonly trace: number;
  /** Compiling and the first run. */
  readonly first: number;
  readonly again: number;
  /** Forward and backward: compiling and the first run. */
  readonly gradient: number;
}

function measure(length: number, round: number): Sample {
  const data = [1, 2, 3];
  const x = tensor(data, "float64");
  const shift = 1e-7 * (length + round + 1);
  const time = <T>(f: () => T): [T, number] => {
    const start = performance.now();
    const result = f();
    return [result, performance.now() - start];
  };
  const [y, trace] = time(() => chain(x, length, shift));
  const [value, first] = time(() => y.item());
  if (!(Math.abs(value - exact(data, length, shift)) < 1e-9)) throw new Error(`${length} operations give ${value}`);
  const other = chain(x, length, shift);
  const [, again] = time(() => other.item());
  const loss = chain(x, length, shift);
  const [, gradient] = time(() => {
    loss.backward();
    return x.grad?.tolist();
  });
  return { trace, first, again, gradient };
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

await setBackend("wasm");
const bar = new cliProgress.SingleBar({ format: "{bar} {value}/{total} {what}" }, cliProgress.Presets.shades_classic);
bar.start(LENGTHS.length * ROUNDS, 0, { what: "" });
measure(100, 0);
const rows = LENGTHS.map((length) => {
  const samples = Array.from({ length: ROUNDS }, (_, round) => {
    const sample = measure(length, round);
    bar.increment({ what: `${length} operations` });
    return sample;
  });
  const of = (key: keyof Sample): number => median(samples.map((s) => s[key]));
  return { length, trace: of("trace"), first: of("first"), again: of("again"), gradient: of("gradient") };
});
bar.stop();

const cpu = cpus()[0]?.model ?? "unknown processor";
console.log(
  `\nChains of element-wise operations on three float64, ${cpu}, Node ${process.version}; medians of ${ROUNDS}\n`,
);
console.log(
  "| operations | trace ms | compile + run ms | µs an operation | run again ms | forward + backward ms | µs an operation |",
);
console.log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const { length, trace, first, again, gradient } of rows) {
  const each = (ms: number): string => ((ms * 1000) / length).toFixed(0);
  const cells = [
    length,
    trace.toFixed(0),
    first.toFixed(0),
    each(first),
    again.toFixed(0),
    gradient.toFixed(0),
    each(gradient),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`\n${stats().compiled} programs compiled`);
