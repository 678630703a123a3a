/**
 * Prints one line, `N passed, N failed[, N skipped]`, from vitest's JSON report; exits 1 when anything failed.
 * A test file that fails outside its tests (it does not load, or a hook throws) counts as one failure, and so does a
 * missing report or one without any test.
 */
import { readFileSync } from "node:fs";

/** The report's test files, or none when vitest did not get as far as writing it. */
function readFiles(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).testResults;
  } catch {
    return [];
  }
}

const files = readFiles(process.argv[2]);
const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
const passed = statuses.filter((status) => status === "passed").length;
const failedTests = statuses.filter((status) => status === "failed").length;
const brokenFiles = files.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
).length;
const skipped = statuses.length - passed - failedTests;
const failed = failedTests + brokenFiles + (files.length === 0 ? 1 : 0);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
