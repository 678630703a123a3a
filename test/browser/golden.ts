/** Reads the golden cases in a page. */

import type { GoldenCase } from "../golden/load.ts";
import opsUrl from "../golden/ops.json.gz?url";
import programsUrl from "../golden/programs.json.gz?url";

const URLS = { ops: opsUrl, programs: programsUrl };

/** All cases of a file. */
export async function loadGolden(file: "ops" | "programs"): Promise<GoldenCase[]> {
  const { body, headers } = await fetch(URLS[file]);
  // A server may say that the file is compressed, and then the browser has unpacked it.
  if (headers.get("content-encoding") !== null) return (await new Response(body).json()) as GoldenCase[];
  return (await new Response(body!.pipeThrough(new DecompressionStream("gzip"))).json()) as GoldenCase[];
}
