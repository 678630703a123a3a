import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  DTypeError,
  einsum,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
} from "../../src/index.ts";
import { call, messages, odd, type Wrong } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of linear algebra on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const x = ones([2, 3]);

  it("name shapes that do not fit", async () => {
    const wrong: Wrong[] = [
      ["matmul, inner sizes", () => gl.matmul(x, x), ShapeError],
      ["matmul of a scalar", () => gl.matmul(x, 1), ShapeError],
      ["x.matmul of a scalar", () => ones([]).matmul(x), ShapeError],
      ["matmul, vectors", () => gl.matmul([1, 2], [1, 2, 3]), ShapeError],
      ["matmul, batches", () => gl.matmul(ones([2, 2, 3]), ones([3, 3, 2])), ShapeError],
      ["matmul of too many", () => gl.matmul(ones([2 ** 16, 1]), ones([1, 2 ** 16])), ShapeError],
      ["matmul(x)", () => call(gl.matmul, x), DTypeError],
      ["dot", () => gl.dot(x, x), ShapeError],
      ["dot of vectors", () => gl.dot([1, 2], [1, 2, 3]), ShapeError],
      ["inner", () => gl.inner(x, ones([2, 2])), ShapeError],
      ["outer of a string", () => gl.outer(odd("a"), 1), DTypeError],
      ["tensordot", () => gl.tensordot(x, ones([3, 2])), ShapeError],
      ["tensordot, lists of other lengths", () => gl.tensordot(x, x, [[0, 1], [0]]), ShapeError],
      ["tensordot, too many axes", () => gl.tensordot(x, x, 3), ShapeError],
      ["tensordot, -1 axes", () => gl.tensordot(x, x, -1), GradloomError],
      ["tensordot, an axis out of bounds", () => gl.tensordot(x, x, [2, 0]), IndexError],
      [
        "tensordot, an axis twice",
        () =>
          gl.tensordot(x, x, [
            [0, 0],
            [0, 1],
          ]),
        IndexError,
      ],
      ["tensordot, one list", () => gl.tensordot(x, x, odd([0])), GradloomError],
      ["kron of a string", () => gl.kron(odd("a"), 1), DTypeError],
      ["multiMatmul of one", () => gl.multiMatmul([x]), ShapeError],
      ["multiMatmul of none", () => gl.multiMatmul([]), ShapeError],
      ["multiMatmul without a list", () => call(gl.multiMatmul, x, x), GradloomError],
      ["multiMatmul of a scalar", () => gl.multiMatmul([x, 1]), ShapeError],
      ["multiMatmul, a vector inside", () => gl.multiMatmul([x, ones(3), x]), ShapeError],
      ["multiMatmul, three axes", () => gl.multiMatmul([ones([1, 2, 3]), x]), ShapeError],
      ["multiMatmul, sizes", () => gl.multiMatmul([x, ones([3, 4]), x]), ShapeError],
      ["diagonal of a vector", () => gl.diagonal([1, 2]), ShapeError],
      ["diagonal, offset", () => gl.diagonal(x, 0.5), GradloomError],
      ["diagonal, axes", () => gl.diagonal(x, 0, 0, 0), IndexError],
      ["diagonal, an axis out of bounds", () => gl.diagonal(x, 0, 0, 2), IndexError],
      ["trace of a vector", () => gl.trace([1, 2]), ShapeError],
      ["trace, an axis out of bounds", () => gl.trace(x, 0, 0, 2), IndexError],
      ["diag of a scalar", () => gl.diag(1), ShapeError],
      ["diag of three axes", () => gl.diag(ones([1, 1, 1])), ShapeError],
      ["diag, offset", () => gl.diag([1, 2], 0.5), GradloomError],
      ["tril of a scalar", () => gl.tril(1), ShapeError],
      ["triu of a scalar", () => gl.triu(1), ShapeError],
      ["triu, offset", () => gl.triu(x, odd("1")), GradloomError],
      ["matrixTranspose of a vector", () => gl.matrixTranspose([1, 2]), ShapeError],
      ["norm of matrices", () => gl.norm(x, { ord: 1 }), GradloomError],
      ["norm of order 0", () => gl.norm([1, 2], { ord: 0 }), GradloomError],
      ["norm, ord of a string", () => gl.norm([1, 2], { ord: odd("fro") }), GradloomError],
      ["norm, axis", () => gl.norm(x, { axis: 2 }), IndexError],
      ["norm of infinite order, of nothing", () => gl.norm([], { ord: Number.POSITIVE_INFINITY }), ShapeError],
      ["outer of too many", () => gl.outer(ones(2 ** 16), ones(2 ** 16)), ShapeError],
      ["norm, an order by itself", () => gl.norm(x, odd(2)), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      matmul, inner sizes → ShapeError: matmul: inner sizes differ: (2, 3) has 3 columns and (2, 3) has 2 rows; transpose an operand, or check their order
      matmul of a scalar → ShapeError: matmul: shapes (2, 3) and (): a scalar has no matrix product; use multiply
      x.matmul of a scalar → ShapeError: matmul: shapes () and (2, 3): a scalar has no matrix product; use multiply
      matmul, vectors → ShapeError: matmul: inner sizes differ: (2,) has 2 columns and (3,) has 3 rows; transpose an operand, or check their order
      matmul, batches → ShapeError: matmul: the batch axes of (2, 2, 3) and (3, 3, 2) do not broadcast; all axes but the last two must be equal, or 1 in one of them
      matmul of too many → ShapeError: matmul: shapes (65536, 1) and (1, 65536) make (65536, 65536), of more than 2 ** 31 - 1 elements; compute it in parts
      matmul(x) → DTypeError: matmul: cannot make an array element of undefined: elements are numbers or booleans
      dot → ShapeError: dot: axes [1] of shape (2, 3) and [0] of shape (2, 3) do not pair up; summed axes must be equally many and of equal lengths: transpose an operand
      dot of vectors → ShapeError: dot: axes [0] of shape (2,) and [0] of shape (3,) do not pair up; summed axes must be equally many and of equal lengths: transpose an operand
      inner → ShapeError: inner: axes [1] of shape (2, 3) and [1] of shape (2, 2) do not pair up; summed axes must be equally many and of equal lengths: transpose an operand
      outer of a string → DTypeError: outer: cannot make an array element of the string "a": convert it with Number()
      tensordot → ShapeError: tensordot: axes [0, 1] of shape (2, 3) and [0, 1] of shape (3, 2) do not pair up; summed axes must be equally many and of equal lengths: transpose an operand
      tensordot, lists of other lengths → ShapeError: tensordot: axes [0, 1] of shape (2, 3) and [0] of shape (2, 3) do not pair up; summed axes must be equally many and of equal lengths: transpose an operand
      tensordot, too many axes → ShapeError: tensordot: shape (2, 3) has not 3 axes to sum over; name fewer
      tensordot, -1 axes → GradloomError: tensordot: the number of axes is -1; it must be a whole number from 0
      tensordot, an axis out of bounds → IndexError: tensordot: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      tensordot, an axis twice → IndexError: tensordot: axis 0 is named twice; name each axis once
      tensordot, one list → GradloomError: tensordot: the axes are a list; give their number, or [axes of a, axes of b]
      kron of a string → DTypeError: kron: cannot make an array element of the string "a": convert it with Number()
      multiMatmul of one → ShapeError: multiMatmul: 1 matrices; pass two at least
      multiMatmul of none → ShapeError: multiMatmul: 0 matrices; pass two at least
      multiMatmul without a list → GradloomError: multiMatmul: the arrays come in one list; write multiMatmul([x, y])
      multiMatmul of a scalar → ShapeError: multiMatmul: operand 1 has shape (); matrices have two axes, and only the first and the last may have one
      multiMatmul, a vector inside → ShapeError: multiMatmul: operand 1 has shape (3,); matrices have two axes, and only the first and the last may have one
      multiMatmul, three axes → ShapeError: multiMatmul: operand 0 has shape (1, 2, 3); matrices have two axes, and only the first and the last may have one
      multiMatmul, sizes → ShapeError: multiMatmul: operand 1 of shape (3, 4) and operand 2 of shape (2, 3) do not fit; the columns of the one must be as many as the rows of the other
      diagonal of a vector → ShapeError: diagonal: shape (2,) has fewer than two axes; pass a matrix
      diagonal, offset → GradloomError: diagonal: the offset is 0.5; it must be a whole number
      diagonal, axes → IndexError: diagonal: axis 0 is named twice; name each axis once
      diagonal, an axis out of bounds → IndexError: diagonal: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      trace of a vector → ShapeError: trace: shape (2,) has fewer than two axes; pass a matrix
      trace, an axis out of bounds → IndexError: trace: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      diag of a scalar → ShapeError: diag: shape () has 0 axes; pass one axis or two, or use diagonal
      diag of three axes → ShapeError: diag: shape (1, 1, 1) has 3 axes; pass one axis or two, or use diagonal
      diag, offset → GradloomError: diag: the offset is 0.5; it must be a whole number
      tril of a scalar → ShapeError: tril: a scalar has no triangles; pass a matrix
      triu of a scalar → ShapeError: triu: a scalar has no triangles; pass a matrix
      triu, offset → GradloomError: triu: the offset is "1"; it must be a whole number
      matrixTranspose of a vector → ShapeError: matrixTranspose: shape (2,) has fewer than two axes; pass a matrix
      norm of matrices → GradloomError: norm: ord 1 over 2 axes is not supported; matrix norms and order 0 are left out: name one axis
      norm of order 0 → GradloomError: norm: ord 0 over 1 axes is not supported; matrix norms and order 0 are left out: name one axis
      norm, ord of a string → GradloomError: norm: ord is "fro"; it must be a number
      norm, axis → IndexError: norm: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      norm of infinite order, of nothing → ShapeError: norm: no elements to choose from along axis 0 of shape (0,); check for size 0 before
      outer of too many → ShapeError: outer: shapes (65536, 1) and (65536,) make (65536, 65536), of more than 2 ** 31 - 1 elements; compute it in parts, or reduce an operand first
      norm, an order by itself → GradloomError: norm: options come last, in an object such as { ord }, not as 2
      "
    `);
  });

  it("name what einsum cannot read", async () => {
    const wrong: Wrong[] = [
      ["einsum()", () => einsum(), GradloomError],
      ["einsum(text)", () => einsum("ij"), GradloomError],
      ["einsum(x)", () => einsum(x), GradloomError],
      ["a digit", () => einsum("i1->i", x), GradloomError],
      ["two arrows", () => einsum("ij->i->j", x), GradloomError],
      ["half an arrow", () => einsum("ij-i", x), GradloomError],
      ["two dots", () => einsum("..j", x), GradloomError],
      ["two ellipses", () => einsum("...i...->i", x), GradloomError],
      ["too many operands", () => einsum("ij", x, x), GradloomError],
      ["too few operands", () => einsum("ij,jk->ik", x), GradloomError],
      ["too few labels", () => einsum("i->i", x), ShapeError],
      ["too many labels", () => einsum("ijk->i", x), ShapeError],
      ["too many labels beside an ellipsis", () => einsum("...ijk->i", x), ShapeError],
      ["an unknown label of the result", () => einsum("ij->ik", x), GradloomError],
      ["a label of the result twice", () => einsum("ij->ii", x), GradloomError],
      ["sizes of one label", () => einsum("ij,jk->ik", x, x), ShapeError],
      ["a diagonal of unequal axes", () => einsum("ii->i", x), ShapeError],
      ["a trace of unequal axes", () => einsum("ii", x), ShapeError],
      ["ellipses that do not broadcast", () => einsum("...i,...i->...", ones([2, 3]), ones([4, 3])), ShapeError],
      ["an operand of a string", () => einsum("i", odd("a")), DTypeError],
      ["lists: no list", () => einsum(x, odd(0)), GradloomError],
      ["lists: a negative axis", () => einsum(x, [0, -1]), GradloomError],
      ["lists: a string", () => einsum(x, [0, odd("j")]), GradloomError],
      ["lists: too few axes", () => einsum(x, [0]), ShapeError],
      ["lists: an unknown axis of the result", () => einsum(x, [0, 1], [2]), GradloomError],
      ["constant of a string", () => einsum("ij->ji", x, { constant: odd("yes") }), DTypeError],
      ["an unknown option", () => einsum("ij->ji", x, odd({ optimize: true })), GradloomError],
      ["out of a list", () => einsum("ij->ji", x, { out: odd([1]) }), DTypeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      einsum() → GradloomError: einsum: pass subscripts and operands, as in einsum("ij,jk->ik", a, b), or operands and lists
      einsum(text) → GradloomError: einsum: "ij" is for 1 operands, not 0; commas separate the operands' labels
      einsum(x) → GradloomError: einsum: pass subscripts and operands, as in einsum("ij,jk->ik", a, b), or operands and lists
      a digit → GradloomError: einsum: "i1->i": "1" is no label; labels are letters, and "..." stands for other axes
      two arrows → GradloomError: einsum: "ij->i->j" has more than one "->"; the result's labels come after the one
      half an arrow → GradloomError: einsum: "ij-i": "-" is no label; labels are letters, and "..." stands for other axes
      two dots → GradloomError: einsum: "..j": "." is no label; labels are letters, and "..." stands for other axes
      two ellipses → GradloomError: einsum: "...i...->i": "...i..." has more than one "..."; one stands for all axes without labels
      too many operands → GradloomError: einsum: "ij" is for 1 operands, not 2; commas separate the operands' labels
      too few operands → GradloomError: einsum: "ij,jk->ik" is for 2 operands, not 1; commas separate the operands' labels
      too few labels → ShapeError: einsum: "i->i": operand 0 has shape (2, 3), but "i" is for 1 axis; label each axis, or write "..." for the others
      too many labels → ShapeError: einsum: "ijk->i": operand 0 has shape (2, 3), but "ijk" is for 3 axes; label each axis, or write "..." for the others
      too many labels beside an ellipsis → ShapeError: einsum: "...ijk->i": operand 0 has shape (2, 3), but "...ijk" is for at least 3 axes; label each axis, or write "..." for the others
      an unknown label of the result → GradloomError: einsum: "ij->ik": the result has the label "k", which no operand has; use labels of the operands
      a label of the result twice → GradloomError: einsum: "ij->ii": the result has the label "i" twice; name each once
      sizes of one label → ShapeError: einsum: "ij,jk->ik": operand 1 of shape (2, 3) has length 2 for the label "j", where another has 3; axes of one label have one length, or 1
      a diagonal of unequal axes → ShapeError: einsum: "ii->i": operand 0 of shape (2, 3) has the label "i" on axes of lengths 2 and 3; a diagonal needs equal ones
      a trace of unequal axes → ShapeError: einsum: "ii": operand 0 of shape (2, 3) has length 3 for the label "i", where another has 2; axes of one label have one length, or 1
      ellipses that do not broadcast → ShapeError: einsum: "...i,...i->...": operand 1 of shape (4, 3) has length 4 for an axis of the ellipsis, where another has 2; axes of one label have one length, or 1
      an operand of a string → DTypeError: einsum: cannot make an array element of the string "a": convert it with Number()
      lists: no list → GradloomError: einsum: after each operand comes the list of its axes; write einsum(a, [0, 1], b, [1, 2])
      lists: a negative axis → GradloomError: einsum: -1 in a list of axes; they are whole numbers from 0, or an ellipsis
      lists: a string → GradloomError: einsum: j in a list of axes; they are whole numbers from 0, or an ellipsis
      lists: too few axes → ShapeError: einsum: "0": operand 0 has shape (2, 3), but "0" is for 1 axis; label each axis, or write "..." for the others
      lists: an unknown axis of the result → GradloomError: einsum: "01->2": the result has the label "2", which no operand has; use labels of the operands
      constant of a string → DTypeError: einsum: constant must be true or false, not "yes"; leave it out for the default
      an unknown option → GradloomError: einsum: there is no option "optimize"; there are out, constant
      out of a list → DTypeError: einsum: out must be a tensor, which is written in place; make one with zeros or zerosLike
      "
    `);
  });
});
