/** The op table: every record, by the name it has in the graph's text. */
import * as arithmetic from "./ops/arithmetic.ts";
import * as bits from "./ops/bits.ts";
import { castOp } from "./ops/cast.ts";
import * as compare from "./ops/compare.ts";
import * as effect from "./ops/effect.ts";
import { foldOp } from "./ops/fold.ts";
import * as fused from "./ops/fused.ts";
import { gatherOp } from "./ops/gather.ts";
import { matmul } from "./ops/matmul.ts";
import * as random from "./ops/random.ts";
import * as reduce from "./ops/reduce.ts";
import * as scan from "./ops/scan.ts";
import * as scatter from "./ops/scatter.ts";
import { argsortOp } from "./ops/sort.ts";
import * as source from "./ops/source.ts";
import * as unary from "./ops/unary.ts";
import { updateOp } from "./ops/update.ts";
import * as view from "./ops/view.ts";
import type { Op } from "./record.ts";

const modules: readonly object[] = [
  arithmetic,
  bits,
  { castOp },
  compare,
  effect,
  fused,
  { foldOp, gatherOp, matmul, argsortOp },
  random,
  reduce,
  scan,
  scatter,
  source,
  unary,
  { updateOp },
  view,
];

const isOp = (value: unknown): value is Op =>
  typeof value === "object" && value !== null && "kind" in value && "name" in value;

/** Every op, in the order of its file. */
export const OPS: readonly Op[] = modules.flatMap((m) => Object.values(m).filter(isOp));

const byName = new Map(OPS.map((op) => [op.name, op]));

/** The record of a name, or undefined. */
export function findOp(name: string): Op | undefined {
  return byName.get(name);
}
