import * as ort from "onnxruntime-web";
import type { Data } from "../data.ts";
import type { Workload } from "../workload.ts";
import { Cannot, type Contender } from "./contender.ts";
import { OnnxGraph } from "./onnx.ts";

/** ONNX Runtime Web: WASM with SIMD, one thread, all graph optimizations. */
export async function load(workload: Workload, data: Record<string, Data>): Promise<Contender> {
  if (typeof workload.ort === "string") throw new Cannot(workload.ort);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const graph = new OnnxGraph(data);
  const result = workload.ort(graph, Object.fromEntries(Object.keys(data).map((name) => [name, name])));
  const session = await ort.InferenceSession.create(graph.encode(result), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, { shape, values, role }] of Object.entries(data)) {
    if (role === "input") feeds[name] = new ort.Tensor(values, shape);
  }
  let output: ort.Tensor | undefined;
  return {
    async run() {
      output = (await session.run(feeds))[result];
    },
    async read() {
      return { result: (await output!.getData()) as Float32Array };
    },
  };
}
