import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import { CONTROL_ADDRESS, SHORT_WAITS, SHORTER, WORD } from "./control.ts";

const at = (word: number): { readonly offset: number } => ({ offset: CONTROL_ADDRESS + word * 4 });

/** {@link addBarrier}, for those who do not load it. */
export type AddBarrier = (module: ModuleBuilder, threads: number) => FuncRef;

/**
 * Adds `barrier(thread)`: returns once all `threads` have called it, and traps once one of them has failed. The last to
 * come counts the barrier as passed; the others wait for that, awake for a short time and then asleep.
 */
export function addBarrier(module: ModuleBuilder, threads: number): FuncRef {
  return module.addFunction(`barrier_${threads}`, ["i32"], [], (f, thread) => {
    const [passed, turns, most] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const [short, slept, waking] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const load = (word: number): FunctionBuilder => f.i32Const(0).op("i32.atomic.load", at(word));
    const add = (word: number, value: number): FunctionBuilder =>
      f.i32Const(0).i32Const(value).op("i32.atomic.rmw.add", at(word));
    load(WORD.barriers).set(passed);
    // Who fails says so before counting a barrier as passed: one of the two is seen.
    load(WORD.failed).if(() => f.op("unreachable"));
    add(WORD.arrived, 1);
    f.i32Const(threads - 1).op("i32.eq");
    f.if(
      () => {
        f.i32Const(0).i32Const(0).op("i32.atomic.store", at(WORD.arrived));
        add(WORD.barriers, 1).op("drop");
        load(WORD.asleep).if(() => {
          f.i32Const(0).i32Const(-1).op("memory.atomic.notify", at(WORD.barriers)).op("drop");
        });
      },
      () => {
        load(WORD.short).set(short);
        load(WORD.waking).set(waking);
        load(WORD.turns).i32Const(SHORTER).i32Const(0);
        f.get(short).get(waking).op("i32.or").op("select").op("i32.shr_u").set(most);
        f.block((exit) => {
          f.loop((again) => {
            load(WORD.barriers).get(passed).op("i32.ne").brIf(exit);
            f.get(turns).i32Const(1).op("i32.add").tee(turns).get(most).op("i32.lt_s").brIf(again);
            // The main thread of a page may not sleep.
            f.get(thread!).op("i32.eqz");
            load(WORD.awake).op("i32.and").brIf(again);
            add(WORD.asleep, 1).op("drop");
            f.i32Const(0).get(passed).i64Const(-1n).op("memory.atomic.wait32", at(WORD.barriers)).op("drop");
            add(WORD.asleep, -1).op("drop");
            f.i32Const(1).set(slept).br(again);
          });
        });
        f.get(short)
          .get(slept)
          .op("i32.or")
          .if(() => count(f, short, slept));
      },
    );
    load(WORD.failed).if(() => f.op("unreachable"));
  });
}

/** Counts the short waits. */
function count(f: FunctionBuilder, short: Local, slept: Local): void {
  f.i32Const(0);
  f.get(short).i32Const(1).op("i32.sub");
  f.get(slept).i32Const(SHORT_WAITS).op("i32.mul");
  f.get(short).op("select").op("i32.atomic.store", at(WORD.short));
}
