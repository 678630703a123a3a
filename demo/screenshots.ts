/** Writes pictures of the page to docs/images: on a desk and on a phone, light and dark. */
import { fileURLToPath } from "node:url";
import { draw, open, STROKES, stage, train } from "./drive.ts";

const at = await stage();
const page = await at.browser.newPage({ viewport: { width: 1280, height: 900 } });
await open(page, at.url);
await train(page, 8);
await page.getByRole("button", { name: "Save" }).click();
await draw(page, STROKES[7]);
for (const [name, width, height] of [
  ["desktop", 1280, 900],
  ["phone", 390, 844],
] as const) {
  await page.setViewportSize({ width, height });
  for (const theme of ["light", "dark"]) {
    if ((await page.locator("html").getAttribute("data-theme")) !== theme)
      await page.getByRole("button", { name: "Light or dark" }).click();
    await page.waitForTimeout(400);
    const path = fileURLToPath(new URL(`../docs/images/demo-${name}-${theme}.png`, import.meta.url));
    await page.screenshot({ path, fullPage: true });
  }
}
await at.close();
