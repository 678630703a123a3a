/** Regions as fragment shaders: each fragment computes the four elements of its texel. */
import { sizeOf } from "../../../ir/layout.ts";
import { type Combine, inputOf, type Region } from "../../../ir/region.ts";
import type { Prim } from "../../../ir/scalar.ts";
import { type Axis, type Space, spaceOf } from "./axes.ts";
import { BodyWriter, isTexel, textured } from "./body.ts";
import { isLong, PrimWriter, type Value } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";
import { floatLiteral, GLSL_TYPES, intLiteral, type TextureDType } from "./types.ts";

/** Sums of more terms than that are sums of sums: the error grows with the terms of one. */
const TERMS = 64;
/** Larger bodies, and loops, are written once, and run for one element after the other: drivers compile less. */
const UNROLLED = 24;

/**
 * The shader of a region.
 *
 * @param inputs what the region's inputs are
 * @param output what it stores to; elements that it does not store to are those of `base`, if it has one
 */
export function regionShader(region: Region, inputs: readonly Operand[], output: Operand, isUpdate: boolean): Shader {
  return new RegionShader(region, inputs, output, isUpdate).write();
}

class RegionShader {
  private readonly region: Region;
  private readonly inputs: readonly Operand[];
  private readonly output: Operand;
  private readonly isUpdate: boolean;
  private readonly space: Space;
  private readonly prims = new PrimWriter();
  private readonly body: BodyWriter;
  private readonly dtype: TextureDType;

  constructor(region: Region, inputs: readonly Operand[], output: Operand, isUpdate: boolean) {
    this.region = region;
    this.inputs = inputs;
    this.output = output;
    this.isUpdate = isUpdate;
    this.space = spaceOf(region);
    this.body = new BodyWriter(region, this.space, this.prims);
    this.dtype = textured(region.dtype);
  }

  write(): Shader {
    const used = [...new Set(this.region.body.flatMap((i) => inputOf(i) ?? []))];
    const lane = this.storedLane();
    const main = lane === null || this.isBetterAcross(lane) ? this.byElement() : this.byTexel(lane);
    return shaderOf({
      inputs: this.inputs,
      used,
      output: this.output,
      isUpdate: this.isUpdate,
      prims: this.prims,
      main,
    });
  }

  private get kept(): readonly Axis[] {
    return this.space.axes.filter((a) => !a.isReduced);
  }

  /** The axis along which the result's texels lie, if each of them lies inside one run of it. */
  private storedLane(): Axis | null {
    const { kept } = this;
    const lane = kept.at(-1);
    if (lane === undefined || lane.store !== 1 || this.space.storeOffset % 4 !== 0) return null;
    const isWhole = lane.size % 4 === 0 || (kept.length === 1 && !this.isUpdate);
    return isWhole && kept.every((a) => a === lane || a.store % 4 === 0) ? lane : null;
  }

  /** Whether fewer texels are fetched where four terms of an element are computed at once, not a term of four elements. */
  private isBetterAcross(lane: Axis): boolean {
    const inner = this.space.axes.findLast((a) => a.isReduced);
    if (inner === undefined || !this.isVectorized(inner)) return false;
    const fetches = (along: Axis): number =>
      this.region.body.reduce((sum, i, k) => {
        if (i.kind === "gather") return sum + 4;
        if (i.kind !== "load") return sum;
        return sum + (along.steps[k] === 0 || isTexel(this.space, k, along) ? 1 : 4);
      }, 0);
    return fetches(inner) < fetches(lane);
  }

  private byTexel(lane: Axis): string {
    const { four } = GLSL_TYPES[this.dtype];
    const outside = this.isUpdate ? `if (!(${this.inside()})) { return base(t); }\n` : "";
    const value = this.prims.four(this.computed(lane, "  "));
    return (
      `${four} texel(int t) {\n  int r = t * 4;\n${this.coordinates()}${outside}` +
      `${this.statements}  return ${value.code};\n}\n` +
      "#define RESULT texel(t)\n"
    );
  }

  private byElement(): string {
    const { one, four } = GLSL_TYPES[this.dtype];
    const outside = this.isUpdate ? `if (!(${this.inside()})) { return base(e >> 2)[e & 3]; }\n` : "";
    const value = this.computed(null, "  ");
    const element =
      `${one} element(int e) {\n  int r = e;\n${this.coordinates()}${outside}` +
      `${this.statements}  return ${value.code};\n}\n`;
    const isShort = ![...this.prims.functions].some((name) => isLong(name));
    if (isShort && this.region.reduce === null && this.region.body.length <= UNROLLED) {
      return `${element}#define RESULT ${four}(element(t * 4), element(t * 4 + 1), element(t * 4 + 2), element(t * 4 + 3))\n`;
    }
    return (
      `${element}${four} texel(int t) {\n  ${four} all = ${four}(0);\n` +
      "  for (int k = 0; k < 4; k++) { all = all.yzwx; all.w = element(t * 4 + k); }\n  return all;\n}\n" +
      "#define RESULT texel(t)\n"
    );
  }

  /** Coordinates of the kept axes from the position `r` in the result; what remains of `r` is 0 where that is stored to. */
  private coordinates(): string {
    const { axes, storeOffset } = this.space;
    let code = storeOffset === 0 ? "" : `  r -= ${intLiteral(storeOffset)};\n`;
    if (this.isUpdate) code += "  bool isBefore = r < 0;\n";
    axes.forEach((a, n) => {
      if (a.isReduced) return;
      if (a.store === 1) code += `  int c${n} = r;\n${this.isUpdate ? "  r = 0;\n" : ""}`;
      else code += `  int c${n} = r / ${a.store};\n  r -= c${n} * ${a.store};\n`;
    });
    return code;
  }

  private inside(): string {
    const { axes } = this.space;
    const bounds = axes.flatMap((a, n) => (a.isReduced ? [] : [`c${n} < ${a.size}`]));
    return ["!isBefore", ...bounds, "r == 0"].join(" && ");
  }

  /** The statements of what {@link computed} has computed. */
  private statements = "";

  private computed(lane: Axis | null, indent: string): Value {
    const { reduce, shape } = this.region;
    if (reduce === null) {
      const { statements, result } = this.body.write(lane);
      this.statements = statements;
      return result;
    }
    const identity: Value = { code: this.identity(reduce.identity), dtype: this.dtype, lanes: 1 };
    if (reduce.axes.some((k) => shape[k] === 0) || sizeOf(shape) === 0) return identity;
    return this.reduced(lane, reduce.combine, identity, indent);
  }

  /** Loops over the reduced axes; each has a sum of its own, so that no sum has more terms than the axis is long. */
  private reduced(lane: Axis | null, combine: Combine, identity: Value, indent: string): Value {
    const { axes } = this.space;
    const reduced = axes.flatMap((a, n) => (a.isReduced ? [{ axis: a, n }] : []));
    const inner = reduced.at(-1)?.axis ?? null;
    const across = lane === null && inner !== null && this.isVectorized(inner) ? inner : null;
    const { statements, result } = this.body.write(lane ?? across);
    const lanes = lane === null && across === null ? 1 : 4;
    const type = GLSL_TYPES[this.dtype][lanes === 1 ? "one" : "four"];
    const start = lanes === 1 ? identity : this.prims.four(identity);
    const joined = (a: string, b: Value): string =>
      this.joined(combine, { code: a, dtype: this.dtype, lanes }, lanes === 1 ? b : this.prims.four(b)).code;

    let depth = 0;
    let open = `${type} sum0 = ${start.code};\n`;
    let close = "";
    const enter = (header: string): void => {
      depth++;
      open += `${header} {\n${type} sum${depth} = ${start.code};\n`;
      close = `sum${depth - 1} = ${joined(`sum${depth - 1}`, { code: `sum${depth}`, dtype: this.dtype, lanes })};\n}\n${close}`;
    };
    reduced.forEach(({ axis, n }) => {
      const step = axis === across ? 4 : 1;
      const isLong = axis.size / step > TERMS;
      const isLast = axis === inner;
      const c = `c${n}`;
      if (isLong) {
        enter(`for (int b${n} = 0; b${n} < ${axis.size}; b${n} += ${TERMS * step})`);
        const header = `for (int ${c} = b${n}; ${c} < min(b${n} + ${TERMS * step}, ${axis.size}); ${c} += ${step})`;
        if (isLast) open += `${header} {\n`;
        else enter(header);
      } else {
        const header = `for (int ${c} = 0; ${c} < ${axis.size}; ${c} += ${step})`;
        if (isLast) open += `${header} {\n`;
        else enter(header);
      }
    });
    const innermost = `${statements}sum${depth} = ${joined(`sum${depth}`, result)};\n${reduced.length > 0 ? "}\n" : ""}`;
    this.statements = `${open}${innermost}${close}`.replaceAll(/^/gm, indent).trimEnd().concat("\n");
    if (lane !== null || across === null) return { code: "sum0", dtype: this.dtype, lanes };
    const part = (p: string): Value => ({ code: `sum0.${p}`, dtype: this.dtype, lanes: 1 });
    const pair = (a: string, b: string): Value => this.joined(combine, part(a), part(b));
    return this.joined(combine, pair("x", "y"), pair("z", "w"));
  }

  /** Whether four iterations along a reduced axis are worth computing at once. */
  private isVectorized(axis: Axis): boolean {
    if (axis.size % 4 !== 0) return false;
    const loads = this.region.body.flatMap((i, k) => (i.kind === "load" && axis.steps[k] !== 0 ? [k] : []));
    return loads.some((k) => isTexel(this.space, k, axis));
  }

  private joined(combine: Combine, a: Value, b: Value): Value {
    return this.prims.prim(combine as Prim, [a, b], this.dtype);
  }

  private identity(value: number): string {
    if (this.dtype === "float32") return floatLiteral(value);
    if (this.dtype === "bool") return String(value !== 0);
    return intLiteral(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)));
  }
}
