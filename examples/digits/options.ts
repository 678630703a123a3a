import { parseArgs } from "node:util";

const BACKENDS = ["wasm", "reference"] as const;

/** A backend the example can run on. */
export type BackendName = (typeof BACKENDS)[number];

/** What the command line asks for. */
export interface Options {
  readonly epochs: number;
  readonly batch: number;
  readonly backend: BackendName;
  readonly seed: number;
  readonly out: string;
  readonly help: boolean;
}

/** A command line that makes no sense; the message is for the user, without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The text of `--help`. */
export const usage: string = `Trains a small network to read handwritten digits and draws the result.

Usage: npm start -- [options]

  --epochs N        passes over the training set (default 30)
  --batch N         images a step, 1 to 1437 (default 32)
  --backend NAME    ${BACKENDS.join(" or ")} (default wasm)
  --seed N          seed of the initial weights and of the order of the images (default 0)
  --out FILE        the SVG to write (default out/digits.svg)
  --help            this text
`;

const specification = {
  epochs: { type: "string", default: "30" },
  batch: { type: "string", default: "32" },
  backend: { type: "string", default: "wasm" },
  seed: { type: "string", default: "0" },
  out: { type: "string", default: "out/digits.svg" },
  help: { type: "boolean", short: "h", default: false },
} as const;

function integer(name: string, text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new UsageError(`--${name} must be a whole number from ${low} to ${high}, but is "${text}"`);
}

function backendName(text: string): BackendName {
  const found = BACKENDS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`--backend must be ${BACKENDS.join(" or ")}, but is "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: specification, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the command line (without node and the script); throws `UsageError` for a bad option or value. */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.out === "") throw new UsageError("--out must name a file");
  return {
    epochs: integer("epochs", values.epochs, 1, 10_000),
    batch: integer("batch", values.batch, 1, 1437),
    backend: backendName(values.backend),
    seed: integer("seed", values.seed, 0, 2 ** 31 - 1),
    out: values.out,
    help: values.help,
  };
}
