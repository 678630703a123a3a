import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it } from "vitest";

const source = (name: string): string => fileURLToPath(new URL(`../../src/${name}`, import.meta.url));
const ENTRY = "\0app";

/** What a page with a gradient and a compiled step imports. */
const APP = `
import { jit, setBackend, tensor } from ${JSON.stringify(source("index.ts"))};
await setBackend("wasm");
const w = tensor([1, 2, 3]);
const step = jit((x) => {
  const loss = x.mul(w).sum();
  loss.backward();
  w.sub_(w.grad.mul(0.1));
  return loss;
});
console.log(await step(tensor([1, 2, 3])).data());
`;

/** The bundle of some code for pages, tfjs left out. */
async function bundle(code: string): Promise<readonly Rolldown.OutputChunk[]> {
  const made = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      { name: "app", resolveId: (id) => (id === ENTRY ? id : null), load: (id) => (id === ENTRY ? code : null) },
    ],
    build: {
      write: false,
      minify: true,
      target: "es2022",
      modulePreload: false,
      rollupOptions: {
        input: ENTRY,
        external: [/^@tensorflow\//],
        output: { format: "es", minify: true },
        preserveEntrySignatures: "strict",
      },
    },
  });
  const { output } = made as Rolldown.RolldownOutput;
  return output.filter((each) => each.type === "chunk");
}

/** A chunk with all that it loads at once. */
function closure(chunks: readonly Rolldown.OutputChunk[], start: Rolldown.OutputChunk): Set<Rolldown.OutputChunk> {
  const needed = new Set([start]);
  for (const { imports } of needed) for (const each of chunks) if (imports.includes(each.fileName)) needed.add(each);
  return needed;
}

const kilobytes = (chunks: Iterable<Rolldown.OutputChunk>): number =>
  gzipSync([...chunks].map(({ code }) => code).join("\n"), { level: 9 }).length / 1024;

const all = (file: string): string => `export * from ${JSON.stringify(source(file))};`;

describe("sizes for pages, in KB gzipped, without tfjs", () => {
  const sizes: Record<string, number> = {};

  beforeAll(async () => {
    const chunks = await bundle(APP);
    const core = closure(chunks, chunks.find(({ isEntry }) => isEntry)!);
    sizes.core = kilobytes(core);
    for (const name of ["wasm", "webgl"]) {
      const start = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`backends/${name}/backend.ts`))!;
      // What the page loads when it chooses the backend.
      const own = [...closure(chunks, start)].filter((chunk) => !core.has(chunk));
      sizes[`${name} backend`] = kilobytes(own);
    }
    const whole = await bundle(all("index.ts"));
    sizes["everything exported"] = kilobytes(closure(whole, whole.find(({ isEntry }) => isEntry)!));
    const tfjs = [
      "@tensorflow/tfjs-core/dist/tf-core.min.js",
      "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    ];
    const { readFileSync } = await import("node:fs");
    for (const name of tfjs) {
      const path = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
      if (existsSync(path)) sizes[`${name} (Node only)`] = gzipSync(readFileSync(path)).length / 1024;
    }
    console.log(
      Object.entries(sizes)
        .map(([name, kb]) => `${name.padEnd(72)} ${kb.toFixed(1)}`)
        .join("\n"),
    );
  }, 120_000);

  it.each([
    ["core", 50],
    ["wasm backend", 25],
    ["webgl backend", 25],
  ] as const)("%s: at most %i", (name, limit) => {
    expect(sizes[name]).toBeGreaterThan(5);
    expect(sizes[name]).toBeLessThanOrEqual(limit);
  });
});
