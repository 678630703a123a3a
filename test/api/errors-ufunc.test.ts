import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  type DType,
  DTypeError,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import {
  call,
  messages,
  odd,
  refusedWrites,
  reshapeInPlace,
  type Wrong,
  type WrongWrite,
} from "../support/failures.ts";

const ints = (): Tensor => tensor([1, 2], "int32");
const flags = (): Tensor => tensor([true, false]);

describe.each<BackendName>(["wasm", "reference"])("errors of element-wise functions on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name operands that are no arrays, too many or too few", async () => {
    const wrong: Wrong[] = [
      ["add(x)", () => gl.add(odd(ones(2)), odd(undefined)), DTypeError],
      ["exp()", () => call(gl.exp), GradloomError],
      ["add(x) of one", () => call(gl.add, ones(2)), GradloomError],
      ["add(x, y, z)", () => gl.add(1, 2, odd(ones(2))), GradloomError],
      ["exp(x, y)", () => gl.exp(1, odd(2)), GradloomError],
      ["add(x, string)", () => gl.add(ones(2), odd("1")), DTypeError],
      ["add(x, bigint)", () => gl.add(ones(2), odd(1n)), DTypeError],
      ["add(x, null)", () => gl.add(ones(2), odd(null)), DTypeError],
      ["add(x, object)", () => gl.add(ones(2), odd({})), DTypeError],
      ["add(x, ragged)", () => gl.add(ones(2), [[1, 2], [3]]), ShapeError],
      ["exp(list of strings)", () => gl.exp(odd(["a"])), DTypeError],
      ["exp(DataView)", () => gl.exp(odd(new DataView(new ArrayBuffer(8)))), DTypeError],
      ["exp(typed arrays in a list)", () => gl.exp(odd([new Float32Array(2)])), DTypeError],
      ["exp(BigInt64Array beyond int32)", () => gl.exp(new BigInt64Array([2n ** 40n])), DTypeError],
      ["divmod(x, string)", () => gl.divmod(1, odd("a")), DTypeError],
      ["clip(x, string)", () => gl.clip(ones(2), odd("a"), null), DTypeError],
      ["where(mask, x)", () => call(gl.where, flags(), 1), GradloomError],
      ["where(mask, undefined, y)", () => call(gl.where, flags(), undefined, 1), GradloomError],
      ["addSequence(x)", () => gl.addSequence(ones(2)), GradloomError],
      ["addSequence()", () => gl.addSequence(), GradloomError],
      ["multiplySequence(x)", () => gl.multiplySequence(ones(2)), GradloomError],
      ["ops.add()", () => gl.ops.add(), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      add(x) → DTypeError: add: cannot make an array element of undefined: elements are numbers or booleans
      exp() → GradloomError: exp: it takes 1 operand, not 0; options come after them, in an object
      add(x) of one → GradloomError: add: it takes 2 operands, not 1; options come after them, in an object
      add(x, y, z) → GradloomError: add: it takes 2 operands, not 3; options come after them, in an object
      exp(x, y) → GradloomError: exp: it takes 1 operand, not 2; options come after them, in an object
      add(x, string) → DTypeError: add: cannot make an array element of the string "1": convert it with Number()
      add(x, bigint) → DTypeError: add: cannot make an array element of the bigint 1n: convert it with Number()
      add(x, null) → DTypeError: add: cannot make an array element of null: elements are numbers or booleans
      add(x, object) → DTypeError: add: cannot make an array element of an object: elements are numbers or booleans
      add(x, ragged) → ShapeError: add: ragged nested list: value[1] is a list of length 1, but value[0] is a list of length 2; lists at one depth need one length
      exp(list of strings) → DTypeError: exp: cannot make an array element of the string "a" at value[0]: convert it with Number()
      exp(DataView) → DTypeError: exp: a DataView has no element type: make a typed array over its buffer
      exp(typed arrays in a list) → DTypeError: exp: cannot make an array element of a Float32Array at value[0]: convert it with Array.from(), or pass one typed array for all elements
      exp(BigInt64Array beyond int32) → DTypeError: exp: BigInt64Array element 1099511627776 at index 0 is outside int32 (-2147483648 to 2147483647): pass dtype "float64", which holds integers up to 2 ** 53 exactly
      divmod(x, string) → DTypeError: divmod: cannot make an array element of the string "a": convert it with Number()
      clip(x, string) → DTypeError: clip: cannot make an array element of the string "a": convert it with Number()
      where(mask, x) → GradloomError: where: pass both x and y, or neither for the positions where the condition holds
      where(mask, undefined, y) → GradloomError: where: pass both x and y, or neither for the positions where the condition holds
      addSequence(x) → GradloomError: addSequence: it takes two operands at least, not 1; pass them one by one
      addSequence() → GradloomError: addSequence: it takes two operands at least, not 0; pass them one by one
      multiplySequence(x) → GradloomError: multiplySequence: it takes two operands at least, not 1; pass them one by one
      ops.add() → GradloomError: add: it takes 2 operands, not 0; options come after them, in an object
      "
    `);
  });

  it("name shapes that do not broadcast", async () => {
    const [x, y] = [ones([2, 3]), ones([4])];
    const wrong: Wrong[] = [
      ["add", () => gl.add(x, y), ShapeError],
      ["x.add", () => x.add(y), ShapeError],
      ["x.sub", () => x.sub(y), ShapeError],
      ["x.mul", () => x.mul(y), ShapeError],
      ["x.div", () => x.div(y), ShapeError],
      ["x.pow", () => x.pow(y), ShapeError],
      ["x.floorDivide", () => x.floorDivide(y), ShapeError],
      ["x.mod", () => x.mod(y), ShapeError],
      ["x.eq", () => x.eq(y), ShapeError],
      ["x.ne", () => x.ne(y), ShapeError],
      ["x.lt", () => x.lt(y), ShapeError],
      ["x.le", () => x.le(y), ShapeError],
      ["x.gt", () => x.gt(y), ShapeError],
      ["x.ge", () => x.ge(y), ShapeError],
      ["x.maximum", () => x.maximum(y), ShapeError],
      ["x.clip", () => x.clip(y, 1), ShapeError],
      ["x.contains", () => x.contains(y), ShapeError],
      ["mod", () => gl.mod(x, y), ShapeError],
      ["trueDivide", () => gl.trueDivide(x, y), ShapeError],
      ["fmod", () => gl.fmod(x, y), ShapeError],
      ["divmod", () => gl.divmod(x, y), ShapeError],
      ["arctan2", () => gl.arctan2(x, y), ShapeError],
      ["logicalAnd", () => gl.logicalAnd(x, y), ShapeError],
      ["clip(x, null, y)", () => gl.clip(x, null, y), ShapeError],
      ["where", () => gl.where(flags(), x, y), ShapeError],
      ["where, mask", () => gl.where(ones([5]), x, 0), ShapeError],
      ["addSequence", () => gl.addSequence(x, x, y), ShapeError],
      ["multiplySequence", () => gl.multiplySequence(x, y), ShapeError],
      ["isclose", () => gl.isclose(x, y), ShapeError],
      ["allclose", () => gl.allclose(x, y), ShapeError],
      ["add, options", () => gl.add(x, y, { constant: true }), ShapeError],
      ["add of too many", () => gl.add(ones([2 ** 16, 1]), ones(2 ** 16)), ShapeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      add → ShapeError: add: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.add → ShapeError: add: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.sub → ShapeError: sub: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.mul → ShapeError: mul: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.div → ShapeError: div: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.pow → ShapeError: pow: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.floorDivide → ShapeError: floorDivide: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.mod → ShapeError: mod: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.eq → ShapeError: eq: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.ne → ShapeError: ne: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.lt → ShapeError: lt: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.le → ShapeError: le: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.gt → ShapeError: gt: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.ge → ShapeError: ge: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.maximum → ShapeError: maximum: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.clip → ShapeError: clip: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      x.contains → ShapeError: contains: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      mod → ShapeError: mod: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      trueDivide → ShapeError: trueDivide: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      fmod → ShapeError: fmod: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      divmod → ShapeError: divmod: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      arctan2 → ShapeError: arctan2: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      logicalAnd → ShapeError: logicalAnd: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      clip(x, null, y) → ShapeError: clip: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      where → ShapeError: where: shapes (2,) and (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      where, mask → ShapeError: where: shapes (5,) and (2, 3) and () do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      addSequence → ShapeError: addSequence: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      multiplySequence → ShapeError: multiplySequence: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      isclose → ShapeError: isclose: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      allclose → ShapeError: allclose: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      add, options → ShapeError: add: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      add of too many → ShapeError: add: shapes (65536, 1) and (65536,) make (65536, 65536), of more than 2 ** 31 - 1 elements; compute it in parts, or reduce an operand first
      "
    `);
  });

  it("name dtypes that an operation does not take", async () => {
    const wrong: Wrong[] = [
      ["subtract of bool", () => gl.subtract(flags(), flags()), DTypeError],
      ["x.sub of bool", () => flags().sub(true), DTypeError],
      ["negative of bool", () => gl.negative(flags()), DTypeError],
      ["x.neg of bool", () => flags().neg(), DTypeError],
      ["sign of bool", () => gl.sign(flags()), DTypeError],
      ["bitwiseAnd of floats", () => gl.bitwiseAnd(1.5, ones(2)), DTypeError],
      ["bitwiseOr of floats", () => gl.bitwiseOr(ones(2), ints()), DTypeError],
      ["leftShift of floats", () => gl.leftShift(ints(), 0.5), DTypeError],
      ["rightShift of floats", () => gl.rightShift(ones(2), 1), DTypeError],
      ["astype(complex)", () => gl.astype(ones(2), odd("complex")), DTypeError],
      ["x.astype()", () => ones(2).astype(odd(undefined)), DTypeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      subtract of bool → DTypeError: subtract: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      x.sub of bool → DTypeError: sub: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      negative of bool → DTypeError: negative: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      x.neg of bool → DTypeError: neg: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      sign of bool → DTypeError: sign: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      bitwiseAnd of floats → DTypeError: bitwiseAnd: defined on integers, not on float32; convert with astype("int32")
      bitwiseOr of floats → DTypeError: bitwiseOr: defined on integers, not on float64; convert with astype("int32")
      leftShift of floats → DTypeError: leftShift: defined on integers, not on float64; convert with astype("int32")
      rightShift of floats → DTypeError: rightShift: defined on integers, not on float32; convert with astype("int32")
      astype(complex) → DTypeError: astype: unknown dtype "complex"; there are bool, int32, float32, float64
      x.astype() → DTypeError: astype: unknown dtype undefined; there are bool, int32, float32, float64
      "
    `);
  });

  it("name options that there are not", async () => {
    const wrong: Wrong[] = [
      ["an unknown option", () => gl.add(1, 2, odd({ axis: 0 })), GradloomError],
      ["options null", () => gl.add(1, 2, odd(null)), GradloomError],
      ["dtype unknown", () => gl.add(1, 2, { dtype: "float16" as DType }), DTypeError],
      ["dtype of another kind", () => gl.add(ones(2), 1, { dtype: "int32" }), DTypeError],
      ["dtype int32 of exp", () => gl.exp(ints(), { dtype: "int32" }), DTypeError],
      ["dtype float32 of a comparison", () => gl.less(1, 2, { dtype: "float32" }), DTypeError],
      ["dtype bool of negative", () => gl.negative(flags(), { dtype: "bool" }), DTypeError],
      ["where of numbers", () => gl.exp(ones(2), { where: [1, 0] }), DTypeError],
      ["where null", () => gl.exp(ones(2), { where: odd(null) }), DTypeError],
      ["where of another shape", () => gl.exp(ones(2), { where: [true, false, true] }), ShapeError],
      ["constant of a string", () => gl.exp(ones(2), { constant: odd("yes") }), DTypeError],
      ["constant 1", () => gl.exp(ones(2), { constant: odd(1) }), DTypeError],
      ["constant false of integers", () => gl.add(ints(), 1, { constant: false }), DTypeError],
      ["constant false of booleans", () => gl.less(1, 2, { constant: false }), DTypeError],
      ["out of a list", () => gl.add(1, 2, { out: odd([0, 0]) }), DTypeError],
      ["out of a typed array", () => gl.add(1, 2, { out: odd(new Float32Array(2)) }), DTypeError],
      ["copy, constant", () => gl.copy(ones(2), { constant: odd("no") }), DTypeError],
      ["copy, constant false of integers", () => ints().copy({ constant: false }), DTypeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      an unknown option → GradloomError: add: there is no option "axis"; there are out, where, dtype, constant
      options null → GradloomError: add: it takes 2 operands, not 3; options come after them, in an object
      dtype unknown → DTypeError: add: unknown dtype "float16"; there are bool, int32, float32, float64
      dtype of another kind → DTypeError: add: dtype "int32" does not fit operands of float32; leave it out, or convert with astype
      dtype int32 of exp → DTypeError: exp: dtype "int32" is none that it is defined on; leave it out, or convert with astype
      dtype float32 of a comparison → DTypeError: less: dtype "float32" does not fit a result of bool; leave it out, or convert with astype
      dtype bool of negative → DTypeError: negative: not defined on bool; use logicalXor or logicalNot, or astype("int32")
      where of numbers → DTypeError: exp: where is a mask of bool, not of float32; compare, or convert with astype("bool")
      where null → DTypeError: exp: cannot make an array element of null: elements are numbers or booleans
      where of another shape → ShapeError: exp: shapes (2,) and (3,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      constant of a string → DTypeError: exp: constant must be true or false, not "yes"; leave it out for the default
      constant 1 → DTypeError: exp: constant must be true or false, not 1; leave it out for the default
      constant false of integers → DTypeError: add: int32 tensors are constants; leave constant out, or convert with astype("float32")
      constant false of booleans → DTypeError: less: bool tensors are constants; leave constant out, or convert with astype("float32")
      out of a list → DTypeError: add: out must be a tensor, which is written in place; make one with zeros or zerosLike
      out of a typed array → DTypeError: add: out must be a tensor, which is written in place; make one with zeros or zerosLike
      copy, constant → DTypeError: copy: constant must be true or false, not "no"; leave it out for the default
      copy, constant false of integers → DTypeError: copy: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      "
    `);
  });

  it("refuse an out that does not fit, and leave it", async () => {
    const x = ones([2, 3]);
    const out = (t: Tensor): { out: Tensor } => ({ out: t });
    const wrong: WrongWrite[] = [
      ["out smaller", () => ones([3]), (t) => gl.exp(x, out(t)), ShapeError],
      ["out of another shape", () => ones([2, 4]), (t) => gl.exp(x, out(t)), ShapeError],
      ["out of int32", () => ints(), (t) => gl.exp(1, out(t)), DTypeError],
      ["out of bool", () => flags(), (t) => gl.add(1, 2, out(t)), DTypeError],
      ["out a broadcast view", () => ones([3]).mul(1).broadcastTo([2, 3]), (t) => gl.exp(x, out(t)), ShapeError],
      ["out, and operands that do not fit", () => ones([2, 3]), (t) => gl.add(x, ones(4), out(t)), ShapeError],
      [
        "out, and a where that does not fit",
        () => ones([2]),
        (t) => gl.exp(1, { where: ones(3).gt(0), ...out(t) }),
        ShapeError,
      ],
      [
        "out, and constant of a string",
        () => ones([2]),
        (t) => gl.exp(1, { constant: odd("yes"), ...out(t) }),
        DTypeError,
      ],
      ["clip into out", () => ones([3]), (t) => gl.clip(x, 0, 1, out(t)), ShapeError],
      ["concatenate into out", () => ones([3]), (t) => gl.concatenate([x, x], { out: t }), ShapeError],
      ["stack into out", () => tensor([1, 1], "int32"), (t) => gl.stack([1.5, 2], { out: t }), DTypeError],
      ["einsum into out", () => ones([3]), (t) => gl.einsum("ij->ji", x, { out: t }), ShapeError],
    ];
    expect(await refusedWrites(wrong)).toMatchInlineSnapshot(`
      "
      out smaller → ShapeError: exp: a result of shape (2, 3) does not broadcast to out, of shape (3,); pass an out of the result's shape
      out of another shape → ShapeError: exp: a result of shape (2, 3) does not broadcast to out, of shape (2, 4); pass an out of the result's shape
      out of int32 → DTypeError: exp: the result is float32, which an out of int32 cannot hold; pass an out of float32
      out of bool → DTypeError: add: the result is float32, which an out of bool cannot hold; pass an out of float32
      out a broadcast view → ShapeError: exp: this view of shape (2, 3) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      out, and operands that do not fit → ShapeError: add: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      out, and a where that does not fit → ShapeError: exp: a result of shape (3,) does not broadcast to out, of shape (2,); pass an out of the result's shape
      out, and constant of a string → DTypeError: exp: constant must be true or false, not "yes"; leave it out for the default
      clip into out → ShapeError: clip: a result of shape (2, 3) does not broadcast to out, of shape (3,); pass an out of the result's shape
      concatenate into out → ShapeError: concatenate: a result of shape (4, 3) does not broadcast to out, of shape (3,); pass an out of the result's shape
      stack into out → DTypeError: stack: the result is float32, which an out of int32 cannot hold; pass an out of float32
      einsum into out → ShapeError: einsum: a result of shape (3, 2) does not broadcast to out, of shape (3,); pass an out of the result's shape
      "
    `);
  });

  it("refuse writes in place, and leave the target", async () => {
    const base = (): Tensor => tensor([1, 2, 3]);
    const wrong: WrongWrite[] = [
      ["add_ of a larger", base, (t) => t.add_(zeros([2, 3])), ShapeError],
      ["sub_ of another shape", base, (t) => t.sub_([1, 2]), ShapeError],
      ["mul_ of another shape", base, (t) => t.mul_([1, 2]), ShapeError],
      ["div_ of another shape", base, (t) => t.div_([1, 2]), ShapeError],
      ["pow_ of another shape", base, (t) => t.pow_([1, 2]), ShapeError],
      ["add_ of a string", base, (t) => t.add_(odd("1")), DTypeError],
      ["add_ of nothing", base, (t) => t.add_(odd(undefined)), DTypeError],
      ["add_ of null", base, (t) => t.add_(odd(null)), DTypeError],
      ["add_ of a ragged list", base, (t) => t.add_([[1], [2, 3]]), ShapeError],
      ["sub_ of floats from int32", ints, (t) => t.sub_(0.5), DTypeError],
      ["div_ of int32", ints, (t) => t.div_(2), DTypeError],
      ["pow_ of int32 by floats", ints, (t) => t.pow_(0.5), DTypeError],
      ["sub_ of bool", flags, (t) => t.sub_(true), DTypeError],
      ["add_ of bool", flags, (t) => t.add_(true), DTypeError],
      ["add_ to a broadcast view", () => base().broadcastTo([2, 3]), (t) => t.add_(1), ShapeError],
      ["add_ to overlapping windows", () => gl.slidingWindowView(base(), 2), (t) => t.add_(1), ShapeError],
      ["set_ in a broadcast view", () => base().broadcastTo([2, 3]), (t) => t.set_(":, 1", 1), ShapeError],
      ["addAt in a broadcast view", () => base().broadcastTo([2, 3]), (t) => t.addAt([[0]], 1), ShapeError],
      ["set_ of a larger value", base, (t) => t.set_(":2", [1, 2, 3]), ShapeError],
      ["set_ at positions, of a larger value", base, (t) => t.set_([[0, 1]], [1, 2, 3]), ShapeError],
      ["set_ of a string", base, (t) => t.set_(0, odd("1")), DTypeError],
      ["set_ of null", base, (t) => t.set_(0, odd(null)), DTypeError],
      ["set_ of nothing", base, (t) => t.set_(0, odd(undefined)), DTypeError],
      ["addAt of a larger value", base, (t) => t.addAt([[0, 1]], [1, 2, 3]), ShapeError],
      ["addAt of floats to int32", ints, (t) => t.addAt([[0, 1]], [0.5, 1]), DTypeError],
      ["copyto of a larger value", base, (t) => gl.copyto(t, [1, 2]), ShapeError],
      ["copyto of a string", base, (t) => gl.copyto(t, odd("a")), DTypeError],
      ["copyto a broadcast view", () => base().broadcastTo([2, 3]), (t) => gl.copyto(t, 0), ShapeError],
      ["shape = of another size", base, (t) => reshapeInPlace(t, [2, 2]), ShapeError],
      ["shape = of a string", base, (t) => reshapeInPlace(t, odd("3")), ShapeError],
      ["shape = of a view that cannot", () => ones([2, 3]).transpose(), (t) => reshapeInPlace(t, [6]), ShapeError],
      ["shuffle of a broadcast view", () => base().broadcastTo([2, 3]), (t) => gl.random.shuffle(t), ShapeError],
      ["set_ out of bounds", base, (t) => t.set_(3, 0), IndexError],
    ];
    expect(await refusedWrites(wrong)).toMatchInlineSnapshot(`
      "
      add_ of a larger → ShapeError: add_: a tensor of shape (3,) and an operand of (2, 3) give a result of (2, 3), which does not fit into it; write x = x.add(…), or reduce the operand first
      sub_ of another shape → ShapeError: sub_: a tensor of shape (3,) and an operand of (2,) do not broadcast; reshape the operand
      mul_ of another shape → ShapeError: mul_: a tensor of shape (3,) and an operand of (2,) do not broadcast; reshape the operand
      div_ of another shape → ShapeError: div_: a tensor of shape (3,) and an operand of (2,) do not broadcast; reshape the operand
      pow_ of another shape → ShapeError: pow_: a tensor of shape (3,) and an operand of (2,) do not broadcast; reshape the operand
      add_ of a string → DTypeError: add_: cannot make an array element of the string "1": convert it with Number()
      add_ of nothing → DTypeError: add_: cannot make an array element of undefined: elements are numbers or booleans
      add_ of null → DTypeError: add_: cannot make an array element of null: elements are numbers or booleans
      add_ of a ragged list → ShapeError: add_: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      sub_ of floats from int32 → DTypeError: sub_: the result is float64, which an array of int32 cannot hold; write x = x.sub(…), or convert the operand with astype("int32")
      div_ of int32 → DTypeError: div_: the result is float64, which an array of int32 cannot hold; write x = x.div(…), or convert the operand with astype("int32")
      pow_ of int32 by floats → DTypeError: pow_: the result is float64, which an array of int32 cannot hold; write x = x.pow(…), or convert the operand with astype("int32")
      sub_ of bool → DTypeError: sub_: not defined on bool; use set_ with logicalAnd, logicalOr or logicalXor
      add_ of bool → DTypeError: add_: not defined on bool; use set_ with logicalAnd, logicalOr or logicalXor
      add_ to a broadcast view → ShapeError: add_: this view of shape (2, 3) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      add_ to overlapping windows → ShapeError: add_: this view of shape (2, 2) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      set_ in a broadcast view → ShapeError: set_: this view of shape (2,) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      addAt in a broadcast view → ShapeError: addAt: this view of shape (2, 3) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      set_ of a larger value → ShapeError: set_: a value of shape (3,) does not broadcast to the selected part, of shape (2,); select as many elements as the value has, or reshape it
      set_ at positions, of a larger value → ShapeError: set_: a value of shape (3,) does not broadcast to the selected part, of shape (2,); select as many elements as the value has, or reshape it
      set_ of a string → DTypeError: set_: cannot make an array element of the string "1": convert it with Number()
      set_ of null → DTypeError: set_: cannot make an array element of null: elements are numbers or booleans
      set_ of nothing → DTypeError: set_: cannot make an array element of undefined: elements are numbers or booleans
      addAt of a larger value → ShapeError: addAt: a value of shape (3,) does not broadcast to the selected part, of shape (2,); select as many elements as the value has, or reshape it
      addAt of floats to int32 → DTypeError: addAt: the sums are float64, which an array of int32 cannot hold; convert the value with astype("int32"), or the array with astype("float64")
      copyto of a larger value → ShapeError: copyto: a value of shape (2,) does not broadcast to the selected part, of shape (3,); select as many elements as the value has, or reshape it
      copyto of a string → DTypeError: copyto: cannot make an array element of the string "a": convert it with Number()
      copyto a broadcast view → ShapeError: copyto: this view of shape (2, 3) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      shape = of another size → ShapeError: shape: 3 elements of shape (3,) do not fit (2, 2); the lengths' product must be the number of elements
      shape = of a string → ShapeError: shape: the shape is "3"; pass a list of lengths, such as [2, -1]
      shape = of a view that cannot → ShapeError: shape: a view of shape (3, 2) cannot become (6,) without a copy; use reshape()
      shuffle of a broadcast view → ShapeError: random.shuffle: this view of shape (2, 3) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      set_ out of bounds → IndexError: set_: index [3] of shape (3,): index 3 is out of bounds for axis 0 with size 3; use -3 to 2, or a slice, which is clamped
      "
    `);
  });
});
