import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium as launchOptions } from "../browser/chromium.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What a strict page allows; the development server speaks to itself by web sockets, and puts styles into the page. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws:";
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const LOSSES = [14, 3.5, 0.875, 0.125, 0.25, 0.375];
const EXPECTED = { wasm: LOSSES, threads: LOSSES, missing: null, webgl: LOSSES, worker: [2, 4, 1] };

let browser: Browser;
let folder: string;

/** The package as npm packs it, unpacked where npm puts it, in an app that has nothing but Vite and TypeScript. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gradloom-app-"));
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: ROOT, stdio: "ignore" });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  const modules = join(folder, "app/node_modules");
  mkdirSync(join(modules, "gradloom"), { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", join(modules, "gradloom"), "--strip-components=1"]);
  // Its dependencies are those that this checkout has installed.
  for (const name of ["@tensorflow", "@dagrejs", "crc-32", "fflate", "long", "seedrandom", "vite", "typescript"])
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  cpSync(new URL("./app", import.meta.url), join(folder, "app"), { recursive: true });
  cpSync(join(modules, "gradloom/dist/gradloom.min.js"), join(folder, "app/gradloom.min.js"));
  browser = await chromium.launch(await launchOptions());
}, 120_000);

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** What a page makes of itself: it says so in its title. */
async function visit(url: string): Promise<unknown> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (e) => complaints.push(e.message));
  try {
    await page.goto(url);
    const done = page.waitForFunction(() => /^(\{|failed)/.test(document.title), null, { timeout: 60_000 });
    await done.catch(() => {
      throw new Error(`the page did not end: ${complaints.join("\n")}`);
    });
    const title = await page.title();
    expect(complaints.filter((text) => /Content Security Policy/i.test(text))).toEqual([]);
    return title.startsWith("{") ? JSON.parse(title) : title;
  } finally {
    await page.close();
  }
}

describe("a fresh Vite app, without configuration, under a strict policy", () => {
  const headers = { ...ISOLATED, "Content-Security-Policy": POLICY };
  const root = (): string => join(folder, "app");

  it("runs in the development server", { timeout: 120_000 }, async () => {
    const { createServer } = await import("vite");
    const server = await createServer({
      root: root(),
      configFile: false,
      logLevel: "error",
      server: { port: 0, headers },
    });
    try {
      await server.listen();
      expect(await visit(server.resolvedUrls!.local[0]!)).toEqual(EXPECTED);
    } finally {
      await server.close();
    }
  });

  it("is built, and runs as built; without isolation on one thread, and says why", { timeout: 120_000 }, async () => {
    const { build, preview } = await import("vite");
    await build({ root: root(), configFile: false, logLevel: "error" });
    const open = async (given: Record<string, string>): Promise<unknown> => {
      const server = await preview({
        root: root(),
        configFile: false,
        logLevel: "error",
        preview: { port: 0, headers: given },
      });
      try {
        return await visit(server.resolvedUrls!.local[0]!);
      } finally {
        await server.close();
      }
    };
    expect(await open(headers)).toEqual(EXPECTED);
    expect(await open({ "Content-Security-Policy": POLICY })).toEqual({
      ...EXPECTED,
      missing: expect.stringContaining("not cross-origin isolated"),
    });
  });
});

describe("a plain page with the single file", () => {
  /** Any server of files. */
  const serve = async (headers: Record<string, string>): Promise<Server> => {
    const { readFileSync } = await import("node:fs");
    const server = createHttpServer((request, response) => {
      const name = request.url!.slice(1);
      const type = name.endsWith(".html") ? "text/html" : "text/javascript";
      try {
        const body = readFileSync(join(folder, "app", name));
        response.writeHead(200, { ...headers, "Content-Type": type }).end(body);
      } catch {
        response.writeHead(404, headers).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };

  it.each([true, false])("runs, isolated: %s", { timeout: 60_000 }, async (isolated) => {
    const server = await serve({ ...(isolated ? ISOLATED : {}), "Content-Security-Policy": POLICY });
    const address = server.address() as { readonly port: number };
    try {
      expect(await visit(`http://127.0.0.1:${address.port}/plain.html`)).toEqual({
        threads: [2, 4, 6],
        missing: isolated ? null : expect.stringContaining("not cross-origin isolated"),
        webgl: [2, 4, 6],
      });
    } finally {
      server.close();
    }
  });
});

describe("the package", () => {
  it("is what Node, bundlers and TypeScript expect", { timeout: 120_000 }, () => {
    const bin = (name: string): string => join(ROOT, "node_modules/.bin", name);
    const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
    const lint = spawnSync(bin("publint"), [tarball, "--strict"], { encoding: "utf8" });
    expect(lint.stdout + lint.stderr).toContain("All good!");
    expect(lint.status).toBe(0);
    const types = spawnSync(bin("attw"), ["--profile", "esm-only", "--no-emoji", "--format", "ascii", tarball], {
      encoding: "utf8",
    });
    expect(types.stdout).toContain("node16 (from ESM): OK (ESM)");
    expect(types.status, types.stdout + types.stderr).toBe(0);
  });
});
