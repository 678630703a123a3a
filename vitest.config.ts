import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";
import { chromium } from "./test/browser/chromium.ts";

/** Threads want pages that share memory with nobody else. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * Tests run in forked Node processes with `gc()` exposed, so that leak tests can force a collection; those of
 * `test/browser` in a page of a headless Chromium.
 */
const launchOptions = await chromium();

/** Tests in pages that a server sends such headers with. */
function inPages(
  name: string,
  order: number,
  include: string,
  headers: Record<string, string>,
): TestProjectInlineConfiguration {
  return {
    server: { headers },
    optimizeDeps: {
      include: [
        "@tensorflow/tfjs-core",
        "@tensorflow/tfjs-backend-wasm",
        "fflate",
        "crc-32",
        "fast-check",
        "pure-rand/distribution/uniformFloat64",
      ],
    },
    test: {
      name,
      include: [include],
      testTimeout: 600_000,
      hookTimeout: 120_000,
      sequence: { groupOrder: order },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
}

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", "json"],
    outputFile: { json: "out/test-report.json" },
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          testTimeout: 60_000,
          pool: "forks",
          execArgv: ["--expose-gc"],
          // One project after the other: they would take each other's time.
          sequence: { groupOrder: 0 },
        },
      },
      inPages("browser", 1, "test/browser/**/*.browser.ts", ISOLATED),
      inPages("browser, not isolated", 2, "test/browser/**/*.plain.ts", {}),
    ],
  },
});

export default config;
