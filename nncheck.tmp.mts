import * as gl from "./src/index.ts";
import { convNd, maxPool } from "./src/api/layers.ts";
import { pad } from "./src/api/manipulation.ts";
import { slidingWindowView } from "./src/api/views.ts";
await gl.setBackend("wasm");
function convB(x: any, w: any, p: number) {
  const [n, c] = x.shape; const [f, , k] = w.shape;
  const xp = p ? pad(x, [[0, 0], [0, 0], [p, p], [p, p]]) : x;
  const win = slidingWindowView(xp, [k, k], { axis: [2, 3] }); // n c g h k k
  const [g, h] = [win.shape[2]!, win.shape[3]!];
  const cols = win.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * k * k, g * h);
  return gl.matmul(w.reshape(f, c * k * k), cols).reshape(n, f, g, h);
}
function convC(x: any, w: any, p: number) { // no final copy
  const [n, c] = x.shape; const [f, , k] = w.shape;
  const xp = p ? pad(x, [[0, 0], [0, 0], [p, p], [p, p]]) : x;
  const win = slidingWindowView(xp, [k, k], { axis: [2, 3] });
  const [g, h] = [win.shape[2]!, win.shape[3]!];
  const rows = win.transpose(0, 2, 3, 1, 4, 5).reshape(n * g * h, c * k * k);
  return gl.matmul(rows, w.reshape(f, c * k * k).T).reshape(n, g, h, f).transpose(0, 3, 1, 2);
}
const rnd = (s: number[]) => gl.fromData(Float32Array.from({ length: s.reduce((a, b) => a * b) }, (_, k) => Math.sin(k)), s);
for (const [N, C, F, S] of [[32, 1, 16, 28], [32, 16, 32, 14], [8, 64, 64, 28]] as const) {
  const x = rnd([N, C, S, S]), w = rnd([F, C, 3, 3]);
  for (const [name, f] of [["mine", (x: any, w: any) => convNd(x, w, { padding: 1 })], ["batched", (x: any, w: any) => convB(x, w, 1)], ["nocopy", (x: any, w: any) => convC(x, w, 1)]] as const) {
    for (const mode of ["fwd", "fwd+bwd", "relu+pool"]) {
      const once = () => gl.scope(() => { let y: any = f(x, w); if (mode === "fwd") y.evaluate(); else { if (mode === "relu+pool") y = maxPool(gl.relu(y), [2, 2], 2); y.square().sum().backward(); x.grad!.evaluate(); w.grad!.evaluate(); } });
      once(); once(); once();
      const t = performance.now(); let r = 0; while (performance.now() - t < 700) { once(); r++; }
      console.log([N, C, F, S].join(), name, mode, ((performance.now() - t) / r).toFixed(2), "ms");
    }
  }
}
