import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type AxisArgument,
  type BackendName,
  DTypeError,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  type Tensor,
  type TensorLike,
  zeros,
} from "../../src/index.ts";
import { messages, odd, type Wrong } from "../support/failures.ts";

const REDUCTIONS: { readonly [name: string]: (x: TensorLike, axis?: AxisArgument, keepdims?: boolean) => Tensor } = {
  sum: gl.sum,
  prod: gl.prod,
  mean: gl.mean,
  max: gl.max,
  min: gl.min,
  any: gl.any,
  all: gl.all,
  argmax: gl.argmax,
  argmin: gl.argmin,
  logsumexp: gl.logsumexp,
  nansum: gl.nansum,
  nanmean: gl.nanmean,
  std: (x, axis, keepdims) => gl.std(x, axis, 0, keepdims),
  var: (x, axis, keepdims) => gl.var(x, axis, 0, keepdims),
};

describe.each<BackendName>(["wasm", "reference"])("errors of reductions on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name axes and options in one way", async () => {
    const x = ones([2, 3]);
    const wrong: Wrong[] = Object.entries(REDUCTIONS).flatMap(([name, reduce]): Wrong[] => [
      [`${name}, axis 2`, () => reduce(x, 2), IndexError],
      [`${name}, axis -3`, () => reduce(x, -3), IndexError],
      [`${name}, axis 0.5`, () => reduce(x, 0.5), IndexError],
      [`${name}, axis of a string`, () => reduce(x, odd("0")), IndexError],
      [`${name}, axis of a scalar`, () => reduce(1, 0), IndexError],
      [`${name}, axes twice`, () => reduce(x, [0, -2]), IndexError],
      [`${name}, an unknown option`, () => reduce(x, odd({ axes: 0 })), GradloomError],
      [`${name}, keepdims 1`, () => reduce(x, 0, odd(1)), GradloomError],
      [`${name}, constant of a string`, () => reduce(x, { constant: odd("yes") }), DTypeError],
      [`${name} of a string`, () => reduce(odd("1")), DTypeError],
    ]);
    const text = await messages(wrong);
    // One text for all of them, but for the name.
    const lines = text.trim().split("\n");
    const of = (name: string): string[] =>
      lines.filter((l) => l.startsWith(`${name}`)).map((l) => l.replaceAll(name, "f"));
    for (const name of ["prod", "mean", "max", "any", "all", "logsumexp", "nansum", "nanmean"])
      expect(of(name)).toEqual(lines.filter((l) => /^sum[, ]/.test(l)).map((l) => l.replaceAll("sum", "f")));
    expect(text).toMatchInlineSnapshot(`
      "
      sum, axis 2 → IndexError: sum: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      sum, axis -3 → IndexError: sum: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      sum, axis 0.5 → IndexError: sum: 0.5 is no axis; axes are whole numbers
      sum, axis of a string → IndexError: sum: "0" is no axis; axes are whole numbers
      sum, axis of a scalar → IndexError: sum: axis 0 is out of bounds for 0 dimensions; a scalar has none
      sum, axes twice → IndexError: sum: axis 0 is named twice; name each axis once
      sum, an unknown option → GradloomError: sum: there is no option "axes"; there are axis, keepdims, constant
      sum, keepdims 1 → GradloomError: sum: keepdims is 1; it must be true or false, and several axes come in a list
      sum, constant of a string → DTypeError: sum: constant must be true or false, not "yes"; leave it out for the default
      sum of a string → DTypeError: sum: cannot make an array element of the string "1": convert it with Number()
      prod, axis 2 → IndexError: prod: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      prod, axis -3 → IndexError: prod: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      prod, axis 0.5 → IndexError: prod: 0.5 is no axis; axes are whole numbers
      prod, axis of a string → IndexError: prod: "0" is no axis; axes are whole numbers
      prod, axis of a scalar → IndexError: prod: axis 0 is out of bounds for 0 dimensions; a scalar has none
      prod, axes twice → IndexError: prod: axis 0 is named twice; name each axis once
      prod, an unknown option → GradloomError: prod: there is no option "axes"; there are axis, keepdims, constant
      prod, keepdims 1 → GradloomError: prod: keepdims is 1; it must be true or false, and several axes come in a list
      prod, constant of a string → DTypeError: prod: constant must be true or false, not "yes"; leave it out for the default
      prod of a string → DTypeError: prod: cannot make an array element of the string "1": convert it with Number()
      mean, axis 2 → IndexError: mean: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      mean, axis -3 → IndexError: mean: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      mean, axis 0.5 → IndexError: mean: 0.5 is no axis; axes are whole numbers
      mean, axis of a string → IndexError: mean: "0" is no axis; axes are whole numbers
      mean, axis of a scalar → IndexError: mean: axis 0 is out of bounds for 0 dimensions; a scalar has none
      mean, axes twice → IndexError: mean: axis 0 is named twice; name each axis once
      mean, an unknown option → GradloomError: mean: there is no option "axes"; there are axis, keepdims, constant
      mean, keepdims 1 → GradloomError: mean: keepdims is 1; it must be true or false, and several axes come in a list
      mean, constant of a string → DTypeError: mean: constant must be true or false, not "yes"; leave it out for the default
      mean of a string → DTypeError: mean: cannot make an array element of the string "1": convert it with Number()
      max, axis 2 → IndexError: max: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      max, axis -3 → IndexError: max: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      max, axis 0.5 → IndexError: max: 0.5 is no axis; axes are whole numbers
      max, axis of a string → IndexError: max: "0" is no axis; axes are whole numbers
      max, axis of a scalar → IndexError: max: axis 0 is out of bounds for 0 dimensions; a scalar has none
      max, axes twice → IndexError: max: axis 0 is named twice; name each axis once
      max, an unknown option → GradloomError: max: there is no option "axes"; there are axis, keepdims, constant
      max, keepdims 1 → GradloomError: max: keepdims is 1; it must be true or false, and several axes come in a list
      max, constant of a string → DTypeError: max: constant must be true or false, not "yes"; leave it out for the default
      max of a string → DTypeError: max: cannot make an array element of the string "1": convert it with Number()
      min, axis 2 → IndexError: min: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      min, axis -3 → IndexError: min: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      min, axis 0.5 → IndexError: min: 0.5 is no axis; axes are whole numbers
      min, axis of a string → IndexError: min: "0" is no axis; axes are whole numbers
      min, axis of a scalar → IndexError: min: axis 0 is out of bounds for 0 dimensions; a scalar has none
      min, axes twice → IndexError: min: axis 0 is named twice; name each axis once
      min, an unknown option → GradloomError: min: there is no option "axes"; there are axis, keepdims, constant
      min, keepdims 1 → GradloomError: min: keepdims is 1; it must be true or false, and several axes come in a list
      min, constant of a string → DTypeError: min: constant must be true or false, not "yes"; leave it out for the default
      min of a string → DTypeError: min: cannot make an array element of the string "1": convert it with Number()
      any, axis 2 → IndexError: any: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      any, axis -3 → IndexError: any: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      any, axis 0.5 → IndexError: any: 0.5 is no axis; axes are whole numbers
      any, axis of a string → IndexError: any: "0" is no axis; axes are whole numbers
      any, axis of a scalar → IndexError: any: axis 0 is out of bounds for 0 dimensions; a scalar has none
      any, axes twice → IndexError: any: axis 0 is named twice; name each axis once
      any, an unknown option → GradloomError: any: there is no option "axes"; there are axis, keepdims, constant
      any, keepdims 1 → GradloomError: any: keepdims is 1; it must be true or false, and several axes come in a list
      any, constant of a string → DTypeError: any: constant must be true or false, not "yes"; leave it out for the default
      any of a string → DTypeError: any: cannot make an array element of the string "1": convert it with Number()
      all, axis 2 → IndexError: all: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      all, axis -3 → IndexError: all: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      all, axis 0.5 → IndexError: all: 0.5 is no axis; axes are whole numbers
      all, axis of a string → IndexError: all: "0" is no axis; axes are whole numbers
      all, axis of a scalar → IndexError: all: axis 0 is out of bounds for 0 dimensions; a scalar has none
      all, axes twice → IndexError: all: axis 0 is named twice; name each axis once
      all, an unknown option → GradloomError: all: there is no option "axes"; there are axis, keepdims, constant
      all, keepdims 1 → GradloomError: all: keepdims is 1; it must be true or false, and several axes come in a list
      all, constant of a string → DTypeError: all: constant must be true or false, not "yes"; leave it out for the default
      all of a string → DTypeError: all: cannot make an array element of the string "1": convert it with Number()
      argmax, axis 2 → IndexError: argmax: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      argmax, axis -3 → IndexError: argmax: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      argmax, axis 0.5 → IndexError: argmax: 0.5 is no axis; axes are whole numbers
      argmax, axis of a string → IndexError: argmax: "0" is no axis; axes are whole numbers
      argmax, axis of a scalar → IndexError: argmax: axis 0 is out of bounds for 0 dimensions; a scalar has none
      argmax, axes twice → IndexError: argmax: axis is one number or null, not the list [0, -2]; use ravel() on several axes
      argmax, an unknown option → GradloomError: argmax: there is no option "axes"; there are axis, keepdims, constant
      argmax, keepdims 1 → GradloomError: argmax: keepdims is 1; it must be true or false, and several axes come in a list
      argmax, constant of a string → DTypeError: argmax: constant must be true or false, not "yes"; leave it out for the default
      argmax of a string → DTypeError: argmax: cannot make an array element of the string "1": convert it with Number()
      argmin, axis 2 → IndexError: argmin: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      argmin, axis -3 → IndexError: argmin: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      argmin, axis 0.5 → IndexError: argmin: 0.5 is no axis; axes are whole numbers
      argmin, axis of a string → IndexError: argmin: "0" is no axis; axes are whole numbers
      argmin, axis of a scalar → IndexError: argmin: axis 0 is out of bounds for 0 dimensions; a scalar has none
      argmin, axes twice → IndexError: argmin: axis is one number or null, not the list [0, -2]; use ravel() on several axes
      argmin, an unknown option → GradloomError: argmin: there is no option "axes"; there are axis, keepdims, constant
      argmin, keepdims 1 → GradloomError: argmin: keepdims is 1; it must be true or false, and several axes come in a list
      argmin, constant of a string → DTypeError: argmin: constant must be true or false, not "yes"; leave it out for the default
      argmin of a string → DTypeError: argmin: cannot make an array element of the string "1": convert it with Number()
      logsumexp, axis 2 → IndexError: logsumexp: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      logsumexp, axis -3 → IndexError: logsumexp: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      logsumexp, axis 0.5 → IndexError: logsumexp: 0.5 is no axis; axes are whole numbers
      logsumexp, axis of a string → IndexError: logsumexp: "0" is no axis; axes are whole numbers
      logsumexp, axis of a scalar → IndexError: logsumexp: axis 0 is out of bounds for 0 dimensions; a scalar has none
      logsumexp, axes twice → IndexError: logsumexp: axis 0 is named twice; name each axis once
      logsumexp, an unknown option → GradloomError: logsumexp: there is no option "axes"; there are axis, keepdims, constant
      logsumexp, keepdims 1 → GradloomError: logsumexp: keepdims is 1; it must be true or false, and several axes come in a list
      logsumexp, constant of a string → DTypeError: logsumexp: constant must be true or false, not "yes"; leave it out for the default
      logsumexp of a string → DTypeError: logsumexp: cannot make an array element of the string "1": convert it with Number()
      nansum, axis 2 → IndexError: nansum: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      nansum, axis -3 → IndexError: nansum: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      nansum, axis 0.5 → IndexError: nansum: 0.5 is no axis; axes are whole numbers
      nansum, axis of a string → IndexError: nansum: "0" is no axis; axes are whole numbers
      nansum, axis of a scalar → IndexError: nansum: axis 0 is out of bounds for 0 dimensions; a scalar has none
      nansum, axes twice → IndexError: nansum: axis 0 is named twice; name each axis once
      nansum, an unknown option → GradloomError: nansum: there is no option "axes"; there are axis, keepdims, constant
      nansum, keepdims 1 → GradloomError: nansum: keepdims is 1; it must be true or false, and several axes come in a list
      nansum, constant of a string → DTypeError: nansum: constant must be true or false, not "yes"; leave it out for the default
      nansum of a string → DTypeError: nansum: cannot make an array element of the string "1": convert it with Number()
      nanmean, axis 2 → IndexError: nanmean: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      nanmean, axis -3 → IndexError: nanmean: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      nanmean, axis 0.5 → IndexError: nanmean: 0.5 is no axis; axes are whole numbers
      nanmean, axis of a string → IndexError: nanmean: "0" is no axis; axes are whole numbers
      nanmean, axis of a scalar → IndexError: nanmean: axis 0 is out of bounds for 0 dimensions; a scalar has none
      nanmean, axes twice → IndexError: nanmean: axis 0 is named twice; name each axis once
      nanmean, an unknown option → GradloomError: nanmean: there is no option "axes"; there are axis, keepdims, constant
      nanmean, keepdims 1 → GradloomError: nanmean: keepdims is 1; it must be true or false, and several axes come in a list
      nanmean, constant of a string → DTypeError: nanmean: constant must be true or false, not "yes"; leave it out for the default
      nanmean of a string → DTypeError: nanmean: cannot make an array element of the string "1": convert it with Number()
      std, axis 2 → IndexError: std: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      std, axis -3 → IndexError: std: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      std, axis 0.5 → IndexError: std: 0.5 is no axis; axes are whole numbers
      std, axis of a string → IndexError: std: "0" is no axis; axes are whole numbers
      std, axis of a scalar → IndexError: std: axis 0 is out of bounds for 0 dimensions; a scalar has none
      std, axes twice → IndexError: std: axis 0 is named twice; name each axis once
      std, an unknown option → GradloomError: std: there is no option "axes"; there are axis, keepdims, constant, ddof
      std, keepdims 1 → GradloomError: std: keepdims is 1; it must be true or false, and several axes come in a list
      std, constant of a string → DTypeError: std: constant must be true or false, not "yes"; leave it out for the default
      std of a string → DTypeError: std: cannot make an array element of the string "1": convert it with Number()
      var, axis 2 → IndexError: var: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      var, axis -3 → IndexError: var: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      var, axis 0.5 → IndexError: var: 0.5 is no axis; axes are whole numbers
      var, axis of a string → IndexError: var: "0" is no axis; axes are whole numbers
      var, axis of a scalar → IndexError: var: axis 0 is out of bounds for 0 dimensions; a scalar has none
      var, axes twice → IndexError: var: axis 0 is named twice; name each axis once
      var, an unknown option → GradloomError: var: there is no option "axes"; there are axis, keepdims, constant, ddof
      var, keepdims 1 → GradloomError: var: keepdims is 1; it must be true or false, and several axes come in a list
      var, constant of a string → DTypeError: var: constant must be true or false, not "yes"; leave it out for the default
      var of a string → DTypeError: var: cannot make an array element of the string "1": convert it with Number()
      "
    `);
  });

  it("name what is empty, and what only some take", async () => {
    const wrong: Wrong[] = [
      ["max of nothing", () => gl.max([]), ShapeError],
      ["min of nothing", () => gl.min(zeros(0)), ShapeError],
      ["max of nothing along an axis", () => gl.max(zeros([2, 0]), 1), ShapeError],
      ["max of no booleans", () => gl.max(zeros(0, "bool")), ShapeError],
      ["x.min of nothing along an axis", () => zeros([0, 2]).min(0), ShapeError],
      ["argmax of nothing", () => gl.argmax([]), ShapeError],
      ["argmin of nothing along an axis", () => gl.argmin(zeros([2, 0]), 1), ShapeError],
      ["sum, ddof", () => gl.sum(ones(2), odd({ ddof: 1 })), GradloomError],
      ["var, ddof", () => gl.var(ones(2), null, odd("1")), GradloomError],
      ["x.std, ddof", () => ones(2).std({ ddof: odd("1") }), GradloomError],
      ["sum of int32, constant false", () => gl.sum(zeros(2, "int32"), { constant: false }), DTypeError],
      ["any, constant false", () => gl.any(ones(2), { constant: false }), DTypeError],
      ["cumsum, axis 1", () => gl.cumsum(ones(2), 1), IndexError],
      ["cumsum, axes", () => gl.cumsum(ones([2, 2]), odd([0, 1])), IndexError],
      ["cumsum, an unknown option", () => gl.cumsum(ones(2), odd({ dim: 0 })), GradloomError],
      ["cumsum, constant", () => gl.cumsum(ones(2), { constant: odd("yes") }), DTypeError],
      ["cumprod of a scalar", () => gl.cumprod(1, 0), IndexError],
      ["cumprod, axis of a string", () => gl.cumprod(ones(2), odd("0")), IndexError],
      ["cumprod of int32, constant false", () => gl.cumprod(zeros(2, "int32"), { constant: false }), DTypeError],
      ["diff of a scalar", () => gl.diff(1), ShapeError],
      ["diff, n", () => gl.diff(ones(3), { n: -1 }), GradloomError],
      ["diff, n of a fraction", () => gl.diff(ones(3), { n: 0.5 }), GradloomError],
      ["diff, axis", () => gl.diff(ones(3), { axis: 1 }), IndexError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      max of nothing → ShapeError: max: no elements to choose from along axis 0 of shape (0,); check for size 0 before
      min of nothing → ShapeError: min: no elements to choose from along axis 0 of shape (0,); check for size 0 before
      max of nothing along an axis → ShapeError: max: no elements to choose from along axis 1 of shape (2, 0); check for size 0 before
      max of no booleans → ShapeError: max: no elements to choose from along axis 0 of shape (0,); check for size 0 before
      x.min of nothing along an axis → ShapeError: min: no elements to choose from along axis 0 of shape (0, 2); check for size 0 before
      argmax of nothing → ShapeError: argmax: no elements to choose from in shape (0,); check for size 0 before
      argmin of nothing along an axis → ShapeError: argmin: no elements to choose from in shape (2, 0); check for size 0 before
      sum, ddof → GradloomError: sum: there is no option "ddof"; there are axis, keepdims, constant
      var, ddof → GradloomError: var: ddof is "1"; it must be a number
      x.std, ddof → GradloomError: std: ddof is "1"; it must be a number
      sum of int32, constant false → DTypeError: sum: int32 tensors are constants; leave constant out, or convert with astype("float32")
      any, constant false → DTypeError: any: bool tensors are constants; leave constant out, or convert with astype("float32")
      cumsum, axis 1 → IndexError: cumsum: axis 1 is out of bounds for 1 dimension; axes are -1 to 0
      cumsum, axes → IndexError: cumsum: axis is one number or null, not a list; scan along one axis
      cumsum, an unknown option → GradloomError: cumsum: there is no option "dim"; there are axis, constant
      cumsum, constant → DTypeError: cumsum: constant must be true or false, not "yes"; leave it out for the default
      cumprod of a scalar → IndexError: cumprod: axis 0 is out of bounds for 0 dimensions; a scalar has none
      cumprod, axis of a string → IndexError: cumprod: axis is one number or null, not "0"; scan along one axis
      cumprod of int32, constant false → DTypeError: cumprod: int32 tensors are constants; leave constant out, or convert with astype("float32")
      diff of a scalar → ShapeError: diff: shape () has no axis; pass at least one axis
      diff, n → GradloomError: diff: n is -1; it must be a whole number from 0
      diff, n of a fraction → GradloomError: diff: n is 0.5; it must be a whole number from 0
      diff, axis → IndexError: diff: axis 1 is out of bounds for 1 dimension; axes are -1 to 0
      "
    `);
  });

  it("name what cannot be sorted", async () => {
    const x = ones([2, 3]);
    const wrong: Wrong[] = [
      ["sort, axis", () => gl.sort(x, { axis: 2 }), IndexError],
      ["sort, an axis by itself", () => gl.sort(x, odd(1)), GradloomError],
      ["sort, an unknown option", () => gl.sort(x, odd({ kind: "stable" })), GradloomError],
      ["argsort, axis", () => gl.argsort(x, { axis: -3 }), IndexError],
      ["topK of too many", () => gl.topK(x, 4), ShapeError],
      ["topK of -1", () => gl.topK(x, -1), ShapeError],
      ["topK of 1.5", () => gl.topK(x, 1.5), ShapeError],
      ["topK, axis", () => gl.topK(x, 1, { axis: 2 }), IndexError],
      ["topK of a scalar", () => gl.topK(1, 1), IndexError],
      ["percentile, q", () => gl.percentile(x, 101), GradloomError],
      ["percentile, a list of q", () => gl.percentile(x, [50, -1]), GradloomError],
      ["percentile, q of NaN", () => gl.percentile(x, Number.NaN), GradloomError],
      ["percentile, q of a string", () => gl.percentile(x, odd("50")), GradloomError],
      ["percentile of nothing", () => gl.percentile([], 50), ShapeError],
      ["percentile, no q", () => gl.percentile(x, []), GradloomError],
      ["percentile, axis", () => gl.percentile(x, 50, { axis: 2 }), IndexError],
      ["quantile, q", () => gl.quantile(x, 50), GradloomError],
      ["quantile, axes", () => gl.quantile(x, 0.5, { axis: odd([0, 1]) }), IndexError],
      ["median, axis", () => gl.median(x, { axis: 2 }), IndexError],
      ["searchsorted in a matrix", () => gl.searchsorted(x, 1), ShapeError],
      ["searchsorted, side", () => gl.searchsorted([1, 2], 1, { side: odd("middle") }), GradloomError],
      ["searchsorted of a string", () => gl.searchsorted([1, 2], odd("1")), DTypeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      sort, axis → IndexError: sort: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      sort, an axis by itself → GradloomError: sort: options come last, in an object such as { axis }, not as 1
      sort, an unknown option → GradloomError: sort: there is no option "kind"; there are axis, descending
      argsort, axis → IndexError: argsort: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      topK of too many → ShapeError: topK: k is 4 for 3 elements along axis 1 of shape (2, 3); it must be a whole number from 0 to that
      topK of -1 → ShapeError: topK: k is -1 for 3 elements along axis 1 of shape (2, 3); it must be a whole number from 0 to that
      topK of 1.5 → ShapeError: topK: k is 1.5 for 3 elements along axis 1 of shape (2, 3); it must be a whole number from 0 to that
      topK, axis → IndexError: topK: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      topK of a scalar → IndexError: topK: axis -1 is out of bounds for 0 dimensions; a scalar has none
      percentile, q → GradloomError: percentile: q is 101; it must be a number from 0 to 100, or a list of them
      percentile, a list of q → GradloomError: percentile: q is -1; it must be a number from 0 to 100, or a list of them
      percentile, q of NaN → GradloomError: percentile: q is NaN; it must be a number from 0 to 100, or a list of them
      percentile, q of a string → GradloomError: percentile: q is "50"; it must be a number from 0 to 100, or a list of them
      percentile of nothing → ShapeError: percentile: no elements along the axis in shape (0,); check for size 0 before
      percentile, no q → GradloomError: percentile: q is an empty list; pass a number, or some
      percentile, axis → IndexError: percentile: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      quantile, q → GradloomError: quantile: q is 50; it must be a number from 0 to 1, or a list of them
      quantile, axes → IndexError: quantile: a list is no axis; axes are whole numbers
      median, axis → IndexError: median: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      searchsorted in a matrix → ShapeError: searchsorted: the list has shape (2, 3); it must have one axis: use ravel()
      searchsorted, side → GradloomError: searchsorted: the side is "middle"; it must be "left" or "right"
      searchsorted of a string → DTypeError: searchsorted: cannot make an array element of the string "1": convert it with Number()
      "
    `);
  });
});
