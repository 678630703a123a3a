/** Reads the text form of graphs back. */
import { type DType, isDType } from "./dtype.ts";
import type { Attr, Attrs, Graph, Node } from "./node.ts";
import { fusedOp, fusedUpdateOp, regionAttrs } from "./ops/fused.ts";
import type { Combine, Instr, Region } from "./region.ts";
import { ARITY, type Prim } from "./scalar.ts";
import { findOp } from "./table.ts";

/** @throws SyntaxError that names the line */
export function parseGraph(text: string): Graph {
  return new Parser(text).graph();
}

const NODE = /^(%\d+) = (\w+)\(([^)]*)\)(?: (\{.*\}))? : (\w+)\[([^\]]*)\]( \{)?$/;
const COMBINES: readonly Combine[] = ["add", "mul", "max", "min", "or", "and"];

class Parser {
  private readonly lines: readonly string[];
  private at = 0;
  private readonly nodes: Map<string, Node> = new Map();

  constructor(text: string) {
    this.lines = text.split("\n");
  }

  graph(): Graph {
    let inputs: Node[] | null = null;
    let outputs: Node[] | null = null;
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]!.trim();
      if (line === "") continue;
      if (/^inputs\b/.test(line)) inputs = this.operands(line.slice("inputs".length));
      else if (/^outputs\b/.test(line)) outputs = this.operands(line.slice("outputs".length));
      else this.node(line);
    }
    if (inputs === null || outputs === null)
      throw new SyntaxError("graph text: it has no line of inputs or of outputs");
    return { nodes: [...this.nodes.values()], inputs, outputs };
  }

  private fail(why: string): never {
    throw new SyntaxError(`graph text, line ${this.at + 1}: ${why}: ${this.lines[this.at]?.trim() ?? "the end"}`);
  }

  private node(line: string): void {
    const parts = NODE.exec(line);
    if (parts === null) this.fail("this is no node");
    const [, name, opName, operands, attrs, dtype, shape, opens] = parts;
    const op = findOp(opName!);
    if (op === undefined) this.fail(`there is no operation ${opName}`);
    if (this.nodes.has(name!)) this.fail(`${name} is defined already`);
    const inputs = this.operands(operands!);
    const hasRegion = op === fusedOp || op === fusedUpdateOp;
    if (hasRegion !== (opens !== undefined)) this.fail("a region belongs to a fused operation, and to no other");
    const type = this.dtype(dtype!);
    const made = hasRegion ? regionAttrs(this.region()) : attrs === undefined ? {} : this.attrs(attrs);
    this.nodes.set(name!, { op, inputs, attrs: made, shape: this.numbers(shape!), dtype: type });
  }

  private dtype(text: string): DType {
    return isDType(text) ? text : this.fail(`there is no dtype ${text}`);
  }

  private operands(text: string): Node[] {
    const names = text.split(",").map((name) => name.trim());
    if (names.length === 1 && names[0] === "") return [];
    return names.map((name) => this.nodes.get(name) ?? this.fail(`${name} is not defined before`));
  }

  private number(text: string): number {
    const word = text.trim();
    if (!/^(-?(\d+(\.\d+)?(e[+-]?\d+)?|Infinity)|NaN)$/.test(word)) this.fail(`"${word}" is no number`);
    return Number(word);
  }

  private numbers(text: string): number[] {
    return text.trim() === "" ? [] : text.split(",").map((n) => this.number(n));
  }

  /** The lines up to the closing brace. */
  private region(): Region {
    const next = (): string => {
      this.at++;
      return this.lines[this.at]?.trim() ?? this.fail("the region has no end");
    };
    const match = (line: string, form: RegExp): RegExpExecArray =>
      form.exec(line) ?? this.fail("this does not belong into a region");
    const shape = this.numbers(match(next(), /^for \[([^\]]*)\]$/)[1]!);
    const body: Instr[] = [];
    let line = next();
    for (; line.startsWith("v"); line = next()) {
      const [, index, text, dtype] = match(line, /^v(\d+) = (.+) : (\w+)$/);
      if (Number(index) !== body.length) this.fail(`the next value is v${body.length}`);
      body.push(this.instr(text!, this.dtype(dtype!)));
    }
    let reduce: Region["reduce"] = null;
    if (line.startsWith("reduce")) {
      const [, name, axes, identity] = match(line, /^reduce (\w+) over \[([^\]]*)\] from (\S+)$/);
      const combine = COMBINES.find((c) => c === name) ?? this.fail(`there is no reduction ${name}`);
      reduce = { combine, axes: this.numbers(axes!), identity: this.number(identity!) };
      line = next();
    }
    const [, result, place, dtype] = match(line, /^store v(\d+) at (\S+) : (\w+)$/);
    if (next() !== "}") this.fail("the region goes on after its store");
    return { shape, body, result: Number(result), reduce, store: this.place(place!), dtype: this.dtype(dtype!) };
  }

  private place(text: string): { strides: number[]; offset: number } {
    const parts = /^\[([^\]]*)\]\+(\S+)$/.exec(text);
    if (parts === null) this.fail(`"${text}" is no place`);
    return { strides: this.numbers(parts[1]!), offset: this.number(parts[2]!) };
  }

  private instr(text: string, dtype: DType): Instr {
    const space = text.indexOf(" ");
    const [kind, rest] = [text.slice(0, space), text.slice(space + 1)];
    const value = (name: string): number => {
      const parts = /^v(\d+)$/.exec(name.trim());
      return parts === null ? this.fail(`"${name}" is no value`) : Number(parts[1]);
    };
    if (kind === "load") {
      const [input, place] = rest.split(" ");
      return { kind, input: this.number(input!), ...this.place(place ?? ""), dtype };
    }
    if (kind === "const") return { kind, value: this.number(rest), dtype };
    if (kind === "index") return { kind, ...this.place(rest), dtype };
    if (kind === "gather") {
      const parts = /^(\d+) of (\d+) at (v\d+)$/.exec(rest) ?? this.fail(`"${text}" gathers nothing`);
      return { kind, input: this.number(parts[1]!), arg: value(parts[3]!), length: this.number(parts[2]!), dtype };
    }
    if (kind === "cast") return { kind, arg: value(rest), dtype };
    if (!Object.hasOwn(ARITY, kind)) this.fail(`there is no primitive ${kind}`);
    return { kind: "prim", prim: kind as Prim, args: rest.split(",").map(value), dtype };
  }

  /** `{name=value, …}`; a value is a number, a string, a boolean, null, a list or again attributes. */
  private attrs(text: string): Attrs {
    let at = 0;
    const expect = (token: string): void => {
      if (!text.startsWith(token, at)) this.fail(`"${token}" is missing at "${text.slice(at)}"`);
      at += token.length;
    };
    const separated = (close: string, item: () => void): void => {
      for (let more = text[at] !== close; more; ) {
        item();
        more = text[at] !== close;
        if (more) expect(",");
        while (text[at] === " ") at++;
      }
      expect(close);
    };
    const object = (): Attrs => {
      const out: Record<string, Attr> = {};
      expect("{");
      separated("}", () => {
        const name = /^\w+/.exec(text.slice(at))?.[0] ?? this.fail("an attribute has no name");
        at += name.length;
        expect("=");
        out[name] = value();
      });
      return out;
    };
    const value = (): Attr => {
      if (text[at] === "{") return object();
      if (text[at] === "[") {
        const list: Attr[] = [];
        expect("[");
        separated("]", () => list.push(value()));
        return list;
      }
      const word =
        /^(?:"(?:[^"\\]|\\.)*"|[^,\]}]+)/.exec(text.slice(at))?.[0] ?? this.fail("an attribute has no value");
      at += word.length;
      if (word.startsWith('"')) return JSON.parse(word) as string;
      if (word === "true" || word === "false") return word === "true";
      return word === "null" ? null : this.number(word);
    };
    const attrs = object();
    if (at !== text.length) this.fail(`"${text.slice(at)}" follows the attributes`);
    return attrs;
  }
}
