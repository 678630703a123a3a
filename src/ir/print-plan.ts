/** The text of a plan: one line a step, naming the kernel, its operands and where they lie. */
import { BYTES } from "./dtype.ts";
import type { Call, Plan, PlanBuffer, Step, Task } from "./plan.ts";

/** A plan as text. */
export function printPlan(plan: Plan): string {
  const lines = plan.buffers.map((b, k) => `b${k} = ${placeText(b)} : ${b.dtype}[${b.length}], ${bytesOf(b)} bytes`);
  const steps = plan.steps.flatMap((step) => stepText(step));
  const aliases = plan.aliases.map(([i, o]) => `output ${o} may take over input ${i}`);
  return [...lines, ...steps, ...aliases, `arena: ${plan.arenaBytes} bytes`].join("\n");
}

const bytesOf = (b: PlanBuffer): number => b.length * BYTES[b.dtype];

function placeText({ place }: PlanBuffer): string {
  if (place.kind === "arena") return `arena+${place.offset}`;
  return `${place.kind} ${place.index}${place.offset === undefined ? "" : `+${place.offset}`}`;
}

/** The parts of a split call are lines of their own, each with its thread. */
function stepText(step: Step): string | readonly string[] {
  if (step.kind === "barrier") return "barrier";
  if (step.kind !== "parallel") return taskText(step);
  return step.parts.flatMap((part, t) => taskText(part).map((line) => `thread ${t}: ${line}`));
}

function taskText(task: Task): readonly string[] {
  if (task.kind !== "loop") return [callText(task)];
  return task.body.map(({ call }) => `${task.turns} turns: ${callText(call)}`);
}

function callText(step: Call): string {
  switch (step.kind) {
    case "copy":
      return `copy b${step.from} -> b${step.to}`;
    case "matmul": {
      const { batch, m, n, k } = step.attrs;
      const shape = [...batch, `${m}x${k}·${k}x${n}`].join(" × ");
      return `matmul ${shape} by ${step.choice.kernel} (${step.choice.why}): b${step.a}, b${step.b} -> b${step.output}`;
    }
    case "kernel": {
      const operands = step.inputs.map((b) => `b${b}`).join(", ");
      return `${step.op} ${step.types.map((t) => `[${t.shape}]`).join(" ")}: ${operands} -> b${step.output}`;
    }
    case "region": {
      const { region } = step;
      const computed = region.body.flatMap((i) => (i.kind === "prim" ? [i.prim] : i.kind === "cast" ? ["cast"] : []));
      const reduce = region.reduce === null ? "" : ` reduce ${region.reduce.combine} over [${region.reduce.axes}]`;
      const from = step.inputs.map((b) => `b${b}`).join(", ");
      return `loop [${region.shape}] {${computed.join(" ")}}${reduce}: ${from} -> b${step.output}`;
    }
  }
}
