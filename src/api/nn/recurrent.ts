/** Recurrent layers, unrolled over time. Sequences have shape (T, N, C): time, batch, features. */

import type { DType } from "../../ir/dtype.ts";
import { type Shape, sameShape } from "../../ir/layout.ts";
import { GradloomError, ShapeError } from "../errors.ts";
import { asTensor, resultType, shapeText, type TensorLike } from "../functions/apply.ts";
import { tensor, zeros } from "../functions/create.ts";
import { add, multiply, sigmoid, subtract, tanh } from "../functions/elementwise.ts";
import { stack } from "../functions/join.ts";
import { matmul } from "../functions/matmul.ts";
import { naming } from "../functions/naming.ts";
import { checkOptions, whatIs } from "../functions/options.ts";
import { Tensor } from "../tensor/tensor.ts";
import { transpose } from "../tensor/views.ts";
import { relu } from "./activations.ts";
import { dropout as drop } from "./layers.ts";

/** Makes random numbers from 0 to below 1. */
export type Uniform = (shape: Shape) => Tensor;

/** The options of `gru`. */
export interface GruOptions {
  /** The hidden state at the beginning, of shape (N, D): zeros unless given. */
  readonly s0?: TensorLike | null;
  /** Through how many steps before its own the gradient of a state goes: all unless given. */
  readonly bpLim?: number | null;
  /** The probability of dropping, from 0 to below 1: see `gru`. */
  readonly dropout?: number;
  /** Makes the numbers from 0 to below 1 that decide: the global generator unless given. */
  readonly uniform?: Uniform;
}

/** @throws ShapeError that names the argument */
function requireShape(caller: string, name: string, t: Tensor, shape: Shape, meaning: string): void {
  if (sameShape(t.shape, shape)) return;
  throw new ShapeError(
    `${caller}: ${name} has shape ${shapeText(t.shape)}; it must have shape ${shapeText(shape)}, ${meaning}`,
  );
}

/** @throws ShapeError where a sequence is not (T, N, C) */
function sequence(caller: string, x: TensorLike): { x: Tensor; steps: number; n: number; inputs: number } {
  const t = asTensor(x, caller);
  if (t.ndim !== 3) {
    throw new ShapeError(
      `${caller}: X has shape ${shapeText(t.shape)}; it must be (T, N, C): T steps of N samples with C features`,
    );
  }
  const [steps, n, inputs] = t.shape as readonly [number, number, number];
  return { x: t, steps, n, inputs };
}

/** An operand beside others, whose dtype it takes unless it is a tensor. */
function asOperand(caller: string, name: string, given: TensorLike, dtype: DType): Tensor {
  if (given instanceof Tensor) return asTensor(given, caller);
  return naming(`${caller}: ${name}`, () => tensor(given, { dtype, constant: true }));
}

/** A state at the beginning. @throws ShapeError where it is not (N, D) */
function initial(
  caller: string,
  name: string,
  given: TensorLike | null | undefined,
  like: Tensor,
  shape: Shape,
): Tensor {
  const { dtype } = like;
  if (given === null || given === undefined) return zeros(shape, { dtype, constant: true });
  const t = asOperand(caller, name, given, dtype);
  requireShape(caller, name, t, shape, "(N, D): samples by units");
  return t.dtype === dtype ? t : t.astype(dtype);
}

/** One step: the state after step t, numbered from 0. */
type Step = (t: number, state: Tensor) => Tensor;

/** The states after each step. With a limit, each is computed anew from where its gradient ends. */
function unroll(step: Step, first: Tensor, steps: number, limit: number): Tensor[] {
  const states = [first];
  for (let t = 0; t < steps; t++) states.push(step(t, states[t]!));
  if (limit >= steps - 1) return states;
  const values = states.map((s, t) => (t === 0 ? s : s.detach()));
  return values.map((value, t) => {
    if (t === 0) return value;
    let state = values[Math.max(t - limit - 1, 0)]!;
    for (let k = Math.max(t - limit - 1, 0); k < t; k++) state = step(k, state);
    return state;
  });
}

/** The weights of one gate: of the inputs, of the state, and the bias. */
interface Gate {
  readonly inputs: Tensor;
  readonly state: Tensor;
}

/**
 * A gated recurrent unit, as MyGrad's: with S(0) = s0, for each step t
 *
 *     Z(t) = sigmoid(X(t) Uz + S(t-1) Wz + bz)
 *     R(t) = sigmoid(X(t) Ur + S(t-1) Wr + br)
 *     H(t) = tanh(X(t) Uh + (R(t) * S(t-1)) Wh + bh)
 *     S(t) = (1 - Z(t)) * H(t) + Z(t) * S(t-1)
 *
 * With `dropout`, entries of Wz, Wr and Wh are dropped, and features of X(t) Uz, X(t) Ur and X(t) Uh, the same at all steps
 * (Merity et al., 2017; Gal and Ghahramani, 2016); what stays is divided by 1 - dropout.
 *
 * @param X shape (T, N, C)
 * @param Uz, Ur, Uh shape (C, D)
 * @param Wz, Wr, Wh shape (D, D)
 * @param bz, br, bh shape (D,)
 * @returns all states, of shape (T + 1, N, D), beginning with s0
 * @throws ShapeError where shapes do not fit, GradloomError for a limit that is no whole number from 0 to T - 1, a rate outside
 *   0 ≤ dropout < 1
 */
export function gru(
  X: TensorLike,
  Uz: TensorLike,
  Wz: TensorLike,
  bz: TensorLike,
  Ur: TensorLike,
  Wr: TensorLike,
  br: TensorLike,
  Uh: TensorLike,
  Wh: TensorLike,
  bh: TensorLike,
  options: GruOptions = {},
): Tensor {
  const {
    s0 = null,
    bpLim = null,
    dropout = 0,
    uniform,
  } = checkOptions("gru", options, ["s0", "bpLim", "dropout", "uniform"]);
  const { x, steps, n, inputs } = sequence("gru", X);
  const weights = { Uz, Wz, bz, Ur, Wr, br, Uh, Wh, bh };
  const size = asTensor(bz, "gru").size;
  checkGruOptions(steps, bpLim, dropout);
  const dropped = (t: Tensor, shape: Shape): Tensor =>
    dropout === 0
      ? t
      : multiply(t, drop(zeros(shape, t.dtype).add(1), dropout, uniform === undefined ? {} : { uniform }));
  const gate = (name: "z" | "r" | "h"): Gate => {
    const [u, w, b] = [
      asTensor(weights[`U${name}`], "gru"),
      asTensor(weights[`W${name}`], "gru"),
      asTensor(weights[`b${name}`], "gru"),
    ];
    requireShape("gru", `U${name}`, u, [inputs, size], "(C, D): inputs by units, where D is the size of bz");
    requireShape("gru", `W${name}`, w, [size, size], "(D, D), where D is the size of bz");
    requireShape("gru", `b${name}`, b, [size], "(D,), as bz");
    return { inputs: add(dropped(matmul(x, u), [1, n, size]), b), state: dropped(w, [size, size]) };
  };
  const [z, r, h] = [gate("z"), gate("r"), gate("h")];
  const step: Step = (t, s) => {
    const zt = sigmoid(add(z.inputs.get(t), matmul(s, z.state)));
    const rt = sigmoid(add(r.inputs.get(t), matmul(s, r.state)));
    const ht = tanh(add(h.inputs.get(t), matmul(multiply(rt, s), h.state)));
    return add(multiply(subtract(1, zt), ht), multiply(zt, s));
  };
  const first = initial("gru", "s0", s0, z.inputs, [n, size]);
  return stack(unroll(step, first, steps, bpLim ?? steps));
}

function checkGruOptions(steps: number, bpLim: number | null, dropout: number): void {
  if (bpLim !== null && !(Number.isInteger(bpLim) && bpLim >= 0 && bpLim < steps)) {
    throw new GradloomError(
      `gru: bpLim is ${whatIs(bpLim)} for ${steps} steps; it must be a whole number from 0 to ${steps - 1}, or null for no limit`,
    );
  }
  if (!(typeof dropout === "number" && dropout >= 0 && dropout < 1))
    throw new GradloomError(`gru: dropout is ${whatIs(dropout)}; it is a probability, from 0 to below 1`);
}

/** The weights of a recurrent layer in PyTorch's layout, for `gates` gates: 4 in `lstm`, 1 in `rnnCell`. */
export interface RecurrentWeights {
  /** Of the inputs, shape (gates · D, C). */
  readonly weightIh: TensorLike;
  /** Of the state, shape (gates · D, D). */
  readonly weightHh: TensorLike;
  /** Shape (gates · D,); none unless given. */
  readonly biasIh?: TensorLike | null;
  /** Shape (gates · D,); none unless given. */
  readonly biasHh?: TensorLike | null;
}

/** Weights as what inputs and states are multiplied by. */
interface Prepared {
  readonly size: number;
  readonly ofInputs: (x: Tensor) => Tensor;
  readonly ofState: (h: Tensor) => Tensor;
}

function prepare(caller: string, weights: RecurrentWeights, gates: number, inputs: number): Prepared {
  if (typeof weights !== "object" || weights === null || !("weightIh" in weights && "weightHh" in weights))
    throw new GradloomError(`${caller}: the weights are ${whatIs(weights)}; pass { weightIh, weightHh }`);
  checkOptions(caller, weights, ["weightIh", "weightHh", "biasIh", "biasHh"]);
  const [wi, wh] = [asTensor(weights.weightIh, caller), asTensor(weights.weightHh, caller)];
  const size = wh.shape[1] ?? 0;
  const rows = gates * size;
  const count = gates === 1 ? "D" : `${gates}·D`;
  requireShape(caller, "weightHh", wh, [rows, size], `(${count}, D)`);
  requireShape(caller, "weightIh", wi, [rows, inputs], `(${count}, C)`);
  const dtype = resultType([wi, wh]);
  const bias = (name: "biasIh" | "biasHh"): Tensor | null => {
    const given = weights[name];
    if (given === undefined || given === null) return null;
    const t = asOperand(caller, name, given, dtype);
    requireShape(caller, name, t, [rows], `(${count},)`);
    return t;
  };
  const [bi, bh] = [bias("biasIh"), bias("biasHh")];
  const plus = (t: Tensor, b: Tensor | null): Tensor => (b === null ? t : add(t, b));
  return {
    size,
    ofInputs: (x) => plus(plus(matmul(x, transpose(wi)), bi), bh),
    ofState: (h) => matmul(h, transpose(wh)),
  };
}

/** What `lstm` starts from. */
export interface LstmOptions {
  /** The hidden state at the beginning, of shape (N, D): zeros unless given. */
  readonly h0?: TensorLike | null;
  /** The cell state at the beginning, of shape (N, D): zeros unless given. */
  readonly c0?: TensorLike | null;
}

/** What `lstm` comes to. */
export interface LstmResult {
  /** The hidden states after each step, of shape (T, N, D). */
  readonly output: Tensor;
  /** The last hidden state, of shape (N, D). */
  readonly h: Tensor;
  /** The last cell state, of shape (N, D). */
  readonly c: Tensor;
}

/**
 * One layer of long short-term memory, in PyTorch's convention (`torch.nn.LSTM`, one direction): with
 * a = X(t) weightIhᵀ + biasIh + h(t-1) weightHhᵀ + biasHh, cut into four gates of size D in the order i, f, g, o,
 *
 *     c(t) = sigmoid(f) * c(t-1) + sigmoid(i) * tanh(g)
 *     h(t) = sigmoid(o) * tanh(c(t))
 *
 * @param X shape (T, N, C)
 * @throws ShapeError where shapes do not fit
 */
export function lstm(X: TensorLike, weights: RecurrentWeights, options: LstmOptions = {}): LstmResult {
  const { h0, c0 } = checkOptions("lstm", options, ["h0", "c0"]);
  const { x, steps, n, inputs } = sequence("lstm", X);
  const { size, ofInputs, ofState } = prepare("lstm", weights, 4, inputs);
  const all = ofInputs(x);
  let h = initial("lstm", "h0", h0, all, [n, size]);
  let c = initial("lstm", "c0", c0, all, [n, size]);
  const hidden: Tensor[] = [];
  for (let t = 0; t < steps; t++) {
    const gates = add(all.get(t), ofState(h));
    const gate = (k: number): Tensor => gates.get(":", `${k * size}:${(k + 1) * size}`);
    c = add(multiply(sigmoid(gate(1)), c), multiply(sigmoid(gate(0)), tanh(gate(2))));
    h = multiply(sigmoid(gate(3)), tanh(c));
    hidden.push(h);
  }
  const output = steps === 0 ? zeros([0, n, size], { dtype: all.dtype, constant: true }) : stack(hidden);
  return { output, h, c };
}

/**
 * One step of an Elman network, in PyTorch's convention: tanh(x weightIhᵀ + biasIh + h weightHhᵀ + biasHh), or relu of it.
 *
 * @param x shape (N, C)
 * @param h the state before, of shape (N, D)
 * @returns the state after, of shape (N, D)
 * @throws ShapeError where shapes do not fit
 */
export function rnnCell(
  x: TensorLike,
  h: TensorLike,
  weights: RecurrentWeights,
  options: { readonly nonlinearity?: "tanh" | "relu" } = {},
): Tensor {
  const { nonlinearity = "tanh" } = checkOptions("rnnCell", options, ["nonlinearity"]);
  if (nonlinearity !== "tanh" && nonlinearity !== "relu")
    throw new GradloomError(`rnnCell: the nonlinearity is ${whatIs(nonlinearity)}; it must be "tanh" or "relu"`);
  const input = asTensor(x, "rnnCell");
  if (input.ndim !== 2) {
    throw new ShapeError(
      `rnnCell: x has shape ${shapeText(input.shape)}; it must be (N, C): N samples with C features`,
    );
  }
  const [n, inputs] = input.shape as readonly [number, number];
  const { size, ofInputs, ofState } = prepare("rnnCell", weights, 1, inputs);
  const all = ofInputs(input);
  const next = add(all, ofState(initial("rnnCell", "h", h, all, [n, size])));
  return nonlinearity === "relu" ? relu(next) : tanh(next);
}
