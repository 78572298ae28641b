import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { checkRows } from "./check-rows.ts";
import { rowsAsText } from "./print-rows.ts";
import { by, type Row } from "./row.ts";
import { behaviours } from "./rows/behaviours.ts";
import { flaws } from "./rows/flaws.ts";
import type { TestResult } from "./test-results.ts";

test("every behaviour and every flaw of the reference has its row, once", () => {
  const ids = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  expect(behaviours.map(({ id }) => id).toSorted()).toEqual(ids("B", 100).toSorted());
  expect(flaws.map(({ id }) => id)).toEqual(ids("F", 21));
});

test("every row says why it has no counterpart, or names tests in files that are there", () => {
  for (const row of [...behaviours, ...flaws]) {
    if ("dropped" in row) expect(row.dropped, row.id).not.toBe("");
    else expect(row.proof, row.id).not.toEqual([]);
    for (const { file } of "proof" in row ? row.proof : [])
      expect(existsSync(new URL(`../../${file}`, import.meta.url)), file).toBe(true);
  }
});

const results: readonly TestResult[] = [
  { file: "test/a.test.ts", name: "block > one (1)", passed: true },
  { file: "test/a.test.ts", name: "block > two", passed: true },
  { file: "test/a.test.ts", name: "block > three", passed: false },
  { file: "test/b.test.ts", name: "block > one (1)", passed: true },
];

function checked(row: Partial<Row> & object) {
  const [only] = checkRows([{ id: "B1", says: "it works", proof: [], ...row } as Row], results);
  return only;
}

test("a row is proved by tests that have passed, in the file that it names", () => {
  expect(checked({ proof: by("a", "block > one (1)") })).toMatchObject({
    status: "same",
    tests: 1,
    problems: [],
  });
  const differs = "for a reason";
  expect(checked({ differs, proof: by("a", "* > one (1)", "block > t*o") })).toMatchObject({
    status: "differs",
    reason: differs,
    tests: 2,
  });
});

test.each([
  ["no test", [], /names no test/],
  ["a test that is not there", by("a", "block > four"), /no test is called "block > four"/],
  ["a test of another file", by("b", "block > two"), /no test/],
  ["a name that only begins so", by("a", "block > one"), /no test/],
  ["a test that has failed", by("a", "block > three"), /"block > three" has failed/],
  ["tests of which one has failed", by("a", "block > t*"), /"block > three" has failed/],
])("a row with %s is unproved", (_, proof, problem) => {
  expect(checked({ proof })).toMatchObject({
    status: "unproved",
    problems: [expect.stringMatching(problem)],
  });
});

test("what is printed has a line for each row, its reason and its problems, and the counts", () => {
  const rows = checkRows(
    [
      { id: "B1", says: "it works", proof: by("a", "block > one (1)") },
      { id: "B10", says: "it is fast", dropped: "it is not" },
      { id: "F1", says: "it fails", proof: by("a", "block > three") },
    ],
    results,
  );
  expect(rowsAsText(rows)).toBe(`= B1   it works (1 test)
- B10  it is fast
       it is not
! F1   it fails
       test/a.test.ts: "block > three" has failed

3 rows: 1 the same (=), 0 different on purpose (~), 1 without a counterpart (-), 1 without proof (!)`);
});
