/**
 * How many vectors one turn of a loop computes, instruction by instruction side by side: enough that the processor finds
 * work while it waits for the results of long chains, and so few that the values stay in registers.
 */
import { argsOf, type Instr } from "../../../../ir/region.ts";
import { MATH_PRIMS, type MathPrim } from "../math-imports.ts";
import { isVectorMath64 } from "../math64.ts";

const MATH: ReadonlySet<string> = new Set(MATH_PRIMS);

/** Registers that one vector's values may take, constants and reloads considered; by measurement. */
const REGISTERS = 27;
const MAX_COPIES = 6;
/** Instructions of all copies: the code's size and the time to compile it are bounded. */
const MAX_INSTRUCTIONS = 640;

/** Values that live inside a mathematical function, and its instructions. */
const INSIDE: { readonly [P in MathPrim]?: readonly [live: number, instructions: number] } = { exp: [2, 36] };
const INSIDE_OTHERS = [6, 60] as const;

/** Whether a primitive of floats is a mathematical function: many instructions, or a call of the host. */
export function isMath(prim: string): prim is MathPrim {
  return MATH.has(prim);
}

/** Whether an instruction is a mathematical function of float32, which is written for several vectors at once. */
export function isFloat32Math(i: Instr): i is Extract<Instr, { kind: "prim" }> {
  return i.kind === "prim" && i.dtype === "float32" && isMath(i.prim);
}

/**
 * The number of copies, for the instructions of `body` that `isVector` says differ between lanes; 1 where something in it
 * goes lane by lane.
 */
export function chooseCopies(body: readonly Instr[], isVector: (k: number) => boolean): number {
  const lastUse = body.map((_, k) => k);
  body.forEach((i, k) => {
    for (const a of argsOf(i)) lastUse[a] = k;
  });
  lastUse[body.length - 1] = body.length;
  let instructions = 0;
  let peak = 1;
  let live = 0;
  for (const [k, i] of body.entries()) {
    if (i.kind === "const" || !isVector(k)) continue;
    let inside = 0;
    if (i.kind === "gather") return 1;
    if (i.kind === "prim" && isMath(i.prim)) {
      if (i.dtype !== "float32" && !isVectorMath64(i.prim)) return 1;
      const [values, length] = INSIDE[i.prim] ?? INSIDE_OTHERS;
      inside = values;
      instructions += length;
    } else instructions += i.kind === "prim" && (i.prim === "max" || i.prim === "min") ? 3 : 1;
    live++;
    peak = Math.max(peak, live + inside);
    for (const a of new Set(argsOf(i))) if (lastUse[a] === k && body[a]!.kind !== "const" && isVector(a)) live--;
  }
  const fit = Math.floor(REGISTERS / peak);
  return Math.max(1, Math.min(fit, MAX_COPIES, Math.floor(MAX_INSTRUCTIONS / Math.max(1, instructions))));
}
