/** The Chromium that tests run in: one of the system, otherwise that of an npm package. */
import { existsSync } from "node:fs";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** WebGL2 in software wherever there is no graphics card, and nothing that goes to the network by itself. */
const ARGUMENTS = [
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  // Software takes its time over large shaders.
  "--disable-gpu-watchdog",
  "--js-flags=--expose-gc",
  "--enable-precise-memory-info",
];

/** What Playwright launches. `CHROMIUM_PATH` names another executable. */
export async function chromium(): Promise<{ readonly executablePath: string; readonly args: string[] }> {
  const own = process.env.CHROMIUM_PATH;
  const system = [...(own === undefined ? [] : [own]), ...SYSTEM].find((path) => existsSync(path));
  if (system !== undefined) return { executablePath: system, args: ARGUMENTS };
  // Set before the package is loaded, this makes it unpack the libraries that a bare system lacks, and find them.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "22.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  return { executablePath: await packaged.executablePath(), args: ARGUMENTS };
}
