/** A Chromium with the page of the benchmark, and the server that it comes from. */
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { createServer } from "vite";
import { chromium as launchOptions } from "../../test/browser/chromium.ts";
import "./protocol.ts";

/** Chromium may take this long to start the page, in ms. */
const START = 60_000;
/** What is left of the processor as a graphics card: taken away where a real one is to draw. */
const SOFTWARE = /^--(use-angle=|enable-unsafe-swiftshader)/;

/** What Chromium draws with: a backend of ANGLE's. */
export interface Drawing {
  readonly angle: string;
  /** Whether drawing on the processor is out of the question. */
  readonly gpu: boolean;
}

export interface Opened {
  readonly page: Page;
  readonly version: string;
  close(): Promise<void>;
}

export interface Pages {
  /** A browser and a page of its own each time: nothing that was compiled before is left. */
  open(): Promise<Opened>;
  close(): Promise<void>;
}

async function launch({ angle, gpu }: Drawing): Promise<Browser> {
  const { args, executablePath } = await launchOptions();
  const kept = args.filter((flag) => !SOFTWARE.test(flag));
  return chromium.launch({
    executablePath,
    args: [...kept, `--use-angle=${angle}`, ...(gpu ? [] : ["--enable-unsafe-swiftshader"])],
    // Playwright asks for it by itself.
    ignoreDefaultArgs: gpu ? ["--enable-unsafe-swiftshader"] : [],
  });
}

async function started(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (e) => complaints.push(e.message));
  try {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.gradloomBench !== undefined, null, { timeout: START });
  } catch (e) {
    throw new Error(`the page did not start: ${complaints.join("; ") || e}`);
  }
  return page;
}

export async function pages(drawing: Drawing): Promise<Pages> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const peers = `${root}bench/node_modules`;
  const server = await createServer({
    root,
    configFile: false,
    logLevel: "error",
    cacheDir: `${root}node_modules/.vite-bench`,
    server: {
      port: 0,
      host: "127.0.0.1",
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
      hmr: false,
      watch: null,
    },
    resolve: {
      alias: {
        "@tensorflow/tfjs": `${peers}/@tensorflow/tfjs/dist/tf.fesm.min.js`,
        "@jax-js/jax": `${peers}/@jax-js/jax/dist/index.js`,
      },
    },
    optimizeDeps: { include: ["fflate", "crc-32"], noDiscovery: true },
  });
  await server.listen();
  const url = `${server.resolvedUrls!.local[0]}bench/browser/page.html`;
  return {
    async open() {
      const browser = await launch(drawing);
      try {
        const page = await started(browser, url);
        return { page, version: browser.version(), close: () => browser.close() };
      } catch (e) {
        await browser.close();
        throw e;
      }
    },
    close: () => server.close(),
  };
}
