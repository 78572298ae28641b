import { fileURLToPath } from "node:url";
import { readArguments } from "../support/arguments.ts";
import { checkRows } from "./check-rows.ts";
import { rowsAsText } from "./print-rows.ts";
import { behaviours } from "./rows/behaviours.ts";
import { flaws } from "./rows/flaws.ts";
import { runTests } from "./suites.ts";
import { readReport } from "./test-results.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const rows = [...behaviours, ...flaws];

const values = readArguments(
  `npm run contract -- [--json] [--report <file>]…

Runs the tests that prove the reference's behaviours and the absence of its flaws, and prints each with its proof. With
--report they are taken from what vitest has written as JSON, instead of being run again.`,
  {
    json: { type: "boolean", default: false },
    report: { type: "string", multiple: true },
  },
);

const files = rows.flatMap((row) => ("proof" in row ? row.proof.map(({ file }) => file) : []));
const results = values.report
  ? values.report.flatMap((report) => readReport(report, root))
  : await runTests(files, root);
const checked = checkRows(rows, results);
process.stdout.write(`${values.json ? JSON.stringify(checked, null, 2) : rowsAsText(checked)}\n`);
if (checked.some(({ status }) => status === "unproved")) process.exitCode = 1;
