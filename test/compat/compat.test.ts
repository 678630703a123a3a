/** docs/compat.md is complete and says what is so. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKLIST } from "../../scripts/compat/checklist.ts";
import { EXAMPLES } from "../../scripts/compat/examples.ts";
import { gradientError, gradientOf } from "../../scripts/compat/gradient.ts";
import { compatibility } from "../../scripts/compat/render.ts";
import { setBackend } from "../../src/index.ts";

describe("docs/compat.md", () => {
  it("has every name, with a reason where it does not exist here, and a test where it does", {
    timeout: 60_000,
  }, async () => {
    const { text, problems } = await compatibility();
    expect(problems).toEqual([]);
    const written = readFileSync(new URL("../../docs/compat.md", import.meta.url), "utf8");
    expect(written === text, "docs/compat.md is out of date: npm run compat").toBe(true);
  });

  it("finds a name that is missing, and one without a test", async () => {
    const entries = CHECKLIST[0]!.entries as { name: string; here: readonly string[]; note: string }[];
    entries.push({ name: "nowhere", here: ["nowhere"], note: "" }, { name: "unexplained", here: [], note: "" });
    try {
      const { problems } = await compatibility();
      expect(problems).toEqual(["nowhere: no export nowhere", "unexplained: neither a name here nor a reason"]);
    } finally {
      entries.splice(-2);
    }
  });
});

describe.each(["wasm", "reference"] as const)("gradients of the examples, on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend("wasm"));

  it.each([...EXAMPLES])("%s", async (_path, example) => {
    if ((await gradientOf(example)) === "yes") expect(gradientError(example)).toBeLessThan(1e-7);
  });
});
