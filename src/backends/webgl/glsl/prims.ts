/** The primitives in GLSL: of one element, or of four at once. */
import type { Prim } from "../../../ir/scalar.ts";
import { isMathFunction } from "./math.ts";
import { GLSL_TYPES, type TextureDType } from "./types.ts";

/** An expression without side effects, and what it is. */
export interface Value {
  readonly code: string;
  readonly dtype: TextureDType;
  readonly lanes: 1 | 4;
}

const INFIX: { readonly [P in Prim]?: string } = {
  add: "+",
  sub: "-",
  mul: "*",
  bitAnd: "&",
  bitOr: "|",
  bitXor: "^",
};

const COMPARISONS = {
  lt: { one: "<", four: "lessThan" },
  le: { one: "<=", four: "lessThanEqual" },
  eq: { one: "==", four: "equal" },
} as const;

/** Functions of `math.ts` for int32, by primitive. */
const INT_FUNCTIONS: { readonly [P in Prim]?: string } = {
  floorDiv: "m_floorDivInt",
  mod: "m_modInt",
  rem: "m_remInt",
  pow: "m_powInt",
};

/** Functions that GLSL has for ints as for floats. */
const BOTH: ReadonlySet<Prim> = new Set(["abs"]);

/**
 * Functions so short that they are written out for each of four elements; others are called in a loop, because compilers
 * copy what is called to wherever it is, and take seconds for it.
 */
const SHORT: ReadonlySet<string> = new Set([
  ...["max", "min", "floor", "ceil", "trunc", "rint", "abs", "sqrt", "div", "exp", "log", "tanh", "toInt"],
]);

/** Whether a function takes a compiler long. */
export function isLong(name: string): boolean {
  return !SHORT.has(name);
}

/** Writes primitives, and notes the functions that they call. */
export class PrimWriter {
  /** Names without `m_`. */
  readonly functions: Set<string> = new Set();
  /** Of those, the ones that are called on four elements at once, with how many arguments and of which dtype. */
  readonly wrapped: Map<string, { readonly arity: number; readonly dtype: TextureDType }> = new Map();

  /** The same value in all four lanes. */
  four(v: Value): Value {
    if (v.lanes === 4) return v;
    return { ...v, code: `${GLSL_TYPES[v.dtype].four}(${v.code})`, lanes: 4 };
  }

  cast(v: Value, dtype: TextureDType): Value {
    if (v.dtype === dtype) return v;
    const type = GLSL_TYPES[dtype][v.lanes === 1 ? "one" : "four"];
    if (dtype === "bool") {
      const zero = v.dtype === "float32" ? "0.0" : "0";
      const code =
        v.lanes === 1 ? `(${v.code} != ${zero})` : `notEqual(${v.code}, ${GLSL_TYPES[v.dtype].four}(${zero}))`;
      return { ...v, code, dtype };
    }
    if (v.dtype === "float32") return { ...v, code: this.call("toInt", [v], "float32"), dtype };
    return { ...v, code: `${type}(${v.code})`, dtype };
  }

  /** `prim` of operands of one dtype (`select`'s first apart), as a value of `dtype`. */
  prim(prim: Prim, operands: readonly Value[], dtype: TextureDType): Value {
    if (prim === "and" || prim === "or" || prim === "not") return this.logic(prim, operands);
    if (prim === "select") return this.select(operands, dtype);
    if (prim === "lt" || prim === "le" || prim === "eq") return this.compare(prim, operands);
    if (dtype === "bool") return this.ofBool(prim, operands);
    const args = this.level(operands.map((v) => this.cast(v, dtype)));
    const { lanes } = args[0]!;
    const value = (code: string): Value => ({ code, dtype, lanes });
    const [a, b] = args.map((v) => v.code);
    const infix = INFIX[prim];
    if (infix !== undefined) return value(`(${a} ${infix} ${b})`);
    if (prim === "neg") return value(`(-${a})`);
    if (dtype === "int32") return value(this.ofInt(prim, args));
    return value(isMathFunction(prim) ? this.call(prim, args, dtype) : this.native(prim, args));
  }

  /** The same number of lanes for all. */
  level(values: readonly Value[]): readonly Value[] {
    return values.some((v) => v.lanes === 4) ? values.map((v) => this.four(v)) : values;
  }

  private native(prim: Prim, args: readonly Value[]): string {
    const [a, b] = args.map((v) => v.code);
    return prim === "div" ? `(${a} / ${b})` : `${prim}(${args.map((v) => v.code).join(", ")})`;
  }

  private ofInt(prim: Prim, args: readonly Value[]): string {
    const { lanes } = args[0]!;
    const [a, b] = args.map((v) => v.code);
    const name = INT_FUNCTIONS[prim];
    if (name !== undefined) return this.call(name.slice(2), args, "int32");
    const amount = lanes === 1 ? `(${b} & 31)` : `(${b} & ivec4(31))`;
    const unsigned = lanes === 1 ? "uint" : "uvec4";
    if (prim === "shl") return `(${a} << ${amount})`;
    if (prim === "shr") return `(${a} >> ${amount})`;
    if (prim === "shrU") return `${lanes === 1 ? "int" : "ivec4"}(${unsigned}(${a}) >> ${unsigned}(${amount}))`;
    if (prim === "max" || prim === "min" || BOTH.has(prim)) return `${prim}(${args.map((v) => v.code).join(", ")})`;
    if (prim === "floor" || prim === "ceil" || prim === "trunc" || prim === "rint") return a!;
    throw new Error(`${prim} of int32 is not lowered to GLSL`);
  }

  /** Arithmetic of bool counts, and what is not 0 is true. */
  private ofBool(prim: Prim, operands: readonly Value[]): Value {
    if (prim === "add" || prim === "max") return this.logic("or", operands);
    if (prim === "mul" || prim === "min") return this.logic("and", operands);
    const counted = operands.map((v) => this.cast(v, "int32"));
    return this.cast(this.prim(prim, counted, "int32"), "bool");
  }

  private logic(prim: "and" | "or" | "not", operands: readonly Value[]): Value {
    const args = this.level(operands.map((v) => this.cast(v, "bool")));
    const { lanes } = args[0]!;
    const [a, b] = args.map((v) => v.code);
    const value = (code: string): Value => ({ code, dtype: "bool", lanes });
    if (prim === "not") return value(lanes === 1 ? `(!${a})` : `not(${a})`);
    if (lanes === 1) return value(`(${a} ${prim === "and" ? "&&" : "||"} ${b})`);
    // There are no such operators for vectors.
    return value(prim === "and" ? `bvec4(uvec4(${a}) & uvec4(${b}))` : `bvec4(uvec4(${a}) | uvec4(${b}))`);
  }

  private compare(prim: "lt" | "le" | "eq", operands: readonly Value[]): Value {
    const isBool = operands.every((v) => v.dtype === "bool");
    const args = this.level(isBool ? operands.map((v) => this.cast(v, "int32")) : operands);
    const { lanes } = args[0]!;
    const [a, b] = args.map((v) => v.code);
    const { one, four } = COMPARISONS[prim];
    return { code: lanes === 1 ? `(${a} ${one} ${b})` : `${four}(${a}, ${b})`, dtype: "bool", lanes };
  }

  private select(operands: readonly Value[], dtype: TextureDType): Value {
    const [condition, ...rest] = operands;
    const args = this.level([this.cast(condition!, "bool"), ...rest.map((v) => this.cast(v, dtype))]);
    const { lanes } = args[0]!;
    const [c, a, b] = args.map((v) => v.code);
    if (lanes === 1) return { code: `(${c} ? ${a} : ${b})`, dtype, lanes };
    if (dtype === "float32") return { code: `mix(${b}, ${a}, ${c})`, dtype, lanes };
    const pick = ["x", "y", "z", "w"].map((p) => `(${c}).${p} ? (${a}).${p} : (${b}).${p}`);
    return { code: `${GLSL_TYPES[dtype].four}(${pick.join(", ")})`, dtype, lanes };
  }

  /** A call of a function of `math.ts`, whose arguments are of `dtype`. */
  call(name: string, args: readonly Value[], dtype: TextureDType): string {
    this.functions.add(name);
    if (args[0]!.lanes === 4) this.wrapped.set(name, { arity: args.length, dtype });
    return `m_${name}(${args.map((v) => v.code).join(", ")})`;
  }

  /** The functions that apply others to four elements. */
  wrappers(): string {
    return [...this.wrapped]
      .map(([name, { arity, dtype }]) => {
        const result = name === "toInt" ? "ivec4" : GLSL_TYPES[dtype].four;
        const names = ["a", "b"].slice(0, arity);
        const params = names.map((n) => `${GLSL_TYPES[dtype].four} ${n}`).join(", ");
        if (isLong(name)) {
          const args = names.map((n) => `${n}[k]`).join(", ");
          return `${result} m_${name}(${params}) { ${result} all; for (int k = 0; k < 4; k++) { all[k] = m_${name}(${args}); } return all; }\n`;
        }
        const lanes = ["x", "y", "z", "w"].map((p) => `m_${name}(${names.map((n) => `${n}.${p}`).join(", ")})`);
        return `${result} m_${name}(${params}) { return ${result}(${lanes.join(", ")}); }\n`;
      })
      .join("");
  }
}
