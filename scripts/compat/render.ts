/** Writes the compatibility list, and says what is missing in it. */
import { setBackend } from "../../src/index.ts";
import { CHECKLIST, type Entry } from "./checklist.ts";
import { DIFFERENCES } from "./differences.ts";
import { EXAMPLES } from "./examples.ts";
import { type Export, readExports } from "./exports.ts";
import { type Gradient, gradientOf } from "./gradient.ts";
import { HolderIndex, testNamed } from "./held-by.ts";

export interface Compatibility {
  /** The list, as Markdown. */
  readonly text: string;
  /** What keeps it from being complete: names without an export, an example, a test or a reason. */
  readonly problems: readonly string[];
}

/** Members of tensors that the library itself uses, and what nobody calls by name. */
const INHERITED = /^Tensor\.(constructor)$/;
const MAX_HOLDERS = 2;

export async function compatibility(): Promise<Compatibility> {
  await setBackend("reference");
  const exports = new Map(readExports().map((each) => [each.path, each]));
  const index = new HolderIndex();
  const problems: string[] = [];
  const gradients = new Map<string, Gradient>();
  for (const [path, example] of EXAMPLES) {
    if (!exports.has(path)) problems.push(`${path}: there is an example of it, but no export`);
    gradients.set(path, await gradientOf(example));
  }

  const gradientColumn = (path: string): string => {
    const { kind } = exports.get(path)!;
    if (kind !== "function") return "none";
    const gradient = gradients.get(path);
    if (gradient === undefined) problems.push(`${path}: no example of a call, in scripts/compat/examples.ts`);
    return gradient ?? "?";
  };
  const holderColumn = (path: string): string => {
    if (path.startsWith("type ")) return "[type check](../tsconfig.json)";
    const holders = index.of(path);
    if (holders.length === 0) problems.push(`${path}: no test uses it`);
    return holders
      .slice(0, MAX_HOLDERS)
      .map(({ file, label }) => `[${label}](../${file})`)
      .join(", ");
  };
  const row = ({ name, here, note }: Entry): string => {
    const known = here.filter((path) => exports.has(path));
    for (const path of here) if (!exports.has(path)) problems.push(`${name}: no export ${path}`);
    if (here.length === 0 && note === "") problems.push(`${name}: neither a name here nor a reason`);
    const spelled = here.map(code).join(", ") || "—";
    const gradient = [...new Set(known.map(gradientColumn))].join(", ");
    const held = [...new Set(known.map(holderColumn))].join(", ");
    return `| \`${name}\` | ${[spelled, note].filter(Boolean).join(": ")} | ${gradient} | ${held} |`;
  };

  const lines = [...HEAD];
  const covered = new Set<string>();
  for (const { title, entries } of CHECKLIST) {
    lines.push(`## ${title}`, "", "| MyGrad | Gradloom | gradient | held by |", "| --- | --- | --- | --- |");
    lines.push(...entries.map(row), "");
    for (const { here } of entries) for (const path of here) covered.add(path);
  }
  lines.push(
    "## Where Gradloom differs on purpose",
    "",
    "| what | MyGrad | Gradloom | held by |",
    "| --- | --- | --- | --- |",
  );
  for (const { what, mygrad, here, test } of DIFFERENCES) {
    if (!testNamed(...test)) problems.push(`${what}: no test with "${test[1]}" in its name in ${test[0]}`);
    const label = test[0].replace(/^test\/(api\/)?|\.test\.ts$/g, "");
    lines.push(`| ${what} | ${mygrad} | ${here} | [${label}](../${test[0]}) |`);
  }
  lines.push("", "## Beyond MyGrad", "", "| Gradloom | what | gradient | held by |", "| --- | --- | --- | --- |");
  for (const each of exports.values()) {
    if (covered.has(each.path) || each.kind === "type" || INHERITED.test(each.path)) continue;
    lines.push(
      `| ${code(each.path)} | ${summary(each, problems)} | ${gradientColumn(each.path)} | ${holderColumn(each.path)} |`,
    );
  }
  return { text: `${lines.join("\n")}\n`, problems };
}

const HEAD = [
  "# Compatibility",
  "",
  "<!-- Written by `npm run compat` from scripts/compat, the exports and the tests. -->",
  "",
  "Every name of MyGrad 2.3, its name here, whether gradients flow, and the tests that hold it. MyGrad's functions are NumPy's with",
  "gradients, so this is the list for NumPy too. Names are in camelCase; [`arrays.md`](arrays.md) explains what stands for operators,",
  "indexing and keyword arguments.",
  "",
  "Gradient: **yes**, compared with central differences in float64, for the very calls in `scripts/compat/examples.ts`; **not",
  "differentiable** where a tensor is made of tensors but no gradient flows; **none** where there is nothing that a gradient could be of.",
  "",
];

function code(path: string): string {
  if (path.startsWith("type ")) return `\`${path.slice(5)}\``;
  return path.startsWith("Tensor.") ? `\`t.${path.slice(7)}\``.replace("`t.[", "`t[") : `\`${path}\``;
}

function summary({ path, summary: text }: Export, problems: string[]): string {
  if (text === "") problems.push(`${path}: no docstring`);
  return text.replace(/\{@link (\w+)\}/g, "`$1`").replace(/\|/g, "\\|");
}
