import type { Workload } from "../workload.ts";
import { convolutions } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { heat } from "./heat.ts";
import { matmuls } from "./matmul.ts";
import { mlp } from "./mlp.ts";
import { rows } from "./rows.ts";
import { sequences } from "./sequences.ts";
import { transformer } from "./transformer.ts";

/** All workloads, in the order of the table. */
export const WORKLOADS: readonly Workload[] = [
  ...elementwise,
  ...rows,
  ...matmuls,
  ...mlp,
  ...convolutions,
  ...transformer,
  ...sequences,
  heat,
];
