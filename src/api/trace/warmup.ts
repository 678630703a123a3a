/** `warmup`: compiles ahead of the first call. */
import { GradloomError } from "../errors.ts";
import { isList, whatIs } from "../functions/options.ts";
import { ready } from "./backend.ts";
import { preparationOf } from "./jit.ts";

/**
 * Compiles what a function made by `jit` needs for such arguments, without holding up the thread while the engine or the graphics
 * driver compiles, and without running it: nothing is written, and no random number is used up. The first call is then as
 * fast as any other. Loads a backend if needed.
 *
 * @param inputs the arguments of a call
 * @throws GradloomError for a function that `jit` has not made
 * @throws what tracing the function throws
 */
export async function warmup<A extends readonly unknown[]>(f: (...args: A) => unknown, inputs: A): Promise<void> {
  const prepare = preparationOf(f);
  if (prepare === undefined)
    throw new GradloomError(`warmup: pass a function made by jit, not ${whatIs(f)}; others are compiled as they run`);
  if (!isList(inputs)) throw new GradloomError(`warmup: the inputs are ${whatIs(inputs)}; pass the list of arguments`);
  await ready();
  await prepare(inputs);
}
