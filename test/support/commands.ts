/** Programs drawn from a list of numbers, run on tensors of the library and on those of the model side by side. */
import * as gl from "../../src/index.ts";
import { backward, compute, Naive, Scalar, write } from "./naive.ts";
import { byAxes, byBroadcast, bySlices, flat, indices, joint, type Selected } from "./positions.ts";

interface Pair {
  readonly name: string;
  readonly real: gl.Tensor;
  readonly naive: Naive;
}

const SHAPES: readonly (readonly number[])[] = [[], [3], [4], [1], [2, 3], [3, 3], [3, 1], [0], [2, 0], [2, 2, 2]];
const SCALAR_OPS: Readonly<Record<string, (a: number, b: number) => readonly [number, number, number]>> = {
  add: (a, b) => [a + b, 1, 1],
  subtract: (a, b) => [a - b, 1, -1],
  multiply: (a, b) => [a * b, b, a],
};
const IN_PLACE: Readonly<Record<string, "add_" | "sub_" | "mul_">> = {
  add: "add_",
  subtract: "sub_",
  multiply: "mul_",
};

const BINARY = { add: gl.add, subtract: gl.subtract, multiply: gl.multiply };

export class Machine {
  readonly lines: string[] = [];
  readonly problems: string[] = [];
  private readonly draws: readonly number[];
  private readonly mutation: string | undefined;
  private at = 0;
  private state: number;
  private pairs: Pair[] = [];
  private made = 0;

  /** The largest number met so far: what float32 rounds is a part of it. */
  private scale = 1;
  private readonly float: "float64" | "float32";

  constructor(draws: readonly number[], mutation?: string, float: "float64" | "float32" = "float64") {
    this.draws = draws;
    this.mutation = mutation;
    this.float = float;
    this.state = 1 + (draws[0] ?? 0);
  }

  run(): void {
    this.leaf();
    this.leaf();
    while (this.at < this.draws.length && this.problems.length === 0) this.step();
    this.compareAll();
  }

  /** The next draw below `n`; 0 when there are none left. */
  private next(n: number): number {
    return (this.draws[this.at++] ?? 0) % n;
  }

  /** A number from -1.5 to 1.5, generic enough that nothing ties. */
  private number(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return (this.state / 2 ** 32 - 0.5) * 3;
  }

  private pick(): Pair {
    return this.pairs[this.pairs.length - 1 - this.next(Math.min(this.pairs.length, 6))]!;
  }

  private say(line: string): void {
    this.lines.push(line);
  }

  private add(real: gl.Tensor, naive: Naive, text: (name: string) => string): Pair {
    const name = `t${this.made++}`;
    this.say(text(name));
    const pair = { name, real, naive };
    this.pairs.push(pair);
    if (real.shape.join() !== naive.shape.join())
      this.problems.push(`${name}: shape [${real.shape}], not [${naive.shape}]`);
    return pair;
  }

  private leaf(): void {
    const shape = SHAPES[this.next(SHAPES.length)]!;
    const constant = this.next(5) === 0;
    const size = shape.reduce((n, d) => n * d, 1);
    const values = Array.from({ length: size }, () => this.number());
    const real = gl.fromData(Float64Array.from(values), shape, { dtype: this.float, constant });
    this.add(
      real,
      Naive.leaf(values, shape, constant),
      (n) => `const ${n} = leaf([${values}], [${shape}], ${constant});`,
    );
  }

  private step(): void {
    STEPS[this.next(STEPS.length)]!(this);
  }

  // --- views and reads -----------------------------------------------------------------------------------------------

  view(): void {
    const x = this.pick();
    const [view, { positions, shape }, text] = this.viewOf(x);
    const shared = view.sharesMemory(x.real) && this.mutation !== "views copy";
    const cells = x.naive.view(positions, shape);
    const naive = shared ? cells : compute([cells], shape, ([c]) => c!.map((s) => new Scalar(s.value, [[s, 1]])));
    const pair = this.add(view, naive, (n) => `const ${n} = ${x.name}.${text};`);
    const base = x.real.base ?? x.real;
    if (view.base !== null && view.base !== base) this.problems.push(`${pair.name}: another base`);
    if (view.sharesMemory(x.real) !== (view.base !== null || view === x.real))
      this.problems.push(`${pair.name}: base and memory`);
  }

  /** A view, what it selects, and how it is written. */
  private viewOf({ real, naive: { shape } }: Pair): [gl.Tensor, Selected, string] {
    switch (this.next(5)) {
      case 0: {
        const axes = shape.map((_, k) => (k + 1) % shape.length);
        return [real.transpose(axes), byAxes(shape, axes), `transpose([${axes}])`];
      }
      case 1: {
        const to = [shape.reduce((n, d) => n * d, 1)];
        const positions = indices(shape).map((i) => flat(i, shape));
        return [real.reshape(to), { positions, shape: to }, `reshape([${to}])`];
      }
      case 2: {
        const to = [2, ...shape];
        return [real.broadcastTo(to), byBroadcast(shape, to), `broadcastTo([${to}])`];
      }
      default: {
        const { lists, items } = this.slices(shape);
        const text = `get("...", ${items.map((i) => `"${i}"`).join(", ")})`;
        return [real.get("...", ...items), bySlices(shape, lists), text];
      }
    }
  }

  /** A slice of every axis, as text and as the positions that it selects. */
  private slices(shape: readonly number[]): { lists: number[][]; items: string[] } {
    const items: string[] = [];
    const lists = shape.map((d) => {
      const all = Array.from({ length: d }, (_, i) => i);
      const [item, list] = (
        [
          [":", all],
          ["1:", all.slice(1)],
          ["::-1", [...all].reverse()],
          ["::2", all.filter((i) => i % 2 === 0)],
          [":-1", all.slice(0, -1)],
        ] as const
      )[this.next(5)]!;
      items.push(item);
      return [...list];
    });
    return { lists, items };
  }

  arithmetic(): void {
    const [x, y] = [this.pick(), this.pick()];
    const op = (["add", "subtract", "multiply"] as const)[this.next(3)]!;
    const shape = joint(x.naive.shape, y.naive.shape);
    if (shape === null || shape.length > 4) return;
    const naive = this.binary(op, x.naive, y.naive, shape);
    this.add(BINARY[op](x.real, y.real), naive, (n) => `const ${n} = ${op}(${x.name}, ${y.name});`);
  }

  private binary(op: string, x: Naive, y: Naive, shape: readonly number[]): Naive {
    const [i, j] = [byBroadcast(x.shape, shape).positions, byBroadcast(y.shape, shape).positions];
    return compute([x, y], shape, ([a, b]) => i.map((p, k) => this.scalar(op, a![p]!, b![j[k]!]!)));
  }

  private scalar(op: string, a: Scalar, b: Scalar): Scalar {
    const [value, da, db] = SCALAR_OPS[op]!(a.value, b.value);
    return new Scalar(value, [
      [a, da],
      [b, db],
    ]);
  }

  unary(): void {
    const x = this.pick();
    const naive = compute([x.naive], x.naive.shape, ([c]) =>
      c!.map((s) => new Scalar(Math.tanh(s.value), [[s, 1 - Math.tanh(s.value) ** 2]])),
    );
    this.add(gl.tanh(x.real), naive, (n) => `const ${n} = tanh(${x.name});`);
  }

  sum(): void {
    const x = this.pick();
    const naive = compute([x.naive], [], ([c]) => [
      new Scalar(
        c!.reduce((s, v) => s + v.value, 0),
        c!.map((s) => [s, 1] as const),
      ),
    ]);
    this.add(x.real.sum(), naive, (n) => `const ${n} = ${x.name}.sum();`);
  }

  // --- writes --------------------------------------------------------------------------------------------------------

  /** A tensor that can be written: one that names no element twice. */
  private target(): Pair | null {
    const x = this.pick();
    return new Set(x.naive.positions).size === x.naive.positions.length ? x : null;
  }

  inPlace(): void {
    const x = this.target();
    if (x === null) return;
    const y = this.pick();
    const shape = joint(x.naive.shape, y.naive.shape);
    if (shape === null || shape.join() !== x.naive.shape.join()) return;
    const op = (["add", "subtract", "multiply"] as const)[this.next(3)]!;
    const from = byBroadcast(y.naive.shape, shape).positions;
    this.say(`${x.name}.${IN_PLACE[op]}(${y.name});`);
    x.real[IN_PLACE[op]!](y.real);
    const values = y.naive.cells();
    write(x.naive, this.all(x), (c) => c.map((s, k) => this.scalar(op, s, values[from[k]!]!)), [y.naive]);
  }

  private all({ naive }: Pair): number[] {
    return naive.positions.map((_, k) => k);
  }

  assign(): void {
    const x = this.target();
    if (x === null) return;
    const { lists, items } = this.slices(x.naive.shape);
    const { positions, shape } = bySlices(x.naive.shape, lists);
    const y = this.pick();
    const fits = joint(shape, y.naive.shape)?.join() === shape.join() && y.naive.shape.length <= shape.length;
    const list = `["...", ${items.map((i) => `"${i}"`).join(", ")}]`;
    if (!fits) {
      this.say(`${x.name}.set_(${list}, 0.7);`);
      x.real.set_(["...", ...items], 0.7);
      write(x.naive, positions, () => positions.map(() => new Scalar(0.7)), []);
      return;
    }
    this.say(`${x.name}.set_(${list}, ${y.name});`);
    const from = byBroadcast(y.naive.shape, shape).positions;
    x.real.set_(["...", ...items], y.real);
    const values = y.naive.cells();
    write(x.naive, positions, () => positions.map((_, k) => values[from[k]!]!), [y.naive]);
  }

  /** Reads or writes at positions along the first axis, some of them twice. */
  indexed(): void {
    const x = this.target();
    const n = x?.naive.shape[0] ?? 0;
    if (x === null || n === 0) return;
    const rows = Array.from({ length: 1 + this.next(4) }, () => this.next(n));
    const rest = x.naive.shape.slice(1).map((d) => Array.from({ length: d }, (_, i) => i));
    const { positions, shape } = bySlices(x.naive.shape, [rows, ...rest]);
    if (this.next(2) === 0) {
      const naive = compute([x.naive.view(positions, shape)], shape, ([c]) =>
        c!.map((s) => new Scalar(s.value, [[s, 1]])),
      );
      this.add(x.real.get(rows), naive, (m) => `const ${m} = ${x.name}.get([${rows}]);`);
      return;
    }
    const v = this.pick();
    if (joint(shape, v.naive.shape)?.join() !== shape.join() || v.naive.shape.length > shape.length) return;
    this.say(`${x.name}.set_([[${rows}]], ${v.name});`);
    const from = byBroadcast(v.naive.shape, shape).positions;
    x.real.set_([rows], v.real);
    const values = v.naive.cells();
    const order = positions.map((_, k) => k);
    if (this.mutation === "first write wins") order.reverse();
    write(
      x.naive,
      order.map((k) => positions[k]!),
      () => order.map((k) => values[from[k]!]!),
      [v.naive],
    );
  }

  /** `op(x, y, { where, out })`. */
  masked(): void {
    const out = this.target();
    if (out === null) return;
    const { shape } = out.naive;
    const [x, y] = [this.pick(), this.pick()];
    const own = joint(x.naive.shape, y.naive.shape);
    if (own === null || joint(own, shape)?.join() !== shape.join()) return;
    const mask = this.all(out).map(() => this.next(2));
    const op = (["add", "subtract", "multiply"] as const)[this.next(3)]!;
    this.say(`${op}(${x.name}, ${y.name}, { where: [${mask}], out: ${out.name} });`);
    BINARY[op](x.real, y.real, { where: gl.fromData(mask, shape, "bool"), out: out.real });
    const [i, j] = [byBroadcast(x.naive.shape, shape).positions, byBroadcast(y.naive.shape, shape).positions];
    const [a, b] = [x.naive.cells(), y.naive.cells()];
    const made = (c: readonly Scalar[]): Scalar[] =>
      c.map((old, k) => (mask[k] === 1 ? this.scalar(op, a[i[k]!]!, b[j[k]!]!) : old));
    write(out.naive, this.all(out), made, [x.naive, y.naive]);
  }

  private copy(): void {
    const x = this.pick();
    const { constant } = x.naive.memory;
    const grad = x.naive.grad;
    const naive = Naive.leaf(x.naive.values, x.naive.shape, constant);
    naive.memory.grad = grad;
    this.add(x.real.copy(), naive, (n) => `const ${n} = ${x.name}.copy();`);
  }

  /** A write that leaves no trace. */
  private untracked(): void {
    const x = this.target();
    if (x === null) return;
    this.say(`noAutodiff(() => ${x.name}.mul_(0.5));`);
    gl.noAutodiff(() => x.real.mul_(0.5));
    const { memory, positions } = x.naive;
    if (positions.length === 0) return;
    const { grad } = memory;
    write(x.naive, this.all(x), (c) => c.map((s) => new Scalar(s.value * 0.5)), []);
    const cells = memory.current.cells.map((c) => new Scalar(c.value));
    const fresh = Naive.leaf(
      cells.map((c) => c.value),
      [cells.length],
      memory.constant,
    ).memory.current;
    memory.replace(fresh);
    memory.grad = grad;
  }

  // --- gradients and comparing ---------------------------------------------------------------------------------------

  backward(): void {
    const y = this.pick();
    this.say(`${y.name}.backward();`);
    const before = this.pairs.map((p) => p.naive.memory.grad);
    const fine = backward(y.naive);
    let failed = false;
    try {
      y.real.backward();
    } catch (e) {
      if (!(e instanceof gl.InvalidBackpropError)) throw e;
      failed = true;
    }
    if (failed === fine) this.problems.push(`${y.name}.backward() ${failed ? "failed" : "did not fail"}`);
    if (this.mutation === "gradients stay") {
      this.pairs.forEach((p, k) => {
        p.naive.memory.grad = before[k] ?? p.naive.memory.grad;
      });
    }
    if (this.next(2) === 0) this.compareAll();
  }

  start(): void {
    if (this.pairs.length < 12) this.leaf();
    else this.forget();
  }

  compareOne(): void {
    this.compare(this.pick());
  }

  rarely(): void {
    const steps = [() => this.forget(), () => this.copy(), () => this.untracked(), () => this.compareAll()];
    steps[this.next(4)]!();
  }

  private forget(): void {
    if (this.pairs.length < 3) return;
    const [gone] = this.pairs.splice(this.next(this.pairs.length), 1);
    this.say(`// ${gone!.name} is forgotten`);
  }

  private compareAll(): void {
    for (const pair of this.pairs) this.compare(pair);
  }

  private compare({ name, real, naive }: Pair): void {
    this.say(`${name}.tolist(); ${name}.grad?.tolist();`);
    this.compareNumbers(name, [...real.dataSync()], naive.values);
    const { grad } = real;
    const wanted = naive.grad;
    if ((grad === null) !== (wanted === null))
      this.problems.push(`${name}.grad is ${grad === null ? "null" : "not null"}`);
    else if (grad !== null) this.compareNumbers(`${name}.grad`, [...grad.dataSync()], wanted!);
    if (real.constant !== naive.memory.constant) this.problems.push(`${name}.constant is ${real.constant}`);
  }

  private compareNumbers(what: string, found: readonly number[], wanted: readonly number[]): void {
    for (const w of wanted) this.scale = Math.max(this.scale, Math.abs(w));
    const allowed = (w: number): number =>
      this.float === "float64" ? 1e-9 * Math.max(1, Math.abs(w)) : 1e-5 * this.scale;
    const k = wanted.findIndex((w, i) => !(Math.abs(found[i]! - w) <= allowed(w)));
    if (k >= 0) this.problems.push(`${what}[${k}] is ${found[k]}, not ${wanted[k]}`);
  }
}

/** What a step may do; what stands here more often is done more often. */
const STEPS: readonly ((m: Machine) => void)[] = [
  (m) => m.start(),
  (m) => m.view(),
  (m) => m.view(),
  (m) => m.view(),
  (m) => m.arithmetic(),
  (m) => m.arithmetic(),
  (m) => m.unary(),
  (m) => m.sum(),
  (m) => m.inPlace(),
  (m) => m.inPlace(),
  (m) => m.assign(),
  (m) => m.indexed(),
  (m) => m.masked(),
  (m) => m.backward(),
  (m) => m.compareOne(),
  (m) => m.rarely(),
];
