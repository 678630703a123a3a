/** What the library exports, with the first sentence of each docstring, as the TypeScript compiler sees it. */
import { fileURLToPath } from "node:url";
import ts from "typescript";

export interface Export {
  /** `cumprod`, `random.rand`, `Tensor.grad`, `type DType`. */
  readonly path: string;
  readonly kind: "function" | "class" | "constant" | "type";
  readonly summary: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** All exports, namespaces and the public members of `Tensor` resolved, in the order of their names. */
export function readExports(): Export[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram([`${root}src/index.ts`], options);
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(`${root}src/index.ts`)!)!;
  const found: Export[] = [];
  const visit = (module: ts.Symbol, prefix: string): void => {
    for (const named of checker.getExportsOfModule(module)) {
      const symbol = named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        visit(symbol, `${prefix}${named.name}.`);
        continue;
      }
      const kind = kindOf(symbol);
      const path = kind === "type" ? `type ${prefix}${named.name}` : `${prefix}${named.name}`;
      found.push({ path, kind, summary: summaryOf(symbol, checker) });
      if (named.name === "Tensor") found.push(...membersOf(symbol, checker));
    }
  };
  visit(index, "");
  return found.sort((a, b) => (a.path.toLowerCase() < b.path.toLowerCase() ? -1 : 1));

  function kindOf(symbol: ts.Symbol): Export["kind"] {
    if (symbol.flags & ts.SymbolFlags.Class) return "class";
    if (symbol.flags & ts.SymbolFlags.Function) return "function";
    if (!(symbol.flags & ts.SymbolFlags.Variable)) return "type";
    return checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 ? "function" : "constant";
  }
}

function membersOf(tensor: ts.Symbol, checker: ts.TypeChecker): Export[] {
  const type = checker.getDeclaredTypeOfSymbol(tensor);
  return checker.getPropertiesOfType(type).flatMap((member): Export[] => {
    const hidden = (member.declarations ?? []).some(
      (d) =>
        ts.getCombinedModifierFlags(d) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected) ||
        ts.getJSDocTags(d).some((tag) => tag.tagName.text === "internal"),
    );
    const symbol = /^__@(\w+)@/.exec(member.name);
    const name = symbol === null ? member.name : `[Symbol.${symbol[1]!}]`;
    return hidden ? [] : [{ path: `Tensor.${name}`, kind: "function", summary: summaryOf(member, checker) }];
  });
}

/** The first sentence. */
function summaryOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, " ").trim();
  const end = /[.:;](?= |$)/.exec(text);
  return end === null ? text : text.slice(0, end.index);
}
