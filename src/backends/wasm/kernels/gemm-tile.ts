import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import type { GemmType } from "./gemm-type.ts";
import { TILE_ROWS, toBytes } from "./gemm-type.ts";

const PARAMS = ["a", "b", "bStep", "depth", "c", "cStep", "rows", "columns", "accumulate", "spill"] as const;

type TileLocals = { readonly [P in (typeof PARAMS)[number]]: Local };

/**
 * Adds `tile(a, b, bStep, depth, c, cStep, rows, columns, accumulate, spill)`: the product of a packed panel of A and a
 * panel of B whose depths are `bStep` bytes apart, kept in registers, replaces a tile of C, or is added to it if
 * `accumulate` is not zero. Of the tile, min(rows, TILE_ROWS) rows and min(columns, type.columns) columns exist;
 * `spill` has space for a whole one.
 */
export function addTile(module: ModuleBuilder, type: GemmType): FuncRef {
  const params = PARAMS.map(() => "i32" as const);
  const fused = module.features.relaxed;
  return module.addFunction(`gemm_tile_${type.scalar}`, params, [], (f, ...args) => {
    const locals = Object.fromEntries(PARAMS.map((name, index) => [name, args[index]])) as TileLocals;
    const sums = Array.from({ length: TILE_ROWS }, () => [f.local("v128"), f.local("v128")] as const);
    multiply(f, type, fused, locals, sums);
    f.get(locals.rows).i32Const(TILE_ROWS).op("i32.ge_s");
    f.get(locals.columns).i32Const(type.columns).op("i32.ge_s").op("i32.and");
    f.if(
      () => storeWhole(f, type, locals, sums),
      () => storePart(f, type, locals, sums),
    );
  });
}

type Sums = readonly (readonly [Local, Local])[];

/** sums[i][j] = Σ a[p][i] · b[p][j]. A packed panel of B has its own loop, in which the distance is a constant. */
function multiply(f: FunctionBuilder, type: GemmType, fused: boolean, locals: TileLocals, sums: Sums): void {
  const packed = type.columns * type.size;
  f.get(locals.bStep).i32Const(packed).op("i32.eq");
  f.if(
    () => multiplyPanels(f, type, fused, locals, sums, () => f.i32Const(packed)),
    () => multiplyPanels(f, type, fused, locals, sums, () => f.get(locals.bStep)),
  );
}

/** One depth a turn: V8 spills registers in an unrolled loop, which then takes 1.7 times as long. */
function multiplyPanels(
  f: FunctionBuilder,
  type: GemmType,
  fused: boolean,
  { a, b, depth }: TileLocals,
  sums: Sums,
  pushStep: () => void,
): void {
  const [b0, b1, x] = [f.local("v128"), f.local("v128"), f.local("v128")];
  const p = f.local("i32");
  const join = (sum: Local, y: Local): void => {
    if (fused) f.get(x).get(y).get(sum).op(`${type.vector}.relaxed_madd`).set(sum);
    else f.get(sum).get(x).get(y).op(`${type.vector}.mul`).op(`${type.vector}.add`).set(sum);
  };
  f.i32Const(0).set(p);
  f.forLoop(p, depth, 1, () => {
    f.get(b).op("v128.load", { align: type.size }).set(b0);
    f.get(b).op("v128.load", { align: type.size, offset: 16 }).set(b1);
    sums.forEach(([left, right], i) => {
      f.get(a)
        .op(type.splat, { offset: i * type.size })
        .set(x);
      join(left, b0);
      join(right, b1);
    });
    f.get(a)
      .i32Const(TILE_ROWS * type.size)
      .op("i32.add")
      .set(a);
    f.get(b);
    pushStep();
    f.op("i32.add").set(b);
  });
}

function storeWhole(f: FunctionBuilder, type: GemmType, { c, cStep, accumulate }: TileLocals, sums: Sums): void {
  const store = (add: boolean): void => {
    for (const pair of sums) {
      pair.forEach((sum, j) => {
        const at = { align: type.size, offset: 16 * j };
        f.get(c).get(sum);
        if (add) f.get(c).op("v128.load", at).op(`${type.vector}.add`);
        f.op("v128.store", at);
      });
      f.get(c).get(cStep).op("i32.add").set(c);
    }
  };
  f.get(accumulate).if(
    () => store(true),
    () => store(false),
  );
}

/** Through `spill`: whole vectors as far as the columns go, then one element at a time. */
function storePart(f: FunctionBuilder, type: GemmType, locals: TileLocals, sums: Sums): void {
  const { c, cStep, rows, columns, accumulate, spill } = locals;
  const [i, j, from, to, whole] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  sums.flat().forEach((sum, index) => {
    f.get(spill)
      .get(sum)
      .op("v128.store", { offset: 16 * index });
  });
  for (const [extent, limit] of [
    [rows, TILE_ROWS],
    [columns, type.columns],
  ] as const) {
    f.get(extent).i32Const(limit).get(extent).i32Const(limit).op("i32.lt_s").op("select").set(extent);
  }
  const point = (): void => {
    toBytes(f.get(j), type).get(c).op("i32.add").set(to);
    toBytes(f.get(j), type).get(spill).op("i32.add").set(from);
  };
  f.get(columns)
    .i32Const(type.lanes - 1)
    .op("i32.sub")
    .set(whole);
  f.forLoop(i, rows, 1, () => {
    f.i32Const(0).set(j);
    f.forLoop(j, whole, type.lanes, () => {
      point();
      f.get(to).get(from).op("v128.load");
      f.get(accumulate).if(
        () => f.get(to).op("v128.load", { align: type.size }),
        () => f.v128Const(new Uint8Array(16)),
        "v128",
      );
      f.op(`${type.vector}.add`).op("v128.store", { align: type.size });
    });
    f.forLoop(j, columns, 1, () => {
      point();
      f.get(to).get(from).op(`${type.scalar}.load`);
      f.get(accumulate).if(
        () => f.get(to).op(`${type.scalar}.load`),
        () => (type.scalar === "f32" ? f.f32Const(0) : f.f64Const(0)),
        type.scalar,
      );
      f.op(`${type.scalar}.add`).op(`${type.scalar}.store`);
    });
    f.get(c).get(cStep).op("i32.add").set(c);
    f.get(spill)
      .i32Const(type.columns * type.size)
      .op("i32.add")
      .set(spill);
  });
}
