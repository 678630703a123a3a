import type { Bound, FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import type { GemmType } from "./gemm-type.ts";
import { toBytes } from "./gemm-type.ts";

/**
 * Adds `pack(to, from, count, depth, laneStride, depthStride)`: copies min(count, width) lanes of `depth` elements into
 * a panel where the `width` lanes of each depth are adjacent. Missing lanes become zero. Strides are in elements.
 */
export function addPack(module: ModuleBuilder, type: GemmType, width: 4 | 8): FuncRef {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return module.addFunction(`gemm_pack${width}_${type.scalar}`, params, [], (f, ...args) => {
    const [to, from, count, depth, laneStride, depthStride] = args as [Local, Local, Local, Local, Local, Local];
    const panel: Panel = { f, type, width, to, from, depth, laneStep: f.local("i32"), depthStep: f.local("i32") };
    toBytes(f.get(laneStride), type).set(panel.laneStep);
    toBytes(f.get(depthStride), type).set(panel.depthStep);
    const unit = (stride: Local): FunctionBuilder => f.get(stride).i32Const(1).op("i32.eq");
    f.get(count).i32Const(width).op("i32.ge_s");
    f.if(
      () => {
        unit(laneStride).if(
          () => copyRuns(panel),
          () => {
            unit(depthStride).if(() => transpose(panel));
            copyElements(panel, { const: width });
          },
        );
      },
      () => {
        toBytes(f.get(to).i32Const(0).get(depth).i32Const(width).op("i32.mul"), type).op("memory.fill");
        copyElements(panel, count);
      },
    );
  });
}

/** How many panels {@link addPackSide} fills at once: their lanes are a cache line of float32. */
export const SIDE_PANELS = 4;

/**
 * Adds `pack(to, from, depth, depthStride, panelStep)`: copies `depth` elements of `SIDE_PANELS` · width lanes that lie side by side
 * into as many panels, `panelStep` bytes apart, so that each cache line is read once.
 */
export function addPackSide(module: ModuleBuilder, type: GemmType, width: 4 | 8): FuncRef {
  const params = ["i32", "i32", "i32", "i32", "i32"] as const;
  return module.addFunction(`gemm_pack_side_${type.scalar}`, params, [], (f, ...args) => {
    const [to, from, depth, depthStride, panelStep] = args as [Local, Local, Local, Local, Local];
    const [i, step, panel] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const bytes = width * type.size;
    toBytes(f.get(depthStride), type).set(step);
    f.forLoop(i, depth, 1, () => {
      f.get(to).set(panel);
      for (let p = 0; p < SIDE_PANELS; p++) {
        for (let offset = 0; offset < bytes; offset += 16) {
          f.get(panel).get(from);
          f.op("v128.load", { offset: p * bytes + offset, align: type.size }).op("v128.store", { offset });
        }
        if (p + 1 < SIDE_PANELS) advance(f, panel, panelStep);
      }
      advance(f, from, step);
      advance(f, to, { const: bytes });
    });
  });
}

/** The locals of a packing function. `to`, `from` and `depth` move on as lanes are copied. Steps are in bytes. */
interface Panel {
  readonly f: FunctionBuilder;
  readonly type: GemmType;
  readonly width: number;
  readonly to: Local;
  readonly from: Local;
  readonly depth: Local;
  readonly laneStep: Local;
  readonly depthStep: Local;
}

/** Contiguous lanes: whole vectors. */
function copyRuns({ f, type, width, to, from, depth, depthStep }: Panel): void {
  const i = f.local("i32");
  f.forLoop(i, depth, 1, () => {
    for (let offset = 0; offset < width * type.size; offset += 16)
      f.get(to).get(from).op("v128.load", { offset, align: type.size }).op("v128.store", { offset });
    advance(f, from, depthStep);
    advance(f, to, { const: width * type.size });
  });
}

/** Lanes whose elements are contiguous: square transpositions, as long as a vector of depth is left. */
function transpose({ f, type, width, to, from, depth, laneStep }: Panel): void {
  const lane = f.local("i32");
  const rows = Array.from({ length: type.lanes }, () => f.local("v128"));
  f.block((exit) => {
    f.loop((again) => {
      f.get(depth).i32Const(type.lanes).op("i32.lt_s").brIf(exit);
      f.get(from).set(lane);
      for (let first = 0; first < width; first += type.lanes) {
        for (const row of rows) {
          f.get(lane).op("v128.load", { align: type.size }).set(row);
          advance(f, lane, laneStep);
        }
        transposeSquare(f, rows);
        rows.forEach((row, at) => {
          f.get(to)
            .get(row)
            .op("v128.store", { offset: (at * width + first) * type.size });
        });
      }
      advance(f, from, { const: 16 });
      advance(f, to, { const: width * 16 });
      f.get(depth).i32Const(type.lanes).op("i32.sub").set(depth).br(again);
    });
  });
}

/** In place: lane j of row i becomes lane i of row j. */
function transposeSquare(f: FunctionBuilder, rows: readonly Local[]): void {
  const size = 16 / rows.length;
  /** Picks lanes of `a` (from 0) and `b` (from the number of lanes). */
  const shuffle = (a: Local, b: Local, lanes: readonly number[]): FunctionBuilder =>
    f
      .get(a)
      .get(b)
      .op(
        "i8x16.shuffle",
        lanes.flatMap((lane) => Array.from({ length: size }, (_, byte) => lane * size + byte)),
      );
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  if (rows.length === 2) {
    shuffle(a, b, [0, 2]);
    shuffle(a, b, [1, 3]).set(b).set(a);
    return;
  }
  shuffle(a, b, [0, 4, 1, 5]);
  shuffle(a, b, [2, 6, 3, 7]);
  shuffle(c, d, [0, 4, 1, 5]);
  shuffle(c, d, [2, 6, 3, 7]).set(d).set(b).set(c).set(a);
  // Now a: a0 b0 a1 b1, b: c0 d0 c1 d1, c: a2 b2 a3 b3, d: c2 d2 c3 d3.
  shuffle(a, b, [0, 1, 4, 5]);
  shuffle(a, b, [2, 3, 6, 7]);
  shuffle(c, d, [0, 1, 4, 5]);
  shuffle(c, d, [2, 3, 6, 7]).set(d).set(c).set(b).set(a);
}

/** Any strides: one element at a time. */
function copyElements(panel: Panel, count: Bound): void {
  const { f, type, width, to, from, depth, laneStep, depthStep } = panel;
  const [i, lane, target, source] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  f.forLoop(i, depth, 1, () => {
    f.get(from).set(source).get(to).set(target).i32Const(0).set(lane);
    f.forLoop(lane, count, 1, () => {
      f.get(target).get(source).op(`${type.scalar}.load`).op(`${type.scalar}.store`);
      advance(f, source, laneStep);
      advance(f, target, { const: type.size });
    });
    advance(f, from, depthStep);
    advance(f, to, { const: width * type.size });
  });
}

/** pointer += step. */
function advance(f: FunctionBuilder, pointer: Local, step: Bound): void {
  f.get(pointer);
  if (typeof step === "number") f.get(step);
  else f.i32Const(step.const);
  f.op("i32.add").set(pointer);
}
