import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkRows } from "./check-rows.ts";
import { rowsAsText } from "./print-rows.ts";
import { behaviours } from "./rows/behaviours.ts";
import { flaws } from "./rows/flaws.ts";
import { runTests } from "./suites.ts";
import { readReport } from "./test-results.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const rows = [...behaviours, ...flaws];

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    // What vitest has written as JSON, instead of running the tests again
    report: { type: "string", multiple: true },
  },
});

const files = rows.flatMap((row) => ("proof" in row ? row.proof.map(({ file }) => file) : []));
const results = values.report
  ? values.report.flatMap((report) => readReport(report, root))
  : await runTests(files, root);
const checked = checkRows(rows, results);
process.stdout.write(`${values.json ? JSON.stringify(checked, null, 2) : rowsAsText(checked)}\n`);
if (checked.some(({ status }) => status === "unproved")) process.exitCode = 1;
