/** Sorting as shaders: a network of exchanges of positions, which stay in order where keys are equal. */
import { PrimWriter } from "./prims.ts";
import { type Operand, type Shader, shaderOf } from "./shader.ts";

/** Rows of keys. */
export interface Rows {
  readonly keys: Operand;
  /** Keys of a row. */
  readonly length: number;
  /** The power of two that a row of positions is padded to. */
  readonly padded: number;
  /** Keys beyond these count as the nearest; null for no bounds. */
  readonly bounds: readonly [least: number, most: number] | null;
}

const texel = (element: string): string =>
  `${element}ivec4 texel(int t) {\n  ivec4 all;\n  for (int k = 0; k < 4; k++) { all[k] = element(t * 4 + k); }\n  return all;\n}\n` +
  "#define RESULT texel(t)\n";

/** Rows of positions, each from 0 on. */
export function firstOrder({ padded }: Rows, order: Operand): Shader {
  const main = texel(`int element(int e) { return e & ${padded - 1}; }\n`);
  return shaderOf({ inputs: [], used: [], output: order, isUpdate: false, prims: new PrimWriter(), main });
}

/** Whether the key at position i of a row comes after that at position j: NaN is last, and equal keys are in order. */
function comesAfter({ keys, length, bounds }: Rows): string {
  const type = keys.dtype === "float32" ? "float" : "int";
  const plain = (i: string): string => `${type}(one0(row * ${length} + ${i}))`;
  const key = (i: string): string => (bounds === null ? plain(i) : `clamp(${plain(i)}, ${bounds[0]}, ${bounds[1]})`);
  const nan =
    type === "float"
      ? "  bool m = isnan(a);\n  bool n = isnan(b);\n  if (m || n) { return m == n ? i > j : m; }\n"
      : "";
  return (
    `bool comesAfter(int row, int i, int j) {\n  if (i >= ${length} || j >= ${length}) { return i > j; }\n` +
    `  ${type} a = ${key("i")};\n  ${type} b = ${key("j")};\n${nan}  return a == b ? i > j : a > b;\n}\n`
  );
}

/**
 * One step of Batcher's bitonic network (1968): positions `distance` apart change places where they are not in order; blocks of
 * `block` are sorted upwards and downwards in turns.
 */
export function exchange(rows: Rows, order: Operand, block: number, distance: number): Shader {
  const { padded } = rows;
  const main =
    comesAfter(rows) +
    texel(
      `int element(int e) {\n  int p = e & ${padded - 1};\n  int own = one1(e);\n  int other = one1(e ^ ${distance});\n` +
        `  bool isUp = (p & ${block}) == 0;\n  bool isFirst = (p & ${distance}) == 0;\n` +
        `  bool isAfter = comesAfter(e / ${padded}, own, other);\n  return isAfter == (isUp == isFirst) ? other : own;\n}\n`,
    );
  return shaderOf({
    inputs: [rows.keys, order],
    used: [0, 1],
    output: order,
    isUpdate: false,
    prims: new PrimWriter(),
    main,
  });
}

/** The rows of positions without what they were padded by. */
export function unpadded({ length, padded }: Rows, order: Operand, output: Operand): Shader {
  const main = texel(`int element(int e) { return one0((e / ${length}) * ${padded} + e % ${length}); }\n`);
  return shaderOf({ inputs: [order], used: [0], output, isUpdate: false, prims: new PrimWriter(), main });
}
