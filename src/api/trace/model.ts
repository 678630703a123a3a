/** Compiled models: a function's plan and weights in one file, run without tracing or compiling again. */

import { Buffer, type Executable } from "../../backends/backend.ts";
import type { WasmBackend } from "../../backends/wasm/backend.ts";
import { sameShape } from "../../ir/layout.ts";
import type { TensorSpec } from "../../ir/plan.ts";
import { compilePlan } from "../../passes/pipeline.ts";
import { BackendError, DTypeError, GradloomError, ShapeError } from "../errors.ts";
import { asTensor, checkTensor, shapeText, type TensorLike } from "../functions/apply.ts";
import { checkFunction, isList, whatIs } from "../functions/options.ts";
import { leafOf } from "../tensor/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { startBackend } from "./backend.ts";
import { decodeModel, encodeModel, type ModelFile } from "./model-file.ts";
import { collect, toGraph } from "./program.ts";
import { nextNode, recordLeaf } from "./trace.ts";
import { type Tracing, whileTracing } from "./tracing.ts";

/** A compiled function with the weights it captured. */
export class Model {
  private readonly file: ModelFile;
  private readonly executable: Executable;
  private readonly weights: readonly (Buffer | null)[];

  constructor(file: ModelFile, executable: Executable) {
    this.file = file;
    this.executable = executable;
    this.weights = file.bindings.map((b) => (b.kind === "weight" ? new Buffer(b.dtype, b.data.length, b.data) : null));
  }

  /** What `run` takes. */
  get inputs(): readonly TensorSpec[] {
    return this.file.inputs;
  }

  /** What `run` returns. */
  get outputs(): readonly TensorSpec[] {
    return this.file.outputs;
  }

  /**
   * Runs the model once.
   *
   * @returns one constant tensor an output
   * @throws ShapeError or DTypeError where an operand is not what the model was compiled for
   */
  run(...operands: readonly TensorLike[]): Tensor[] {
    const { inputs, outputs, bindings } = this.file;
    if (operands.length !== inputs.length) {
      throw new ShapeError(`run: the model takes ${inputs.length} inputs, not ${operands.length}; pass one for each`);
    }
    const given = operands.map((operand, k) => this.check(operand, k));
    const buffers = bindings.map((b, k) => (b.kind === "input" ? given[b.index]! : this.weights[k]!));
    let results: Buffer[];
    try {
      results = this.executable.run(buffers);
    } catch (cause) {
      throw new BackendError(`run: the wasm backend failed: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    }
    return results.map((buffer, k) => {
      const spec = outputs[k]!;
      return Tensor.of(recordLeaf(buffer, spec.shape, false), true, true);
    });
  }

  private check(operand: TensorLike, k: number): Buffer {
    const spec = this.file.inputs[k]!;
    const t = asTensor(operand, "run");
    if (!sameShape(t.shape, spec.shape)) {
      throw new ShapeError(
        `run: input ${k} has shape ${shapeText(t.shape)}, but the model was compiled for ${shapeText(spec.shape)}; ` +
          "pass that shape, or compile the function for this one",
      );
    }
    const loose = !(operand instanceof Tensor) && !ArrayBuffer.isView(operand);
    if (t.dtype !== spec.dtype && !loose) {
      throw new DTypeError(
        `run: input ${k} is ${t.dtype}, but the model was compiled for ${spec.dtype}; convert it with astype("${spec.dtype}")`,
      );
    }
    const data = t.dataSync();
    return t.dtype === spec.dtype
      ? new Buffer(t.dtype, data.length, data)
      : leafOf(data, t.shape, spec.dtype, true).storage.current.buffer!;
  }

  /** The model as the bytes of one file, for {@link loadModel}. */
  save(): Uint8Array {
    return encodeModel(this.file);
  }
}

/**
 * Compiles `forward` for operands of the shapes and dtypes of the examples. Tensors that it uses besides become the
 * model's weights, with the values they have now. Always compiles for the `wasm` backend.
 */
export async function compile(
  forward: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  ...examples: readonly TensorLike[]
): Promise<Model> {
  checkFunction("compile", "forward", forward);
  const backend = (await startBackend("wasm")) as WasmBackend;
  const operands = examples.map((example) => {
    const t = asTensor(example, "compile");
    return leafOf(t.dataSync(), t.shape, t.dtype, true);
  });
  const placeholders = operands.map((t) => t.node());
  const tracing: Tracing = {
    caller: "compile",
    start: nextNode(),
    placeholders: new Set(placeholders),
    decidedBy: new Map(),
    nextKey: () => undefined,
  };
  const result = whileTracing(tracing, () => forward(...operands));
  const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
  if (!isList(results)) {
    throw new GradloomError(
      `compile: forward returned ${whatIs(results)}; it must return a tensor, or a list of tensors`,
    );
  }
  for (const t of results) checkTensor("compile: a result of forward", t);
  const program = collect(results.map((t) => t.node("compile")));
  // One thread: where the model is loaded, there may be no others.
  const plan = compilePlan(toGraph(program, new Set()), [], { ...backend.target, threads: 1 });
  const bindings = program.inputs.map((node): ModelFile["bindings"][number] => {
    const index = placeholders.indexOf(node);
    if (index >= 0) return { kind: "input", index };
    return { kind: "weight", dtype: node.dtype, data: node.buffer!.read().slice() };
  });
  const file: ModelFile = {
    inputs: operands.map(({ shape, dtype }) => ({ shape, dtype })),
    outputs: plan.outputs,
    bound: plan.inputs,
    bindings,
    arenaBytes: plan.arenaBytes,
    code: backend.emitPortable(plan, false),
    sharedCode: backend.emitPortable(plan, true),
  };
  return modelOf(file, backend);
}

/**
 * Loads what {@link Model.save} returned.
 *
 * @throws ModelFormatError for bytes that are damaged, cut off, of a newer version or no model, before anything is allocated
 */
export async function loadModel(bytes: Uint8Array): Promise<Model> {
  const file = decodeModel(bytes);
  return modelOf(file, (await startBackend("wasm")) as WasmBackend);
}

async function modelOf(file: ModelFile, backend: WasmBackend): Promise<Model> {
  const code = backend.isShared ? file.sharedCode : file.code;
  const { bound: inputs, outputs, arenaBytes } = file;
  const executable = backend.instantiate(code, { inputs, outputs, arenaBytes, aliases: [] });
  await executable.prepare?.();
  return new Model(file, executable);
}
