/** The same elements in memory of different order, as generate.py lays them. */
import * as gl from "../../src/index.ts";

export const LAYOUTS = ["rows", "columns", "backwards", "gaps"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A tensor of row-major elements: itself, or a view of a leaf that holds them otherwise. */
export function laid(
  layout: Layout,
  data: readonly number[],
  shape: gl.Shape,
  options: { readonly dtype: gl.DType; readonly constant?: boolean },
): gl.Tensor {
  const leaf = (elements: readonly number[], lengths: gl.Shape): gl.Tensor =>
    gl.fromData(Float64Array.from(elements), lengths, options);
  if (layout === "rows" || shape.length === 0) return leaf(data, shape);
  if (layout === "backwards") return gl.flip(leaf([...data].reverse(), shape));
  if (layout === "gaps") {
    const wide = [...shape.slice(0, -1), 2 * shape.at(-1)!];
    return leaf(
      data.flatMap((v) => [v, v]),
      wide,
    ).get("...", "::2");
  }
  return leaf(columnMajor(data, shape), [...shape].reverse()).T;
}

/** Row-major elements in the order of the first axis. */
function columnMajor(data: readonly number[], shape: gl.Shape): number[] {
  const out: number[] = new Array(data.length);
  data.forEach((v, k) => {
    let [rest, at] = [k, 0];
    let stride = data.length;
    // From the last axis, which has the largest stride there.
    for (const d of [...shape].reverse()) {
      stride /= d;
      at += (rest % d) * stride;
      rest = Math.floor(rest / d);
    }
    out[at] = v;
  });
  return out;
}
