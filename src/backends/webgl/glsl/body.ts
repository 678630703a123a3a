/** The body of a region as GLSL statements: at one iteration, or at four that follow each other along an axis. */
import type { Instr, Region } from "../../../ir/region.ts";
import type { Axis, Space } from "./axes.ts";
import type { PrimWriter, Value } from "./prims.ts";
import { floatLiteral, GLSL_TYPES, intLiteral, type TextureDType } from "./types.ts";

const LANES = [0, 1, 2, 3] as const;

/** The dtype as textures have it; the backend has refused others. */
export function textured(dtype: Instr["dtype"]): TextureDType {
  if (dtype === "float64") throw new Error("float64 is not lowered to GLSL");
  return dtype;
}

/** `Σ steps·coordinates + offset`, over the axes that have a coordinate. */
export function indexCode(terms: readonly (readonly [step: number, coordinate: string])[], offset: number): string {
  const parts = terms.flatMap(([step, c]) => (step === 0 ? [] : [step === 1 ? c : `${c} * ${intLiteral(step)}`]));
  if (offset !== 0 || parts.length === 0) parts.push(intLiteral(offset));
  return parts.length === 1 ? parts[0]! : `(${parts.join(" + ")})`;
}

/** Whether four elements that a load finds along `lane` are one texel, wherever the other axes stand. */
export function isTexel(space: Space, instr: number, lane: Axis): boolean {
  return (
    lane.steps[instr] === 1 &&
    space.offsets[instr]! % 4 === 0 &&
    space.axes.every((a) => a === lane || a.steps[instr]! % 4 === 0)
  );
}

/** Writes the statements of a body, and says what its result is called. */
export class BodyWriter {
  readonly region: Region;
  readonly space: Space;
  private readonly prims: PrimWriter;

  constructor(region: Region, space: Space, prims: PrimWriter) {
    this.region = region;
    this.space = space;
    this.prims = prims;
  }

  /** @param lane the axis along which four iterations are computed, from its coordinate on; null for one iteration */
  write(lane: Axis | null): { readonly statements: string; readonly result: Value } {
    const values: Value[] = [];
    let statements = "";
    this.region.body.forEach((i, k) => {
      const value = this.instruction(i, k, values, lane);
      if (i.kind === "const") {
        values.push(value);
        return;
      }
      const type = GLSL_TYPES[value.dtype][value.lanes === 1 ? "one" : "four"];
      statements += `${type} v${k} = ${value.code};\n`;
      values.push({ ...value, code: `v${k}` });
    });
    return { statements, result: values[this.region.result]! };
  }

  private instruction(i: Instr, k: number, values: readonly Value[], lane: Axis | null): Value {
    const dtype = textured(i.dtype);
    const step = lane?.steps[k] ?? 0;
    switch (i.kind) {
      case "const": {
        const code =
          dtype === "float32" ? floatLiteral(i.value) : dtype === "int32" ? intLiteral(i.value) : String(i.value !== 0);
        return { code, dtype, lanes: 1 };
      }
      case "index": {
        const first = this.position(k);
        if (step === 0) return this.prims.cast({ code: first, dtype: "int32", lanes: 1 }, dtype);
        const code = `(ivec4(${first}) + ivec4(${LANES.map((n) => n * step).join(", ")}))`;
        return this.prims.cast({ code, dtype: "int32", lanes: 4 }, dtype);
      }
      case "load": {
        const first = this.position(k);
        if (step === 0) return { code: `one${i.input}(${first})`, dtype, lanes: 1 };
        if (isTexel(this.space, k, lane!)) return { code: `four${i.input}(${first} >> 2)`, dtype, lanes: 4 };
        const each = LANES.map((n) => `one${i.input}(${first} + ${intLiteral(n * step)})`);
        return { code: `${GLSL_TYPES[dtype].four}(${each.join(", ")})`, dtype, lanes: 4 };
      }
      case "gather": {
        const at = this.prims.cast(values[i.arg]!, "int32");
        const one = (code: string): string => `one${i.input}(clamp(${code}, 0, ${i.length - 1}))`;
        if (at.lanes === 1) return { code: one(at.code), dtype, lanes: 1 };
        const each = ["x", "y", "z", "w"].map((p) => one(`${at.code}.${p}`));
        return { code: `${GLSL_TYPES[dtype].four}(${each.join(", ")})`, dtype, lanes: 4 };
      }
      case "cast":
        return this.prims.cast(values[i.arg]!, dtype);
      case "prim":
        return this.prims.prim(
          i.prim,
          i.args.map((a) => values[a]!),
          dtype,
        );
    }
  }

  /** Where an instruction is in its buffer, or the number that it gives. */
  private position(k: number): string {
    const { axes, offsets } = this.space;
    return indexCode(
      axes.map((a, n) => [a.steps[k]!, `c${n}`] as const),
      offsets[k]!,
    );
  }
}
