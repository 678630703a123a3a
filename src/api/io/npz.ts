/**
 * Saving and loading arrays in NumPy's files: `.npy` for one array, `.npz` (a zip of them) for several, and for a tensor
 * with its gradient, as MyGrad writes it. Everything is bytes in memory; reading and writing files is the caller's.
 */

import checksum from "crc-32";
import { inflateSync, type Zippable, zipSync } from "fflate";
import { sameShape } from "../../ir/layout.ts";
import { DTypeError, GradloomError, ModelFormatError } from "../errors.ts";
import { asTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { whatIs } from "../functions/options.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { decodeNpy, encodeNpy, isNpy, type NpyArray } from "./npy.ts";

const SUFFIX = ".npy";

// --- one array -----------------------------------------------------------------------------------------------------

/**
 * An array as the bytes of a `.npy` file, as `numpy.save` writes it.
 *
 * @throws BackendError where the elements must be computed and no backend is ready; ShapeError for more than 64 axes
 */
export function saveNpy(t: TensorLike): Uint8Array {
  return encodeNpy(hostArray(t, "saveNpy"), "saveNpy");
}

/**
 * The array in a `.npy` file. Integers of any size become int32 where all fit and float64 where that is exact; float16
 * becomes float32.
 *
 * @throws ModelFormatError where the bytes are damaged, DTypeError for other elements
 */
export function loadNpy(bytes: Uint8Array): Tensor {
  checkBytes(bytes, "loadNpy");
  if (isZip(bytes)) throw new ModelFormatError("loadNpy: this is an .npz file; read it with loadz()");
  return leaf(decodeNpy(bytes, "loadNpy"), false);
}

// --- several arrays ------------------------------------------------------------------------------------------------

/**
 * Named arrays as the bytes of an `.npz` file, as `numpy.savez` writes it.
 *
 * @throws BackendError where elements must be computed and no backend is ready; ShapeError for more than 64 axes;
 *   DTypeError for what is no array; GradloomError where a zip cannot hold the names or the size
 */
export function savez(arrays: { readonly [name: string]: TensorLike }): Uint8Array {
  return writeArrays(arrays, "savez", 0);
}

/** As `savez`, deflated, as `numpy.savez_compressed` writes it. */
export function savezCompressed(arrays: { readonly [name: string]: TensorLike }): Uint8Array {
  return writeArrays(arrays, "savezCompressed", 6);
}

/**
 * The arrays in an `.npz` file, by name, as leaves; see `loadNpy` for their dtypes.
 *
 * @throws ModelFormatError where the bytes are damaged, DTypeError for elements that no dtype here holds
 */
export function loadz(bytes: Uint8Array): { [name: string]: Tensor } {
  const arrays = [...readArrays(bytes, "loadz")].map(
    ([name, npy]) => [name, decodeNpy(npy, `loadz: array ${whatIs(name)}`)] as const,
  );
  return Object.fromEntries(arrays.map(([name, array]) => [name, leaf(array, false)]));
}

// --- a tensor with its gradient ------------------------------------------------------------------------------------

/**
 * A tensor as the bytes of an `.npz` file with its elements, its gradient if it has one, and whether it is constant.
 * MyGrad's `load` reads it.
 *
 * @throws DTypeError for anything but a tensor; BackendError where elements must be computed and no backend is ready
 */
export function save(t: Tensor): Uint8Array {
  if (!(t instanceof Tensor))
    throw new DTypeError("save: the argument is no tensor; make one with tensor(), or use saveNpy()");
  t.checkAlive("save");
  const { grad, constant } = t;
  return writeArrays(grad === null ? { data: t, constant } : { data: t, grad, constant }, "save", 0);
}

/**
 * The tensor that `save`, or MyGrad's, wrote: a leaf with its elements, its gradient, and whether it is constant.
 *
 * @throws ModelFormatError where the bytes are damaged or hold no such tensor, DTypeError for elements that no dtype here
 *   holds
 */
export function load(bytes: Uint8Array): Tensor {
  const members = readArrays(bytes, "load");
  const array = (name: string): NpyArray | null => {
    const npy = members.get(name);
    return npy === undefined ? null : decodeNpy(npy, `load: array "${name}"`);
  };
  const data = array("data");
  if (data === null) {
    const names = [...members.keys()].join(", ");
    throw new ModelFormatError(`load: the file has no array "data", but ${names || "none"}; read it with loadz()`);
  }
  const grad = array("grad");
  const t = leaf(data, readConstant(array("constant")));
  if (grad === null) return t;
  if (t.constant) throw new ModelFormatError("load: a constant tensor has a gradient: the file is damaged");
  if (!sameShape(grad.shape, data.shape)) {
    throw new ModelFormatError(
      `load: the gradient's shape ${shapeText(grad.shape)} is not the tensor's ${shapeText(data.shape)}: ` +
        "the file is damaged",
    );
  }
  t.backward(leaf(grad, true));
  return t;
}

function readConstant(flag: NpyArray | null): boolean {
  if (flag === null) return false;
  if (flag.dtype === "bool" && flag.data.length === 1) return flag.data[0] !== 0;
  throw new ModelFormatError('load: array "constant" is no boolean: the file is damaged');
}

// --- tensors and arrays --------------------------------------------------------------------------------------------

function hostArray(value: TensorLike, where: string): NpyArray {
  const t = asTensor(value, where);
  return { data: t.dataSync(), shape: t.shape, dtype: t.dtype };
}

function leaf({ data, shape, dtype }: NpyArray, constant: boolean): Tensor {
  return leafOf(data, shape, dtype, constant || undefined);
}

function checkBytes(bytes: unknown, caller: string): void {
  if (bytes instanceof Uint8Array) return;
  throw new ModelFormatError(
    `${caller}: the argument is no Uint8Array; pass the file's bytes (for an ArrayBuffer, new Uint8Array(buffer))`,
  );
}

// --- writing zips --------------------------------------------------------------------------------------------------

/** Sizes and offsets of a zip have 32 bits, names and their number 16. */
const MAX_BYTES = 2 ** 32 - 2;
const MAX_MEMBERS = 2 ** 16 - 2;
/** NumPy's, so that equal arrays give equal files. In local time, which is what a zip holds. */
const MODIFIED = "1980-01-01T00:00:00";

function writeArrays(arrays: { readonly [name: string]: TensorLike }, caller: string, level: 0 | 6): Uint8Array {
  const listed = typeof arrays === "object" && arrays !== null && !Array.isArray(arrays);
  if (!listed || arrays instanceof Tensor || ArrayBuffer.isView(arrays)) {
    throw new DTypeError(`${caller}: the argument is no object of arrays; pass { name: array }, or use saveNpy()`);
  }
  const names = Object.keys(arrays);
  if (names.length > MAX_MEMBERS) tooLarge(caller, `${names.length} arrays are more than the ${MAX_MEMBERS} it holds`);
  const members: Zippable = {};
  let total = 0;
  for (const name of names) {
    const where = `${caller}: array ${whatIs(name)}`;
    const file = name + SUFFIX;
    const nameBytes = checkName(file, where);
    const npy = encodeNpy(hostArray(arrays[name]!, where), where);
    // The largest a deflated member gets is a little more than the stored one.
    total += npy.length + (npy.length >> 10) + 2 * nameBytes + 200;
    if (total > MAX_BYTES) tooLarge(caller, "the arrays take more than 4 GiB");
    members[file] = npy;
  }
  return zipSync(members, { level, mtime: MODIFIED });
}

function tooLarge(caller: string, reason: string): never {
  throw new GradloomError(`${caller}: ${reason}; write several files`);
}

/** Bytes that a name takes. */
function checkName(file: string, where: string): number {
  const encoded = new TextEncoder().encode(file);
  if (encoded.length > MAX_MEMBERS) throw new GradloomError(`${where}: the name is too long for a zip; shorten it`);
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoded) !== file)
    throw new GradloomError(`${where}: the name is no well-formed Unicode; rename it`);
  return encoded.length;
}

// --- reading zips --------------------------------------------------------------------------------------------------
// fflate's own reader checks neither checksums nor sizes, so only its inflate is used.

interface Entry {
  readonly file: string;
  readonly nameBytes: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

interface Source {
  readonly bytes: Uint8Array;
  readonly numbers: DataView;
  readonly caller: string;
}

const END = 0x06054b50;
const END_BYTES = 22;
const DIRECTORY = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const UTF8 = 1 << 11;
/** Deflate makes at most this many bytes of one. */
const MAX_RATIO = 1032;

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function damaged(caller: string, reason: string): never {
  throw new ModelFormatError(`${caller}: ${reason}: the file is damaged or cut off; save or copy it again`);
}

/** The `.npy` files in a zip, by name without the suffix. */
function readArrays(bytes: Uint8Array, caller: string): Map<string, Uint8Array> {
  checkBytes(bytes, caller);
  if (isNpy(bytes)) throw new ModelFormatError(`${caller}: this is a .npy file of one array; read it with loadNpy()`);
  if (!isZip(bytes)) {
    throw new ModelFormatError(
      `${caller}: these ${bytes.length} bytes are no .npz file; pass what numpy.savez or savez() wrote`,
    );
  }
  const source = { bytes, numbers: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), caller };
  const members = new Map<string, Uint8Array>();
  for (const entry of readDirectory(source)) {
    if (entry.file.endsWith("/")) continue;
    if (!entry.file.endsWith(SUFFIX)) {
      throw new ModelFormatError(
        `${caller}: ${JSON.stringify(entry.file)} in the zip is no .npy array; take it out of the file`,
      );
    }
    const name = entry.file.slice(0, -SUFFIX.length);
    if (members.has(name)) damaged(caller, `the name ${JSON.stringify(name)} occurs twice`);
    members.set(name, extract(source, entry));
  }
  return members;
}

/** Where the record at the end begins, which a comment may follow. */
function findEnd({ bytes, numbers, caller }: Source): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - 0xffff);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) {
    if (numbers.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + numbers.getUint16(at + 20, true) === bytes.length) return at;
  }
  return damaged(caller, "the zip has no end");
}

function readDirectory(source: Source): Entry[] {
  const { numbers, caller } = source;
  const end = findEnd(source);
  const count = numbers.getUint16(end + 10, true);
  const size = numbers.getUint32(end + 12, true);
  let at = numbers.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || at === 0xffffffff) large(caller);
  if (at + size !== end) damaged(caller, "the zip's directory is not where it should be");
  const entries: Entry[] = [];
  let packed = 0;
  for (let k = 0; k < count; k++) {
    const { entry, next } = readEntry(source, at, end);
    entries.push(entry);
    packed += entry.packed;
    at = next;
  }
  if (at !== end || packed > end - size) damaged(caller, "the zip's directory does not fit its content");
  return entries;
}

function large(caller: string): never {
  throw new ModelFormatError(
    `${caller}: the file is in zip's large format (an array beyond 2 GiB, or over 65534 of them), which is not read ` +
      "here; save the arrays in several files",
  );
}

/** The directory's entry at a position, and where the next begins. */
function readEntry({ bytes, numbers, caller }: Source, at: number, end: number): { entry: Entry; next: number } {
  if (at + DIRECTORY_BYTES > end || numbers.getUint32(at, true) !== DIRECTORY) {
    damaged(caller, "the zip's directory is broken");
  }
  const u16 = (offset: number): number => numbers.getUint16(at + offset, true);
  const u32 = (offset: number): number => numbers.getUint32(at + offset, true);
  const flags = u16(8);
  const nameAt = at + DIRECTORY_BYTES;
  const next = nameAt + u16(28) + u16(30) + u16(32);
  if (next > end) damaged(caller, "the zip's directory is broken");
  const nameBytes = bytes.subarray(nameAt, nameAt + u16(28));
  const file = new TextDecoder(flags & UTF8 ? "utf-8" : "latin1", { ignoreBOM: true }).decode(nameBytes);
  if (flags & ENCRYPTED) {
    throw new ModelFormatError(`${caller}: ${JSON.stringify(file)} is encrypted; save the file without a password`);
  }
  const sizes = { packed: u32(20), size: u32(24), offset: u32(42) };
  if (Object.values(sizes).includes(0xffffffff)) large(caller);
  return { entry: { file, nameBytes, method: u16(10), crc: numbers.getInt32(at + 16, true), ...sizes }, next };
}

/** A member's content, checked against its size and checksum. */
function extract({ bytes, numbers, caller }: Source, entry: Entry): Uint8Array {
  const shown = JSON.stringify(entry.file);
  const { nameBytes, method, packed, size, offset } = entry;
  if (offset + LOCAL_BYTES > bytes.length || numbers.getUint32(offset, true) !== LOCAL) {
    damaged(caller, `${shown} is not where the zip's directory says`);
  }
  const nameEnd = offset + LOCAL_BYTES + numbers.getUint16(offset + 26, true);
  const name = bytes.subarray(offset + LOCAL_BYTES, nameEnd);
  if (name.length !== nameBytes.length || !name.every((b, k) => b === nameBytes[k])) {
    damaged(caller, `${shown} has another name in the zip's directory than before its content`);
  }
  const from = nameEnd + numbers.getUint16(offset + 28, true);
  if (from + packed > bytes.length) damaged(caller, `${shown} is longer than the file`);
  const source = bytes.subarray(from, from + packed);
  const content = method === 0 ? source : inflate(source, entry, caller);
  if (content.length !== size) damaged(caller, `${shown} has ${content.length} bytes and not ${size}`);
  if (checksum.buf(content) !== entry.crc) damaged(caller, `the checksum of ${shown} is wrong`);
  return content;
}

function inflate(source: Uint8Array, { file, method, size }: Entry, caller: string): Uint8Array {
  const shown = JSON.stringify(file);
  if (method !== 8) {
    throw new ModelFormatError(
      `${caller}: ${shown} is packed by zip method ${method}, and this release reads stored and deflated members; ` +
        "save the file with numpy.savez or numpy.savez_compressed",
    );
  }
  if (size > MAX_RATIO * source.length) damaged(caller, `${shown} cannot have ${size} bytes`);
  try {
    return inflateSync(source, { out: new Uint8Array(size) });
  } catch {
    return damaged(caller, `${shown} cannot be inflated`);
  }
}
