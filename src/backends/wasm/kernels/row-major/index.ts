/** The kernels of the op table that are no loop nests, by the operation's name. */
import type { Step } from "../../../../ir/plan.ts";
import { findOp } from "../../../../ir/table.ts";
import type { FuncRef } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import { addArgsort } from "./argsort.ts";
import { addScan } from "./scan.ts";
import { addScatter } from "./scatter.ts";

export type KernelStep = Extract<Step, { kind: "kernel" }>;

const KERNELS: { readonly [name: string]: (module: ModuleBuilder, step: KernelStep) => FuncRef } = {
  argsort: addArgsort,
  scatter: (module, step) => addScatter(module, step, false),
  scatterAdd: (module, step) => addScatter(module, step, true),
};

/** Adds a function of the addresses of the operands, of the output and of the working memory. */
export function addKernel(module: ModuleBuilder, step: KernelStep): FuncRef {
  const op = findOp(step.op);
  if (op?.kind === "scan") return addScan(module, step, op);
  const add = KERNELS[step.op];
  if (add === undefined) throw new Error(`the wasm backend has no kernel for ${step.op}`);
  return add(module, step);
}
