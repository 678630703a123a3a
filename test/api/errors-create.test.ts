import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  BackendError,
  type BackendName,
  type DType,
  DTypeError,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  tensor,
  zeros,
} from "../../src/index.ts";
import { call, messages, odd, thrownBy, type Wrong } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of making tensors on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name data that is no array", async () => {
    const itself: unknown[] = [];
    itself.push(itself);
    const wrong: Wrong[] = [
      ["tensor()", () => call(tensor), DTypeError],
      ["tensor(null)", () => tensor(odd(null)), DTypeError],
      ["tensor(string)", () => tensor(odd("1")), DTypeError],
      ["tensor(object)", () => tensor(odd({ length: 2 })), DTypeError],
      ["tensor(Map)", () => tensor(odd(new Map())), DTypeError],
      ["tensor(function)", () => tensor(odd(() => 1)), DTypeError],
      ["tensor(ragged)", () => tensor([[1, 2], [3]]), ShapeError],
      [
        "tensor(ragged, deeper)",
        () =>
          tensor([
            [1, 2],
            [3, odd([4])],
          ]),
        ShapeError,
      ],
      ["tensor(number where a list is)", () => tensor([[1, 2], 3]), ShapeError],
      ["tensor(list within itself)", () => tensor(odd(itself)), ShapeError],
      ["tensor([null])", () => tensor([odd(null)]), DTypeError],
      ["tensor([bigint])", () => tensor([odd(1n)]), DTypeError],
      ["tensor(Uint32Array beyond int32)", () => tensor(new Uint32Array([2 ** 31])), DTypeError],
      ["tensor(BigInt64Array beyond int32)", () => tensor(new BigInt64Array([2n ** 40n])), DTypeError],
      ["tensor(DataView)", () => tensor(odd(new DataView(new ArrayBuffer(8)))), DTypeError],
      ["astensor(string)", () => gl.astensor(odd("1")), DTypeError],
      ["asarray(string)", () => gl.asarray(odd("1")), DTypeError],
      ["fromData(string)", () => gl.fromData(odd("12"), [2]), DTypeError],
      ["shape(string)", () => gl.shape(odd("12")), DTypeError],
      ["zerosLike(string)", () => gl.zerosLike(odd("12")), DTypeError],
      ["onesLike()", () => call(gl.onesLike), DTypeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      tensor() → DTypeError: tensor: cannot make an array element of undefined: elements are numbers or booleans
      tensor(null) → DTypeError: tensor: cannot make an array element of null: elements are numbers or booleans
      tensor(string) → DTypeError: tensor: cannot make an array element of the string "1": convert it with Number()
      tensor(object) → DTypeError: tensor: cannot make an array element of an object: elements are numbers or booleans
      tensor(Map) → DTypeError: tensor: cannot make an array element of a Map: elements are numbers or booleans
      tensor(function) → DTypeError: tensor: cannot make an array element of a function: elements are numbers or booleans
      tensor(ragged) → ShapeError: tensor: ragged nested list: value[1] is a list of length 1, but value[0] is a list of length 2; lists at one depth need one length
      tensor(ragged, deeper) → ShapeError: tensor: ragged nested list: value[1][1] is a list of length 1, but value[0][0] is an element; lists at one depth need one length
      tensor(number where a list is) → ShapeError: tensor: ragged nested list: value[1] is the number 3, but value[0] is a list of length 2; lists at one depth need one length
      tensor(list within itself) → ShapeError: tensor: lists nest deeper than 64 levels; does a list contain itself?
      tensor([null]) → DTypeError: tensor: cannot make an array element of null at value[0]: elements are numbers or booleans
      tensor([bigint]) → DTypeError: tensor: cannot make an array element of the bigint 1n at value[0]: convert it with Number()
      tensor(Uint32Array beyond int32) → DTypeError: tensor: Uint32Array element 2147483648 at index 0 is outside int32 (-2147483648 to 2147483647): pass dtype "float64", which holds integers up to 2 ** 53 exactly
      tensor(BigInt64Array beyond int32) → DTypeError: tensor: BigInt64Array element 1099511627776 at index 0 is outside int32 (-2147483648 to 2147483647): pass dtype "float64", which holds integers up to 2 ** 53 exactly
      tensor(DataView) → DTypeError: tensor: a DataView has no element type: make a typed array over its buffer
      astensor(string) → DTypeError: astensor: cannot make an array element of the string "1": convert it with Number()
      asarray(string) → DTypeError: asarray: cannot make an array element of the string "1": convert it with Number()
      fromData(string) → DTypeError: fromData: cannot make an array element of the string "12": convert it with Number()
      shape(string) → DTypeError: shape: cannot make an array element of the string "12": convert it with Number()
      zerosLike(string) → DTypeError: zerosLike: cannot make an array element of the string "12": convert it with Number()
      onesLike() → DTypeError: onesLike: cannot make an array element of undefined: elements are numbers or booleans
      "
    `);
  });

  it("name shapes that are none", async () => {
    const wrong: Wrong[] = [
      ["zeros()", () => call(zeros), ShapeError],
      ["zeros(string)", () => zeros(odd("2")), ShapeError],
      ["zeros(null)", () => zeros(odd(null)), ShapeError],
      ["zeros(-1)", () => zeros(-1), ShapeError],
      ["zeros([2, 0.5])", () => zeros([2, 0.5]), ShapeError],
      ["zeros([2, NaN])", () => zeros([2, Number.NaN]), ShapeError],
      ["zeros(['2'])", () => zeros([odd("2")]), ShapeError],
      ["zeros([[2]])", () => zeros([odd([2])]), ShapeError],
      ["zeros of too many", () => zeros([2 ** 16, 2 ** 16]), ShapeError],
      ["ones(-1)", () => ones(-1), ShapeError],
      ["empty(-1)", () => gl.empty(-1), ShapeError],
      ["full beyond int32", () => gl.full([2], 2 ** 31, "int32"), DTypeError],
      ["full(-1)", () => gl.full(-1, 0), ShapeError],
      ["fullLike, shape", () => gl.fullLike(1, 0, { shape: [-1] }), ShapeError],
      ["zerosLike, shape", () => gl.zerosLike(1, { shape: [-1] }), ShapeError],
      ["onesLike, shape", () => gl.onesLike(1, { shape: [-1] }), ShapeError],
      ["emptyLike, shape", () => gl.emptyLike(1, { shape: [-1] }), ShapeError],
      ["fromData of too few", () => gl.fromData([1, 2, 3], [2, 2]), ShapeError],
      ["fromData, shape", () => gl.fromData([1, 2, 3], [-3]), ShapeError],
      ["fromData()", () => call(gl.fromData, [1]), ShapeError],
      ["eye(-1)", () => gl.eye(-1), ShapeError],
      ["eye(2, 0.5)", () => gl.eye(2, 0.5), ShapeError],
      ["eye of too many", () => gl.eye(2 ** 16), ShapeError],
      ["identity(-1)", () => gl.identity(-1), ShapeError],
      ["arange of too many", () => gl.arange(1e12), ShapeError],
      ["linspace(0, 1, -1)", () => gl.linspace(0, 1, -1), ShapeError],
      ["linspace(0, 1, 2.5)", () => gl.linspace(0, 1, 2.5), ShapeError],
      ["logspace(0, 1, -1)", () => gl.logspace(0, 1, -1), ShapeError],
      ["geomspace(1, 2, -1)", () => gl.geomspace(1, 2, -1), ShapeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      zeros() → ShapeError: zeros: the shape is undefined; pass a list of lengths, such as [2, 3]
      zeros(string) → ShapeError: zeros: the shape is "2"; pass a list of lengths, such as [2, 3]
      zeros(null) → ShapeError: zeros: the shape is null; pass a list of lengths, such as [2, 3]
      zeros(-1) → ShapeError: zeros: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      zeros([2, 0.5]) → ShapeError: zeros: 0.5 in shape (2, 0.5) is no length; lengths are whole numbers from 0
      zeros([2, NaN]) → ShapeError: zeros: NaN in shape (2, NaN) is no length; lengths are whole numbers from 0
      zeros(['2']) → ShapeError: zeros: "2" in shape ("2",) is no length; lengths are whole numbers from 0
      zeros([[2]]) → ShapeError: zeros: a list in shape (a list,) is no length; lengths are whole numbers from 0
      zeros of too many → ShapeError: zeros: shape (65536, 65536) has more than 2 ** 31 - 1 elements; make several arrays
      ones(-1) → ShapeError: ones: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      empty(-1) → ShapeError: empty: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      full beyond int32 → DTypeError: full: 2147483648 is no number that int32 holds; pass one, or ask for "float64"
      full(-1) → ShapeError: full: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      fullLike, shape → ShapeError: fullLike: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      zerosLike, shape → ShapeError: zerosLike: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      onesLike, shape → ShapeError: onesLike: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      emptyLike, shape → ShapeError: emptyLike: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      fromData of too few → ShapeError: fromData: 3 elements do not fill shape (2, 2), which has 4; the lengths' product must be the number of elements
      fromData, shape → ShapeError: fromData: -3 in shape (-3,) is no length; lengths are whole numbers from 0
      fromData() → ShapeError: fromData: the shape is undefined; pass a list of lengths, such as [2, 3]
      eye(-1) → ShapeError: eye: -1 rows and -1 columns are no lengths; give whole numbers from 0
      eye(2, 0.5) → ShapeError: eye: 2 rows and 0.5 columns are no lengths; give whole numbers from 0
      eye of too many → ShapeError: eye: shape (65536, 65536) has more than 2 ** 31 - 1 elements; make several arrays
      identity(-1) → ShapeError: identity: -1 rows and -1 columns are no lengths; give whole numbers from 0
      arange of too many → ShapeError: arange: shape (1000000000000,) has more than 2 ** 31 - 1 elements; make several arrays
      linspace(0, 1, -1) → ShapeError: linspace: the count -1 is no length; give a whole number from 0
      linspace(0, 1, 2.5) → ShapeError: linspace: the count 2.5 is no length; give a whole number from 0
      logspace(0, 1, -1) → ShapeError: logspace: the count -1 is no length; give a whole number from 0
      geomspace(1, 2, -1) → ShapeError: geomspace: the count -1 is no length; give a whole number from 0
      "
    `);
  });

  it("name values, dtypes and flags that are none", async () => {
    const wrong: Wrong[] = [
      ["full of a string", () => gl.full(2, odd("1")), DTypeError],
      ["full of a list", () => gl.full(2, odd([1, 2])), DTypeError],
      ["fullLike of nothing", () => call(gl.fullLike, ones(2)), DTypeError],
      ["arange()", () => call(gl.arange), GradloomError],
      ["arange(string)", () => gl.arange(odd("3")), GradloomError],
      ["arange with step 0", () => gl.arange(0, 3, 0), GradloomError],
      ["arange to infinity", () => gl.arange(0, Number.POSITIVE_INFINITY), GradloomError],
      ["linspace to NaN", () => gl.linspace(0, Number.NaN), GradloomError],
      ["logspace()", () => call(gl.logspace), GradloomError],
      ["logspace, base", () => gl.logspace(0, 1, 3, { base: odd("2") }), GradloomError],
      ["geomspace from 0", () => gl.geomspace(0, 1), GradloomError],
      ["geomspace over 0", () => gl.geomspace(-1, 1), GradloomError],
      ["eye, offset", () => gl.eye(2, 2, 0.5), GradloomError],
      ["dtype of tensor", () => tensor([1], "float16" as DType), DTypeError],
      ["dtype of tensor, null", () => tensor([1], { dtype: odd(null) }), DTypeError],
      ["dtype of zeros", () => zeros(2, "f4" as DType), DTypeError],
      ["dtype of asarray", () => gl.asarray([1], "int64" as DType), DTypeError],
      ["dtype of astensor", () => gl.astensor([1], "int64" as DType), DTypeError],
      ["dtype of fullLike", () => gl.fullLike([1], 0, "int64" as DType), DTypeError],
      ["dtype of arange", () => gl.arange(0, 1, 1, "int64" as DType), DTypeError],
      ["dtype of resultType", () => gl.resultType("int64" as DType), DTypeError],
      ["resultType()", () => gl.resultType(), GradloomError],
      ["resultType(null)", () => gl.resultType(odd(null)), DTypeError],
      ["canCast from an unknown dtype", () => gl.canCast("int64" as DType, "bool"), DTypeError],
      ["canCast, casting", () => gl.canCast("int32", "bool", odd("equiv")), GradloomError],
      ["minScalarType(string)", () => gl.minScalarType(odd("1")), DTypeError],
      ["constant of a string", () => tensor([1], { constant: odd("yes") }), DTypeError],
      ["constant 0", () => zeros(2, { constant: odd(0) }), DTypeError],
      ["tensor of int32, constant false", () => tensor([1], { dtype: "int32", constant: false }), DTypeError],
      ["tensor of booleans, constant false", () => tensor([true], { constant: false }), DTypeError],
      ["tensor of a tensor of int32, constant false", () => tensor(zeros(2, "int32"), { constant: false }), DTypeError],
      ["astensor of int32, constant false", () => gl.astensor(new Int32Array(2), { constant: false }), DTypeError],
      ["zeros of int32, constant false", () => zeros(2, { dtype: "int32", constant: false }), DTypeError],
      ["onesLike of int32, constant false", () => gl.onesLike(zeros(2, "int32"), { constant: false }), DTypeError],
      ["arange of int32, constant false", () => gl.arange(0, 2, 1, { dtype: "int32", constant: false }), DTypeError],
      ["eye of bool, constant false", () => gl.eye(2, 2, 0, { dtype: "bool", constant: false }), DTypeError],
      [
        "linspace of int32, constant false",
        () => gl.linspace(0, 1, 2, { dtype: "int32", constant: false }),
        DTypeError,
      ],
      ["an option of tensor", () => tensor([1], odd({ requiresGrad: true })), GradloomError],
      ["ndmin of a string", () => tensor([1], { ndmin: odd("2") }), GradloomError],
      ["an option of zeros", () => zeros(2, odd({ ndmin: 2 })), GradloomError],
      ["lengths one by one", () => zeros(2, odd(3)), GradloomError],
      ["an option of linspace", () => gl.linspace(0, 1, 2, odd({ base: 2 })), GradloomError],
      ["an option of onesLike", () => gl.onesLike(1, odd({ order: "C" })), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      full of a string → DTypeError: full: the value is "1"; pass a number or a boolean
      full of a list → DTypeError: full: the value is a list; pass a number or a boolean
      fullLike of nothing → DTypeError: fullLike: the value is undefined; pass a number or a boolean
      arange() → GradloomError: arange: start 0, stop undefined and step 1; all must be finite numbers, and the step not 0
      arange(string) → GradloomError: arange: start 0, stop "3" and step 1; all must be finite numbers, and the step not 0
      arange with step 0 → GradloomError: arange: start 0, stop 3 and step 0; all must be finite numbers, and the step not 0
      arange to infinity → GradloomError: arange: start 0, stop Infinity and step 1; all must be finite numbers, and the step not 0
      linspace to NaN → GradloomError: linspace: from 0 to NaN; both ends must be finite numbers
      logspace() → GradloomError: logspace: from undefined to undefined; both ends must be finite numbers
      logspace, base → GradloomError: logspace: the base is "2"; pass a number
      geomspace from 0 → GradloomError: geomspace: from 0 to 1; both ends must be numbers of one sign and not 0: use linspace
      geomspace over 0 → GradloomError: geomspace: from -1 to 1; both ends must be numbers of one sign and not 0: use linspace
      eye, offset → GradloomError: eye: the offset 0.5 is no whole number; 0 is the main diagonal
      dtype of tensor → DTypeError: tensor: unknown dtype "float16"; there are bool, int32, float32, float64
      dtype of tensor, null → DTypeError: tensor: unknown dtype null; there are bool, int32, float32, float64
      dtype of zeros → DTypeError: zeros: unknown dtype "f4"; there are bool, int32, float32, float64
      dtype of asarray → DTypeError: asarray: unknown dtype "int64"; there are bool, int32, float32, float64
      dtype of astensor → DTypeError: astensor: unknown dtype "int64"; there are bool, int32, float32, float64
      dtype of fullLike → DTypeError: fullLike: unknown dtype "int64"; there are bool, int32, float32, float64
      dtype of arange → DTypeError: arange: unknown dtype "int64"; there are bool, int32, float32, float64
      dtype of resultType → DTypeError: resultType: unknown dtype "int64"; there are bool, int32, float32, float64
      resultType() → GradloomError: resultType: there are no operands; pass one at least
      resultType(null) → DTypeError: resultType: cannot make an array element of null: elements are numbers or booleans
      canCast from an unknown dtype → DTypeError: canCast: unknown dtype "int64"; there are bool, int32, float32, float64
      canCast, casting → GradloomError: canCast: the casting is "equiv"; it must be "safe", "same_kind", "unsafe" or "no"
      minScalarType(string) → DTypeError: minScalarType: "1" is no tensor; make one with tensor()
      constant of a string → DTypeError: tensor: constant must be true or false, not "yes"; leave it out for the default
      constant 0 → DTypeError: zeros: constant must be true or false, not 0; leave it out for the default
      tensor of int32, constant false → DTypeError: tensor: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      tensor of booleans, constant false → DTypeError: tensor: bool tensors are constants: leave constant out, or ask for floats with dtype "float32"
      tensor of a tensor of int32, constant false → DTypeError: tensor: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      astensor of int32, constant false → DTypeError: astensor: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      zeros of int32, constant false → DTypeError: zeros: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      onesLike of int32, constant false → DTypeError: onesLike: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      arange of int32, constant false → DTypeError: arange: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      eye of bool, constant false → DTypeError: eye: bool tensors are constants: leave constant out, or ask for floats with dtype "float32"
      linspace of int32, constant false → DTypeError: linspace: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      an option of tensor → GradloomError: tensor: there is no option "requiresGrad"; there are dtype, constant, copy, ndmin
      ndmin of a string → GradloomError: tensor: ndmin is "2"; it must be a whole number
      an option of zeros → GradloomError: zeros: there is no option "ndmin"; there are dtype, constant
      lengths one by one → GradloomError: zeros: options come last, in an object such as { dtype }, not as 3
      an option of linspace → GradloomError: linspace: there is no option "base"; there are dtype, constant, endpoint
      an option of onesLike → GradloomError: onesLike: there is no option "order"; there are dtype, constant, shape
      "
    `);
  });

  it("name what cannot be read, or asked", async () => {
    const wrong: Wrong[] = [
      ["item of several", () => ones(2).item(), ShapeError],
      ["item of none", () => ones(0).item(), ShapeError],
      ["Number of several", () => Number(ones(2)), ShapeError],
      ["iteration of a scalar", () => [...tensor(1)], ShapeError],
      ["length of a scalar", () => tensor(1).length, ShapeError],
      ["sharesMemory(list)", () => gl.sharesMemory(odd([1]), ones(1)), DTypeError],
      ["mayShareMemory(x, list)", () => gl.mayShareMemory(ones(1), odd([1])), DTypeError],
      ["bincount of floats", () => gl.bincount(tensor([1, 2])), DTypeError],
      ["bincount of a fraction", () => gl.bincount([0.5]), DTypeError],
      ["bincount of negative numbers", () => gl.bincount([1, -2]), GradloomError],
      ["bincount of a matrix", () => gl.bincount([[1, 2]]), ShapeError],
      ["bincount, weights", () => gl.bincount([1, 2], { weights: [1] }), ShapeError],
      ["bincount, minlength", () => gl.bincount([1, 2], { minlength: -1 }), GradloomError],
      ["isclose, rtol", () => gl.isclose(1, 2, { rtol: odd("small") }), GradloomError],
      ["allclose, an option", () => gl.allclose(1, 2, odd({ tol: 1 })), GradloomError],
      ["nonzero(string)", () => gl.nonzero(odd("1")), DTypeError],
      ["argwhere(string)", () => gl.argwhere(odd("1")), DTypeError],
      ["where(string)", () => gl.where(odd("1")), DTypeError],
      ["unique(string)", () => gl.unique(odd("1")), DTypeError],
      ["setPasses", () => gl.setPasses(odd("some")), GradloomError],
      ["nonzero without a list", () => gl.nonzero(odd({})), DTypeError],
      ["x.get of a scalar", () => tensor(1).get(0), IndexError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      item of several → ShapeError: item: shape (2,) holds 2 elements, not 1; use tolist()
      item of none → ShapeError: item: shape (0,) holds 0 elements, not 1; use tolist()
      Number of several → ShapeError: item: shape (2,) holds 2 elements, not 1; use tolist()
      iteration of a scalar → ShapeError: iteration: a scalar has no axes; use item()
      length of a scalar → ShapeError: length: a scalar has no axes, and so no length; use item()
      sharesMemory(list) → DTypeError: sharesMemory: a list is no tensor; make one with tensor()
      mayShareMemory(x, list) → DTypeError: mayShareMemory: a list is no tensor; make one with tensor()
      bincount of floats → DTypeError: bincount: counts whole numbers, not float32; convert with astype("int32")
      bincount of a fraction → DTypeError: bincount: 0.5 is no whole number; convert x with astype("int32")
      bincount of negative numbers → GradloomError: bincount: -2 is below 0, which has no place in the result; shift the numbers, or leave it out
      bincount of a matrix → ShapeError: bincount: shape (1, 2) has not one axis; use ravel()
      bincount, weights → ShapeError: bincount: weights of shape (1,) for x of shape (2,); both must be equal
      bincount, minlength → GradloomError: bincount: minlength is -1; it must be a whole number from 0
      isclose, rtol → GradloomError: isclose: rtol is "small"; it must be a number
      allclose, an option → GradloomError: allclose: there is no option "tol"; there are rtol, atol, equalNan
      nonzero(string) → DTypeError: nonzero: cannot make an array element of the string "1": convert it with Number()
      argwhere(string) → DTypeError: argwhere: cannot make an array element of the string "1": convert it with Number()
      where(string) → DTypeError: where: cannot make an array element of the string "1": convert it with Number()
      unique(string) → DTypeError: unique: cannot make an array element of the string "1": convert it with Number()
      setPasses → GradloomError: setPasses: there is no "some"; choose "default", "all" or "none"
      nonzero without a list → DTypeError: nonzero: cannot make an array element of an object: elements are numbers or booleans
      x.get of a scalar → IndexError: get: index [0] of shape (): too many indices: 1 for 0 axes; drop some, or add axes with newaxis
      "
    `);
  });
});

describe("memory", () => {
  it("is named where there is not enough, and can be used afterwards", async () => {
    await setBackend("wasm");
    const large = ones([2 ** 15, 1], "float64").add(ones(2 ** 15, "float64"));
    const e = await thrownBy(() => large.dataSync());
    expect(e).toBeInstanceOf(BackendError);
    expect((e as Error).message).toMatch(
      /^dataSync: the wasm backend failed: out of memory: 8589934592 bytes .*; use smaller batches/,
    );
    expect(large.sum().item()).toBe(2 ** 31);
  });
});
