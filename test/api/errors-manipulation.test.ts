import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  DTypeError,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  zeros,
} from "../../src/index.ts";
import { call, messages, odd, type Wrong } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of reshaping and joining on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const x = ones([2, 3]);

  it("name shapes and axes of views", async () => {
    const wrong: Wrong[] = [
      ["reshape to another size", () => gl.reshape(x, [4, 2]), ShapeError],
      ["reshape to what -1 cannot fill", () => x.reshape(4, -1), ShapeError],
      ["reshape with two -1", () => x.reshape(-1, -1), ShapeError],
      ["reshape of nothing with -1 and 0", () => zeros([0, 2]).reshape(0, -1), ShapeError],
      ["reshape to -2", () => x.reshape(-2, 3), ShapeError],
      ["reshape to a fraction", () => x.reshape(1.5, 4), ShapeError],
      ["reshape to a string", () => gl.reshape(x, odd("6")), ShapeError],
      ["reshape()", () => call(gl.reshape, x), ShapeError],
      ["x.reshape(string)", () => x.reshape(odd("6")), ShapeError],
      ["transpose of too few axes", () => x.transpose(0), IndexError],
      ["transpose, an axis twice", () => gl.transpose(x, [0, 0]), IndexError],
      ["transpose, an axis out of bounds", () => x.transpose([0, 2]), IndexError],
      ["transpose of a string", () => gl.transpose(x, odd("10")), IndexError],
      ["permuteDims", () => gl.permuteDims(x, [0]), IndexError],
      ["permuteDims, an axis out of bounds", () => gl.permuteDims(x, [0, 2]), IndexError],
      ["swapaxes", () => x.swapaxes(0, 2), IndexError],
      ["swapaxes of one axis", () => call(gl.swapaxes, x, 0), IndexError],
      ["moveaxis", () => x.moveaxis(2, 0), IndexError],
      ["moveaxis to a place out of bounds", () => gl.moveaxis(x, 0, 2), IndexError],
      ["moveaxis, counts", () => gl.moveaxis(x, [0, 1], 0), IndexError],
      ["moveaxis, an axis twice", () => gl.moveaxis(x, [0, 0], [0, 1]), IndexError],
      ["squeeze of a long axis", () => x.squeeze(0), ShapeError],
      ["squeeze, axis", () => gl.squeeze(ones([1, 2]), 2), IndexError],
      ["expandDims", () => x.expandDims(3), IndexError],
      ["expandDims, an axis twice", () => gl.expandDims(x, [0, 0]), IndexError],
      ["expandDims()", () => call(gl.expandDims, x), IndexError],
      ["broadcastTo", () => x.broadcastTo([2, 4]), ShapeError],
      ["broadcastTo fewer axes", () => gl.broadcastTo(x, [3]), ShapeError],
      ["broadcastTo a negative length", () => gl.broadcastTo(x, [-1, 3]), ShapeError],
      ["broadcastTo a string", () => gl.broadcastTo(x, odd("23")), ShapeError],
      ["broadcastTo too many", () => gl.broadcastTo(1, [2 ** 16, 2 ** 16]), ShapeError],
      ["broadcastArrays", () => gl.broadcastArrays(x, ones(4)), ShapeError],
      ["slidingWindowView, too long", () => gl.slidingWindowView(x, 4), ShapeError],
      ["slidingWindowView, dilated too long", () => gl.slidingWindowView(x, 2, { dilation: 3 }), ShapeError],
      ["slidingWindowView, too many axes", () => gl.slidingWindowView(x, [1, 1, 1]), ShapeError],
      ["slidingWindowView, window 0", () => gl.slidingWindowView(x, 0), ShapeError],
      ["slidingWindowView, step 0", () => gl.slidingWindowView(x, 2, { step: 0 }), ShapeError],
      ["slidingWindowView, a step for each of two", () => gl.slidingWindowView(x, 2, { step: [1, 1] }), ShapeError],
      ["slidingWindowView, dilation 0.5", () => gl.slidingWindowView(x, 2, { dilation: 0.5 }), ShapeError],
      ["slidingWindowView, axis", () => gl.slidingWindowView(x, 2, { axis: 2 }), IndexError],
      ["slidingWindowView, a step by itself", () => gl.slidingWindowView(x, 2, odd(1)), GradloomError],
      ["atleast2d(string)", () => gl.atleast2d(odd("a")), DTypeError],
      ["x.flatten of a ragged list", () => gl.flatten([[1], [2, 3]]), ShapeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      reshape to another size → ShapeError: reshape: 6 elements of shape (2, 3) do not fit (4, 2); the lengths' product must be the number of elements
      reshape to what -1 cannot fill → ShapeError: reshape: 6 elements of shape (2, 3) do not fit (4, -1); the lengths' product must be the number of elements
      reshape with two -1 → ShapeError: reshape: (-1, -1) has more than one -1; give all lengths but one
      reshape of nothing with -1 and 0 → ShapeError: reshape: 0 elements of shape (0, 2) do not fit (0, -1); the lengths' product must be the number of elements
      reshape to -2 → ShapeError: reshape: -2 is no length; lengths are whole numbers, and one may be -1
      reshape to a fraction → ShapeError: reshape: 1.5 is no length; lengths are whole numbers, and one may be -1
      reshape to a string → ShapeError: reshape: the shape is "6"; pass a list of lengths, such as [2, -1]
      reshape() → ShapeError: reshape: the shape is undefined; pass a list of lengths, such as [2, -1]
      x.reshape(string) → ShapeError: reshape: "6" is no length; lengths are whole numbers, and one may be -1
      transpose of too few axes → IndexError: transpose: axes [0] must name each of the 2 axes of (2, 3) once
      transpose, an axis twice → IndexError: transpose: axis 0 is named twice; name each axis once
      transpose, an axis out of bounds → IndexError: transpose: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      transpose of a string → IndexError: transpose: the axes are "10"; pass a list of them
      permuteDims → IndexError: permuteDims: axes [0] must name each of the 2 axes of (2, 3) once
      permuteDims, an axis out of bounds → IndexError: permuteDims: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      swapaxes → IndexError: swapaxes: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      swapaxes of one axis → IndexError: swapaxes: undefined is no axis; axes are whole numbers
      moveaxis → IndexError: moveaxis: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      moveaxis to a place out of bounds → IndexError: moveaxis: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      moveaxis, counts → IndexError: moveaxis: 2 axes to 1 positions; give as many of the one as of the other
      moveaxis, an axis twice → IndexError: moveaxis: axis 0 is named twice; name each axis once
      squeeze of a long axis → ShapeError: squeeze: axis 0 of shape (2, 3) has length 2, not 1; leave it out
      squeeze, axis → IndexError: squeeze: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      expandDims → IndexError: expandDims: axis 3 is out of bounds for 3 dimensions; axes are -3 to 2
      expandDims, an axis twice → IndexError: expandDims: axis 0 is named twice; name each axis once
      expandDims() → IndexError: expandDims: undefined is no axis; axes are whole numbers
      broadcastTo → ShapeError: broadcastTo: shape (2, 3) does not broadcast to (2, 4); axes counted from the last must be equal, or 1 in the operand
      broadcastTo fewer axes → ShapeError: broadcastTo: shape (2, 3) does not broadcast to (3,); axes counted from the last must be equal, or 1 in the operand
      broadcastTo a negative length → ShapeError: broadcastTo: -1 in shape (-1, 3) is no length; lengths are whole numbers from 0
      broadcastTo a string → ShapeError: broadcastTo: the shape is "23"; pass a list of lengths, such as [2, 3]
      broadcastTo too many → ShapeError: broadcastTo: shape (65536, 65536) has more than 2 ** 31 - 1 elements; make several arrays
      broadcastArrays → ShapeError: broadcastArrays: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them
      slidingWindowView, too long → ShapeError: slidingWindowView: a window of 4 elements is longer than axis 1 of shape (2, 3); pad the array, or take a shorter window
      slidingWindowView, dilated too long → ShapeError: slidingWindowView: a window of 4 elements is longer than axis 1 of shape (2, 3); pad the array, or take a shorter window
      slidingWindowView, too many axes → ShapeError: slidingWindowView: a window of (1, 1, 1) for 3 axes of shape (2, 3), 3 steps and 3 dilations; give one of each for every windowed axis
      slidingWindowView, window 0 → ShapeError: slidingWindowView: 0 is no length, step or dilation; give whole numbers from 1
      slidingWindowView, step 0 → ShapeError: slidingWindowView: 0 is no length, step or dilation; give whole numbers from 1
      slidingWindowView, a step for each of two → ShapeError: slidingWindowView: a window of (2,) for 1 axes of shape (2, 3), 2 steps and 1 dilations; give one of each for every windowed axis
      slidingWindowView, dilation 0.5 → ShapeError: slidingWindowView: 0.5 is no length, step or dilation; give whole numbers from 1
      slidingWindowView, axis → IndexError: slidingWindowView: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      slidingWindowView, a step by itself → GradloomError: slidingWindowView: options come last, in an object such as { step }, not as 1
      atleast2d(string) → DTypeError: atleast2d: cannot make an array element of the string "a": convert it with Number()
      x.flatten of a ragged list → ShapeError: flatten: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      "
    `);
  });

  it("name what cannot be turned, repeated or cut", async () => {
    const wrong: Wrong[] = [
      ["flip, axis", () => gl.flip(x, 2), IndexError],
      ["flip, an axis twice", () => gl.flip(x, [0, 0]), IndexError],
      ["flipud of a scalar", () => gl.flipud(1), IndexError],
      ["fliplr of a vector", () => gl.fliplr([1, 2]), IndexError],
      ["rot90 of a vector", () => gl.rot90([1, 2]), IndexError],
      ["rot90 by a fraction", () => gl.rot90(x, 0.5), GradloomError],
      ["rot90 in no plane", () => gl.rot90(x, 1, [0, 0]), IndexError],
      ["rot90 in one axis", () => gl.rot90(x, 1, odd([0])), IndexError],
      ["roll by a fraction", () => gl.roll(x, 0.5), GradloomError],
      ["roll, axis", () => gl.roll(x, 1, 2), IndexError],
      ["roll, counts", () => gl.roll(x, [1, 2, 3], [0, 1]), ShapeError],
      ["repeat by -1", () => gl.repeat(x, -1), GradloomError],
      ["repeat by a string", () => gl.repeat(x, odd("2")), GradloomError],
      ["repeat, counts", () => gl.repeat(x, [1, 2], 1), ShapeError],
      ["repeat, axis", () => gl.repeat(x, 2, 2), IndexError],
      ["repeat of too many", () => gl.repeat(x, 2 ** 30), ShapeError],
      ["tile by a fraction", () => gl.tile(x, [1, 0.5]), GradloomError],
      ["tile of too many", () => gl.tile(x, 2 ** 30), ShapeError],
      ["split into unequal parts", () => gl.split(x, 2, 1), ShapeError],
      ["split into 0", () => gl.split(x, 0), ShapeError],
      ["split, axis", () => gl.split(x, 2, 2), IndexError],
      ["split at a fraction", () => gl.split(x, [0.5]), GradloomError],
      ["arraySplit into 0", () => gl.arraySplit(x, 0), ShapeError],
      ["arraySplit into a fraction", () => gl.arraySplit(x, 1.5), ShapeError],
      ["arraySplit, axis", () => gl.arraySplit(x, 2, -3), IndexError],
      ["pad by -1", () => gl.pad(x, -1), ShapeError],
      ["pad by a fraction", () => gl.pad(x, [0.5, 1]), ShapeError],
      [
        "pad, three pairs",
        () =>
          gl.pad(x, [
            [1, 1],
            [1, 1],
            [1, 1],
          ]),
        ShapeError,
      ],
      ["pad by a string", () => gl.pad(x, odd("1")), ShapeError],
      ["pad, mode", () => gl.pad(x, 1, { mode: odd("mirror") }), GradloomError],
      ["pad, mode of every object", () => gl.pad(x, 1, { mode: odd("toString") }), GradloomError],
      ["pad, value", () => gl.pad(x, 1, { value: odd("0") }), GradloomError],
      ["pad, an unknown option", () => gl.pad(x, 1, odd({ constantValues: 1 })), GradloomError],
      ["pad an empty axis by its edge", () => gl.pad(zeros([0, 2]), 1, { mode: "edge" }), ShapeError],
      ["meshgrid without a list", () => gl.meshgrid(odd(ones(2))), GradloomError],
      ["meshgrid, indexing", () => gl.meshgrid([[1], [2]], { indexing: odd("yx") }), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      flip, axis → IndexError: flip: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      flip, an axis twice → IndexError: flip: axis 0 is named twice; name each axis once
      flipud of a scalar → IndexError: flipud: axis 0 is out of bounds for 0 dimensions; a scalar has none
      fliplr of a vector → IndexError: fliplr: axis 1 is out of bounds for 1 dimension; axes are -1 to 0
      rot90 of a vector → IndexError: rot90: axis 1 is out of bounds for 1 dimension; axes are -1 to 0
      rot90 by a fraction → GradloomError: rot90: the number of turns is 0.5; it must be a whole number
      rot90 in no plane → IndexError: rot90: axis 0 is named twice; name each axis once
      rot90 in one axis → IndexError: rot90: the axes are [0]; give the two of the plane
      roll by a fraction → GradloomError: roll: the shift is 0.5; it must be a whole number
      roll, axis → IndexError: roll: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      roll, counts → ShapeError: roll: 3 shifts for 2 axes; give one for each, or one for all
      repeat by -1 → GradloomError: repeat: the number of repeats is -1; it must be a whole number from 0
      repeat by a string → GradloomError: repeat: the number of repeats is "2"; it must be a whole number from 0
      repeat, counts → ShapeError: repeat: 2 counts for 3 elements along axis 1 of shape (2, 3); give one, or 3
      repeat, axis → IndexError: repeat: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      repeat of too many → ShapeError: repeat: shape (6442450944,) has more than 2 ** 31 - 1 elements; make several arrays
      tile by a fraction → GradloomError: tile: the number of repeats is 0.5; it must be a whole number from 0
      tile of too many → ShapeError: tile: shape (2, 3221225472) has more than 2 ** 31 - 1 elements; make several arrays
      split into unequal parts → ShapeError: split: 3 elements along axis 1 of shape (2, 3) do not make 2 equal parts; use arraySplit, or give the positions to cut at
      split into 0 → ShapeError: split: 2 elements along axis 0 of shape (2, 3) do not make 0 equal parts; use arraySplit, or give the positions to cut at
      split, axis → IndexError: split: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      split at a fraction → GradloomError: split: a position to cut at is 0.5; it must be a whole number
      arraySplit into 0 → ShapeError: arraySplit: 0 parts; give a whole number from 1 to 1048576, or a list
      arraySplit into a fraction → ShapeError: arraySplit: 1.5 parts; give a whole number from 1 to 1048576, or a list
      arraySplit, axis → IndexError: arraySplit: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      pad by -1 → ShapeError: pad: widths -1 for shape (2, 3): give one whole number from 0, one pair [before, after], or one pair an axis
      pad by a fraction → ShapeError: pad: widths [0.5, 1] for shape (2, 3): give one whole number from 0, one pair [before, after], or one pair an axis
      pad, three pairs → ShapeError: pad: widths [1, 1], [1, 1], [1, 1] for shape (2, 3): give one whole number from 0, one pair [before, after], or one pair an axis
      pad by a string → ShapeError: pad: widths "1" for shape (2, 3): give one whole number from 0, one pair [before, after], or one pair an axis
      pad, mode → GradloomError: pad: there is no mode "mirror"; choose constant, edge, wrap, reflect, symmetric
      pad, mode of every object → GradloomError: pad: there is no mode "toString"; choose constant, edge, wrap, reflect, symmetric
      pad, value → GradloomError: pad: the value is "0"; it must be a number
      pad, an unknown option → GradloomError: pad: there is no option "constantValues"; there are mode, value
      pad an empty axis by its edge → ShapeError: pad: axis 0 of shape (0, 2) is empty; only mode "constant" pads it
      meshgrid without a list → GradloomError: meshgrid: the arrays come in one list; write meshgrid([x, y])
      meshgrid, indexing → GradloomError: meshgrid: the indexing is "yx"; it must be "xy" or "ij"
      "
    `);
  });

  it("name what cannot be joined", async () => {
    const wrong: Wrong[] = [
      ["concatenate(x, y)", () => call(gl.concatenate, x, x), GradloomError],
      ["concatenate of none", () => gl.concatenate([]), ShapeError],
      ["concatenate, shapes", () => gl.concatenate([x, ones([2, 4])]), ShapeError],
      ["concatenate, ranks", () => gl.concatenate([x, ones(3)]), ShapeError],
      ["concatenate, axis", () => gl.concatenate([x, x], 2), IndexError],
      ["concatenate of scalars", () => gl.concatenate([1, 2]), IndexError],
      ["concatenate, dtype", () => gl.concatenate([x], { dtype: odd("int64") }), DTypeError],
      ["concatenate, constant", () => gl.concatenate([x], { constant: odd("no") }), DTypeError],
      ["concatenate, an unknown option", () => gl.concatenate([x], odd({ dim: 1 })), GradloomError],
      ["concatenate of a string", () => gl.concatenate([x, odd("a")]), DTypeError],
      ["stack(x, y)", () => call(gl.stack, x, x), GradloomError],
      ["stack of none", () => gl.stack([]), ShapeError],
      ["stack, shapes", () => gl.stack([x, ones([3, 2])]), ShapeError],
      ["stack, axis", () => gl.stack([x, x], 3), IndexError],
      ["stack, axis of a string", () => gl.stack([x, x], odd("0")), IndexError],
      ["vstack", () => gl.vstack([x, ones(4)]), ShapeError],
      ["vstack of none", () => gl.vstack([]), ShapeError],
      ["hstack", () => gl.hstack([x, ones([3, 3])]), ShapeError],
      ["hstack of a vector and a matrix", () => gl.hstack([ones(2), x]), ShapeError],
      ["dstack", () => gl.dstack([x, ones([3, 2])]), ShapeError],
      [
        "columnStack",
        () =>
          gl.columnStack([
            [1, 2],
            [1, 2, 3],
          ]),
        ShapeError,
      ],
      ["columnStack without a list", () => gl.columnStack(odd(1)), GradloomError],
      ["addSequence", () => gl.addSequence(x, ones(4)), ShapeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      concatenate(x, y) → GradloomError: concatenate: the arrays come in one list; write concatenate([x, y])
      concatenate of none → ShapeError: concatenate: no tensors to join; pass one at least
      concatenate, shapes → ShapeError: concatenate: shapes (2, 3) and (2, 4) differ in another axis than 0; all others must be equal
      concatenate, ranks → ShapeError: concatenate: shapes (2, 3) and (3,) differ in another axis than 0; all others must be equal
      concatenate, axis → IndexError: concatenate: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      concatenate of scalars → IndexError: concatenate: axis 0 is out of bounds for 0 dimensions; a scalar has none
      concatenate, dtype → DTypeError: concatenate: unknown dtype "int64"; there are bool, int32, float32, float64
      concatenate, constant → DTypeError: concatenate: constant must be true or false, not "no"; leave it out for the default
      concatenate, an unknown option → GradloomError: concatenate: there is no option "dim"; there are axis, out, dtype, constant
      concatenate of a string → DTypeError: concatenate: cannot make an array element of the string "a": convert it with Number()
      stack(x, y) → GradloomError: stack: the arrays come in one list; write stack([x, y])
      stack of none → ShapeError: stack: no tensors to join; pass one at least
      stack, shapes → ShapeError: stack: shapes (2, 3) and (3, 2) differ; all must be equal: reshape them, or use concatenate
      stack, axis → IndexError: stack: axis 3 is out of bounds for 3 dimensions; axes are -3 to 2
      stack, axis of a string → IndexError: stack: "0" is no axis; axes are whole numbers
      vstack → ShapeError: vstack: shapes (2, 3) and (1, 4) differ in another axis than 0; all others must be equal
      vstack of none → ShapeError: vstack: no tensors to join; pass one at least
      hstack → ShapeError: hstack: shapes (2, 3) and (3, 3) differ in another axis than 1; all others must be equal
      hstack of a vector and a matrix → ShapeError: hstack: shapes (2,) and (2, 3) differ in another axis than 0; all others must be equal
      dstack → ShapeError: dstack: shapes (2, 3, 1) and (3, 2, 1) differ in another axis than 2; all others must be equal
      columnStack → ShapeError: columnStack: shapes (2, 1) and (3, 1) differ in another axis than 1; all others must be equal
      columnStack without a list → GradloomError: columnStack: the arrays come in one list; write columnStack([x, y])
      addSequence → ShapeError: addSequence: shapes (2, 3) and (4,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      "
    `);
  });
});
