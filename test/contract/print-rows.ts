import type { CheckedRow } from "./check-rows.ts";

const signs: Readonly<Record<CheckedRow["status"], string>> = {
  same: "=",
  differs: "~",
  dropped: "-",
  unproved: "!",
};

/** The contract as text: a line for each row, and below it what there is to say. */
export function rowsAsText(rows: readonly CheckedRow[]): string {
  const width = Math.max(...rows.map(({ id }) => id.length));
  const lines = rows.flatMap(({ id, says, status, reason, tests, problems }) => [
    `${signs[status]} ${id.padEnd(width)}  ${says}${tests > 0 ? ` (${tests} test${tests > 1 ? "s" : ""})` : ""}`,
    ...[...(reason === null ? [] : [reason]), ...problems].map(
      (line) => `${" ".repeat(width + 4)}${line}`,
    ),
  ]);
  return [...lines, "", summaryOf(rows)].join("\n");
}

function summaryOf(rows: readonly CheckedRow[]): string {
  const count = (status: CheckedRow["status"]): number =>
    rows.filter((row) => row.status === status).length;
  return `${rows.length} rows: ${count("same")} the same (=), ${count("differs")} different on purpose (~), ${count("dropped")} without a counterpart (-), ${count("unproved")} without proof (!)`;
}
