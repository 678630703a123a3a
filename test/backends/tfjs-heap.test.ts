import { expect, it } from "vitest";
import { loadTfjsHeap } from "../../src/backends/wasm/tfjs.ts";

it("loading tfjs leaves nobody behind who throws a program's errors once more", async () => {
  const listeners = (): unknown[] =>
    ["uncaughtException", "unhandledRejection"].map((event) => process.listeners(event as "uncaughtException"));
  const own = (): void => {};
  const before = listeners();
  const loading = loadTfjsHeap();
  // What a program adds meanwhile stays.
  process.on("unhandledRejection", own);
  await loading;
  expect(process.listeners("unhandledRejection")).toContain(own);
  process.off("unhandledRejection", own);
  expect(listeners()).toEqual(before);
});
