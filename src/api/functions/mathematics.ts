/** Functions of one operand that are compositions, and sums and products of several operands. */

import { GradloomError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asTensor, type TensorLike } from "./apply.ts";
import {
  add,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  cos,
  cosh,
  multiply,
  reciprocal,
  sin,
  sinh,
  tan,
  tanh,
  where,
} from "./elementwise.ts";
import { naming } from "./naming.ts";

/** cos x / sin x. */
export function cot(x: TensorLike): Tensor {
  return reciprocal(tan(asTensor(x, "cot")));
}

/** 1 / sin x. */
export function csc(x: TensorLike): Tensor {
  return reciprocal(sin(asTensor(x, "csc")));
}

/** 1 / cos x. */
export function sec(x: TensorLike): Tensor {
  return reciprocal(cos(asTensor(x, "sec")));
}

/** The angle whose cotangent is x, in (-π/2, π/2]; π/2 at 0. */
export function arccot(x: TensorLike): Tensor {
  const t = asTensor(x, "arccot");
  const isZero = t.eq(0);
  // Near 0 the other form has a finite slope.
  const inside = arctan(reciprocal(where(isZero, 1, t)));
  return where(
    isZero,
    arctan(t)
      .neg()
      .add(Math.PI / 2),
    inside,
  );
}

/** The angle whose cosecant is x. */
export function arccsc(x: TensorLike): Tensor {
  return arcsin(reciprocal(asTensor(x, "arccsc")));
}

/** The angle whose secant is x. */
export function arcsec(x: TensorLike): Tensor {
  return arccos(reciprocal(asTensor(x, "arcsec")));
}

/** cosh x / sinh x. */
export function coth(x: TensorLike): Tensor {
  return reciprocal(tanh(asTensor(x, "coth")));
}

/** 1 / sinh x. */
export function csch(x: TensorLike): Tensor {
  return reciprocal(sinh(asTensor(x, "csch")));
}

/** 1 / cosh x. */
export function sech(x: TensorLike): Tensor {
  return reciprocal(cosh(asTensor(x, "sech")));
}

/** The inverse of coth, for |x| > 1. */
export function arccoth(x: TensorLike): Tensor {
  return arctanh(reciprocal(asTensor(x, "arccoth")));
}

/** The inverse of csch, for x other than 0. */
export function arccsch(x: TensorLike): Tensor {
  return arcsinh(reciprocal(asTensor(x, "arccsch")));
}

/** The inverse of sech, for x in (0, 1]. */
export function arcsech(x: TensorLike): Tensor {
  return arccosh(reciprocal(asTensor(x, "arcsech")));
}

/** The sum of several operands, which broadcast. @throws GradloomError for fewer than two */
export function addSequence(...xs: readonly TensorLike[]): Tensor {
  return sequence("addSequence", add, xs);
}

/** The product of several operands, which broadcast. @throws GradloomError for fewer than two */
export function multiplySequence(...xs: readonly TensorLike[]): Tensor {
  return sequence("multiplySequence", multiply, xs);
}

function sequence(caller: string, op: (x: TensorLike, y: TensorLike) => Tensor, xs: readonly TensorLike[]): Tensor {
  const [first, second, ...rest] = xs;
  if (first === undefined || second === undefined)
    throw new GradloomError(`${caller}: it takes two operands at least, not ${xs.length}; pass them one by one`);
  return naming(caller, () => rest.reduce<Tensor>((sum, x) => op(sum, x), op(first, second)));
}
