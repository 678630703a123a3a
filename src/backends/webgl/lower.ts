/** Plans as draws: each step becomes the shaders that write its result. */
import { contiguousStrides, sizeOf } from "../../ir/layout.ts";
import type { Call, Plan, PlanBuffer } from "../../ir/plan.ts";
import { type Instr, inputOf, type Region } from "../../ir/region.ts";
import { NotSupported } from "../backend.ts";
import { textured } from "./glsl/body.ts";
import { regionShader } from "./glsl/region.ts";
import type { Operand, Shader } from "./glsl/shader.ts";
import { lowerKernel } from "./kernels.ts";
import { lowerMatmul } from "./matmul.ts";

/** One shader that runs; operands and results are values by their number. */
export interface Draw {
  readonly kind: "draw";
  readonly shader: Shader;
  readonly inputs: readonly number[];
  /** Of one extent. */
  readonly outputs: readonly number[];
  /** The value of which the output keeps what is not drawn. */
  readonly base: number | null;
}

/** What is done for a step. */
export type Action =
  | Draw
  /** From here on, `to` is what `from` is. */
  | { readonly kind: "alias"; readonly from: number; readonly to: number };

export interface Lowered {
  readonly actions: readonly Action[];
  /** The plan's buffers, and then those of partial results. */
  readonly operands: readonly Operand[];
}

/** Reductions of more terms than that into few elements are done in two steps. */
const MOST_TERMS = 256;
/** Results of so many texels keep a graphics card busy by themselves. */
const BUSY_TEXELS = 16384;
/** Lengths of the parts of a long reduction. */
const [LEAST_PART, MOST_PART] = [16, 256];

/** @throws Error for what WebGL has not: float64, more samplers than a shader may read */
export function lowerPlan(plan: Plan, maxSamplers: number): Lowered {
  const operands = plan.buffers.map(operandOf);
  const actions: Action[] = [];
  const written = new Set<number>();
  for (const step of plan.steps) {
    if (step.kind === "loop" || step.kind === "parallel" || step.kind === "barrier")
      throw new Error(`a step of kind ${step.kind} is not for textures`);
    switch (step.kind) {
      case "copy":
        actions.push({ kind: "alias", from: step.from, to: step.to });
        written.add(step.to);
        break;
      case "kernel":
        actions.push(...lowerKernel(step, operands));
        written.add(step.output);
        break;
      case "matmul": {
        if (operands[step.output]!.length > 0)
          actions.push(...lowerMatmul(step.attrs, [step.a, step.b, step.output], operands));
        written.add(step.output);
        break;
      }
      case "region":
        for (const { region, inputs, output } of inStages(step, operands)) {
          checkSamplers(region, maxSamplers);
          const isUpdate = written.has(output);
          written.add(output);
          if (operands[output]!.length === 0) continue;
          const read = inputs.map((k) => operands[k]!);
          const shader = regionShader(region, read, operands[output]!, isUpdate);
          actions.push({ kind: "draw", shader, inputs, outputs: [output], base: isUpdate ? output : null });
        }
    }
  }
  return { actions, operands };
}

function operandOf({ dtype, length }: PlanBuffer): Operand {
  if (dtype === "float64") {
    throw new NotSupported(
      'WebGL has no float64; make the operands float32 (astype("float32"), or { dtype: "float32" }), or use the wasm backend',
    );
  }
  return { dtype, length };
}

function checkSamplers(region: Region, most: number): void {
  if (region.body.some((i) => i.dtype === "float64"))
    operandOf({ dtype: "float64", length: 0, place: { kind: "arena", offset: 0 } });
  const read = new Set(region.body.flatMap((i) => inputOf(i) ?? []));
  if (read.size > most - 1) {
    throw new NotSupported(
      `an expression reads ${read.size} arrays at once, and a shader here at most ${most - 1}; evaluate() a part of it first`,
    );
  }
}

type RegionCall = Extract<Call, { kind: "region" }>;

/** A region, or the parts of a long reduction and what joins them. */
function inStages(call: RegionCall, operands: Operand[]): readonly Pick<RegionCall, "region" | "inputs" | "output">[] {
  const { region, inputs, output } = call;
  const { reduce, shape } = region;
  if (reduce === null || sizeOf(shape) === 0) return [call];
  const kept = shape.map((d, k) => (reduce.axes.includes(k) ? 1 : d));
  const terms = sizeOf(shape) / sizeOf(kept);
  const axis = reduce.axes.reduce((a, b) => (shape[b]! > shape[a]! ? b : a), reduce.axes[0] ?? 0);
  if (terms <= MOST_TERMS || sizeOf(kept) / 4 >= BUSY_TEXELS) return [call];
  const part = partOf(shape[axis]!);
  if (part === null) return [call];
  const parts = shape[axis]! / part;
  // The axis becomes two, the outer one of which is kept.
  const split = (strides: readonly number[]): number[] =>
    strides.toSpliced(axis, 1, strides[axis]! * part, strides[axis]!);
  const body = region.body.map(
    (i): Instr => (i.kind === "load" || i.kind === "index" ? { ...i, strides: split(i.strides) } : i),
  );
  const axes = reduce.axes.map((k) => (k >= axis ? k + 1 : k));
  const keptShape = [...kept.toSpliced(axis, 1, parts, 1)];
  const dense = contiguousStrides(keptShape);
  const partial: Region = {
    ...region,
    shape: shape.toSpliced(axis, 1, parts, part),
    body,
    reduce: { ...reduce, axes },
    store: { strides: dense.map((st, k) => (axes.includes(k) ? 0 : st)), offset: 0 },
  };
  const dtype = textured(region.dtype);
  const between = operands.push({ dtype, length: sizeOf(keptShape) }) - 1;
  const joined: Region = {
    shape: kept.toSpliced(axis, 1, parts),
    body: [{ kind: "load", input: 0, strides: dense.toSpliced(axis + 1, 1), offset: 0, dtype: region.dtype }],
    result: 0,
    reduce: { ...reduce, axes: [axis] },
    store: region.store,
    dtype: region.dtype,
  };
  return [
    { region: partial, inputs, output: between },
    ...inStages({ kind: "region", region: joined, inputs: [between], output }, operands),
  ];
}

/** A divisor that is near the middle of what parts may be long, or null. */
function partOf(size: number): number | null {
  for (let part = 64; part <= MOST_PART; part++) if (size % part === 0) return part;
  for (let part = 63; part >= LEAST_PART; part--) if (size % part === 0) return part;
  return null;
}
