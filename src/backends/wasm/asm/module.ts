import { ByteSink } from "./encode.ts";
import type { FuncRef, Local } from "./function.ts";
import { FunctionBuilder } from "./function.ts";
import type { ValType } from "./opcodes.ts";
import { VAL_TYPES } from "./opcodes.ts";

/** The limits of an imported memory, in pages of 64 KiB. A shared memory needs `max`, and it must equal the given memory's. */
export interface MemoryLimits {
  readonly shared?: boolean;
  readonly min: number;
  readonly max?: number;
}

interface MemoryImport extends MemoryLimits {
  readonly module: string;
  readonly name: string;
}

interface FunctionImport {
  readonly module: string;
  readonly ref: FuncRef;
}

interface Defined {
  readonly ref: FuncRef;
  readonly body: FunctionBuilder;
}

const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** What generated code may use beyond WebAssembly's fixed-width SIMD. */
export interface Features {
  /** Relaxed SIMD, for multiplications fused with additions. */
  readonly relaxed: boolean;
}

/** What every engine with SIMD runs. */
export const BASELINE: Features = { relaxed: false };

/** Collects imports and functions and writes them as a WebAssembly module. */
export class ModuleBuilder {
  readonly features: Features;
  private memory: MemoryImport | undefined;
  private readonly imports: FunctionImport[] = [];
  private readonly functions: Defined[] = [];
  private readonly exports: Map<string, FuncRef> = new Map();
  /** By types and bytes: the function that was emitted first. */
  private readonly known: Map<string, FuncRef> = new Map();

  constructor(features: Features = BASELINE) {
    this.features = features;
  }

  /** The one memory of the module. */
  importMemory(module: string, name: string, limits: MemoryLimits): void {
    if (limits.shared === true && limits.max === undefined) throw new TypeError("a shared memory needs max");
    this.memory = { module, name, ...limits };
  }

  /** The same import (module, name and types) is declared once. May be called after functions were added. */
  importFunction(module: string, name: string, params: readonly ValType[], results: readonly ValType[]): FuncRef {
    const found = this.imports.find(
      (each) =>
        each.module === module &&
        each.ref.name === name &&
        signature(each.ref.params, each.ref.results) === signature(params, results),
    );
    if (found !== undefined) return found.ref;
    const ref: FuncRef = { kind: "import", name, params, results, position: this.imports.length };
    this.imports.push({ module, ref });
    return ref;
  }

  /**
   * Adds a function; `build` gets its builder and the locals of its parameters. A function whose types and bytes equal
   * an earlier one's is not emitted again: the earlier reference comes back.
   */
  addFunction(
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
    build: (f: FunctionBuilder, ...params: Local[]) => void,
  ): FuncRef {
    const body = new FunctionBuilder(params);
    build(body, ...params.map((_, index) => index));
    // Final indices move when imports are added: for the comparison, even numbers are imports and odd ones functions.
    const bytes = new ByteSink();
    body.writeBody(bytes, (target) => target.position * 2 + (target.kind === "import" ? 0 : 1));
    const key = `${signature(params, results)}:${latin1(bytes.view())}`;
    const same = this.known.get(key);
    if (same !== undefined) return same;
    const ref: FuncRef = { kind: "function", name, params, results, position: this.functions.length };
    this.functions.push({ ref, body });
    this.known.set(key, ref);
    return ref;
  }

  exportFunction(ref: FuncRef, name: string = ref.name): void {
    if (this.exports.has(name)) throw new Error(`"${name}" is exported already`);
    this.exports.set(name, ref);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const types = new Types();
    const imports = section(SECTION.import, (out) => this.writeImports(out, types));
    const declared = section(SECTION.function, (out) => {
      out.u32(this.functions.length);
      for (const { ref } of this.functions) out.u32(types.indexOf(ref));
    });
    const out = new ByteSink().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    out.bytes(section(SECTION.type, (sink) => types.write(sink)));
    out.bytes(imports).bytes(declared);
    out.bytes(section(SECTION.export, (sink) => this.writeExports(sink)));
    out.bytes(section(SECTION.code, (sink) => this.writeCode(sink)));
    return out.bytes(section(SECTION.custom, (sink) => this.writeNames(sink))).toBytes();
  }

  /** Imported functions come first in the index space. */
  private indexOf(ref: FuncRef): number {
    return ref.kind === "import" ? ref.position : this.imports.length + ref.position;
  }

  private writeImports(out: ByteSink, types: Types): void {
    out.u32(this.imports.length + (this.memory === undefined ? 0 : 1));
    if (this.memory !== undefined) {
      const { module, name, shared, min, max } = this.memory;
      out
        .name(module)
        .name(name)
        .byte(2)
        .byte((max === undefined ? 0 : 1) | (shared === true ? 2 : 0))
        .u32(min);
      if (max !== undefined) out.u32(max);
    }
    for (const { module, ref } of this.imports) out.name(module).name(ref.name).byte(0).u32(types.indexOf(ref));
  }

  private writeExports(out: ByteSink): void {
    out.u32(this.exports.size);
    for (const [name, ref] of this.exports) out.name(name).byte(0).u32(this.indexOf(ref));
  }

  private writeCode(out: ByteSink): void {
    out.u32(this.functions.length);
    for (const { body } of this.functions) out.sized((sink) => body.writeBody(sink, (target) => this.indexOf(target)));
  }

  /** The `name` section's function names (sub-section 1), which profilers and stack traces show. */
  private writeNames(out: ByteSink): void {
    const refs = [...this.imports, ...this.functions].map((each) => each.ref);
    out
      .name("name")
      .byte(1)
      .sized((map) => {
        map.u32(refs.length);
        for (const ref of refs) map.u32(this.indexOf(ref)).name(ref.name);
      });
  }
}

/** The type section: each signature once. */
class Types {
  private readonly signatures: Map<string, FuncRef> = new Map();

  indexOf(ref: FuncRef): number {
    const key = signature(ref.params, ref.results);
    if (!this.signatures.has(key)) this.signatures.set(key, ref);
    return [...this.signatures.keys()].indexOf(key);
  }

  write(out: ByteSink): void {
    out.u32(this.signatures.size);
    for (const { params, results } of this.signatures.values()) {
      out.byte(0x60);
      for (const list of [params, results]) {
        out.u32(list.length);
        for (const type of list) out.byte(VAL_TYPES[type]);
      }
    }
  }
}

function section(id: number, write: (sink: ByteSink) => void): Uint8Array {
  return new ByteSink().byte(id).sized(write).view();
}

function signature(params: readonly ValType[], results: readonly ValType[]): string {
  return `${params.join()}>${results.join()}`;
}

/** Bytes as a string of equal length, for a map's key. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
