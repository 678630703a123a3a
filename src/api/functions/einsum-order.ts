/** The order in which the operands of an einsum are multiplied. */
import type { Label } from "./einsum-parse.ts";

/** Up to so many operands, the best order is found; beyond, each step takes the pair that is best for itself. */
const MAX_EXHAUSTIVE = 7;

/**
 * Pairs [i, j], i < j, in turn: both are taken out of the list of terms and their product is put at its end. The cost of a
 * product is the number of multiplications: the product of the lengths of all labels of both.
 */
export function contractionOrder(
  terms: readonly (readonly Label[])[],
  output: readonly Label[],
  sizes: ReadonlyMap<Label, number>,
): (readonly [number, number])[] {
  if (terms.length <= 2) return terms.length === 2 ? [[0, 1]] : [];
  const size = (labels: Iterable<Label>): number => {
    let n = 1;
    for (const l of labels) n *= sizes.get(l)!;
    return n;
  };
  if (terms.length <= MAX_EXHAUSTIVE)
    return search(
      terms.map((t) => new Set(t)),
      new Set(output),
      size,
    ).pairs;
  return greedy(
    terms.map((t) => new Set(t)),
    new Set(output),
    size,
  );
}

type Labels = ReadonlySet<Label>;

/** The labels that a product of two terms keeps. */
function productOf(terms: readonly Labels[], i: number, j: number, output: Labels): Labels {
  const needed = new Set(output);
  terms.forEach((t, k) => {
    if (k !== i && k !== j) for (const l of t) needed.add(l);
  });
  return new Set([...terms[i]!, ...terms[j]!].filter((l) => needed.has(l)));
}

const after = (terms: readonly Labels[], i: number, j: number, output: Labels): Labels[] => [
  ...terms.filter((_, k) => k !== i && k !== j),
  productOf(terms, i, j, output),
];

interface Found {
  readonly cost: number;
  readonly pairs: (readonly [number, number])[];
}

function search(terms: readonly Labels[], output: Labels, size: (labels: Iterable<Label>) => number): Found {
  if (terms.length === 1) return { cost: 0, pairs: [] };
  let best: Found | null = null;
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const own = size(new Set([...terms[i]!, ...terms[j]!]));
      if (best !== null && own >= best.cost) continue;
      const rest = search(after(terms, i, j, output), output, size);
      if (best === null || own + rest.cost < best.cost)
        best = { cost: own + rest.cost, pairs: [[i, j], ...rest.pairs] };
    }
  }
  return best!;
}

function greedy(
  all: readonly Labels[],
  output: Labels,
  size: (labels: Iterable<Label>) => number,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let terms = all;
  while (terms.length > 1) {
    let best: { readonly i: number; readonly j: number; readonly score: number } | null = null;
    for (let i = 0; i < terms.length; i++) {
      for (let j = i + 1; j < terms.length; j++) {
        const score = size(productOf(terms, i, j, output)) - size(terms[i]!) - size(terms[j]!);
        if (best === null || score < best.score) best = { i, j, score };
      }
    }
    pairs.push([best!.i, best!.j]);
    terms = after(terms, best!.i, best!.j, output);
  }
  return pairs;
}
