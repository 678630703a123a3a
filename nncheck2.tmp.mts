import * as gl from "./src/index.ts";
await gl.setBackend("wasm");
const w = gl.tensor([1, 2, 3, 4]);
gl.scope(() => { w.reshape(2, 2).sum().evaluate(); });
try { console.log(w.reshape(2,2).tolist()); } catch (e) { console.log("A", String(e)); }
const v = gl.tensor([1, 2, 3, 4]);
gl.scope(() => { v.square().sum().backward(); v.grad!.evaluate(); });
try { console.log(v.add(1).tolist()); } catch (e) { console.log("B", String(e)); }
