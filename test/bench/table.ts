import type { CellReport, Failed, Measured, Ratio, Report } from "./report.ts";

const labelWidth = 14;
const rateWidth = 9;
const numberWidth = 7;
const gap = "  ";

/** For a person: per cell and contender how many times as fast as `sdk` and `bare`, and the CPU time of a call. */
export function tableOf(report: Report): string {
  const titles = new Set(report.cells.map(titleOf));
  const parts = [...titles].map((title) => {
    const cells = report.cells.filter((cell) => titleOf(cell) === title);
    return [title, ...linesOf(cells, report.contenders)].join("\n");
  });
  return `${[...parts, legendOf(report)].join("\n\n")}\n`;
}

const titleOf = ({ server, bytes }: CellReport): string =>
  `${server} server, ${bytes.toLocaleString("en")} bytes each way`;

function linesOf(cells: readonly CellReport[], contenders: readonly string[]): string[] {
  const groupWidth = 3 * numberWidth;
  const names = contenders.map((name) => gap + name.padStart(groupWidth));
  const heads = contenders.map(() => gap + numbers(["× sdk", "× bare", "CPU µs"]));
  const start = " ".repeat(labelWidth);
  return [
    start + "sdk".padStart(rateWidth) + names.join(""),
    start + "calls/s".padStart(rateWidth) + heads.join(""),
    ...cells.map((cell) => lineOf(cell, contenders)),
  ];
}

function lineOf(
  { transport, callers, results }: CellReport,
  contenders: readonly string[],
): string {
  const label = transport.padEnd(labelWidth - 4) + `${callers}`.padStart(4);
  const { sdk } = results;
  const rate = sdk && "callsPerSecond" in sdk ? `${Math.round(sdk.callsPerSecond)}` : "–";
  const parts = contenders.map((name) => gap + resultText(results[name]));
  return label + rate.padStart(rateWidth) + parts.join("");
}

function resultText(result: Measured | Failed | undefined): string {
  if (result === undefined || "error" in result) return "failed".padStart(3 * numberWidth);
  const { timesSdk, timesBare, cpuUs } = result;
  return numbers([ratioText(timesSdk), ratioText(timesBare), `${Math.round(cpuUs)}`]);
}

const ratioText = (ratio: Ratio | null): string => ratio?.median.toFixed(2) ?? "–";

const numbers = (texts: readonly string[]): string =>
  texts.map((text) => text.padStart(numberWidth)).join("");

function legendOf({ cells, contenders, elapsedSeconds, machine }: Report): string {
  const failures = cells.flatMap((cell) =>
    contenders.flatMap((name) => {
      const result = cell.results[name];
      if (!result || !("error" in result)) return [];
      const where = `${cell.server} ${cell.transport} ${cell.bytes} ${cell.callers}`;
      return [`${name} failed in ${where}: ${result.error}`];
    }),
  );
  return [
    ...failures,
    "Lines: transport and callers. × is how many times as many calls per second, in the middle of the rounds.",
    `CPU is that of the client's process, per call. Node ${machine.node}, ${machine.cpus} CPUs, ${elapsedSeconds} s.`,
  ].join("\n");
}
