import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import { threefry } from "../../src/ir/ops/random.ts";

const { initializers, random } = gl;
const KEY = random.key(20);
const N = 20_000;
const f64 = { key: KEY, dtype: "float64" } as const;
const numbers = (t: gl.Tensor): number[] => [...t.dataSync()];
const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, "0");

function moments(x: readonly number[]): { mean: number; std: number } {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return { mean, std: Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length) };
}

/** The largest distance between the observed and the true distribution function: Kolmogorov and Smirnov. */
function distance(x: readonly number[], cdf: (v: number) => number): number {
  const sorted = [...x].sort((a, b) => a - b);
  return sorted.reduce(
    (d, v, k) => Math.max(d, Math.abs(cdf(v) - k / x.length), Math.abs(cdf(v) - (k + 1) / x.length)),
    0,
  );
}
/** Exceeded by one sample in a thousand. */
const CRITICAL = 1.95 / Math.sqrt(N);

describe("Threefry-2x32, 20 rounds", () => {
  it.each([
    [0, 0, 0, 0, "6b200159 99ba4efe"],
    [-1, -1, -1, -1, "1cb996fc bb002be7"],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, "c4923a9c 483df7a0"],
  ])("gives the published words for %i %i %i %i", (k0, k1, c0, c1, words) => {
    expect(threefry(k0, k1, c0, c1).map(hex).join(" ")).toBe(words);
  });
});

describe("keys", () => {
  it("are the same for the same seed, and others for others", () => {
    expect(String(random.key(7))).toBe(String(random.key(7)));
    const all = [
      random.key(7),
      ...random.split(random.key(7), 3),
      random.foldIn(random.key(7), 0),
      random.foldIn(random.key(7), 1),
    ];
    expect(new Set(all.map(String)).size).toBe(all.length);
    expect(() => random.key(-1)).toThrow(gl.GradloomError);
    expect(() => random.key(0.5)).toThrow(gl.GradloomError);
  });

  it("of one split give numbers that have nothing to do with each other", async () => {
    await gl.setBackend("wasm");
    const [a, b] = random.split(KEY).map((key) => numbers(random.random(N, { key, dtype: "float64" })));
    const correlation = a!.reduce((s, x, k) => s + (x - 0.5) * (b![k]! - 0.5), 0) / N / (1 / 12);
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(N));
  });
});

describe("on both backends", () => {
  const samplers: Readonly<Record<string, (dtype: "float32" | "float64") => gl.Tensor>> = {
    random: (dtype) => random.random([N], { key: KEY, dtype }),
    normal: (dtype) => random.normal(1, 2, [N], { key: KEY, dtype }),
    gumbel: (dtype) => random.gumbel(0, 1, [N], { key: KEY, dtype }),
    exponential: (dtype) => random.exponential(1, [N], { key: KEY, dtype }),
    logistic: (dtype) => random.logistic(0, 1, [N], { key: KEY, dtype }),
    laplace: (dtype) => random.laplace(0, 1, [N], { key: KEY, dtype }),
    randint: () => random.randint(-5, 100, [N], { key: KEY }),
    bits: () => random.bits([N], { key: KEY }),
    permutation: () => random.permutation(500, { key: KEY }),
    choice: () => random.choice(50, [20], { key: KEY, replace: false }),
  };
  it.each(Object.keys(samplers))("%s gives the same numbers to the last bit", async (name) => {
    for (const dtype of ["float32", "float64"] as const) {
      await gl.setBackend("wasm");
      const fast = numbers(samplers[name]!(dtype));
      await gl.setBackend("reference");
      const plain = numbers(samplers[name]!(dtype));
      expect(fast.findIndex((v, k) => !Object.is(v, plain[k]))).toBe(-1);
      expect(new Set(fast).size).toBeGreaterThan(name === "choice" ? 19 : 90);
    }
  });
});

describe("distributions", () => {
  beforeAll(() => gl.setBackend("wasm"));
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  it.each<[string, () => gl.Tensor, (x: number) => number]>([
    ["random", () => random.random(N, f64), (x) => x],
    ["random in float32", () => random.random(N, { key: KEY }), (x) => x],
    ["uniform", () => random.uniform(-2, 3, N, f64), (x) => (x + 2) / 5],
    ["exponential", () => random.exponential(2, N, f64), (x) => 1 - Math.exp(-x / 2)],
    ["gumbel", () => random.gumbel(1, 2, N, f64), (x) => Math.exp(-Math.exp(-(x - 1) / 2))],
    ["logistic", () => random.logistic(1, 2, N, f64), (x) => sigmoid((x - 1) / 2)],
    ["laplace", () => random.laplace(0, 1, N, f64), (x) => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2)],
  ])("%s has its distribution", (_name, draw, cdf) => {
    expect(distance(numbers(draw()), cdf)).toBeLessThan(CRITICAL);
  });

  it("normal numbers have their moments and tails, and no neighbours in common", () => {
    const z = numbers(random.normal(1, 2, N, f64)).map((v) => (v - 1) / 2);
    const { mean, std } = moments(z);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(N));
    expect(Math.abs(std - 1)).toBeLessThan(4 / Math.sqrt(2 * N));
    const share = (limit: number): number => z.filter((v) => Math.abs(v) < limit).length / N;
    expect(share(1)).toBeCloseTo(0.6827, 1);
    expect(share(2)).toBeCloseTo(0.9545, 2);
    expect(z.filter((v) => Math.abs(v) > 3.5).length).toBeGreaterThan(0);
    const lag = z.reduce((s, v, k) => s + v * z[(k + 1) % N]!, 0) / N;
    expect(Math.abs(lag)).toBeLessThan(4 / Math.sqrt(N));
  });

  it("randint covers its range evenly, and all of int32", () => {
    const counts = new Array<number>(7).fill(0);
    for (const v of numbers(random.randint(-3, 4, [N], { key: KEY }))) counts[v + 3]!++;
    const chi2 = counts.reduce((s, c) => s + (c - N / 7) ** 2 / (N / 7), 0);
    // 99.9 % of samples with six degrees of freedom.
    expect(chi2).toBeLessThan(22.5);
    const wide = numbers(random.randint(-(2 ** 31), 2 ** 31, [N], { key: KEY }));
    expect(Math.min(...wide)).toBeLessThan(-2.1e9);
    expect(Math.max(...wide)).toBeGreaterThan(2.1e9);
    expect(() => random.randint(3, 3)).toThrow(gl.GradloomError);
    expect(() => random.randint(0, 2 ** 32)).toThrow(gl.GradloomError);
  });

  it("bernoulli and categorical have their probabilities", () => {
    expect(moments(numbers(random.bernoulli(0.3, [N], { key: KEY }))).mean).toBeCloseTo(0.3, 1);
    const logits = gl.broadcastTo(gl.log(gl.tensor([0.1, 0.6, 0.3])), [N, 3]);
    const drawn = numbers(random.categorical(logits, { key: KEY }));
    [0.1, 0.6, 0.3].forEach((p, k) => {
      expect(Math.abs(drawn.filter((v) => v === k).length / N - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / N));
    });
  });

  it("permutations and choices", () => {
    expect(numbers(random.permutation(100, { key: KEY })).sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    const rows = random.permutation(gl.arange(6).reshape(3, 2), { key: KEY }).tolist() as number[][];
    expect(rows.map(([a, b]) => b! - a!)).toEqual([1, 1, 1]);
    const t = gl.arange(10);
    random.shuffle(t, { key: KEY });
    expect(numbers(t)).not.toEqual([...Array(10).keys()]);
    expect(numbers(t).sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(new Set(numbers(random.choice(20, [20], { key: KEY, replace: false }))).size).toBe(20);
    const p = [0.5, 0, 0.25, 0.25];
    const drawn = numbers(random.choice([10, 20, 30, 40], [N], { key: KEY, p }));
    expect(drawn.includes(20)).toBe(false);
    expect(drawn.filter((v) => v === 10).length / N).toBeCloseTo(0.5, 1);
    expect(numbers(random.choice(4, [3], { key: KEY, p, replace: false })).sort()).toEqual([0, 2, 3]);
    expect(() => random.choice(3, [4], { replace: false })).toThrow(gl.GradloomError);
    expect(() => random.choice(3, [1], { p: [0.5, 0.5] })).toThrow(gl.ShapeError);
  });
});

describe("the global generator", () => {
  beforeAll(() => gl.setBackend("wasm"));

  it("repeats what follows a seed", () => {
    const draw = (): number[][] => [
      numbers(random.rand(3)),
      numbers(random.randn(2, 2)),
      numbers(random.randint(9, null, [4])),
    ];
    random.seed(5);
    const first = draw();
    expect(draw()).not.toEqual(first);
    random.seed(5);
    expect(draw()).toEqual(first);
  });

  it("compiles a bounded number of programs, however often it is asked", () => {
    const step = (): number => random.normal(0, 1, [16]).sum().item();
    for (let k = 0; k < 4; k++) step();
    const before = gl.stats().compiled;
    const sums = new Set(Array.from({ length: 200 }, step));
    expect(gl.stats().compiled).toBe(before);
    expect(sums.size).toBe(200);
  });

  it("is the same in a compiled model", async () => {
    const noise = (): gl.Tensor => random.normal(0, 1, [4], { key: KEY, constant: true });
    const model = await gl.compile((x) => x.add(noise()), gl.zeros([4]));
    expect(model.run(gl.zeros([4]))[0]!.tolist()).toEqual(noise().tolist());
  });
});

describe("parameters", () => {
  beforeAll(() => gl.setBackend("wasm"));

  it("that are tensors get gradients", () => {
    const [loc, scale] = [gl.tensor([0, 10], "float64"), gl.tensor(2, "float64")];
    const x = random.normal(loc, scale, [3, 2], { key: KEY });
    const z = numbers(random.normal(0, 1, [3, 2], f64));
    x.backward();
    expect(loc.grad!.tolist()).toEqual([3, 3]);
    expect(scale.grad!.item()).toBeCloseTo(
      z.reduce((a, b) => a + b, 0),
      12,
    );
  });

  it("without tensors, results are leaves that may have gradients", () => {
    const x = random.normal(0, 1, [3], { key: KEY });
    x.mul(2).backward();
    expect(x.grad!.tolist()).toEqual([2, 2, 2]);
    expect(random.rand(2).constant).toBe(false);
    expect(random.random([2], { constant: true }).constant).toBe(true);
    expect(random.randint(5, null, [2]).constant).toBe(true);
  });

  it("that do not fit are refused", () => {
    expect(() => random.normal([1, 2], 1, [3])).toThrow(gl.ShapeError);
    expect(() => random.normal(0, 1, [-1])).toThrow(gl.ShapeError);
    expect(() => random.random([2], { dtype: "int32" })).toThrow(gl.DTypeError);
  });
});

describe("initializers", () => {
  beforeAll(() => gl.setBackend("wasm"));
  const options = { key: KEY };

  it("have the deviations and bounds of their fans", () => {
    expect(moments(numbers(initializers.glorotNormal([64, 64, 3, 3], options))).std).toBeCloseTo(0.0417, 3);
    expect(moments(numbers(initializers.heNormal([64, 32, 3, 3], options))).std).toBeCloseTo(1 / Math.sqrt(288), 3);
    const he = numbers(initializers.heUniform([1000, 4], options)).map(Math.abs);
    expect(Math.max(...he)).toBeLessThanOrEqual(0.8661);
    expect(Math.max(...he)).toBeGreaterThan(0.86);
    const glorot = numbers(initializers.glorotUniform([50, 30], { ...options, gain: 2 })).map(Math.abs);
    expect(Math.max(...glorot)).toBeLessThanOrEqual(2 * Math.sqrt(6 / 80));
    expect(() => initializers.heNormal([5])).toThrow(gl.ShapeError);
    expect(initializers.heNormal([5], { ...options, fanIn: 5, fanOut: 1 }).shape).toEqual([5]);
  });

  it("constant, identity, dirac, normal and uniform", () => {
    expect(initializers.constant([2], 3).tolist()).toEqual([3, 3]);
    expect(initializers.identity(2).tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const x = random.normal(0, 1, [1, 2, 5], options);
    const same = gl.convNd(x, initializers.dirac([2, 2, 3]), { padding: 1 });
    expect(gl.allclose(same, x)).toBe(true);
    expect(moments(numbers(initializers.normal([5000], 1, 0.5, options))).mean).toBeCloseTo(1, 1);
    expect(initializers.uniform([10], 2, 3, options).constant).toBe(false);
  });
});
