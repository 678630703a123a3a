/** Drives the page by a program, for its test and its pictures. */
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { createServer } from "vite";
import { chromium as launchOptions } from "../test/browser/chromium.ts";
import type { Demo } from "./src/main.ts";

/** The page's server, and a browser. */
export interface Stage {
  readonly browser: Browser;
  readonly url: string;
  close(): Promise<void>;
}

export async function stage(): Promise<Stage> {
  const root = fileURLToPath(new URL(".", import.meta.url));
  const server = await createServer({
    configFile: `${root}vite.config.ts`,
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", hmr: false },
  });
  await server.listen();
  const browser = await chromium.launch(await launchOptions());
  return {
    browser,
    url: server.resolvedUrls!.local[0]!,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Opens the page, or opens it again. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => window.demo !== undefined, null, { timeout: 60_000 });
}

/** What the page says of itself. */
export function stateOf(page: Page): Promise<Demo> {
  return page.evaluate(() => {
    const { losses, accuracies, isTraining, probabilities } = window.demo!;
    return { losses: [...losses], accuracies: [...accuracies], isTraining, probabilities };
  });
}

/** Trains for so many epochs. */
export async function train(page: Page, epochs: number): Promise<void> {
  await page.getByRole("spinbutton", { name: "Epochs" }).fill(String(epochs));
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await untilDone(page);
}

/** Waits until training has ended. */
export async function untilDone(page: Page): Promise<void> {
  await page.waitForFunction(() => !window.demo!.isTraining, null, { timeout: 200_000 });
}

/** Waits until so many epochs are over. */
export async function untilEpochs(page: Page, epochs: number): Promise<void> {
  await page.waitForFunction((count) => window.demo!.accuracies.length >= count, epochs, { timeout: 180_000 });
}

/** Draws with the mouse; coordinates are parts of the drawing area's side. */
export async function draw(page: Page, strokes: readonly (readonly (readonly [number, number])[])[]): Promise<void> {
  const box = (await page.getByRole("img", { name: "Drawing area" }).boundingBox())!;
  for (const stroke of strokes) {
    for (const [k, [x, y]] of stroke.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: k === 0 ? 1 : 6 });
      if (k === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}

type Point = readonly [x: number, y: number];

/** Strokes of digits as people draw them. */
export const STROKES: Readonly<Record<0 | 1 | 7, readonly (readonly Point[])[]>> = {
  0: [Array.from({ length: 25 }, (_, k) => [0.5 + 0.2 * Math.sin(k / 3.8), 0.5 - 0.32 * Math.cos(k / 3.8)] as const)],
  1: [
    [
      [0.4, 0.3],
      [0.52, 0.15],
      [0.52, 0.85],
    ],
  ],
  7: [
    [
      [0.28, 0.2],
      [0.72, 0.2],
      [0.45, 0.85],
    ],
  ],
};
