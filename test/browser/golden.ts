/** The golden cases in a page. */
import { expect, it } from "vitest";
import type { GoldenCase } from "../golden/load.ts";
import opsUrl from "../golden/ops.json.gz?url";
import programsUrl from "../golden/programs.json.gz?url";
import { runCase } from "../golden/run.ts";

const URLS = { ops: opsUrl, programs: programsUrl };

/** All cases of a file. */
async function loadGolden(file: "ops" | "programs"): Promise<GoldenCase[]> {
  const { body, headers } = await fetch(URLS[file]);
  // A server may say that the file is compressed, and then the browser has unpacked it.
  if (headers.get("content-encoding") !== null) return (await new Response(body).json()) as GoldenCase[];
  return (await new Response(body!.pipeThrough(new DecompressionStream("gzip"))).json()) as GoldenCase[];
}

/** Declares tests that run all cases on the backend in use. */
export function runGolden(dtypes: readonly ("float64" | "float32")[]): void {
  for (const file of ["ops", "programs"] as const) {
    it.each(dtypes)(`runs the golden ${file} in %s`, async (dtype) => {
      const failures: Record<string, string[]> = {};
      for (const golden of await loadGolden(file)) {
        const problems = await runCase(golden, dtype).catch((e: unknown) => [String(e)]);
        if (problems.length > 0)
          failures[`${golden.name}: ${golden.steps.map((s) => s.op).join(" ")}`] = problems.slice(0, 3);
      }
      expect(failures).toEqual({});
    });
  }
}
