import { readFileSync } from "node:fs";
import path from "node:path";

/** What became of one test. */
export interface TestResult {
  /** Relative to the root of the repository */
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
}

/** The part of a report of vitest that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** Reads a report that vitest has written as JSON. */
export function readReport(file: string, root: string): TestResult[] {
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: path.relative(root, name).split(path.sep).join("/"),
      name: [...ancestorTitles, title].join(" > "),
      passed: status === "passed",
    })),
  );
}
