/** Regions that differ only in where they start in their buffers become one function, called with other addresses. */
import { BYTES } from "../../ir/dtype.ts";
import type { Region } from "../../ir/region.ts";

/** A region whose loads start at the first byte that is loaded, and by how many bytes each address moves for that. */
export interface Rebased {
  readonly region: Region;
  /** One an input, and then that of the result. */
  readonly bytes: readonly number[];
}

/** Moves the offsets of a region's loads and of its store into the addresses of its `inputs` buffers and of its result. */
export function rebase(region: Region, inputs: number): Rebased {
  const first = Array.from({ length: inputs }, (_, input) => firstOffset(region, input));
  const size = (input: number): number => {
    const load = region.body.find((i) => i.kind === "load" && i.input === input);
    return load === undefined ? 0 : BYTES[load.dtype];
  };
  return {
    region: {
      ...region,
      body: region.body.map((i) => (i.kind === "load" ? { ...i, offset: i.offset - first[i.input]! } : i)),
      store: { ...region.store, offset: 0 },
    },
    bytes: [...first.map((offset, input) => offset * size(input)), region.store.offset * BYTES[region.dtype]],
  };
}

/** The least offset of the loads from an input; 0 where positions are looked up in it. */
function firstOffset({ body }: Region, input: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const i of body) {
    if (i.kind === "gather" && i.input === input) return 0;
    if (i.kind === "load" && i.input === input) first = Math.min(first, i.offset);
  }
  return Number.isFinite(first) ? first : 0;
}
