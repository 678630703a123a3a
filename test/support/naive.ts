/**
 * A model of tensors that copies everything: each element is a scalar with its own derivative, a memory is a list of them, a view is
 * a list of positions. Slow and plain, and written without the library.
 */

let count = 0;

/** One number, and how it was computed. */
export class Scalar {
  readonly id: number = count++;
  readonly value: number;
  readonly parents: readonly (readonly [Scalar, number])[];

  constructor(value: number, parents: readonly (readonly [Scalar, number])[] = []) {
    this.value = value;
    this.parents = parents;
  }
}

/** All elements of a memory at one time, and what they were computed from. */
export class Version {
  readonly cells: readonly Scalar[];
  readonly inputs: readonly Version[];
  readonly flows: boolean;
  memory: Memory | null = null;
  cleared = false;

  constructor(cells: readonly Scalar[], inputs: readonly Version[], variable: boolean) {
    this.cells = cells;
    this.inputs = inputs.filter((v) => v.flows);
    this.flows = variable || this.inputs.length > 0;
  }

  /** Whether a gradient can be asked of this very value. */
  get isTarget(): boolean {
    return this.memory !== null && !this.memory.constant && this.memory.current === this;
  }
}

export class Memory {
  current: Version;
  readonly constant: boolean;
  grad: readonly number[] | null = null;

  constructor(version: Version, constant: boolean) {
    this.current = version;
    this.constant = constant;
    version.memory = this;
  }

  /** The version that an operation reads: a new one where a sweep has gone through. */
  use(): Version {
    if (this.current.cleared)
      this.replace(
        new Version(
          this.current.cells.map((c) => new Scalar(c.value)),
          [],
          !this.constant,
        ),
      );
    return this.current;
  }

  replace(version: Version): void {
    this.current = version;
    version.memory = this;
  }
}

/** A tensor: positions of a memory under a shape. */
export class Naive {
  readonly memory: Memory;
  readonly positions: readonly number[];
  readonly shape: readonly number[];

  constructor(memory: Memory, positions: readonly number[], shape: readonly number[]) {
    this.memory = memory;
    this.positions = positions;
    this.shape = shape;
  }

  static fresh(version: Version, shape: readonly number[], constant: boolean = !version.flows): Naive {
    return new Naive(
      new Memory(version, constant),
      version.cells.map((_, k) => k),
      shape,
    );
  }

  static leaf(values: readonly number[], shape: readonly number[], constant: boolean): Naive {
    return Naive.fresh(
      new Version(
        values.map((v) => new Scalar(v)),
        [],
        !constant,
      ),
      shape,
      constant,
    );
  }

  get values(): number[] {
    return this.positions.map((p) => this.memory.current.cells[p]!.value);
  }

  get grad(): number[] | null {
    const { grad } = this.memory;
    return grad === null ? null : this.positions.map((p) => grad[p]!);
  }

  cells(): Scalar[] {
    const { cells } = this.memory.use();
    return this.positions.map((p) => cells[p]!);
  }

  view(positions: readonly number[], shape: readonly number[]): Naive {
    return new Naive(
      this.memory,
      positions.map((p) => this.positions[p]!),
      shape,
    );
  }
}

/** A new tensor from element-wise or other computations on scalars; the operands lose their gradients. */
export function compute(
  operands: readonly Naive[],
  shape: readonly number[],
  make: (cells: readonly (readonly Scalar[])[]) => readonly Scalar[],
): Naive {
  const cells = operands.map((o) => o.cells());
  const inputs = operands.map((o) => o.memory.current);
  const version = new Version(make(cells), inputs, false);
  for (const o of operands) o.memory.grad = null;
  return Naive.fresh(version, shape);
}

/** Stores values at positions of a tensor, the later over the earlier; `operands` are what they were computed from. */
export function write(
  target: Naive,
  at: readonly number[],
  values: (current: readonly Scalar[]) => readonly Scalar[],
  operands: readonly Naive[],
): void {
  const { memory } = target;
  const base = memory.use();
  const inputs = [base, ...(memory.constant ? [] : operands.map((o) => o.memory.use()))];
  // A new version has scalars of its own: a gradient is that of what the memory holds now.
  const renewed = (c: Scalar): Scalar => new Scalar(c.value, memory.constant ? [] : [[c, 1]]);
  const cells = base.cells.map(renewed);
  const made = values(target.positions.map((p) => base.cells[p]!));
  at.forEach((position, k) => {
    cells[target.positions[position]!] = renewed(made[k]!);
  });
  for (const o of operands) o.memory.grad = null;
  memory.grad = null;
  if (at.length > 0) memory.replace(new Version(cells, inputs, false));
}

/** What a sweep reaches: versions on the way to one that a gradient can be asked of. */
function upstream(root: Version): { all: Set<Version>; visited: Set<Version>; interior: Version[] } {
  const all = new Set([root]);
  for (const v of all) for (const x of v.inputs) all.add(x);
  const passes = new Set<Version>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const v of all) {
      if (passes.has(v) || !v.inputs.some((x) => x.isTarget || passes.has(x))) continue;
      passes.add(v);
      changed = true;
    }
  }
  const visited = new Set([root]);
  for (const v of visited) if (passes.has(v)) for (const x of v.inputs) if (x.isTarget || passes.has(x)) visited.add(x);
  return { all, visited, interior: [...visited].filter((v) => passes.has(v)) };
}

/** MyGrad's backward; false where it must fail, because an earlier one has cleared a part of the graph. */
export function backward(y: Naive): boolean {
  if (y.memory.constant) return true;
  const root = y.memory.use();
  const { all, visited, interior } = upstream(root);
  if ([...all].some((v) => v.cleared)) return false;
  const adjoints = new Map<Scalar, number>();
  for (const p of y.positions) adjoints.set(root.cells[p]!, (adjoints.get(root.cells[p]!) ?? 0) + 1);
  const seen = new Set(adjoints.keys());
  for (const s of seen) for (const [x] of s.parents) seen.add(x);
  for (const s of [...seen].sort((a, b) => b.id - a.id)) {
    const g = adjoints.get(s) ?? 0;
    if (g === 0) continue;
    for (const [x, d] of s.parents) adjoints.set(x, (adjoints.get(x) ?? 0) + g * d);
  }
  for (const v of visited) {
    if (v.isTarget) v.memory!.grad = v.cells.map((c) => adjoints.get(c) ?? 0);
  }
  for (const v of interior) v.cleared = true;
  return true;
}
