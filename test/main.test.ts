import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE_OPTIONS = ["--disallow-code-generation-from-strings", "--import", "tsx"];
const folder = mkdtempSync(join(tmpdir(), "gradloom-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the example in a process of its own, where code can be made from WebAssembly only, not from strings. */
function run(...args: readonly string[]): Outcome {
  return node("examples/digits/main.ts", ...args);
}

function node(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE_OPTIONS, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 100_000,
  });
  return { status, stdout, stderr };
}

describe("the digits example", () => {
  it("trains, draws, saves, and predicts the same in a new process", { timeout: 120_000 }, () => {
    const out = join(folder, "new", "d.svg");
    const { status, stdout, stderr } = run("--epochs", "6", "--out", out);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.match(/^epoch \d/gm)).toHaveLength(6);
    const accuracy = Number(/^test accuracy: ([\d.]+)% of 360 digits$/m.exec(stdout)?.[1]);
    expect(accuracy).toBeGreaterThanOrEqual(94);
    // The training step, the reading of a whole test set: nothing else is compiled.
    expect(stdout).toMatch(/^2 programs compiled for \d+ evaluations; heap \d+ bytes$/m);
    expect(stdout).toMatch(/^one training step: \d+ operations fused into \d+ kernels/m);

    // It hands its own execArgv on, so that this process cannot make code from strings either.
    expect(stdout).toContain("second process: 0 programs compiled, 0 graphs evaluated");
    expect(stdout).toContain(`second process: test accuracy ${accuracy.toFixed(2)}% of 360 digits`);
    expect(stdout).toMatch(/^second process: predictions \d{360}$/m);
    expect(stdout).toContain("predicts the same to the digit");

    const again = node("examples/digits/predict.ts", out.replace(".svg", ".model"));
    expect(again.status).toBe(0);
    expect(stdout).toContain(again.stdout.trim());

    const drawing = readFileSync(out, "utf8");
    expect(drawing).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(drawing).not.toContain("NaN");
    const model = readFileSync(out.replace(".svg", ".model"));
    expect(model.subarray(0, 8).toString()).toBe("GRADLOOM");
    expect(stdout).toContain(`, ${model.length} bytes`);
  });

  it("gives the same files for the same seed", { timeout: 120_000 }, () => {
    const results = [1, 2].map((k) => run("--epochs", "1", "--seed", "3", "--out", join(folder, `${k}.svg`)));
    const lines = results.map((r) => /^test accuracy.*$/m.exec(r.stdout)?.[0]);
    expect(lines[0]).toBeDefined();
    expect(lines[0]).toBe(lines[1]);
    expect(readFileSync(join(folder, "1.svg"), "utf8")).toBe(readFileSync(join(folder, "2.svg"), "utf8"));
    expect(readFileSync(join(folder, "1.model")).equals(readFileSync(join(folder, "2.model")))).toBe(true);
  });

  it("is run where strings are no code", () => {
    const { status, stderr } = node("--eval", "new Function('return 1')()");
    expect(status).toBe(1);
    expect(stderr).toContain("EvalError");
    expect(readFileSync(join(ROOT, "examples/digits/main.ts"), "utf8")).toContain("...process.execArgv");
  });

  it("trains on the reference backend, too", { timeout: 120_000 }, () => {
    const { status, stdout } = run("--epochs", "1", "--backend", "reference", "--out", join(folder, "r.svg"));
    expect(status).toBe(0);
    expect(Number(/^test accuracy: ([\d.]+)%/m.exec(stdout)?.[1])).toBeGreaterThan(80);
  });

  it("names every option in its help", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    const source = readFileSync(join(ROOT, "examples/digits/options.ts"), "utf8");
    const specification = /const specification = \{([\s\S]*?)\n\} as const/.exec(source)![1]!;
    const options = [...specification.matchAll(/^ {2}(\w+): \{/gm)].map((m) => m[1]!);
    expect(options).toEqual(["epochs", "batch", "backend", "seed", "out", "help"]);
    for (const option of options) expect(stdout).toMatch(new RegExp(`^ {2}--${option} `, "m"));
    expect(run("-h").stdout).toBe(stdout);
  });

  it.each([
    ["an unknown option", ["--fast"], "--fast"],
    ["a number out of range", ["--epochs", "0"], '--epochs must be a whole number from 1 to 10000, but is "0"'],
    ["something that is no number", ["--batch", "1e2"], '--batch must be a whole number from 1 to 1437, but is "1e2"'],
    ["an unknown backend", ["--backend", "webgpu"], '--backend must be wasm or reference, but is "webgpu"'],
    ["an option without its value", ["--seed"], "--seed"],
    ["an argument that is no option", ["digits"], "digits"],
    ["no file to write", ["--out", ""], "--out must name a file"],
  ])("exits with 2 for %s", (_, args, message) => {
    const { status, stdout, stderr } = run(
      ...args,
      ...(args.includes("--out") ? [] : ["--out", join(folder, "no.svg")]),
    );
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).toContain("Usage: npm start");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, "no.svg"))).toBe(false);
  });
});
