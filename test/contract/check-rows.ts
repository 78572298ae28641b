import type { Proof, Row } from "./row.ts";
import type { TestResult } from "./test-results.ts";

/** A row, and whether it is proved. */
export interface CheckedRow {
  readonly id: string;
  readonly says: string;
  readonly status: "same" | "differs" | "dropped" | "unproved";
  /** How it differs, or why it was dropped */
  readonly reason: string | null;
  /** Tests that have passed */
  readonly tests: number;
  /** Why it counts as unproved */
  readonly problems: readonly string[];
}

/** A row holds if every proof of it names tests that ran, and all of them have passed. */
export function checkRows(rows: readonly Row[], results: readonly TestResult[]): CheckedRow[] {
  return rows.map((row) => checkRow(row, results));
}

function checkRow(row: Row, results: readonly TestResult[]): CheckedRow {
  const { id, says } = row;
  if ("dropped" in row)
    return { id, says, status: "dropped", reason: row.dropped, tests: 0, problems: [] };
  const found = row.proof.map((proof) => ({ proof, tests: testsOf(proof, results) }));
  const problems = found.flatMap(({ proof, tests }) => problemsOf(proof, tests));
  if (row.proof.length === 0) problems.push("names no test");
  const reason = row.differs ?? null;
  const kept = reason === null ? "same" : "differs";
  return {
    id,
    says,
    status: problems.length > 0 ? "unproved" : kept,
    reason,
    tests: found.flatMap(({ tests }) => tests).filter(({ passed }) => passed).length,
    problems,
  };
}

function testsOf({ file, test }: Proof, results: readonly TestResult[]): TestResult[] {
  const parts = test.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`, "s");
  return results.filter((result) => result.file === file && pattern.test(result.name));
}

function problemsOf({ file, test }: Proof, tests: readonly TestResult[]): string[] {
  if (tests.length === 0) return [`${file}: no test is called "${test}"`];
  return tests.filter(({ passed }) => !passed).map(({ name }) => `${file}: "${name}" has failed`);
}
