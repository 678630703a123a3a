import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Threads share memory only in pages that are isolated from others. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const config: UserConfig = defineConfig({
  root: path("."),
  resolve: {
    alias: [
      { find: "gradloom/worker", replacement: path("../src/worker.ts") },
      { find: "gradloom", replacement: path("../src/index.ts") },
    ],
  },
  server: { headers },
  preview: { headers },
  build: { outDir: path("../out/demo"), emptyOutDir: true, chunkSizeWarningLimit: 1000 },
});

export default config;
