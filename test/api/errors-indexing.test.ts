import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  DTypeError,
  ellipsis,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { messages, odd, refusedWrites, type Wrong, type WrongWrite } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of indexing on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const x = ones([2, 3]);

  it("name positions out of bounds, and too many of them", async () => {
    const wrong: Wrong[] = [
      ["too large", () => x.get(2), IndexError],
      ["too small", () => x.get(0, -4), IndexError],
      ["of an empty axis", () => zeros(0).get(0), IndexError],
      ["of a scalar", () => tensor(1).get(0), IndexError],
      ["too many", () => x.get(0, 0, 0), IndexError],
      ["too many in a string", () => x.get("0, 0, 0"), IndexError],
      ["two ellipses", () => x.get(ellipsis, ellipsis), IndexError],
      ["a fraction", () => x.get(0.5), IndexError],
      ["NaN", () => x.get(Number.NaN), IndexError],
      ["a boolean", () => x.get(odd(true)), IndexError],
      ["undefined", () => x.get(odd(undefined)), IndexError],
      ["an object", () => x.get(odd({ start: 1 })), IndexError],
      ["a symbol", () => x.get(odd(Symbol("dots"))), IndexError],
      ["step 0", () => x.get(slice(0, 2, 0)), IndexError],
      ["step 0 in a string", () => x.get("::0"), IndexError],
      ["a slice of fractions", () => x.get(slice(0.5)), IndexError],
      ["a slice of strings", () => x.get(slice(odd("1"))), IndexError],
      ["a letter", () => x.get("a"), IndexError],
      ["nothing between commas", () => x.get("0,,1"), IndexError],
      ["an empty string", () => x.get(""), IndexError],
      ["three colons", () => x.get("0:1:2:3"), IndexError],
      ["a fraction in a string", () => x.get("0.5"), IndexError],
      ["four dots", () => x.get("...."), IndexError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      too large → IndexError: get: index [2] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1, or a slice, which is clamped
      too small → IndexError: get: index [0, -4] of shape (2, 3): index -4 is out of bounds for axis 1 with size 3; use -3 to 2, or a slice, which is clamped
      of an empty axis → IndexError: get: index [0] of shape (0,): index 0 is out of bounds for axis 0 with size 0; the axis is empty
      of a scalar → IndexError: get: index [0] of shape (): too many indices: 1 for 0 axes; drop some, or add axes with newaxis
      too many → IndexError: get: index [0, 0, 0] of shape (2, 3): too many indices: 3 for 2 axes; drop some, or add axes with newaxis
      too many in a string → IndexError: get: index [0, 0, 0] of shape (2, 3): too many indices: 3 for 2 axes; drop some, or add axes with newaxis
      two ellipses → IndexError: get: index [..., ...] of shape (2, 3): more than one "..."; write ":" for each axis that one of them stands for
      a fraction → IndexError: get: index [0.5] of shape (2, 3): 0.5 is not an integer; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      NaN → IndexError: get: index [NaN] of shape (2, 3): NaN is not an integer; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      a boolean → IndexError: get: index [a boolean] of shape (2, 3): cannot index with a boolean; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      undefined → IndexError: get: index [undefined] of shape (2, 3): cannot index with undefined; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      an object → IndexError: get: index [an object] of shape (2, 3): cannot index with an object; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      a symbol → IndexError: get: index [a symbol] of shape (2, 3): cannot index with a symbol; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      step 0 → IndexError: get: index [0:2:0] of shape (2, 3): the step of slice 0:2:0 is 0; use a positive step, or a negative one to reverse
      step 0 in a string → IndexError: get: index [::0] of shape (2, 3): the step of slice ::0 is 0; use a positive step, or a negative one to reverse
      a slice of fractions → IndexError: get: index [0.5:] of shape (2, 3): slice start 0.5 is not an integer; use an integer or null
      a slice of strings → IndexError: get: index [1:] of shape (2, 3): slice start 1 is not an integer; use an integer or null
      a letter → IndexError: get: index [a] of shape (2, 3): malformed "a" at character 1: found "a"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      nothing between commas → IndexError: get: index [0,,1] of shape (2, 3): malformed "0,,1" at character 3: found nothing; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      an empty string → IndexError: get: index [] of shape (2, 3): malformed "" at character 1: found nothing; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      three colons → IndexError: get: index [0:1:2:3] of shape (2, 3): malformed "0:1:2:3" at character 7: found "3"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      a fraction in a string → IndexError: get: index [0.5] of shape (2, 3): malformed "0.5" at character 1: found "0.5"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      four dots → IndexError: get: index [....] of shape (2, 3): malformed "...." at character 1: found "...."; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      "
    `);
  });

  it("name arrays that are no positions, and masks that do not fit", async () => {
    const wrong: Wrong[] = [
      ["positions out of bounds", () => x.get([0, 2]), IndexError],
      ["positions before the first", () => x.get(":", [-4]), IndexError],
      ["positions that were computed", () => x.get(tensor([1, 2], "int32").mul(2)), IndexError],
      ["an integer beside positions", () => x.get([0, 1], 3), IndexError],
      ["positions of an empty axis", () => zeros([0, 2]).get([0]), IndexError],
      ["fractions", () => x.get([0, 0.5]), IndexError],
      ["a tensor of floats", () => x.get(tensor([0, 1])), IndexError],
      ["strings", () => x.get([odd("0")]), DTypeError],
      ["a ragged list", () => x.get([[0], [0, 1]]), ShapeError],
      ["a DataView", () => x.get(odd(new DataView(new ArrayBuffer(4)))), DTypeError],
      ["positions that do not broadcast", () => x.get([0, 1], [0, 1, 2]), IndexError],
      ["too many lists", () => x.get([0], [0], [0]), IndexError],
      ["two ellipses beside a list", () => x.get("...", [0], "..."), IndexError],
      ["a mask too short", () => x.get([true]), IndexError],
      ["a mask too long", () => x.get([true, false, true]), IndexError],
      ["a mask of another shape", () => x.get(ones([3, 2]).gt(0)), IndexError],
      ["a mask of too many axes", () => x.get(ones([2, 3, 1]).gt(0)), IndexError],
      ["a mask for an axis that a slice took", () => x.get(":", [true, false]), IndexError],
      ["masks with other counts", () => x.get([true, true], [true, true, true]), IndexError],
      ["a malformed string beside a list", () => x.get([0], "a"), IndexError],
      ["take out of bounds", () => gl.take(x, [6]), IndexError],
      ["take along an axis", () => gl.take(x, 3, { axis: 1 }), IndexError],
      ["take, axis", () => gl.take(x, 0, { axis: 2 }), IndexError],
      ["take, mode", () => gl.take(x, 0, { mode: odd("nearest") }), GradloomError],
      ["take from nothing", () => gl.take(zeros(0), [0], { mode: "clip" }), IndexError],
      ["take of null", () => gl.take(x, null), IndexError],
      ["takeAlongAxis, ranks", () => gl.takeAlongAxis(x, [0]), ShapeError],
      ["takeAlongAxis out of bounds", () => gl.takeAlongAxis(x, [[3], [0]]), IndexError],
      ["takeAlongAxis, other axes", () => gl.takeAlongAxis(x, [[0], [0], [0]]), IndexError],
      ["takeAlongAxis, axis", () => gl.takeAlongAxis(x, [[0]], 2), IndexError],
      ["takeAlongAxis of floats", () => gl.takeAlongAxis(x, tensor([[0.5]])), IndexError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      positions out of bounds → IndexError: get: index [array] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1
      positions before the first → IndexError: get: index [:, array] of shape (2, 3): index -4 is out of bounds for axis 1 with size 3; use -3 to 2
      positions that were computed → IndexError: get: index [tensor] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1
      an integer beside positions → IndexError: get: index [array, 3] of shape (2, 3): index 3 is out of bounds for axis 1 with size 3; use -3 to 2
      positions of an empty axis → IndexError: get: index [array] of shape (0, 2): index 0 is out of bounds for axis 0 with size 0; the axis is empty
      fractions → IndexError: get: index [array] of shape (2, 3): 0.5 is no position; positions are integers
      a tensor of floats → IndexError: get: index [tensor] of shape (2, 3): a tensor of float32 is no index; positions are int32 and masks bool: use astype("int32")
      strings → DTypeError: get: index [array] of shape (2, 3): cannot make an array element of the string "0" at value[0]: convert it with Number()
      a ragged list → ShapeError: get: index [array] of shape (2, 3): ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      a DataView → DTypeError: get: index [array] of shape (2, 3): a DataView has no element type: make a typed array over its buffer
      positions that do not broadcast → IndexError: get: index [array, array] of shape (2, 3): index arrays of shapes (2,) and (3,) do not broadcast; reshape one of them
      too many lists → IndexError: get: index [array, array, array] of shape (2, 3): too many indices: 3 for 2 axes (a mask counts once an axis of its own); drop some
      two ellipses beside a list → IndexError: get: index [..., array, ...] of shape (2, 3): more than one "..."; write ":" for each axis that one of them stands for
      a mask too short → IndexError: get: index [array] of shape (2, 3): a mask of shape (1,) does not fit axes 0 to 0, of shape (2,); their lengths must be equal
      a mask too long → IndexError: get: index [array] of shape (2, 3): a mask of shape (3,) does not fit axes 0 to 0, of shape (2,); their lengths must be equal
      a mask of another shape → IndexError: get: index [tensor] of shape (2, 3): a mask of shape (3, 2) does not fit axes 0 to 1, of shape (2, 3); their lengths must be equal
      a mask of too many axes → IndexError: get: index [tensor] of shape (2, 3): a mask of shape (2, 3, 1) does not fit axes 0 to 2, of shape (2, 3); their lengths must be equal
      a mask for an axis that a slice took → IndexError: get: index [:, array] of shape (2, 3): a mask of shape (2,) does not fit axes 1 to 1, of shape (3,); their lengths must be equal
      masks with other counts → IndexError: get: index [array, array] of shape (2, 3): index arrays of shapes (2,) and (3,) do not broadcast; reshape one of them
      a malformed string beside a list → IndexError: get: index [array, a] of shape (2, 3): malformed "a" at character 1: found "a"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      take out of bounds → IndexError: take: index [array] of shape (6,): index 6 is out of bounds for axis 0 with size 6; use -6 to 5
      take along an axis → IndexError: take: index [:, 3] of shape (2, 3): index 3 is out of bounds for axis 1 with size 3; use -3 to 2, or a slice, which is clamped
      take, axis → IndexError: take: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      take, mode → GradloomError: take: the mode is "nearest"; it must be "raise", "wrap" or "clip"
      take from nothing → IndexError: take: axis 0 of shape (0,) is empty; there is nothing to take
      take of null → IndexError: take: the indices are null; pass positions, such as [0, 2]
      takeAlongAxis, ranks → ShapeError: takeAlongAxis: indices of shape (1,) for an array of (2, 3); both need the same number of axes
      takeAlongAxis out of bounds → IndexError: takeAlongAxis: index [tensor, tensor] of shape (2, 3): index 3 is out of bounds for axis 1 with size 3; use -3 to 2
      takeAlongAxis, other axes → IndexError: takeAlongAxis: index [tensor, tensor] of shape (2, 3): index arrays of shapes (2, 1) and (3, 1) do not broadcast; reshape one of them
      takeAlongAxis, axis → IndexError: takeAlongAxis: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      takeAlongAxis of floats → IndexError: takeAlongAxis: index [tensor, tensor] of shape (2, 3): a tensor of float32 is no index; positions are int32 and masks bool: use astype("int32")
      "
    `);
  });

  it("refuse writes, and leave the target", async () => {
    const make = (): Tensor => tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    const wrong: WrongWrite[] = [
      ["out of bounds", make, (t) => t.set_(2, 0), IndexError],
      ["too many items", make, (t) => t.set_("0, 0, 0", 0), IndexError],
      ["malformed", make, (t) => t.set_("a", 0), IndexError],
      ["step 0", make, (t) => t.set_(slice(null, null, 0), 0), IndexError],
      ["positions out of bounds", make, (t) => t.set_([[0, 2]], 0), IndexError],
      ["a mask that does not fit", make, (t) => t.set_([[true, false, true]], 0), IndexError],
      ["a larger value", make, (t) => t.set_("0", [1, 2]), ShapeError],
      ["a larger value at a mask", make, (t) => t.set_(t.gt(3), [1, 2]), ShapeError],
      ["a larger value for one element", make, (t) => t.set_([0, 0], [1, 2]), ShapeError],
      ["a value with more axes", make, (t) => t.set_("0", ones([2, 3])), ShapeError],
      ["a ragged value", make, (t) => t.set_("0", [[1], [2, 3]]), ShapeError],
      ["of a view", () => make().mul(1).get("1"), (t) => t.set_(3, 0), IndexError],
      ["addAt out of bounds", make, (t) => t.addAt([[2]], 1), IndexError],
      ["addAt of a larger value", make, (t) => t.addAt([[0, 1]], ones([2, 4])), ShapeError],
      ["addAt of floats to int32", () => make().astype("int32"), (t) => t.addAt([0], 0.5), DTypeError],
    ];
    expect(await refusedWrites(wrong)).toMatchInlineSnapshot(`
      "
      out of bounds → IndexError: set_: index [2] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1, or a slice, which is clamped
      too many items → IndexError: set_: index [0, 0, 0] of shape (2, 3): too many indices: 3 for 2 axes; drop some, or add axes with newaxis
      malformed → IndexError: set_: index [a] of shape (2, 3): malformed "a" at character 1: found "a"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array
      step 0 → IndexError: set_: index [::0] of shape (2, 3): the step of slice ::0 is 0; use a positive step, or a negative one to reverse
      positions out of bounds → IndexError: set_: index [array] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1
      a mask that does not fit → IndexError: set_: index [array] of shape (2, 3): a mask of shape (3,) does not fit axes 0 to 0, of shape (2,); their lengths must be equal
      a larger value → ShapeError: set_: a value of shape (2,) does not broadcast to the selected part, of shape (3,); select as many elements as the value has, or reshape it
      a larger value at a mask → ShapeError: set_: a value of shape (2,) does not broadcast to the selected part, of shape (3,); select as many elements as the value has, or reshape it
      a larger value for one element → ShapeError: set_: a value of shape (2,) does not broadcast to the selected part, of shape (); select as many elements as the value has, or reshape it
      a value with more axes → ShapeError: set_: a value of shape (2, 3) does not broadcast to the selected part, of shape (3,); select as many elements as the value has, or reshape it
      a ragged value → ShapeError: set_: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      of a view → IndexError: set_: index [3] of shape (3,): index 3 is out of bounds for axis 0 with size 3; use -3 to 2, or a slice, which is clamped
      addAt out of bounds → IndexError: addAt: index [array] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1
      addAt of a larger value → ShapeError: addAt: a value of shape (2, 4) does not broadcast to the selected part, of shape (2, 3); select as many elements as the value has, or reshape it
      addAt of floats to int32 → DTypeError: addAt: the sums are float64, which an array of int32 cannot hold; convert the value with astype("int32"), or the array with astype("float64")
      "
    `);
  });
});
