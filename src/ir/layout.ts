/**
 * Strided layouts: how the elements of an array lie in a buffer. A view operation maps the layout of its input to the
 * layout of its output, so a chain of views is one layout over its base, and a kernel reads a view at no cost.
 */

export type Shape = readonly number[];

/** Element `i` of the array lies at `offset + Σ i[k]·strides[k]`, counted in elements. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Row-major strides. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    strides[k] = step;
    step *= shape[k]!;
  }
  return strides;
}

/** The row-major layout of a fresh buffer. */
export function contiguous(shape: Shape): Layout {
  return { shape, strides: contiguousStrides(shape), offset: 0 };
}

/** Whether the elements lie in row-major order from offset 0; axes of length 1 do not count. */
export function isContiguous(l: Layout): boolean {
  if (sizeOf(l.shape) === 0) return true;
  const want = contiguousStrides(l.shape);
  return l.offset === 0 && l.strides.every((s, k) => l.shape[k] === 1 || s === want[k]);
}

/** Axes reordered: axis `k` of the result is axis `axes[k]` of the input. */
export function permuteLayout(l: Layout, axes: readonly number[]): Layout {
  return { shape: axes.map((a) => l.shape[a]!), strides: axes.map((a) => l.strides[a]!), offset: l.offset };
}

/** `length` elements of each axis, from `start` in steps of `step` (which may be negative). */
export function sliceLayout(
  l: Layout,
  starts: readonly number[],
  steps: readonly number[],
  lengths: readonly number[],
): Layout {
  let offset = l.offset;
  for (let k = 0; k < starts.length; k++) if (lengths[k]! > 0) offset += starts[k]! * l.strides[k]!;
  return { shape: lengths, strides: l.strides.map((s, k) => s * steps[k]!), offset };
}

/** Axes of length 1 stretched, and new axes put in front, all with stride 0. */
export function broadcastLayout(l: Layout, shape: Shape): Layout {
  const lead = shape.length - l.shape.length;
  const strides = shape.map((d, k) => (k < lead || l.shape[k - lead] !== d ? 0 : l.strides[k - lead]!));
  return { shape, strides, offset: l.offset };
}

/**
 * The same elements in row-major order under another shape, or null where no strides can say that without a copy.
 * Runs of input axes that lie densely one in the other are merged and split again.
 */
export function reshapeLayout(l: Layout, shape: Shape): Layout | null {
  if (sizeOf(l.shape) === 0) return { shape, strides: contiguousStrides(shape), offset: l.offset };
  const dims: number[] = [];
  const steps: number[] = [];
  for (let k = 0; k < l.shape.length; k++) {
    if (l.shape[k] === 1) continue;
    const last = dims.length - 1;
    if (last >= 0 && steps[last] === l.strides[k]! * l.shape[k]!) {
      dims[last] = dims[last]! * l.shape[k]!;
      steps[last] = l.strides[k]!;
    } else {
      dims.push(l.shape[k]!);
      steps.push(l.strides[k]!);
    }
  }
  const strides = new Array<number>(shape.length).fill(0);
  let k = shape.length - 1;
  for (let run = dims.length - 1; run >= 0; run--) {
    let left = dims[run]!;
    let step = steps[run]!;
    while (left > 1) {
      while (k >= 0 && shape[k] === 1) k--;
      if (k < 0 || left % shape[k]! !== 0) return null;
      strides[k] = step;
      step *= shape[k]!;
      left /= shape[k]!;
      k--;
    }
  }
  return { shape, strides, offset: l.offset };
}

/** Whether two different indices can name the same element (a stretched axis): such a layout must not be written. */
export function overlaps(l: Layout): boolean {
  if (sizeOf(l.shape) === 0) return false;
  const axes = l.shape
    .map((d, k) => ({ d, s: Math.abs(l.strides[k]!) }))
    .filter((a) => a.d > 1)
    .sort((a, b) => a.s - b.s);
  let reach = 0;
  for (const { d, s } of axes) {
    if (s <= reach) return true;
    reach += (d - 1) * s;
  }
  return false;
}

/** Calls `visit` with the buffer position of every element, in row-major order of the index. */
export function forEachOffset(l: Layout, visit: (offset: number) => void): void {
  if (sizeOf(l.shape) === 0) return;
  const rank = l.shape.length;
  const index = new Array<number>(rank).fill(0);
  let at = l.offset;
  for (;;) {
    visit(at);
    let k = rank - 1;
    for (; k >= 0; k--) {
      at += l.strides[k]!;
      if (++index[k]! < l.shape[k]!) break;
      at -= l.strides[k]! * l.shape[k]!;
      index[k] = 0;
    }
    if (k < 0) return;
  }
}

/** NumPy's broadcast shape of several shapes, or null where they do not fit. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape | null {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const s of shapes) {
    for (let k = 0; k < s.length; k++) {
      const at = rank - s.length + k;
      const d = s[k]!;
      if (d === 1 || d === out[at]) continue;
      if (out[at] !== 1) return null;
      out[at] = d;
    }
  }
  return out;
}

/**
 * The axes of a result from the outermost in memory to the innermost, as NumPy allocates it (order "K"): as the operands'
 * axes lie, and in row-major order where they disagree or say nothing. Null for row-major order.
 */
export function memoryOrder(operands: readonly Layout[], shape: Shape): number[] | null {
  const rank = shape.length;
  if (rank < 2) return null;
  const strides = operands.map((l) => {
    const lead = rank - l.shape.length;
    return shape.map((_, k) => (k < lead || l.shape[k - lead] === 1 ? 0 : Math.abs(l.strides[k - lead]!)));
  });
  // From the innermost outwards; an insertion sort, as the comparison is no total order.
  const order = Array.from({ length: rank }, (_, k) => rank - 1 - k);
  for (let i = 1; i < rank; i++) {
    const axis = order[i]!;
    let position = i;
    for (let j = i - 1; j >= 0; j--) {
      const other = order[j]!;
      const known = strides.filter((s) => s[axis] !== 0 && s[other] !== 0);
      if (known.length === 0) continue;
      if (known.some((s) => s[other]! <= s[axis]!)) break;
      position = j;
    }
    order.splice(i, 1);
    order.splice(position, 0, axis);
  }
  order.reverse();
  return order.every((axis, k) => axis === k) ? null : order;
}
