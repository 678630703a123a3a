/** Pages that share their process with others: no memory can be shared between threads there. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/api/trace/backend.ts";
import type { PlanBackend } from "../../src/backends/backend.ts";
import { diagnostics, setBackend } from "../../src/index.ts";
import { conformance } from "./conformance.ts";
import { runGolden } from "./golden.ts";
import { runPrograms } from "./random.ts";

describe("the wasm backend in a page that is not isolated", () => {
  beforeAll(() => setBackend("wasm", { threads: 2 }));

  it("runs on one thread, and says why", () => {
    expect(crossOriginIsolated).toBe(false);
    const { threads, notes, isolated } = diagnostics();
    expect([threads.asked, threads.running, isolated]).toEqual([2, 1, false]);
    expect(threads.missing).toContain("Cross-Origin-Opener-Policy: same-origin");
    expect(notes).toEqual([`threads are not used: ${threads.missing}`]);
  });

  it("does every operation, forward and gradient, as the interpreter does it", async () => {
    const { failures, cases } = await conformance((await startBackend("wasm")) as PlanBackend, []);
    expect(failures).toEqual({});
    expect(cases).toBeGreaterThan(300);
  });

  runGolden(["float64", "float32"]);

  it("runs random programs with views and writes", () => runPrograms(5, 300, "float64"));
});
