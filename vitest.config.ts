import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Tests run in forked Node processes with `gc()` exposed, so that leak tests can force a collection. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
    execArgv: ["--expose-gc"],
    reporters: ["default", "json"],
    outputFile: { json: "out/test-report.json" },
  },
});

export default config;
