/** Rewrites front to back by the rules, folds constants and applies the view algebra, until nothing changes. */
import { full } from "../../ir/build.ts";
import { isFloat } from "../../ir/dtype.ts";
import { type Graph, type Node, rewriteGraph } from "../../ir/node.ts";
import { constantValue, match, substitute } from "./pattern.ts";
import { RULES, type Rule } from "./rules.ts";
import { simplifySum, simplifyUpdate, simplifyView } from "./views.ts";

const byOp = new Map<string, Rule[]>();
for (const rule of RULES) {
  if (rule.from.kind !== "op") continue;
  const list = byOp.get(rule.from.op.name) ?? [];
  list.push(rule);
  byOp.set(rule.from.op.name, list);
}

function applyRules(node: Node): Node {
  for (const rule of byOp.get(node.op.name) ?? []) {
    if (rule.holds === "int" && isFloat(node.dtype)) continue;
    const bind = new Map<number, Node>();
    if (match(rule.from, node, bind)) return substitute(rule.to, bind, node);
  }
  return node;
}

const round: { readonly [D in Node["dtype"]]: (x: number) => number } = {
  bool: (x) => (x !== 0 ? 1 : 0),
  int32: (x) => Math.trunc(x) | 0,
  float32: Math.fround,
  float64: (x) => x,
};

/** An element-wise operation on known values is a known value. */
function foldConstants(node: Node): Node {
  if (node.op.kind !== "elementwise") return node;
  const values = node.inputs.map(constantValue);
  if (!values.every((v): v is number => v !== undefined)) return node;
  // Whole-number products beyond 2^53 would lose the low bits that int32 keeps.
  const value = round[node.dtype](node.op.reference(...values));
  if (node.dtype === "int32" && !Number.isSafeInteger(node.op.reference(...values))) return node;
  return full(node.shape, value, node.dtype);
}

const MAX_ROUNDS = 8;

/** Graph without effects → simpler graph of the same values. */
export function simplify(graph: Graph): Graph {
  let current = graph;
  for (let k = 0; k < MAX_ROUNDS; k++) {
    const next = rewriteGraph(current, (node) => {
      let n = node;
      for (;;) {
        const before: Node = n;
        n = simplifySum(simplifyUpdate(simplifyView(foldConstants(applyRules(n)))));
        if (n === before) return n;
      }
    });
    if (next === current) break;
    current = next;
  }
  return current;
}
