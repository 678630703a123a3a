/** Random bits and uniform numbers as recorded values. */

import type { DType } from "../../ir/dtype.ts";
import { contiguousStrides, type Shape } from "../../ir/layout.ts";
import { add, maximum, minimum, multiply } from "../../ir/ops/arithmetic.ts";
import { bitwiseAnd, bitwiseXor, rightShiftUnsigned } from "../../ir/ops/bits.ts";
import { less } from "../../ir/ops/compare.ts";
import { threefryFirst, threefrySecond } from "../../ir/ops/random.ts";
import { iotaOp } from "../../ir/ops/source.ts";
import type { Elementwise } from "../../ir/record.ts";
import { broadcastNode, castNode, elementwiseNode } from "../functions/apply.ts";
import { recordConstant, TraceNode } from "../trace/trace.ts";
import { type RandomKey, wordsOf } from "./key.ts";

/** Both random words of every element; `block` numbers the blocks where an element needs several. */
export function words(shape: Shape, key: RandomKey, block = 0): readonly [TraceNode, TraceNode] {
  const whole = (value: number): TraceNode => broadcastNode(recordConstant(value, "int32"), shape);
  const attrs = { strides: contiguousStrides(shape), offset: 0, scale: 1 };
  const counter = new TraceNode(iotaOp, [], attrs, shape, "int32");
  const [first, second] = wordsOf(key).map((word) => broadcastNode(word, shape)) as [TraceNode, TraceNode];
  const operands = [first, second, counter, whole(block)];
  return [elementwiseNode(threefryFirst, ...operands), elementwiseNode(threefrySecond, ...operands)];
}

/** A word without its lowest bits, as a float. */
function high(word: TraceNode, drop: number, dtype: DType): TraceNode {
  const by = broadcastNode(recordConstant(drop, "int32"), word.shape);
  return castNode(elementwiseNode(rightShiftUnsigned, word, by), dtype);
}

const scaled = (x: TraceNode, by: number): TraceNode =>
  elementwiseNode(multiply, x, broadcastNode(recordConstant(by, x.dtype), x.shape));

/** Numbers from 0 to less than 1, multiples of 2⁻²⁴ in float32 and of 2⁻⁵³ in float64. */
export function uniformNode(shape: Shape, key: RandomKey, dtype: "float32" | "float64", block = 0): TraceNode {
  const [first, second] = words(shape, key, block);
  if (dtype === "float32") return scaled(high(first, 8, "float32"), 2 ** -24);
  const upper = scaled(high(first, 5, "float64"), 2 ** 26);
  return scaled(elementwiseNode(add, upper, high(second, 6, "float64")), 2 ** -53);
}

/**
 * Numbers u greater than 0 and less than 1, or their complements 1 - u, finer where they are small: for logarithms. In float32, down
 * to 2⁻³³ from all 32 bits of a word; in float64, down to 2⁻⁵⁴.
 */
export function positiveNode(
  shape: Shape,
  key: RandomKey,
  dtype: "float32" | "float64",
  which: "itself" | "complement",
  block = 0,
): TraceNode {
  const constant = (value: number): TraceNode => broadcastNode(recordConstant(value, dtype), shape);
  if (dtype === "float64") return elementwiseNode(maximum, uniformNode(shape, key, dtype, block), constant(2 ** -54));
  const [first] = words(shape, key, block);
  const word = which === "itself" ? first : withNumber(bitwiseXor, first, -1);
  const fine = scaled(castNode(withNumber(bitwiseAnd, word, 255), "float32"), 2 ** -32);
  const rest = elementwiseNode(add, fine, constant(2 ** -33));
  const all = elementwiseNode(add, scaled(high(word, 8, "float32"), 2 ** -24), rest);
  return elementwiseNode(minimum, all, constant(1 - 2 ** -24));
}

const SIGN = -(2 ** 31);

/** int32 operations with a constant. */
function withNumber(op: Elementwise, x: TraceNode, value: number): TraceNode {
  return elementwiseNode(op, x, broadcastNode(recordConstant(value | 0, "int32"), x.shape));
}

/** A word such that the order of signed numbers is that of the unsigned words. */
const ordered = (word: TraceNode): TraceNode => withNumber(add, word, SIGN);

/** The upper 32 bits of the product of a word and a constant from 0 to 2³² - 1, by products of 16 bits. */
function upperProduct(word: TraceNode, by: number): TraceNode {
  const [low, top] = [by & 0xffff, by >>> 16];
  const [a, b] = [withNumber(bitwiseAnd, word, 0xffff), withNumber(rightShiftUnsigned, word, 16)];
  const shifted = (x: TraceNode): TraceNode => withNumber(rightShiftUnsigned, x, 16);
  const middle = elementwiseNode(add, withNumber(multiply, b, low), shifted(withNumber(multiply, a, low)));
  const rest = elementwiseNode(add, withNumber(multiply, a, top), withNumber(bitwiseAnd, middle, 0xffff));
  const upper = elementwiseNode(add, withNumber(multiply, b, top), shifted(middle));
  return elementwiseNode(add, upper, shifted(rest));
}

/**
 * `count` (1 to 2³²) whole numbers of int32, from `least` on: the upper bits of count times 64 random bits, in whole
 * numbers, so that every backend has the same (Lemire, "Fast Random Integer Generation in an Interval", 2019, without rejection).
 */
export function wholeNode(shape: Shape, key: RandomKey, least: number, count: number): TraceNode {
  const [first, second] = words(shape, key);
  if (count === 2 ** 32) return withNumber(add, first, least);
  const carried = upperProduct(second, count);
  const sum = elementwiseNode(add, withNumber(multiply, first, count), carried);
  const overflows = castNode(elementwiseNode(less, ordered(sum), ordered(carried)), "int32");
  return withNumber(add, elementwiseNode(add, upperProduct(first, count), overflows), least);
}

/** Whether an event of probability `p`, from 0 to 1, happens: to 32 bits. */
export function eventNode(shape: Shape, key: RandomKey, p: number): TraceNode {
  const below = Math.floor(p * 2 ** 32);
  if (below >= 2 ** 32) return broadcastNode(recordConstant(1, "bool"), shape);
  return withNumber(less, ordered(words(shape, key)[0]), below + SIGN);
}

/** Words to sort by: both of each element, the more significant first. */
export function sortingWords(shape: Shape, key: RandomKey): readonly [TraceNode, TraceNode] {
  const [first, second] = words(shape, key);
  return [ordered(first), ordered(second)];
}
