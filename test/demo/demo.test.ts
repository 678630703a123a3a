import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draw, open, STROKES, type Stage, stage, stateOf, train, untilDone, untilEpochs } from "../../demo/drive.ts";

/** Long enough for 97 %. */
const EPOCHS = 14;
/** Sums are taken in other orders, and functions are others: losses of one step differ by less than that part. */
const TOLERANCE = 0.02;

let at: Stage;

/** What becomes so, on a busy machine too. */
const soon = <T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> => expect.poll(look, { timeout: 30_000 });

beforeAll(async () => {
  at = await stage();
}, 60_000);

afterAll(() => at.close());

async function page<R>(use: (page: Page) => Promise<R>): Promise<R> {
  const opened = await at.browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  opened.on("pageerror", (e) => complaints.push(e.stack ?? e.message));
  try {
    await open(opened, at.url);
    const result = await use(opened);
    expect(complaints).toEqual([]);
    return result;
  } finally {
    await opened.close();
  }
}

/** The mean loss of each tenth of a curve. */
function smooth(losses: readonly number[]): readonly number[] {
  const size = Math.ceil(losses.length / 10);
  return Array.from({ length: 10 }, (_, k) => {
    const part = losses.slice(k * size, (k + 1) * size);
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
}

describe("the demo page", { timeout: 240_000 }, () => {
  const curves: Record<string, readonly number[]> = {};

  it.each(["WASM", "WASM, threads", "WebGL", "Worker"])("trains on %s to 97 %", async (runtime) => {
    await page(async (opened) => {
      await opened.getByRole("radio", { name: runtime, exact: true }).check();
      await train(opened, EPOCHS);
      const { losses, accuracies } = await stateOf(opened);
      expect(accuracies.length).toBeGreaterThanOrEqual(EPOCHS);
      expect(accuracies[EPOCHS - 1]).toBeGreaterThanOrEqual(0.97);
      curves[runtime] = losses.slice(0, EPOCHS * 44);
      expect(await opened.locator("#confusion td").count()).toBe(100);
      if (runtime === "WASM, threads") expect(await opened.locator("#message").textContent()).toMatch(/\d threads/);
    });
  });

  it("has the same loss curve wherever it trains", () => {
    expect(Object.keys(curves).length).toBe(4);
    const wasm = curves.WASM!;
    for (const [runtime, losses] of Object.entries(curves)) {
      expect(losses.length).toBe(EPOCHS * 44);
      // Early losses step by step, later ones, in which differences have grown, on average.
      losses.slice(0, 44).forEach((loss, k) => {
        expect(Math.abs(loss - wasm[k]!) / wasm[k]!, `${runtime}, step ${k}`).toBeLessThan(TOLERANCE);
      });
      const [own, first] = [smooth(losses), smooth(wasm)];
      own.forEach((loss, k) => {
        expect(Math.abs(loss - first[k]!), `${runtime}, tenth ${k}`).toBeLessThan(TOLERANCE * first[0]!);
      });
    }
  });

  it("reads what is drawn, goes on elsewhere in mid-training, and is saved and loaded", async () => {
    await page(async (opened) => {
      await opened.getByRole("spinbutton", { name: "Epochs" }).fill("12");
      await opened.getByRole("button", { name: "Train", exact: true }).click();
      await untilEpochs(opened, 3);
      await opened.getByRole("radio", { name: "WebGL" }).check();
      const before = await stateOf(opened);
      await untilEpochs(opened, before.accuracies.length + 3);
      await opened.getByRole("radio", { name: "Worker" }).check();
      await untilDone(opened);
      const { losses, accuracies } = await stateOf(opened);
      // The same curve as without a change of place.
      expect(Math.abs(losses[150]! - curves.WASM![150]!)).toBeLessThan(0.05);
      expect(Math.max(...losses.slice(-44))).toBeLessThan(0.5);
      expect(accuracies.at(-1)).toBeGreaterThan(0.96);

      const guess = opened.locator("#guess");
      for (const digit of [0, 1, 7] as const) {
        await opened.getByRole("button", { name: "Clear" }).click();
        await draw(opened, STROKES[digit]);
        await soon(() => guess.textContent()).toBe(String(digit));
      }
      const { probabilities } = await stateOf(opened);
      expect(probabilities!.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);

      await opened.getByRole("button", { name: "Save" }).click();
      await soon(() => opened.locator("#message").textContent()).toContain("saved in this browser");
      await opened.getByRole("button", { name: "Show a test digit" }).click();
      await soon(async () => (await stateOf(opened)).probabilities).not.toEqual(probabilities);
      const shown = (await stateOf(opened)).probabilities!;

      await open(opened, at.url);
      expect((await stateOf(opened)).losses).toEqual([]);
      await opened.getByRole("button", { name: "Load" }).click();
      await soon(() => opened.locator("#message").textContent()).toContain("loaded");
      expect((await stateOf(opened)).accuracies).toEqual(accuracies);
      await opened.getByRole("button", { name: "Show a test digit" }).click();
      await soon(async () => (await stateOf(opened)).probabilities?.length).toBe(10);
      (await stateOf(opened)).probabilities!.forEach((p, k) => {
        expect(p).toBeCloseTo(shown[k]!, 4);
      });
      await draw(opened, STROKES[7]);
      await soon(() => guess.textContent()).toBe("7");
    });
  });

  it("can be used by the keyboard, and on a phone nothing is cut off", async () => {
    await page(async (opened) => {
      await opened.getByRole("button", { name: "Show a test digit" }).focus();
      await opened.keyboard.press("Enter");
      await soon(async () => (await stateOf(opened)).probabilities?.length).toBe(10);
      await opened.getByRole("img", { name: "Drawing area" }).focus();
      await opened.keyboard.press("Escape");
      await soon(async () => (await stateOf(opened)).probabilities).toBe(null);
      await opened.getByRole("radio", { name: "WASM", exact: true }).focus();
      await opened.keyboard.press("ArrowRight");
      expect(await opened.getByRole("radio", { name: "WASM, threads" }).isChecked()).toBe(true);
      await opened.setViewportSize({ width: 390, height: 844 });
      const [inner, scroll] = await opened.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      expect(scroll).toBeLessThanOrEqual(inner!);
    });
  });
});
