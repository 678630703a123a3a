/** Random bits and uniform numbers as recorded values. */

import type { DType } from "../../ir/dtype.ts";
import { contiguousStrides, type Shape } from "../../ir/layout.ts";
import { add, multiply } from "../../ir/ops/arithmetic.ts";
import { rightShiftUnsigned } from "../../ir/ops/bits.ts";
import { threefryFirst, threefrySecond } from "../../ir/ops/random.ts";
import { iotaOp } from "../../ir/ops/source.ts";
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
