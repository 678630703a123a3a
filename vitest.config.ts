import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { chromium } from "./test/browser/chromium.ts";

/** Threads want pages that share memory with nobody else. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * Tests run in forked Node processes with `gc()` exposed, so that leak tests can force a collection; those of
 * `test/browser` in a page of a headless Chromium.
 */
const launchOptions = await chromium();

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
        },
      },
      {
        server: { headers: ISOLATED },
        optimizeDeps: {
          include: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "fflate", "crc-32", "fast-check"],
        },
        test: {
          name: "browser",
          include: ["test/browser/**/*.browser.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});

export default config;
