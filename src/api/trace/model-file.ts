/**
 * The model file, version 1. All numbers are little-endian.
 *
 * | bytes | content |
 * | --- | --- |
 * | 8 | `GRADLOOM` |
 * | 4 | version |
 * | 4 | length of the header |
 * | … | the header: JSON in UTF-8, padded with spaces so that what follows is a multiple of 8 |
 * | … | the sections: code for an unshared heap, code for a shared one, and the weights, each padded to a multiple of 8 |
 * | 4 | CRC-32 of everything before |
 */
import checksum from "crc-32";
import { BYTES, type DType, isDType, type TypedArray, viewBytes } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/layout.ts";
import type { TensorSpec } from "../../ir/plan.ts";
import { ModelFormatError } from "../errors.ts";

export const MODEL_VERSION = 1;
const MAGIC = "GRADLOOM";
const PREFIX = 16;
const CHECKSUM = 4;

/** What a value that the code reads is bound to. */
export type Binding =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "weight"; readonly dtype: DType; readonly data: TypedArray };

/** A model's content. */
export interface ModelFile {
  /** What the caller passes. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** What the code reads, with where each comes from. */
  readonly bound: readonly TensorSpec[];
  readonly bindings: readonly Binding[];
  readonly arenaBytes: number;
  readonly code: Uint8Array<ArrayBuffer>;
  readonly sharedCode: Uint8Array<ArrayBuffer>;
}

interface Header {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly bound: readonly TensorSpec[];
  /** For each bound value: the index of an input, or null for the next weight. */
  readonly bindings: readonly (number | null)[];
  readonly arenaBytes: number;
  /** Bytes of each section. */
  readonly sections: readonly number[];
}

const pad8 = (n: number): number => Math.ceil(n / 8) * 8;

/** A model as bytes. */
export function encodeModel(file: ModelFile): Uint8Array {
  const weights = file.bindings.flatMap((b) => (b.kind === "weight" ? [b.data] : []));
  const sections = [file.code, file.sharedCode, ...weights];
  const header: Header = {
    inputs: file.inputs,
    outputs: file.outputs,
    bound: file.bound,
    bindings: file.bindings.map((b) => (b.kind === "input" ? b.index : null)),
    arenaBytes: file.arenaBytes,
    sections: sections.map((s) => s.byteLength),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = pad8(text.length);
  const total = sections.reduce((n, s) => n + pad8(s.byteLength), PREFIX + headerBytes) + CHECKSUM;
  const bytes = new Uint8Array(total);
  const numbers = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  numbers.setUint32(8, MODEL_VERSION, true);
  numbers.setUint32(12, headerBytes, true);
  bytes.fill(0x20, PREFIX, PREFIX + headerBytes).set(text, PREFIX);
  let at = PREFIX + headerBytes;
  for (const s of sections) {
    bytes.set(new Uint8Array(s.buffer, s.byteOffset, s.byteLength), at);
    at += pad8(s.byteLength);
  }
  numbers.setInt32(total - CHECKSUM, checksum.buf(bytes.subarray(0, total - CHECKSUM)), true);
  return bytes;
}

const fail = (reason: string): never => {
  throw new ModelFormatError(`loadModel: ${reason}`);
};

/**
 * The model in bytes.
 *
 * @throws ModelFormatError where they are no sound model of this version or an older one
 */
export function decodeModel(source: Uint8Array): ModelFile {
  if (!(source instanceof Uint8Array)) fail("the argument is no Uint8Array; pass the bytes that save() returned");
  const numbers = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const magic = new TextEncoder().encode(MAGIC);
  if (source.length < PREFIX + CHECKSUM || !magic.every((b, k) => source[k] === b)) {
    fail(`these ${source.length} bytes are no Gradloom model; pass what save() returned`);
  }
  const version = numbers.getUint32(8, true);
  if (version > MODEL_VERSION) {
    fail(`the model is of format version ${version}, and this release reads up to ${MODEL_VERSION}; update gradloom`);
  }
  if (version === 0) fail("the model names format version 0, which does not exist: the file is damaged");
  const end = source.length - CHECKSUM;
  if (checksum.buf(source.subarray(0, end)) !== numbers.getInt32(end, true)) {
    fail(
      `the checksum of these ${source.length} bytes is wrong: the file is damaged or cut off; save or copy it again`,
    );
  }
  const headerBytes = numbers.getUint32(12, true);
  const sectionsAt = PREFIX + headerBytes;
  if (sectionsAt > end) fail("the header is longer than the file: the file is damaged");
  const header = parseHeader(source.subarray(PREFIX, sectionsAt));
  if (header.sections.reduce((n, s) => n + pad8(s), sectionsAt) !== end) {
    fail("the sections do not fill the file: the file is damaged");
  }
  return readSections(header, source, sectionsAt);
}

function parseHeader(bytes: Uint8Array): Header {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    fail("the header is no JSON: the file is damaged");
  }
  if (!isHeader(value)) fail("the header does not describe a model: the file is damaged");
  return value as Header;
}

const isCount = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;
const isSpec = (v: unknown): v is TensorSpec => {
  if (typeof v !== "object" || v === null) return false;
  const { shape, dtype } = v as Partial<TensorSpec>;
  return Array.isArray(shape) && shape.every(isCount) && isDType(dtype);
};

function isHeader(value: unknown): value is Header {
  if (typeof value !== "object" || value === null) return false;
  const h = value as Partial<Record<keyof Header, unknown>>;
  const { inputs, outputs, bound, bindings, arenaBytes, sections } = h;
  if (![inputs, outputs, bound].every((list) => Array.isArray(list) && list.every(isSpec))) return false;
  if (!Array.isArray(bindings) || !Array.isArray(sections) || !isCount(arenaBytes)) return false;
  if (bindings.length !== (bound as unknown[]).length || !sections.every(isCount)) return false;
  const known = (inputs as unknown[]).length;
  if (!bindings.every((b) => b === null || (isCount(b) && b < known))) return false;
  return sections.length === 2 + bindings.filter((b) => b === null).length;
}

function readSections(header: Header, source: Uint8Array, start: number): ModelFile {
  let at = start;
  const next = (k: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(header.sections[k]!);
    bytes.set(source.subarray(at, at + bytes.length));
    at += pad8(bytes.length);
    return bytes;
  };
  const code = next(0);
  const sharedCode = next(1);
  if (!WebAssembly.validate(code))
    fail("the code is no WebAssembly that this engine runs: the file is damaged, or SIMD is missing");
  let section = 2;
  const bindings = header.bindings.map((index, k): Binding => {
    const { shape, dtype } = header.bound[k]!;
    if (index !== null) return { kind: "input", index };
    const bytes = next(section++);
    if (bytes.length !== sizeOf(shape) * BYTES[dtype])
      fail(`weight ${k} has ${bytes.length} bytes: the file is damaged`);
    return { kind: "weight", dtype, data: viewBytes(dtype, bytes.buffer, 0, sizeOf(shape)) };
  });
  const { inputs, outputs, bound, arenaBytes } = header;
  return { inputs, outputs, bound, bindings, arenaBytes, code, sharedCode };
}
