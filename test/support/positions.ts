/** Which elements of a row-major array a view or an index selects, computed the long way. */

export interface Selected {
  readonly positions: readonly number[];
  readonly shape: readonly number[];
}

/** The index of every element of a shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (rows, d) => rows.flatMap((row) => Array.from({ length: d }, (_, i) => [...row, i])),
    [[]],
  );
}

export function flat(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((n, i, k) => n * shape[k]! + i, 0);
}

/** The elements at lists of positions along each axis. */
export function bySlices(shape: readonly number[], lists: readonly (readonly number[])[]): Selected {
  const own = lists.map((l) => l.length);
  return {
    shape: own,
    positions: indices(own).map((at) =>
      flat(
        at.map((i, k) => lists[k]![i]!),
        shape,
      ),
    ),
  };
}

export function byAxes(shape: readonly number[], axes: readonly number[]): Selected {
  const own = axes.map((a) => shape[a]!);
  const positions = indices(own).map((at) => {
    const index = new Array<number>(shape.length).fill(0);
    axes.forEach((a, k) => {
      index[a] = at[k]!;
    });
    return flat(index, shape);
  });
  return { shape: own, positions };
}

/** Where each element of a broadcast array comes from. */
export function byBroadcast(shape: readonly number[], to: readonly number[]): Selected {
  const lead = to.length - shape.length;
  const positions = indices(to).map((at) =>
    flat(
      shape.map((d, k) => (d === 1 ? 0 : at[lead + k]!)),
      shape,
    ),
  );
  return { shape: to, positions };
}

/** The shape that two broadcast to, or null. */
export function joint(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let k = 0; k < rank; k++) {
    const [i, j] = [a[a.length - rank + k] ?? 1, b[b.length - rank + k] ?? 1];
    if (i !== j && i !== 1 && j !== 1) return null;
    out.push(i === 1 ? j : i);
  }
  return out;
}
