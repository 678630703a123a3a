import { beforeAll, describe, expect, it } from "vitest";
import { diagnostics, getBackend, setBackend } from "../../src/index.ts";
import { runGolden } from "./golden.ts";
import { runPrograms } from "./random.ts";

describe.each([1, 2])("the wasm backend in a page, on %i threads", (threads) => {
  beforeAll(() => setBackend("wasm", { threads }));

  it("runs on as many", () => {
    expect(getBackend()).toBe("wasm");
    expect(crossOriginIsolated).toBe(true);
    expect(diagnostics().threads).toEqual({ asked: threads, running: threads, missing: null });
  });

  runGolden(["float64", "float32"]);

  it("runs random programs with views and writes", () => runPrograms(5, 300, "float64"));
});
