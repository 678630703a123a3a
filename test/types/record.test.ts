import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROBE = `${ROOT}test/types/probe.ts`;

const HEAD = `
import type { Elementwise } from "../../src/ir/record.ts";
import { type Emit, evaluate, s } from "../../src/ir/scalar.ts";
import { PRIMS, type Table } from "../../src/backends/wasm/kernels/region/prims.ts";
`;

const config = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile).config as { compilerOptions: object };
const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, isolatedDeclarations: false }, ROOT);
const cache = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says about a source that stands beside this file. */
function diagnose(source: string): string[] {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    if (name === PROBE) return ts.createSourceFile(name, HEAD + source, ts.ScriptTarget.ES2022);
    if (!cache.has(name)) cache.set(name, getSourceFile.call(host, name, ...rest));
    return cache.get(name);
  };
  const program = ts.createProgram([PROBE], { ...options, noUnusedLocals: false }, host);
  const file = program.getSourceFile(PROBE);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((d) =>
    ts.flattenDiagnosticMessageText(d.messageText, "\n"),
  );
}

const record = (left: string): string => {
  const parts: Readonly<Record<string, string>> = {
    scalar: "scalar: (x) => s.neg(x!),",
    reference: "reference: (x) => -x!,",
    grad: 'grad: "zero",',
  };
  const kept = Object.entries(parts).flatMap(([name, text]) => (name === left ? [] : [text]));
  return `export const op: Elementwise = { kind: "elementwise", name: "probe", doc: "", arity: 1, result: "same", on: "any", ${kept.join(" ")} };`;
};

describe("what is left out is a type error", () => {
  it("nothing left out is none", () => {
    expect(diagnose(record("nothing"))).toEqual([]);
    expect(
      diagnose("export const all: Emit<number> = { ...evaluate }; export const table: Table = { ...PRIMS.float32 };"),
    ).toEqual([]);
  });

  it.each(["grad", "scalar", "reference"])("a record without its %s", (part) => {
    const [message] = diagnose(record(part));
    expect(message).toContain(`Property '${part}' is missing`);
  });

  it("a primitive missing in the meaning of scalar expressions", () => {
    const [message] = diagnose("const { cbrt, ...rest } = evaluate; export const all: Emit<number> = rest;");
    expect(message).toContain("Property 'cbrt' is missing");
  });

  it("a primitive missing in the tables of the wasm backend", () => {
    const [message] = diagnose("const { rint, ...rest } = PRIMS.float64; export const table: Table = rest;");
    expect(message).toContain("Property 'rint' is missing");
  });
});
