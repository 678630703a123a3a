import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.split(sep).join("/"));

/** Which folders of `src` the files of a folder may import from. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ir: ["ir"],
  passes: ["ir", "passes"],
  backends: ["ir", "backends"],
  api: ["ir", "passes", "backends", "api"],
  "index.ts": ["ir", "api"],
  "worker.ts": ["api"],
};

const topOf = (path: string): string => path.split("/")[0]!;

/** The files of `src` that a file imports. */
function importsOf(file: string): string[] {
  const path = join(SRC, file);
  const { importedFiles } = ts.preProcessFile(readFileSync(path, "utf8"), true, true);
  return importedFiles
    .map((i) => i.fileName)
    .filter((name) => name.startsWith("."))
    .map((name) =>
      relative(SRC, join(dirname(path), name))
        .split(sep)
        .join("/"),
    );
}

describe("the house", () => {
  it("imports one way: api → passes → ir ← backends", () => {
    const wrong = files.flatMap((file) => {
      const allowed = MAY_IMPORT[topOf(file)] ?? [];
      return importsOf(file).flatMap((to) => (allowed.includes(topOf(to)) ? [] : [`${file} imports ${to}`]));
    });
    expect(wrong).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it("sees an import that goes the wrong way", () => {
    const { importedFiles } = ts.preProcessFile('import { plan } from "../passes/plan.ts";', true, true);
    expect(importedFiles.map((i) => i.fileName)).toEqual(["../passes/plan.ts"]);
    expect(MAY_IMPORT.ir).not.toContain("passes");
  });

  it("makes no code from strings", () => {
    const found = files.filter((file) => /\beval\s*\(|new Function\b/.test(readFileSync(join(SRC, file), "utf8")));
    expect(found).toEqual([]);
  });

  it("keeps its files small", () => {
    const long = files.filter((file) => readFileSync(join(SRC, file), "utf8").split("\n").length > 400);
    expect(long).toEqual([]);
  });
});
