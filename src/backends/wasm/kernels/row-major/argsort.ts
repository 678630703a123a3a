import { BYTES, type DType } from "../../../../ir/dtype.ts";
import { sizeOf } from "../../../../ir/layout.ts";
import type { FuncRef, FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import type { KernelStep } from "./index.ts";

/**
 * Merge sort from the bottom up, row by row: runs of `width` positions are merged from one buffer into the other, which
 * takes turns. Stable, as a merge that prefers the left run is.
 */
export function addArgsort(module: ModuleBuilder, { types }: KernelStep): FuncRef {
  const { shape, dtype } = types[0]!;
  const n = shape.at(-1) ?? 1;
  const rows = sizeOf(shape.slice(0, -1));
  const merge = addMerge(module, dtype);
  return module.addFunction(`argsort_${dtype}_${rows}x${n}`, ["i32", "i32", "i32"], [], (f, x, out, scratch) => {
    if (n === 0 || rows === 0) return;
    const [row, k, width, at, from, to, swap] = Array.from({ length: 7 }, () => f.local("i32")) as Local7;
    f.i32Const(0).set(row);
    f.forLoop(row, { const: rows }, 1, () => {
      f.i32Const(0).set(k);
      f.forLoop(k, { const: n }, 1, () => {
        f.get(out!).get(k).i32Const(2).op("i32.shl").op("i32.add").get(k).op("i32.store");
      });
      f.get(out!).set(from).get(scratch!).set(to).i32Const(1).set(width);
      f.block((sorted) => {
        f.loop((again) => {
          f.get(width).i32Const(n).op("i32.ge_s").brIf(sorted);
          f.i32Const(0).set(at);
          f.block((passed) => {
            f.loop((next) => {
              f.get(at).i32Const(n).op("i32.ge_s").brIf(passed);
              f.get(x!).get(from).get(to).get(at);
              pushEnd(f, at, width, 1, n);
              pushEnd(f, at, width, 2, n);
              f.call(merge);
              f.get(at).get(width).i32Const(1).op("i32.shl").op("i32.add").set(at).br(next);
            });
          });
          f.get(from).set(swap).get(to).set(from).get(swap).set(to);
          f.get(width).i32Const(1).op("i32.shl").set(width).br(again);
        });
      });
      f.get(from)
        .get(out!)
        .op("i32.ne")
        .if(() =>
          f
            .get(out!)
            .get(from)
            .i32Const(n * 4)
            .op("memory.copy"),
        );
      f.get(x!)
        .i32Const(n * BYTES[dtype])
        .op("i32.add")
        .set(x!);
      f.get(out!)
        .i32Const(n * 4)
        .op("i32.add")
        .set(out!);
    });
  });
}

type Local7 = [Local, Local, Local, Local, Local, Local, Local];

/** Pushes min(at + times·width, n). */
function pushEnd(f: FunctionBuilder, at: Local, width: Local, times: number, n: number): void {
  const end = f.local("i32");
  f.get(at).get(width).i32Const(times).op("i32.mul").op("i32.add").tee(end).i32Const(n);
  f.get(end).i32Const(n).op("i32.lt_s").op("select");
}

/** `merge(x, from, to, start, middle, end)`: positions start…middle and middle…end of `from`, each sorted, into `to`. */
function addMerge(module: ModuleBuilder, dtype: DType): FuncRef {
  return module.addFunction(
    `merge_${dtype}`,
    new Array<"i32">(6).fill("i32"),
    [],
    (f, x, from, to, start, middle, end) => {
      const [i, j, k] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const slot = (array: Local, at: Local): void => {
        f.get(array).get(at).i32Const(2).op("i32.shl").op("i32.add");
      };
      const take = (at: Local): void => {
        slot(to!, k);
        slot(from!, at);
        f.op("i32.load").op("i32.store");
        f.get(at).i32Const(1).op("i32.add").set(at);
      };
      f.get(start!).set(i).get(middle!).set(j).get(start!).set(k);
      f.forLoop(k, end!, 1, () => {
        f.get(i)
          .get(middle!)
          .op("i32.ge_s")
          .if(
            () => take(j),
            () => {
              f.get(j)
                .get(end!)
                .op("i32.ge_s")
                .if(
                  () => take(i),
                  () => {
                    slot(from!, i);
                    f.op("i32.load");
                    slot(from!, j);
                    f.op("i32.load");
                    pushRightFirst(f, x!, dtype);
                    f.if(
                      () => take(j),
                      () => take(i),
                    );
                  },
                );
            },
          );
      });
    },
  );
}

/** Takes two positions; pushes whether the element at the second sorts before that at the first. NaN sorts last. */
function pushRightFirst(f: FunctionBuilder, x: Local, dtype: DType): void {
  const [left, right] = [f.local("i32"), f.local("i32")];
  f.set(right).set(left);
  const element = (at: Local): void => {
    f.get(x).get(at);
    if (dtype !== "bool") f.i32Const(dtype === "float64" ? 3 : 2).op("i32.shl");
    f.op("i32.add");
    if (dtype === "bool") f.op("i32.load8_u");
    else f.op(dtype === "int32" ? "i32.load" : dtype === "float32" ? "f32.load" : "f64.load");
  };
  element(right);
  element(left);
  if (dtype === "bool" || dtype === "int32") {
    f.op("i32.lt_s");
    return;
  }
  const type = dtype === "float32" ? "f32" : "f64";
  f.op(`${type}.lt`);
  // A NaN on the left comes after any number on the right.
  element(left);
  element(left);
  f.op(`${type}.ne`);
  element(right);
  element(right);
  f.op(`${type}.eq`).op("i32.and").op("i32.or");
}
