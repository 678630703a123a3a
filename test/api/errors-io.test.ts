import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  DisposedError,
  DTypeError,
  GradloomError,
  load,
  loadModel,
  loadNpy,
  loadz,
  ModelFormatError,
  ones,
  ShapeError,
  save,
  saveNpy,
  savez,
  setBackend,
  tensor,
} from "../../src/index.ts";
import { call, messages, odd, type Wrong } from "../support/failures.ts";

/** Bytes with some of them changed. */
function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

/** A `.npy` file with a header and elements as given. */
function npy(header: string, elements = 0): Uint8Array {
  const text = `${header}\n`;
  const bytes = new Uint8Array(10 + text.length + elements);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  return bytes;
}

const header = (descr: string, shape: string): string =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;

describe("errors of files", () => {
  beforeAll(() => setBackend("wasm"));

  it("name what cannot be saved", async () => {
    const gone = ones(2);
    gone.dispose();
    const wrong: Wrong[] = [
      ["save of a list", () => save(odd([1])), DTypeError],
      ["save of a disposed tensor", () => save(gone), DisposedError],
      ["saveNpy of a string", () => saveNpy(odd("a")), DTypeError],
      ["saveNpy of a ragged list", () => saveNpy([[1], [2, 3]]), ShapeError],
      ["saveNpy of a disposed tensor", () => saveNpy(gone), DisposedError],
      ["savez of a tensor", () => savez(odd(ones(2))), DTypeError],
      ["savez of a list", () => savez(odd([ones(2)])), DTypeError],
      ["savez of a string inside", () => savez({ a: odd("a") }), DTypeError],
      ["savez of a disposed tensor", () => savez({ a: gone }), DisposedError],
      ["savezCompressed of null", () => gl.savezCompressed(odd(null)), DTypeError],
      ["savez of an odd name", () => savez({ "\ud800": 1 }), GradloomError],
      ["savez of a long name", () => savez({ ["a".repeat(70_000)]: 1 }), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      save of a list → DTypeError: save: the argument is no tensor; make one with tensor(), or use saveNpy()
      save of a disposed tensor → DisposedError: save: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      saveNpy of a string → DTypeError: saveNpy: cannot make an array element of the string "a": convert it with Number()
      saveNpy of a ragged list → ShapeError: saveNpy: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      saveNpy of a disposed tensor → DisposedError: saveNpy: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      savez of a tensor → DTypeError: savez: the argument is no object of arrays; pass { name: array }, or use saveNpy()
      savez of a list → DTypeError: savez: the argument is no object of arrays; pass { name: array }, or use saveNpy()
      savez of a string inside → DTypeError: savez: array "a": cannot make an array element of the string "a": convert it with Number()
      savez of a disposed tensor → DisposedError: savez: array "a": this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      savezCompressed of null → DTypeError: savezCompressed: the argument is no object of arrays; pass { name: array }, or use saveNpy()
      savez of an odd name → GradloomError: savez: array "\\ud800": the name is no well-formed Unicode; rename it
      savez of a long name → GradloomError: savez: array "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…": the name is too long for a zip; shorten it
      "
    `);
  });

  it("name what is wrong with a .npy file", async () => {
    const good = saveNpy([1, 2, 3]);
    const wrong: Wrong[] = [
      ["no bytes", () => loadNpy(odd("x.npy")), ModelFormatError],
      ["an ArrayBuffer", () => loadNpy(odd(new ArrayBuffer(8))), ModelFormatError],
      ["nothing", () => loadNpy(new Uint8Array()), ModelFormatError],
      ["other bytes", () => loadNpy(new Uint8Array(100)), ModelFormatError],
      ["an npz file", () => loadNpy(savez({ a: 1 })), ModelFormatError],
      ["a header cut off", () => loadNpy(good.slice(0, 11)), ModelFormatError],
      ["a header longer than the file", () => loadNpy(good.slice(0, 50)), ModelFormatError],
      ["an unknown version", () => loadNpy(patched(good, 6, 9)), ModelFormatError],
      ["elements cut off", () => loadNpy(good.slice(0, -1)), ModelFormatError],
      ["bytes after the elements", () => loadNpy(new Uint8Array([...good, 0])), ModelFormatError],
      ["a header that is no dictionary", () => loadNpy(npy("[1, 2]")), ModelFormatError],
      ["a header that is no literal", () => loadNpy(npy("{'descr': f()}")), ModelFormatError],
      ["a header without a shape", () => loadNpy(npy("{'descr': '<f4', 'fortran_order': False}")), ModelFormatError],
      ["a shape of too many", () => loadNpy(npy(header("'<f4'", "(9007199254740991, 2)"))), ModelFormatError],
      ["complex numbers", () => loadNpy(npy(header("'<c8'", "(1,)"), 8)), DTypeError],
      ["strings", () => loadNpy(npy(header("'<U3'", "(1,)"), 12)), DTypeError],
      ["Python objects", () => loadNpy(npy(header("'|O'", "(1,)"), 8)), DTypeError],
      ["dates", () => loadNpy(npy(header("'<M8[s]'", "(1,)"), 8)), DTypeError],
      ["records", () => loadNpy(npy(header("[('a', '<f4')]", "(1,)"), 4)), DTypeError],
      ["an unknown type", () => loadNpy(npy(header("'<x9'", "(1,)"), 9)), DTypeError],
      [
        "an integer that no dtype holds",
        () => loadNpy(patched(npy(header("'<i8'", "(1,)"), 8), -8, 1, 0, 0, 0, 0, 0, 0, 64)),
        DTypeError,
      ],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      no bytes → ModelFormatError: loadNpy: the argument is no Uint8Array; pass the file's bytes (for an ArrayBuffer, new Uint8Array(buffer))
      an ArrayBuffer → ModelFormatError: loadNpy: the argument is no Uint8Array; pass the file's bytes (for an ArrayBuffer, new Uint8Array(buffer))
      nothing → ModelFormatError: loadNpy: these 0 bytes are no .npy array; pass what numpy.save or saveNpy() wrote
      other bytes → ModelFormatError: loadNpy: these 100 bytes are no .npy array; pass what numpy.save or saveNpy() wrote
      an npz file → ModelFormatError: loadNpy: this is an .npz file; read it with loadz()
      a header cut off → ModelFormatError: loadNpy: the header is cut off: save or copy the file again
      a header longer than the file → ModelFormatError: loadNpy: the header is longer than the file: it is damaged or cut off
      an unknown version → ModelFormatError: loadNpy: .npy version 9.0 is unknown, this release reads 1.0 to 3.0; save it again with numpy.save
      elements cut off → ModelFormatError: loadNpy: shape (3,) of <f4 takes 12 bytes, and 11 are there: the file is cut off
      bytes after the elements → ModelFormatError: loadNpy: 1 bytes follow the array; where several were written to one file, use numpy.savez instead
      a header that is no dictionary → ModelFormatError: loadNpy: the header is no Python dictionary: the file is damaged
      a header that is no literal → ModelFormatError: loadNpy: the header is no Python dictionary: the file is damaged
      a header without a shape → ModelFormatError: loadNpy: the header does not describe an array: the file is damaged
      a shape of too many → ModelFormatError: loadNpy: shape (9007199254740991, 2) is beyond what NumPy writes: the file is damaged
      complex numbers → DTypeError: loadNpy: the elements are complex numbers ("<c8"), and arrays here are bool, int32, float32 or float64; split it into x.real and x.imag before you save it in NumPy
      strings → DTypeError: loadNpy: the elements are strings ("<U3"), and arrays here are bool, int32, float32 or float64; turn them into numbers before you save it in NumPy
      Python objects → DTypeError: loadNpy: the elements are Python objects ("|O"), and arrays here are bool, int32, float32 or float64; convert it with x.astype(numpy.float64) before you save it in NumPy
      dates → DTypeError: loadNpy: the elements are dates or times ("<M8[s]"), and arrays here are bool, int32, float32 or float64; turn them into numbers with x.astype(numpy.int64) before you save it in NumPy
      records → DTypeError: loadNpy: the elements are records, and arrays here are bool, int32, float32 or float64; save each field as its own array before you save it in NumPy
      an unknown type → DTypeError: loadNpy: the elements are of an unknown type ("<x9"), and arrays here are bool, int32, float32 or float64; convert it with x.astype(numpy.float64) before you save it in NumPy
      an integer that no dtype holds → DTypeError: loadNpy: the integer 4611686018427387905 at flat index 0 fits neither int32 nor, exactly, float64; convert the array with x.astype(numpy.float64) before you save it in NumPy
      "
    `);
  });

  it("name what is wrong with an .npz file", async () => {
    const good = savez({ a: [1, 2] });
    const wrong: Wrong[] = [
      ["no bytes", () => loadz(odd([1])), ModelFormatError],
      ["other bytes", () => loadz(new Uint8Array(100)), ModelFormatError],
      ["a .npy file", () => loadz(saveNpy(1)), ModelFormatError],
      ["cut off", () => loadz(good.slice(0, -1)), ModelFormatError],
      ["only its beginning", () => loadz(good.slice(0, 4)), ModelFormatError],
      ["elements changed", () => loadz(patched(good, 166, 255)), ModelFormatError],
      ["a name changed", () => loadz(patched(good, 30, 0x62)), ModelFormatError],
      ["no array of that kind", () => load(savez({ a: 1 })), ModelFormatError],
      ["load of no bytes", () => load(odd(null)), ModelFormatError],
      ["load of a .npy file", () => load(saveNpy(1)), ModelFormatError],
      ["a gradient of another shape", () => load(savez({ data: [1, 2], grad: [1] })), ModelFormatError],
      ["a constant with a gradient", () => load(savez({ data: [1], grad: [1], constant: true })), ModelFormatError],
      ["a flag that is none", () => load(savez({ data: [1], constant: 1 })), ModelFormatError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      no bytes → ModelFormatError: loadz: the argument is no Uint8Array; pass the file's bytes (for an ArrayBuffer, new Uint8Array(buffer))
      other bytes → ModelFormatError: loadz: these 100 bytes are no .npz file; pass what numpy.savez or savez() wrote
      a .npy file → ModelFormatError: loadz: this is a .npy file of one array; read it with loadNpy()
      cut off → ModelFormatError: loadz: the zip has no end: the file is damaged or cut off; save or copy it again
      only its beginning → ModelFormatError: loadz: the zip has no end: the file is damaged or cut off; save or copy it again
      elements changed → ModelFormatError: loadz: the checksum of "a.npy" is wrong: the file is damaged or cut off; save or copy it again
      a name changed → ModelFormatError: loadz: "a.npy" has another name in the zip's directory than before its content: the file is damaged or cut off; save or copy it again
      no array of that kind → ModelFormatError: load: the file has no array "data", but a; read it with loadz()
      load of no bytes → ModelFormatError: load: the argument is no Uint8Array; pass the file's bytes (for an ArrayBuffer, new Uint8Array(buffer))
      load of a .npy file → ModelFormatError: load: this is a .npy file of one array; read it with loadNpy()
      a gradient of another shape → ModelFormatError: load: the gradient's shape (1,) is not the tensor's (2,): the file is damaged
      a constant with a gradient → ModelFormatError: load: a constant tensor has a gradient: the file is damaged
      a flag that is none → ModelFormatError: load: array "constant" is no boolean: the file is damaged
      "
    `);
  });

  it("name what cannot be compiled, run or loaded", async () => {
    const model = await gl.compile((a, b) => a.add(b), ones([2]), tensor([1, 2], "int32"));
    const good = model.save();
    const wrong: Wrong[] = [
      ["compile of no function", () => gl.compile(odd("f"), 1), GradloomError],
      ["compile of a number", () => gl.compile((): never => odd(1)), GradloomError],
      ["compile of a list with a number", () => gl.compile((): never => odd([1])), DTypeError],
      ["compile with a string", () => gl.compile((a) => a, odd("x")), DTypeError],
      ["a mask of the inputs", () => gl.compile((a) => a.get(a.gt(0)), ones(2)), GradloomError],
      ["nonzero of the inputs", () => gl.compile((a) => gl.nonzero(a), ones(2)), GradloomError],
      ["unique of the inputs", () => gl.compile((a) => gl.unique(a).values, ones(2)), GradloomError],
      ["run of too few", () => model.run(1), ShapeError],
      ["run of another shape", () => model.run(ones([3]), [1, 2]), ShapeError],
      ["run of another dtype", () => model.run(ones([2], "float64"), [1, 2]), DTypeError],
      ["run of a string", () => model.run(odd("a"), [1, 2]), DTypeError],
      ["loadModel of no bytes", () => loadModel(odd("model")), ModelFormatError],
      ["loadModel of other bytes", () => loadModel(new Uint8Array(64)), ModelFormatError],
      ["loadModel of what is cut off", () => loadModel(good.slice(0, -8)), ModelFormatError],
      ["loadModel of a newer version", () => loadModel(patched(good, 8, 255)), ModelFormatError],
      ["loadModel of a changed byte", () => loadModel(patched(good, 40, 1)), ModelFormatError],
      ["run()", () => call((...given: never[]) => model.run(...given)), ShapeError],
    ];
    const text = (await messages(wrong)).replace(/these \d+ bytes/g, "these N bytes");
    expect(text).toMatchInlineSnapshot(`
      "
      compile of no function → GradloomError: compile: forward is "f"; it must be a function
      compile of a number → GradloomError: compile: forward returned 1; it must return a tensor, or a list of tensors
      compile of a list with a number → DTypeError: compile: a result of forward: 1 is no tensor; make one with tensor()
      compile with a string → DTypeError: compile: cannot make an array element of the string "x": convert it with Number()
      a mask of the inputs → GradloomError: get: index [tensor] of shape (2,): inside compile() a mask that depends on the arguments cannot select, because the result's shape would depend on values; use where(mask, x, 0)
      nonzero of the inputs → GradloomError: nonzero: inside compile() a mask that depends on the arguments cannot select, because the result's shape would depend on values; use where(mask, x, 0)
      unique of the inputs → GradloomError: unique: inside compile() a mask that depends on the arguments cannot select, because the result's shape would depend on values; use where(mask, x, 0)
      run of too few → ShapeError: run: the model takes 2 inputs, not 1; pass one for each
      run of another shape → ShapeError: run: input 0 has shape (3,), but the model was compiled for (2,); pass that shape, or compile the function for this one
      run of another dtype → DTypeError: run: input 0 is float64, but the model was compiled for float32; convert it with astype("float32")
      run of a string → DTypeError: run: cannot make an array element of the string "a": convert it with Number()
      loadModel of no bytes → ModelFormatError: loadModel: the argument is no Uint8Array; pass the bytes that save() returned
      loadModel of other bytes → ModelFormatError: loadModel: these N bytes are no Gradloom model; pass what save() returned
      loadModel of what is cut off → ModelFormatError: loadModel: the checksum of these N bytes is wrong: the file is damaged or cut off; save or copy it again
      loadModel of a newer version → ModelFormatError: loadModel: the model is of format version 255, and this release reads up to 1; update gradloom
      loadModel of a changed byte → ModelFormatError: loadModel: the checksum of these N bytes is wrong: the file is damaged or cut off; save or copy it again
      run() → ShapeError: run: the model takes 2 inputs, not 0; pass one for each
      "
    `);
  });
});
