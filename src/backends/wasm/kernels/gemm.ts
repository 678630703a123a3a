import type { FuncRef, FunctionBuilder, Local } from "../asm/function.ts";
import type { ModuleBuilder } from "../asm/module.ts";
import { addPack, addPackSide, SIDE_PANELS } from "./gemm-pack.ts";
import { addTile } from "./gemm-tile.ts";
import type { GemmType } from "./gemm-type.ts";
import { DIRECT_ROWS, GEMM_TYPES, TILE_ROWS, toBytes } from "./gemm-type.ts";

/** The most terms of a dot product that are summed before C is touched: a packed panel of B stays in the L1 cache. */
const MAX_DEPTH = 512;

/** The most rows of A that are packed at once: with MAX_DEPTH, half a megabyte of L2 cache. */
const MAX_ROWS = 256;

/**
 * Adds `gemm(a, b, c, m, n, k, aRowStride, aColStride, bRowStride, bColStride, cRowStride, scratch)`: C = A·B for
 * A of m×k, B of k×n, and C of m×n whose rows are contiguous.
 *
 * Pointers are in bytes; strides are in elements and may be zero or negative. C must not overlap A or B. `scratch` is
 * 16-byte aligned and has {@link gemmScratchBytes} bytes. Nothing but C and the scratch is written, and nothing
 * outside A and B is read. With k = 0, C becomes zero.
 */
export function addGemm(module: ModuleBuilder, dtype: "float32" | "float64"): FuncRef {
  const type = GEMM_TYPES[dtype];
  const packRows = addPack(module, type, TILE_ROWS);
  const packSide = addPackSide(module, type, TILE_ROWS);
  const packColumns = addPack(module, type, type.columns);
  const tile = addTile(module, type);
  const params = PARAMS.map(() => "i32" as const);
  return module.addFunction(`gemm_${type.scalar}`, params, [], (f, ...args) => {
    const locals = Object.fromEntries(PARAMS.map((name, index) => [name, args[index]]));
    for (const name of LOCALS) locals[name] = f.local("i32");
    blocks({ f, type, packRows, packSide, packColumns, tile, ...(locals as GemmLocals) });
  });
}

/** Bytes of scratch that `gemm` needs: one tile, a panel of B, and a block of A. */
export function gemmScratchBytes(dtype: "float32" | "float64", m: number, _n: number, k: number): number {
  const { size, columns } = GEMM_TYPES[dtype];
  const depth = Math.min(MAX_DEPTH, 4 * Math.ceil(k / 4));
  const rows = Math.min(MAX_ROWS, TILE_ROWS * Math.ceil(m / TILE_ROWS));
  return (TILE_ROWS * columns + columns * depth + rows * depth) * size;
}

// biome-ignore format: one matrix a row
const PARAMS = [
  "a", "b", "c",
  "m", "n", "k",
  "aRowStride", "aColStride", "bRowStride", "bColStride", "cRowStride", "scratch",
] as const;

// biome-ignore format: the loops, then the panels
const LOCALS = [
  "depthStep", "depth", "done", "block", "rows", "i", "j",
  "packedA", "packedB", "panelA", "panelB", "panelStep",
] as const;

type GemmLocals = { readonly [P in (typeof PARAMS)[number] | (typeof LOCALS)[number]]: Local };

interface Gemm extends GemmLocals {
  readonly f: FunctionBuilder;
  readonly type: GemmType;
  readonly packRows: FuncRef;
  readonly packSide: FuncRef;
  readonly packColumns: FuncRef;
  readonly tile: FuncRef;
}

/** For each block of depths and each block of rows: packs A, then multiplies it with each panel of B. */
function blocks(g: Gemm): void {
  const { f, type, m, n, k, scratch, depthStep, depth, done, block, rows, j, packedA, packedB } = g;
  setDepthStep(g);
  f.get(scratch)
    .i32Const(TILE_ROWS * type.columns * type.size)
    .op("i32.add")
    .tee(packedB);
  toBytes(f.get(depthStep).i32Const(type.columns).op("i32.mul"), type).op("i32.add").set(packedA);
  // Runs once even if k = 0, and then stores zeros.
  f.loop((next) => {
    f.get(k).get(done).op("i32.sub").set(depth);
    setMin(f, depth, () => f.get(depthStep));
    f.i32Const(0).set(block);
    f.forLoop(block, m, MAX_ROWS, () => {
      f.get(m).get(block).op("i32.sub").set(rows);
      setMin(f, rows, () => f.i32Const(MAX_ROWS));
      packA(g);
      f.i32Const(0).set(j);
      f.forLoop(j, n, type.columns, () => {
        packB(g);
        tiles(g);
      });
    });
    f.get(done).get(depth).op("i32.add").tee(done).get(k).op("i32.lt_s").brIf(next);
  });
}

/** Blocks of equal depth: ⌈k / ⌈k / MAX_DEPTH⌉⌉, rounded up to a multiple of four. */
function setDepthStep({ f, k, depthStep }: Gemm): void {
  f.get(k);
  f.get(k)
    .i32Const(MAX_DEPTH - 1)
    .op("i32.add")
    .i32Const(MAX_DEPTH)
    .op("i32.div_s")
    .tee(depthStep)
    .op("i32.add")
    .i32Const(1)
    .op("i32.sub");
  f.get(depthStep).i32Const(1).get(depthStep).op("select").op("i32.div_s");
  f.i32Const(3).op("i32.add").i32Const(-4).op("i32.and").set(depthStep);
}

function packA(g: Gemm): void {
  const { f, type, a, aRowStride, aColStride, block, rows, i, done, depth, panelA, panelStep } = g;
  const start = (): void => {
    f.get(panelA);
    f.get(block).get(i).op("i32.add").get(aRowStride).op("i32.mul").get(done).get(aColStride);
    address(g, a);
  };
  firstPanel(g);
  f.get(aRowStride).i32Const(1).op("i32.eq");
  f.if(() => {
    toBytes(f.get(depth).i32Const(TILE_ROWS).op("i32.mul"), type).set(panelStep);
    f.block((exit) => {
      f.loop((again) => {
        f.get(rows).get(i).op("i32.sub");
        f.i32Const(SIDE_PANELS * TILE_ROWS)
          .op("i32.lt_s")
          .brIf(exit);
        start();
        f.get(depth).get(aColStride).get(panelStep).call(g.packSide);
        f.get(i)
          .i32Const(SIDE_PANELS * TILE_ROWS)
          .op("i32.add")
          .set(i);
        f.get(panelA).get(panelStep).i32Const(SIDE_PANELS).op("i32.mul").op("i32.add").set(panelA);
        f.br(again);
      });
    });
  });
  forPanels(g, () => {
    start();
    f.get(rows).get(i).op("i32.sub").get(depth).get(aRowStride).get(aColStride).call(g.packRows);
  });
}

/** Points `panelB` at the panel of B from column j on. */
function packB(g: Gemm): void {
  const { f, type, b, m, n, bRowStride, bColStride, j, done, depth, packedB, panelB, panelStep } = g;
  const start = (): void => {
    f.get(done).get(bRowStride).op("i32.mul").get(j).get(bColStride);
    address(g, b);
  };
  f.get(bColStride).i32Const(1).op("i32.eq").get(m).i32Const(DIRECT_ROWS).op("i32.le_s").op("i32.and");
  f.get(n).get(j).op("i32.sub").i32Const(type.columns).op("i32.ge_s").op("i32.and");
  f.if(
    () => {
      start();
      f.set(panelB);
      toBytes(f.get(bRowStride), type).set(panelStep);
    },
    () => {
      f.get(packedB).tee(panelB);
      start();
      f.get(n).get(j).op("i32.sub").get(depth).get(bColStride).get(bRowStride).call(g.packColumns);
      f.i32Const(type.columns * type.size).set(panelStep);
    },
  );
}

/** All tiles of the row block in the columns from j on. */
function tiles(g: Gemm): void {
  firstPanel(g);
  const { f, type, c, n, cRowStride, scratch, block, rows, i, j, done, depth, panelA, panelB, panelStep } = g;
  forPanels(g, () => {
    f.get(panelA).get(panelB).get(panelStep).get(depth);
    f.get(j).get(block).get(i).op("i32.add").get(cRowStride);
    address(g, c);
    toBytes(f.get(cRowStride), type);
    f.get(rows).get(i).op("i32.sub").get(n).get(j).op("i32.sub").get(done).get(scratch).call(g.tile);
  });
}

/** Sets `i` and `panelA` to the first panel of packed A. */
function firstPanel({ f, packedA, panelA, i }: Gemm): void {
  f.get(packedA).set(panelA).i32Const(0).set(i);
}

/** Runs `body` for each panel of packed A from the present one on, with `i` its first row in the block and `panelA` its address. */
function forPanels(g: Gemm, body: () => void): void {
  const { f, type, rows, i, depth, panelA } = g;
  f.forLoop(i, rows, TILE_ROWS, () => {
    body();
    f.get(panelA);
    toBytes(f.get(depth).i32Const(TILE_ROWS).op("i32.mul"), type).op("i32.add").set(panelA);
  });
}

/** Takes x, y and z: the address of element x + y·z. */
function address({ f, type }: Gemm, base: Local): void {
  f.op("i32.mul").op("i32.add");
  toBytes(f, type).get(base).op("i32.add");
}

/** local = min(local, other). */
function setMin(f: FunctionBuilder, local: Local, other: () => void): void {
  f.get(local);
  other();
  f.get(local);
  other();
  f.op("i32.lt_s").op("select").set(local);
}
