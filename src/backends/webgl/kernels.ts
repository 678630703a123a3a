/** Scans, sorts and scatters as draws. */
import { contiguousStrides, sizeOf } from "../../ir/layout.ts";
import type { Call } from "../../ir/plan.ts";
import { recurrencePass, type ScanAxis, scanPass, WINDOWS } from "./glsl/scan.ts";
import { scatterAll, scatterSorted, type Writes } from "./glsl/scatter.ts";
import type { Operand, Shader } from "./glsl/shader.ts";
import { exchange, firstOrder, type Rows, unpadded } from "./glsl/sort.ts";
import type { Action } from "./lower.ts";

type KernelCall = Extract<Call, { kind: "kernel" }>;

/** Up to so many pairs of an element and a position, each element goes through all positions. */
const MOST_PAIRS = 2 ** 23;

/** The draws of a kernel of the op table; partial results are new operands. */
export function lowerKernel(call: KernelCall, operands: Operand[]): readonly Action[] {
  if (operands[call.output]!.length === 0) return [];
  switch (call.op) {
    case "cumsum":
    case "cumprod":
      return lowerScan(call, operands);
    case "recurrence":
      return lowerRecurrence(call, operands);
    case "argsort": {
      const { length, dtype } = operands[call.inputs[0]!]!;
      return lowerSort(
        call.inputs[0]!,
        call.types[0]!.shape.at(-1) ?? 1,
        null,
        { length, dtype },
        call.output,
        operands,
      );
    }
    case "scatter":
    case "scatterAdd":
      return lowerScatter(call, operands);
    default:
      throw new Error(`there is no shader for ${call.op}`);
  }
}

const draw = (shader: Shader, inputs: readonly number[], ...outputs: number[]): Action => ({
  kind: "draw",
  shader,
  inputs,
  outputs,
  base: null,
});

const another = (operands: Operand[], like: Operand): number => operands.push({ ...like }) - 1;

function axisOf({ attrs, types }: KernelCall): ScanAxis {
  const { shape } = types[0]!;
  const axis = attrs.axis as number;
  return { length: shape[axis]!, stride: contiguousStrides(shape)[axis]! };
}

/** The lengths of windows that passes join. */
function distances(length: number): readonly number[] {
  const all = [1];
  while (all.at(-1)! * WINDOWS < length) all.push(all.at(-1)! * WINDOWS);
  return all;
}

function lowerScan(call: KernelCall, operands: Operand[]): readonly Action[] {
  const axis = axisOf(call);
  const operator = call.op === "cumsum" ? "+" : "*";
  const output = operands[call.output]!;
  const passes = distances(axis.length);
  let from = call.inputs[0]!;
  return passes.map((distance, k) => {
    const to = k === passes.length - 1 ? call.output : another(operands, output);
    const action = draw(scanPass(operands[from]!, axis, distance, operator), [from], to);
    from = to;
    return action;
  });
}

function lowerRecurrence(call: KernelCall, operands: Operand[]): readonly Action[] {
  const axis = axisOf(call);
  const output = operands[call.output]!;
  const passes = distances(axis.length);
  let [a, b] = [call.inputs[0]!, call.inputs[1]!];
  return passes.map((distance, k) => {
    const next = another(operands, output);
    const to = k === passes.length - 1 ? call.output : another(operands, output);
    const action = draw(recurrencePass(operands[a]!, operands[b]!, axis, distance), [a, b], next, to);
    [a, b] = [next, to];
    return action;
  });
}

/** Positions of keys in ascending order, row by row. */
function lowerSort(
  keys: number,
  length: number,
  bounds: Rows["bounds"],
  { length: count }: Operand,
  output: number,
  operands: Operand[],
): readonly Action[] {
  const padded = 2 ** Math.ceil(Math.log2(Math.max(2, length)));
  const rows: Rows = { keys: operands[keys]!, length, padded, bounds };
  const order: Operand = { dtype: "int32", length: (count / length) * padded };
  let from = another(operands, order);
  const actions = [draw(firstOrder(rows, order), [], from)];
  const isPadded = padded !== length;
  for (let block = 2; block <= padded; block *= 2) {
    for (let distance = block / 2; distance >= 1; distance /= 2) {
      const isLast = block === padded && distance === 1 && !isPadded;
      const to = isLast ? output : another(operands, order);
      actions.push(draw(exchange(rows, order, block, distance), [keys, from], to));
      from = to;
    }
  }
  if (isPadded) actions.push(draw(unpadded(rows, order, operands[output]!), [from], output));
  return actions;
}

function lowerScatter(call: KernelCall, operands: Operand[]): readonly Action[] {
  const [base, index, value] = call.inputs as readonly [number, number, number];
  const writes: Writes = {
    base: operands[base]!,
    index: operands[index]!,
    value: operands[value]!,
    adds: call.op === "scatterAdd",
  };
  const count = sizeOf(call.types[1]!.shape);
  if (count === 0) return [{ kind: "alias", from: base, to: call.output }];
  const { length } = writes.base;
  if (length * count <= MOST_PAIRS) return [draw(scatterAll(writes), [base, index, value], call.output)];
  const order = another(operands, { dtype: "int32", length: count });
  const sorted = lowerSort(index, count, [0, length - 1], writes.index, order, operands);
  const shader = scatterSorted(writes, operands[order]!);
  return [...sorted, draw(shader, [base, index, value, order], call.output)];
}
