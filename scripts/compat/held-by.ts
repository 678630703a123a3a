/** Which tests hold a name: found in the tests themselves, so that it cannot be out of date. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import * as gl from "../../src/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** A test file, relative to the repository, and what it says of itself in a table. */
export interface Holder {
  readonly file: string;
  readonly label: string;
}

interface TestFile {
  readonly file: string;
  readonly text: string;
}

/** Tests that read the names of functions from data: NumPy's values. */
const FROM_DATA: readonly (Holder & { readonly names: ReadonlySet<string> })[] = [
  {
    file: "test/numerics/numpy-values.test.ts",
    label: "NumPy's values",
    names: new Set(
      Object.keys((unzip("test/numerics/numpy-values.json.gz") as { readonly functions: object }).functions),
    ),
  },
  {
    file: "test/conformance/conformance.test.ts",
    label: "NumPy's arrays",
    names: new Set(
      (
        unzip("test/conformance/cases.json.gz") as { readonly functions: readonly { readonly name: string }[] }
      ).functions.map(({ name }) => name),
    ),
  },
];

function unzip(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(`${root}${path}`)).toString());
}

function testFiles(folder = "test"): TestFile[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return path === "test/compat" ? [] : testFiles(path);
    return /\.test\.ts$/.test(entry.name) ? [{ file: path, text: read(path) }] : [];
  });
}

/** Tests of wrong calls, and of what is not the arrays themselves, say least of a name. */
const aside = (file: string): number => Number(/errors|test\/(ir|passes|backends)\//.test(file));

/** How a name stands in a test that uses it. */
function usage(path: string): RegExp {
  const last = path.split(/[. ]/).at(-1)!.replace("[Symbol", "");
  if (path.includes("[Symbol."))
    return new RegExp(path.endsWith("iterator]") ? "iterate" : `Symbol\\.${/\.(\w+)\]/.exec(path)![1]}|Number\\(`);
  if (path.startsWith("type ")) return new RegExp(`\\b${last}\\b`, "g");
  if (path.startsWith("Tensor.")) return new RegExp(`[\\w\\])!]\\.${last}\\b|"${last}"`, "g");
  if (path.includes(".")) return new RegExp(`\\b${path.replace(".", "\\.")}\\b|\\b${last}\\(`, "g");
  return new RegExp(`\\bgl\\s*\\.${last}\\b|(?<![.\\w])${last}[(,]`, "g");
}

/** Finds the tests of a name. */
export class HolderIndex {
  private readonly files: readonly TestFile[] = testFiles();
  private readonly golden: string = read("test/golden/run.ts");

  /** The tests that hold a name, those that hold most of it first. */
  of(path: string): Holder[] {
    const found: Holder[] = [];
    const pattern = usage(path);
    if (!path.startsWith("type ") && this.golden.search(pattern) >= 0)
      found.push({ file: "test/golden/golden.test.ts", label: "golden cases" });
    for (const { file, label, names } of FROM_DATA) if (names.has(path)) found.push({ file, label });
    if (Object.hasOwn(gl.ops, path)) found.push({ file: "test/ops", label: "op table" });
    const uses = this.files
      .filter(({ file }) => !found.some((h) => h.file === file))
      .map(({ file, text }) => ({ file, count: text.match(pattern)?.length ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => aside(a.file) - aside(b.file) || b.count - a.count || (a.file < b.file ? -1 : 1));
    for (const { file } of uses) found.push({ file, label: file.replace(/^test\/(api\/)?|\.test\.ts$/g, "") });
    return found;
  }
}

/** Whether a test with these words in its name, or in the row of a table that names tests, is in a file. */
export function testNamed(file: string, words: string): boolean {
  return read(file).includes(words);
}
