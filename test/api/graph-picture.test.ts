import { beforeAll, describe, expect, it } from "vitest";
import { buildGraph } from "../../src/api/io/graph-picture.ts";
import { DisposedError, GradloomError, matmul, ones, setBackend, type Tensor, tensor } from "../../src/index.ts";

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** What elements of a class say; they hold no elements of their kind. */
function groups(svg: string, kind: string): string[] {
  return [...svg.matchAll(/<g class="([^"]*)">(.*?)<\/g>/gs)]
    .filter(([, classes]) => kind.split(" ").every((k) => classes!.split(" ").includes(k)))
    .map(([, , content]) => content!);
}

/** The lines of text in each element of a class. */
const texts = (svg: string, kind: string): string[] =>
  groups(svg, kind).map((content) =>
    [...content.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, t]) => unescaped(t!.replace(/<[^>]*>/g, ""))).join("\n"),
  );

const attr = (tag: string, name: string): number => Number(new RegExp(` ${name}="([^"]*)"`).exec(tag)![1]);

function shapes(svg: string): Box[] {
  const boxes = [...svg.matchAll(/<rect class="shape"[^>]*>/g)].map(([tag]) => {
    const [left, top] = [attr(tag, "x"), attr(tag, "y")];
    return { left, top, right: left + attr(tag, "width"), bottom: top + attr(tag, "height") };
  });
  const ovals = [...svg.matchAll(/<ellipse[^>]*>/g)].map(([tag]) => {
    const [x, y, rx, ry] = [attr(tag, "cx"), attr(tag, "cy"), attr(tag, "rx"), attr(tag, "ry")];
    return { left: x - rx, top: y - ry, right: x + rx, bottom: y + ry };
  });
  return [...boxes, ...ovals];
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Neighbouring pairs of a list sorted by their tops, as long as their heights meet. */
function overlaps(all: readonly Box[]): [Box, Box][] {
  const sorted = [...all].sort((a, b) => a.top - b.top);
  const found: [Box, Box][] = [];
  sorted.forEach((a, i) => {
    for (let k = i + 1; k < sorted.length && sorted[k]!.top < a.bottom; k++)
      if (overlap(a, sorted[k]!)) found.push([a, sorted[k]!]);
  });
  return found;
}

/** The first and the last point of each edge. */
const ends = (svg: string): [number, number][][] =>
  [...svg.matchAll(/class="line" d="([^"]*)"/g)].map(([, d]) => {
    const numbers = d!.match(/-?[\d.]+/g)!.map(Number);
    return [numbers.slice(0, 2), numbers.slice(-2)] as [number, number][];
  });

function layer(): { [name: string]: Tensor } {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const w = ones([3, 4]);
  const b = tensor([0, 0, 0, 0]);
  const h = matmul(x, w).add(b);
  const loss = h.mul(2).sum(0).mul(h).sum();
  return { x, w, b, h, loss };
}

beforeAll(() => setBackend("reference"));

describe("structure", () => {
  it("has a box for each tensor, an ellipse for each operation, and the edges between them", async () => {
    const a = tensor([1, 2]);
    const b = tensor([3, 4]);
    const svg = await buildGraph(a.mul(b).exp(), { names: { a, b } });
    expect(texts(svg, "value")).toEqual([
      "a\nfloat32 (2,)\nleaf",
      "b\nfloat32 (2,)\nleaf",
      "#2\nfloat32 (2,)",
      "#3\nfloat32 (2,)",
    ]);
    expect(texts(svg, "operation")).toEqual(["multiply", "exp"]);
    expect(texts(svg, "asked")).toEqual(["#3\nfloat32 (2,)"]);
    const into = groups(svg, "edge").map((g) => /<title>(.*?)<\/title>/.exec(g)?.[1]);
    expect(into.filter(Boolean)).toEqual(["a → multiply, operand 1", "b → multiply, operand 2", "#2 → exp"]);
    expect(groups(svg, "edge result")).toHaveLength(2);
  });

  it("draws a shared value once, and an edge for each use", async () => {
    const x = tensor([1, 2]);
    const svg = await buildGraph(x.mul(x));
    expect(groups(svg, "value")).toHaveLength(2);
    expect(groups(svg, "edge")).toHaveLength(3);
    expect(new Set(ends(svg).map(String)).size).toBe(3);
  });

  it("shows scalars by value and operations with their attributes", async () => {
    const x = ones([2, 3]);
    const svg = await buildGraph(x.mul(-2.5).sum(0));
    expect(texts(svg, "scalar")).toEqual(["-2.5"]);
    expect(texts(svg, "operation")).toContain("sum axis=0");
    expect(texts(await buildGraph(x.get(":, 1::2")), "operation")).toContain("slice [:, 1::2]");
    expect(texts(await buildGraph(x.get("::-1")), "operation")).toContain("slice [::-1, :]");
    expect(texts(await buildGraph(x.T), "operation")).toEqual(["transpose axis=(1, 0)"]);
    expect(texts(await buildGraph(x.astype("int32")), "operation")).toEqual(["cast dtype=int32"]);
  });

  it("marks leaves and constants", async () => {
    const c = tensor([1, 2], { constant: true });
    const svg = await buildGraph(tensor([1, 2]).add(c), { names: { c } });
    expect(texts(svg, "constant")).toEqual(["c\nfloat32 (2,)\nleaf, constant"]);
    expect(groups(svg, "leaf")).toHaveLength(2);
  });

  it("marks views by dashes", async () => {
    const x = ones([2, 3]);
    const svg = await buildGraph(x.reshape([6]).exp());
    expect(texts(svg, "operation view")).toEqual(["reshape"]);
    expect(groups(svg, "edge view")).toHaveLength(2);
    expect(groups(svg, "edge compute")).toHaveLength(2);
    expect(svg).toContain(".view .line,.gradloom-graph .view .shape{stroke-dasharray:5 3}");
  });

  it("marks writes", async () => {
    const x = tensor([1, 2, 3, 4]);
    const y = x.mul(1);
    y.set_("1:3", 7);
    const svg = await buildGraph(y, { names: { x, y } });
    expect(texts(svg, "operation write")).toEqual(["write"]);
    expect(texts(svg, "asked")).toEqual(["y\nfloat32 (4,)"]);
    const notes = groups(svg, "edge write").map((g) => /, (\w+)<\/title>/.exec(g)?.[1]);
    expect(notes.sort()).toEqual(["base", "target", "value", undefined]);
    expect(groups(svg, "edge write view")).toHaveLength(1);
    expect(svg).toContain(" and 1 write.");
  });

  it("draws a gradient back through the sweep", async () => {
    const x = tensor([1, 2]);
    x.mul(x).sum().backward();
    const svg = await buildGraph(x.grad!, { names: { x } });
    expect(texts(svg, "operation sweep")).toEqual(["backward", "gradient"]);
  });

  it("says what computed a value whose operations are gone", async () => {
    const x = tensor([1, 2, 6], { constant: true }).mul(2);
    x.evaluate();
    const svg = await buildGraph(x, { summaries: true });
    expect(texts(svg, "value")).toEqual(["#0\nfloat32 (3,)\nconstant\ncomputed by multiply\nmin 2\nmean 6\nmax 12"]);
    expect(groups(svg, "operation")).toHaveLength(0);
  });
});

describe("options", () => {
  it("leave out shapes and dtypes", async () => {
    const { loss, w } = layer();
    expect(texts(await buildGraph(w!, { shapes: false }), "asked")).toEqual(["#0\nfloat32\nleaf"]);
    expect(texts(await buildGraph(w!, { dtypes: false }), "asked")).toEqual(["#0\n(3, 4)\nleaf"]);
    expect(texts(await buildGraph(loss!, { dtypes: false, shapes: false }), "asked")[0]).toMatch(/^#\d+$/);
  });

  it("sum up known values, and compute none", async () => {
    const x = tensor([1, Number.NaN, 3]);
    const y = tensor([-1, 1 / 3, 8]);
    const svg = await buildGraph(x.mul(y), { summaries: true, names: { x, y } });
    expect(texts(svg, "value")).toEqual([
      "x\nfloat32 (3,)\nleaf\nmin NaN\nmean NaN\nmax NaN",
      "y\nfloat32 (3,)\nleaf\nmin -1\nmean 2.444\nmax 8",
      "#2\nfloat32 (3,)",
    ]);
    const empty = await buildGraph(tensor([]), { summaries: true });
    expect(texts(empty, "value")).toEqual(["#0\nfloat32 (0,)\nleaf"]);
  });

  it("name a tensor twice, or one that is not in the graph", async () => {
    const x = tensor([1]);
    const svg = await buildGraph(x, { names: { x, again: x, other: tensor([2]) } });
    expect(texts(svg, "value")).toEqual(["x, again\nfloat32 (1,)\nleaf"]);
  });
});

describe("the document", () => {
  it("escapes names and titles", async () => {
    const x = tensor([1]);
    const name = '<script>"&\u0000\ud800</script>';
    const svg = await buildGraph(x, { names: { [name]: x }, title: 'a < b & "c"' });
    expect(svg).not.toContain("<script");
    expect(texts(svg, "asked")[0]).toContain('<script>"&\ufffd\ufffd</script>');
    expect(svg).toContain("<title>a &lt; b &amp; &quot;c&quot;</title>");
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
  });

  it("is balanced, has a role, a title, a description and no ids", async () => {
    const svg = await buildGraph(layer().loss!);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" class="gradloom-graph" role="img" aria-label="/);
    expect(svg).toContain("<title>Computational graph of a tensor: () float32</title>");
    expect(svg).toContain("<desc>");
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toContain(" id=");
    const open: string[] = [];
    for (const [, close, tag, self] of svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (self === "/") continue;
      if (close === "") open.push(tag!);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
    expect(svg).not.toContain("NaN");
  });

  it("is the same each time", async () => {
    const draw = async (): Promise<string> => {
      const { loss, ...names } = layer();
      return await buildGraph(loss!, { names, summaries: true });
    };
    const first = await draw();
    await buildGraph(ones([3]).mul(2));
    expect(await draw()).toBe(first);
  });

  it("overlaps nothing, stays inside, and leads edges downwards", async () => {
    const { loss, ...names } = layer();
    const x = names.x!;
    let y = x;
    for (let i = 0; i < 40; i++) y = y.mul(x).add(i % 3 === 0 ? y : 1);
    for (const svg of [await buildGraph(loss!, { names, summaries: true, title: "t" }), await buildGraph(y)]) {
      const all = shapes(svg);
      expect(all.length).toBeGreaterThan(10);
      expect(overlaps(all)).toEqual([]);
      const [tag] = /<svg[^>]*>/.exec(svg)!;
      for (const box of all) {
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.right).toBeLessThanOrEqual(attr(tag, "width"));
        expect(box.bottom).toBeLessThanOrEqual(attr(tag, "height"));
      }
      for (const [from, to] of ends(svg)) expect(from![1]).toBeLessThan(to![1]);
    }
  });
});

describe("limits", () => {
  it("refuses a tensor that was disposed of", async () => {
    const x = tensor([1, 2]);
    x.dispose();
    await expect(buildGraph(x)).rejects.toThrow(DisposedError);
  });

  it("draws what was recorded when it was called", async () => {
    const x = tensor([1, 2]).mul(2);
    const pending = buildGraph(x);
    x.set_([], 5);
    x.dispose();
    expect(texts(await pending, "operation")).toEqual(["multiply"]);
  });

  it("draws a chain of 1,000 operations; far edges start at boxes of their own", async () => {
    let x = tensor([1, 2]);
    const first = x;
    for (let i = 0; i < 999; i++) x = x.exp();
    const svg = await buildGraph(x.add(first), { names: { first } });
    expect(groups(svg, "tensor")).toHaveLength(1001);
    expect(groups(svg, "operation")).toHaveLength(1000);
    expect(groups(svg, "edge")).toHaveLength(999 + 2 + 1000);
    expect(texts(svg, "reference")).toContain("↑ first");
    expect(groups(svg, "reference")).toHaveLength(4);
    expect(overlaps(shapes(svg))).toEqual([]);
  });

  it("refuses more than 2,000 values, and says how many", async () => {
    let x = tensor([1, 2]);
    for (let i = 0; i < 5000; i++) x = x.exp();
    await expect(buildGraph(x)).rejects.toThrow(GradloomError);
    await expect(buildGraph(x)).rejects.toThrow("5001 values are recorded for this tensor, and at most 2000");
  });
});
