import type { Colour, Paint } from "./palette.ts";
import type { SummaryReport } from "./report.ts";
import { padTo, widthOf } from "./text-width.ts";
import { milliseconds, seconds } from "./time-text.ts";

const labelWidth = 11;

/** The end of a timeline: what was done, and whether it was right. */
export function summaryLines(summary: SummaryReport, paint: Paint, width: number): string[] {
  const row = (label: string, items: readonly string[]): string[] => {
    const lines = wrap(items, width - labelWidth);
    return lines.map((line, index) =>
      index === 0 ? paint("bold", padTo(label, labelWidth)) + line : " ".repeat(labelWidth) + line,
    );
  };
  const latencies = Object.entries(summary.latencyMs).map(
    ([plugin, { p50, p99 }]) =>
      `${plugin} p50 ${milliseconds(p50)} ms, p99 ${milliseconds(p99)} ms`,
  );
  const recoveries = summary.recoveries.map(
    ({ plugin, downMs }) => `${plugin} after ${seconds(downMs)} s`,
  );
  const lines = [
    "",
    ...row("calls", [`${summary.calls}:`, ...counted(summary.outcomes)]),
    ...row("masked", [`${total(summary.masked)}:`, ...counted(summary.masked)]),
    ...row("blocked", [`${total(summary.blocked)}:`, ...counted(summary.blocked)]),
    ...row("latency", [...latencies, "waiting included"]),
    ...row("recovered", recoveries),
  ];
  if (summary.ledger !== null) lines.push(...row("ledger", [summary.ledger]));
  lines.push("");
  for (const { name, ok, detail } of summary.checks) {
    const [colour, mark]: readonly [Colour, string] = ok ? ["green", "✓"] : ["red", "✗"];
    lines.push(`${paint(colour, mark)} ${name}: ${detail}`);
  }
  return lines;
}

function counted(counts: Readonly<Record<string, number | undefined>>): string[] {
  return Object.entries(counts)
    .sort(([, a = 0], [, b = 0]) => b - a)
    .map(([name, count]) => `${name} ${count}`);
}

function total(counts: Readonly<Record<string, number | undefined>>): number {
  return Object.values(counts).reduce<number>((sum, count = 0) => sum + count, 0);
}

/** Items in lines, with commas after all but the last and those that end in a colon. */
function wrap(items: readonly string[], width: number): string[] {
  const lines: string[] = [""];
  for (const [index, item] of items.entries()) {
    const text = index === items.length - 1 || item.endsWith(":") ? item : `${item},`;
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = text;
    else if (widthOf(line) + 1 + widthOf(text) <= width)
      lines[lines.length - 1] = `${line} ${text}`;
    else lines.push(text);
  }
  return lines;
}
