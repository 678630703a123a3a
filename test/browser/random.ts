/** Random programs with views and writes, in a page. */
import fc from "fast-check";
import { Machine } from "../support/commands.ts";

/** Runs programs from a seed; throws with the shortest one whose values or gradients are not the model's. */
export function runPrograms(seed: number, numRuns: number, float: "float64" | "float32"): void {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 20, maxLength: 60 }), (draws) => {
      const machine = new Machine(draws, undefined, float);
      machine.run();
      if (machine.problems.length > 0) throw new Error([...machine.problems, ...machine.lines].join("\n"));
    }),
    { numRuns, seed },
  );
}
