import { loadGolden } from "./test/golden/load.ts";
import * as gl from "./src/index.ts";
import * as L from "./src/api/losses.ts";
import * as Y from "./src/api/layers.ts";
import { glu } from "./src/api/nn.ts";
const calls: any = {
  glu: ([x]: any, k: any) => glu(x, k.axis),
  conv_nd: ([x, w]: any, k: any) => Y.convNd(x, w, k),
  max_pool: ([x]: any, k: any) => Y.maxPool(x, k.pool, k.stride),
  batchnorm: ([x]: any, k: any, env: any) => Y.batchnorm(x, { gamma: env.get(k.gamma), beta: env.get(k.beta), eps: k.eps }),
  softmax_crossentropy: ([x, y]: any) => L.softmaxCrossentropy(x, y),
  multiclass_hinge: ([x, y]: any, k: any) => L.multiclassHinge(x, y, k.hinge),
  negative_log_likelihood: ([x, y]: any) => L.negativeLogLikelihood(x, y),
  softmax_focal_loss: ([x, y]: any, k: any) => L.softmaxFocalLoss(x, y, k),
  margin_ranking_loss: ([a, b, y]: any, k: any) => L.marginRankingLoss(a, b, y, k.margin),
  multiply: ([a, b]: any) => gl.multiply(a, b),
  sum: ([a]: any, k: any = {}) => gl.sum(a, k.axis ?? null),
};
for (const backend of ["reference", "wasm"] as const) {
  await gl.setBackend(backend);
  const counts: any = {}; let worst = 0;
  for (const g of loadGolden("ops")) {
    if (!g.steps.some((s) => s.op in calls && !["multiply", "sum"].includes(s.op))) continue;
    const env = new Map<string, any>();
    for (const i of g.inputs) env.set(i.name, gl.fromData([...i.data], i.shape, { dtype: i.dtype === "int64" ? "int32" : i.dtype, constant: i.constant ?? false }));
    for (const s of g.steps) { const r = calls[s.op](s.args.map((a: any) => typeof a === "string" ? env.get(a) : a), s.kwargs ?? {}, env); if (s.out) env.set(s.out, r); }
    env.get(g.backward).backward();
    const cmp = (name: string, t: any, w: any) => {
      if (w === null) return;
      if (t.shape.join() !== w.shape.join()) throw new Error(`${g.name} ${name} shape ${t.shape} vs ${w.shape}`);
      const d = t.dataSync();
      w.data.forEach((v: number, k: number) => { const e = Math.abs(v - d[k]) / (1 + Math.abs(v)); worst = Math.max(worst, e); if (!(e <= 1e-9)) console.log("BAD", backend, g.name, name, k, v, d[k]); });
    };
    for (const [n, w] of Object.entries(g.expect.values)) cmp(n, env.get(n), w);
    for (const [n, w] of Object.entries(g.expect.grads)) cmp(n + ".grad", env.get(n).grad, w);
    for (const s of g.steps) counts[s.op] = (counts[s.op] ?? 0) + 1;
  }
  console.log(backend, counts, worst);
}
