import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readReport, type TestResult } from "./test-results.ts";

/** Suites with a configuration of their own, by the folder of their tests. */
const suites: readonly { readonly folder: string; readonly config: string }[] = [
  { folder: "test/interop/", config: "test/interop/vitest.config.ts" },
  { folder: "test/", config: "vitest.config.ts" },
];

/** Runs test files, each in its suite, and returns what became of their tests. What they print goes to standard error. */
export async function runTests(files: readonly string[], root: string): Promise<TestResult[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "contract-"));
  try {
    const results: TestResult[] = [];
    for (const [config, own] of bySuite(files)) {
      const report = path.join(folder, `${results.length}.json`);
      await runVitest(config, own, report, root);
      results.push(...readReport(report, root));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function bySuite(files: readonly string[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const file of new Set(files)) {
    const suite = suites.find(({ folder }) => file.startsWith(folder));
    if (suite === undefined) throw new Error(`${file} belongs to no suite`);
    grouped.set(suite.config, [...(grouped.get(suite.config) ?? []), file]);
  }
  return grouped;
}

async function runVitest(
  config: string,
  files: readonly string[],
  report: string,
  root: string,
): Promise<void> {
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--config", config, ...files], {
    cwd: root,
    env: { ...process.env, TEST_REPORT: report },
    // Standard output is for the contract.
    stdio: ["ignore", 2, 2],
  });
  // A test that fails is found in the report. Without one there is nothing to say.
  await once(child, "exit");
}
