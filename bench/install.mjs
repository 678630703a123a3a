/** Installs the peers of the benchmark unless they are there already, at the versions of the lock file. */
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
if (!existsSync(`${folder}node_modules/.package-lock.json`)) {
  execSync("npm ci --ignore-scripts", { cwd: folder, stdio: "inherit" });
}
