/** Turns a plan into one WebAssembly module with one export, `run(table, arena)`. */
import { BYTES } from "../../ir/dtype.ts";
import type { Call, Loop, Plan, Task } from "../../ir/plan.ts";
import type { FuncRef, FunctionBuilder, Local } from "./asm/function.ts";
import { type Features, type MemoryLimits, ModuleBuilder } from "./asm/module.ts";
import { addGemm } from "./kernels/gemm.ts";
import { addRegion } from "./kernels/region/index.ts";
import { addKernel } from "./kernels/row-major/index.ts";
import { rebase } from "./rebase.ts";
import type { AddTfjsMatmul } from "./tfjs-matmul.ts";
import type { AddBarrier } from "./threads/barrier.ts";

/** The module name that a plan's module imports the memory from; host functions of `MATH_IMPORTS` are imported from `math`. */
export const HEAP_MODULE = "heap";

/** What is loaded only where it is needed. */
export interface Parts {
  /** Where the threads of a plan wait for each other. */
  readonly addBarrier?: AddBarrier | undefined;
  /** For plans that call tfjs's product. */
  readonly addTfjsMatmul?: AddTfjsMatmul | undefined;
}

type MatmulStep = Extract<Call, { kind: "matmul" }>;

/**
 * `run(table, arena)`: `table` is the address of the int32 addresses of the inputs and then of the outputs, `arena` that
 * of the plan's working memory. Of a plan for several threads, `run(table, arena, first, end)` does what threads `first`
 * to below `end` have to do: all that there is, or that of one thread while the others do theirs.
 */
export function emitPlan(plan: Plan, memory: MemoryLimits, features: Features, parts: Parts): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(features);
  module.importMemory(HEAP_MODULE, "memory", memory);
  // Kernels first: `run` calls them.
  const steps = plan.steps.map((step, k) => {
    if (step.kind === "barrier") return null;
    const kernel = (call: Call, name: string): Kernel => ({ call, code: kernelOf(module, plan, call, name, parts) });
    return (step.kind === "parallel" ? step.parts : [step]).map((task, part) => {
      if (task.kind !== "loop") return { task, kernels: [kernel(task, `${k}_${part}`)] };
      return { task, kernels: task.body.map(({ call }, at) => kernel(call, `${k}_${part}_${at}`)) };
    });
  });
  const threads = plan.threads ?? 1;
  const barrier = threads > 1 ? parts.addBarrier!(module, threads) : null;
  const params = new Array<"i32">(threads > 1 ? 4 : 2).fill("i32");
  const run = module.addFunction("run", params, [], (f, table, arena, first, end) => {
    const pushAddress = (buffer: number): void => {
      const { place } = plan.buffers[buffer]!;
      if (place.kind === "arena") {
        f.get(arena!).i32Const(place.offset).op("i32.add");
        return;
      }
      const slot = place.kind === "input" ? place.index : plan.inputs.length + place.index;
      f.get(table!).op("i32.load", { offset: slot * 4 });
      if (place.offset !== undefined) f.i32Const(place.offset).op("i32.add");
    };
    const emit = ({ task, kernels }: { readonly task: Task; readonly kernels: readonly Kernel[] }): void => {
      if (task.kind === "loop") emitLoop(f, plan, task, kernels, pushAddress, arena!);
      else emitCall(f, plan, kernels[0]!, pushAddress, arena!);
    };
    for (const tasks of steps) {
      if (barrier === null) emit(tasks![0]!);
      else if (tasks === null) {
        f.get(end!).get(first!).op("i32.sub").i32Const(threads).op("i32.ne");
        f.if(() => f.get(first!).call(barrier));
      } else {
        tasks.forEach((task, thread) => {
          f.get(first!).i32Const(thread).op("i32.le_s").get(end!).i32Const(thread).op("i32.gt_s").op("i32.and");
          f.if(() => emit(task));
        });
      }
    }
  });
  module.exportFunction(run, "run");
  return module.toBytes();
}

/** A call with its kernel; copies have none. */
interface Kernel {
  readonly call: Call;
  readonly code: FuncRef | null;
}

function kernelOf(module: ModuleBuilder, plan: Plan, call: Call, name: string, parts: Parts): FuncRef | null {
  if (call.kind === "copy") return null;
  if (call.kind === "region")
    return addRegion(module, rebase(call.region, call.inputs.length).region, `region_${name}`);
  if (call.kind === "kernel") return addKernel(module, call);
  return call.choice.kernel === "tfjs" ? parts.addTfjsMatmul!(module, call.attrs) : addMatmul(module, plan, call);
}

/** Pushes the address of a buffer, which is the operand of a call at that position; the result comes after the operands. */
type PushAddress = (buffer: number, position: number) => void;

function emitCall(
  f: FunctionBuilder,
  plan: Plan,
  { call, code }: Kernel,
  pushAddress: PushAddress,
  arena: Local,
): void {
  if (call.kind === "copy") {
    emitCopy(f, plan, call, pushAddress);
    return;
  }
  const operands = call.kind === "matmul" ? [call.a, call.b] : call.inputs;
  const moved = call.kind === "region" ? rebase(call.region, operands.length).bytes : [];
  const push = (buffer: number, position: number): void => {
    pushAddress(buffer, position);
    const bytes = moved[position] ?? 0;
    if (bytes !== 0) f.i32Const(bytes).op("i32.add");
  };
  const used = call.kind === "region" ? operands.slice(0, code!.params.length - 1) : operands;
  used.forEach(push);
  push(call.output, operands.length);
  if (call.kind !== "region") f.get(arena).i32Const(call.scratch).op("i32.add");
  f.call(code!);
}

/** Calls one after the other, again and again, each time further on in their buffers. */
function emitLoop(
  f: FunctionBuilder,
  plan: Plan,
  { turns, body }: Loop,
  kernels: readonly Kernel[],
  pushAddress: (buffer: number) => void,
  arena: Local,
): void {
  const turn = f.local("i32");
  f.i32Const(0).set(turn);
  f.forLoop(turn, { const: turns }, 1, () => {
    kernels.forEach((kernel, k) => {
      const push = (buffer: number, position: number): void => {
        pushAddress(buffer);
        const bytes = body[k]!.advances[position]! * BYTES[plan.buffers[buffer]!.dtype];
        if (bytes !== 0) f.get(turn).i32Const(bytes).op("i32.mul").op("i32.add");
      };
      emitCall(f, plan, kernel, push, arena);
    });
  });
}

function emitCopy(
  f: FunctionBuilder,
  plan: Plan,
  { from, to, elements }: Extract<Call, { kind: "copy" }>,
  pushAddress: PushAddress,
): void {
  const { dtype, length } = plan.buffers[to]!;
  pushAddress(from, 0);
  pushAddress(to, 1);
  f.op("i32.ne").if(() => {
    pushAddress(to, 1);
    pushAddress(from, 0);
    f.i32Const((elements ?? length) * BYTES[dtype]).op("memory.copy");
  });
}

/** `matmul(a, b, c, scratch)` of one step: a call of the shared `gemm` for each matrix of the batch. */
function addMatmul(module: ModuleBuilder, plan: Plan, { attrs, dtype, output, rowStride }: MatmulStep): FuncRef {
  if (dtype !== "float32" && dtype !== "float64") throw new Error(`matmul of ${dtype} is not lowered`);
  const gemm = addGemm(module, dtype);
  const size = BYTES[dtype];
  const { batch, m, n, k, a, b } = attrs;
  const name = `matmul_${dtype}_${[...batch, m, n, k].join("x")}`;
  return module.addFunction(name, ["i32", "i32", "i32", "i32"], [], (f, aBase, bBase, c, scratch) => {
    if (plan.buffers[output]!.length === 0) return;
    const [aAt, bAt] = [f.local("i32"), f.local("i32")];
    const call = (): void => {
      f.get(aAt).get(bAt).get(c!);
      for (const value of [m, n, k, a.row, a.col, b.row, b.col, rowStride ?? n]) f.i32Const(value);
      f.get(scratch!).call(gemm);
      f.get(c!)
        .i32Const(m * n * size)
        .op("i32.add")
        .set(c!);
    };
    f.get(aBase!)
      .i32Const(a.offset * size)
      .op("i32.add")
      .set(aAt);
    f.get(bBase!)
      .i32Const(b.offset * size)
      .op("i32.add")
      .set(bAt);
    nest(f, batch, 0, call, (axis, sign) => {
      advance(f, aAt, a.batch[axis]! * sign * size);
      advance(f, bAt, b.batch[axis]! * sign * size);
    });
  });
}

/** Loops over the batch axes; `step(axis, times)` moves the operands by so many elements of an axis. */
function nest(
  f: FunctionBuilder,
  batch: readonly number[],
  axis: number,
  body: () => void,
  step: (axis: number, times: number) => void,
): void {
  if (axis === batch.length) {
    body();
    return;
  }
  const counter = f.local("i32");
  f.i32Const(0).set(counter);
  f.forLoop(counter, { const: batch[axis]! }, 1, () => {
    nest(f, batch, axis + 1, body, step);
    step(axis, 1);
  });
  step(axis, -batch[axis]!);
}

function advance(f: FunctionBuilder, pointer: Local, bytes: number): void {
  if (bytes !== 0) f.get(pointer).i32Const(bytes).op("i32.add").set(pointer);
}
