/** `npm run bundle`: writes dist/gradloom.min.js, all of the library in one file for `<script type="module">`. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How the library starts a thread in a page: from a file beside its own. */
const BESIDE = 'new Worker(new URL("./worker.js", import.meta.url), { type: "module" })';
/** In one file, that file is the thread's, too: it looks at the name. */
const ITSELF = 'new Worker(import.meta.url, { type: "module", name: "gradloom thread" })';

const threads: Plugin = {
  name: "threads of one file",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("/threads/spawn.ts")) return null;
    if (!code.includes(BESIDE)) throw new Error("spawn.ts starts workers in some other way now");
    return code.replace(BESIDE, ITSELF);
  },
};

await build({
  configFile: false,
  logLevel: "warn",
  plugins: [threads],
  build: {
    target: "es2022",
    outDir: path("../../dist"),
    emptyOutDir: false,
    minify: true,
    rollupOptions: {
      input: path("./single.ts"),
      // Only Node asks for it.
      external: [/^@tensorflow\//],
      preserveEntrySignatures: "strict",
      output: { format: "es", entryFileNames: "gradloom.min.js", codeSplitting: false, minify: true },
    },
    modulePreload: false,
  },
});

const { readFileSync } = await import("node:fs");
const code = readFileSync(path("../../dist/gradloom.min.js"));
console.log(
  `dist/gradloom.min.js: ${(code.length / 1024).toFixed(0)} KB, ${(gzipSync(code).length / 1024).toFixed(0)} KB gzipped`,
);
