import { BYTES } from "../../../../ir/dtype.ts";
import { sizeOf } from "../../../../ir/layout.ts";
import type { Scan } from "../../../../ir/record.ts";
import { ARITY, type Emit, fold, type Prim, type Scalar } from "../../../../ir/scalar.ts";
import type { FuncRef, FunctionBuilder, Local } from "../../asm/function.ts";
import type { ModuleBuilder } from "../../asm/module.ts";
import { pushConstant, pushDense, storeLanes } from "../region/lanes.ts";
import { type Emitter, PRIMS } from "../region/prims.ts";
import type { KernelStep } from "./index.ts";

const PRIM_NAMES = Object.keys(ARITY) as Prim[];

/** Vectors run along what is left of the scanned axis: neighbours in memory that do not depend on each other. */
export function addScan(module: ModuleBuilder, step: KernelStep, op: Scan): FuncRef {
  const { shape, dtype } = step.types[0]!;
  const axis = step.attrs.axis as number;
  const [outer, n, inner] = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
  const size = BYTES[dtype];
  const params = new Array<"i32">(op.arity + 2).fill("i32");
  return module.addFunction(`${op.name}_${dtype}_${outer}x${n}x${inner}`, params, [], (f, ...locals) => {
    if (outer * n * inner === 0) return;
    const e: Emitter = { f, module, lanes: dtype === "float64" ? 2 : 4 };
    const pointers = locals.slice(0, op.arity + 1);
    const advance = (bytes: number): void => {
      if (bytes !== 0) for (const p of pointers) f.get(p).i32Const(bytes).op("i32.add").set(p);
    };
    const strip = (valid: number): void => {
      runStrip(e, op, pointers, { dtype, n, bytes: inner * size, valid }, advance);
      advance(valid * size);
    };
    repeat(f, outer, () => {
      repeat(f, Math.floor(inner / e.lanes), () => strip(e.lanes));
      if (inner % e.lanes > 0) strip(inner % e.lanes);
      advance((n - 1) * inner * size);
    });
  });
}

interface Strip {
  readonly dtype: keyof typeof BYTES;
  readonly n: number;
  /** From one element of the scanned axis to the next. */
  readonly bytes: number;
  readonly valid: number;
}

/** One vector's worth of running values, all the way along the axis; the pointers end where they started. */
function runStrip(
  e: Emitter,
  op: Scan,
  pointers: readonly Local[],
  { dtype, n, bytes, valid }: Strip,
  advance: (bytes: number) => void,
): void {
  const { f, lanes } = e;
  const carry = f.local("v128");
  pushConstant(f, op.start(dtype), dtype);
  f.set(carry);
  const out = pointers[op.arity]!;
  repeat(f, n, () => {
    const args = pointers.slice(0, op.arity).map((p) => {
      const x = f.local("v128");
      pushDense(f, p, 0, dtype, lanes);
      f.set(x);
      return x;
    });
    f.get(pushScalar(e, op, dtype, [carry, ...args])).set(carry);
    storeLanes(f, carry, out, 0, BYTES[dtype], dtype, lanes, valid);
    advance(bytes);
  });
  advance(-n * bytes);
}

/** The local that holds the next carry. */
function pushScalar(e: Emitter, op: Scan, dtype: Strip["dtype"], args: readonly Local[]): Local {
  const keep = (push: () => void): Local => {
    const local = e.f.local("v128");
    push();
    e.f.set(local);
    return local;
  };
  const emit = Object.fromEntries(
    PRIM_NAMES.map((prim) => [prim, (...x: readonly Local[]): Local => keep(() => PRIMS[dtype][prim](e, x))]),
  ) as unknown as Emit<Local>;
  const [carry, ...x] = args.map((_, index): Scalar => ({ kind: "arg", index }));
  return fold(
    op.step(carry!, ...x),
    emit,
    (index) => args[index]!,
    (value) => keep(() => pushConstant(e.f, value, dtype)),
  );
}

function repeat(f: FunctionBuilder, times: number, body: () => void): void {
  if (times === 0) return;
  const counter = f.local("i32");
  f.i32Const(0).set(counter);
  f.forLoop(counter, { const: times }, 1, body);
}
