import type { Graph } from "./node.ts";
export function verify(_graph: Graph, _stage: string): void {}
