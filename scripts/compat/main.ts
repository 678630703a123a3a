/** `npm run compat`: writes docs/compat.md. */
import { writeFileSync } from "node:fs";
import { compatibility } from "./render.ts";

const { text, problems } = await compatibility();
writeFileSync(new URL("../../docs/compat.md", import.meta.url), text);
console.log(`docs/compat.md: ${text.split("\n").filter((line) => line.startsWith("| `")).length} rows`);
for (const problem of problems) console.error(`missing: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
