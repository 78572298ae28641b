import { readInputFolder } from "./demo/input-folder.ts";
import { Inspection } from "./demo/inspection.ts";
import { Interruption, Interrupts } from "./demo/interrupts.ts";
import { JsonLines } from "./demo/json-lines.ts";
import { LedgerFile } from "./demo/ledger-file.ts";
import { type DemoOptions, helpText, readOptions } from "./demo/options.ts";
import { paintFor } from "./demo/palette.ts";
import { childrenLeft } from "./demo/process-table.ts";
import type { Reporter } from "./demo/report.ts";
import { runDemo } from "./demo/run.ts";
import { safeText } from "./demo/safe-text.ts";
import { Statistics } from "./demo/statistics.ts";
import { Timeline } from "./demo/timeline.ts";
import { UsageError } from "./demo/usage-error.ts";
import { ask } from "./host/ask.ts";
import { areForAsking, askHelpText, readAskOptions } from "./host/options.ts";

const { stdout, stderr } = process;
const write = (text: string): void => void stdout.write(text);
// Where nobody says how wide it is.
const widthDefault = 120;

function createReporter({ json }: DemoOptions): Reporter {
  if (json) return new JsonLines(write);
  return new Timeline({
    write,
    isTerminal: stdout.isTTY,
    width: () => stdout.columns || widthDefault,
    paint: paintFor(stdout.isTTY, process.env),
  });
}

/** Passes on what is reported, and counts it. */
function counting(reporter: Reporter, statistics: Statistics): Reporter {
  return {
    report: (report) => {
      statistics.add(report);
      reporter.report(report);
    },
    progress: (progress) => reporter.progress(progress),
    close: () => reporter.close(),
  };
}

async function start(options: DemoOptions, interrupts: Interrupts): Promise<number> {
  const input = await readInputFolder(options.input);
  const ledger = await LedgerFile.create(options.ledger);
  const statistics = new Statistics();
  const reporter = counting(createReporter(options), statistics);
  const { signal } = interrupts;
  const inspection = await Inspection.start(options, reporter);
  const { watch } = inspection;
  try {
    reporter.report({
      type: "start",
      input: safeText(options.input),
      documents: input.documents.length,
      toolCalls: input.toolCalls.length,
      bytes: input.bytes,
      seed: options.seed,
    });
    const ok = await runDemo({ options, input, ledger, reporter, statistics, watch, signal });
    await inspection.linger(stdout.isTTY, signal);
    return ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    const left = childrenLeft(ledger.path).length;
    reporter.report({ type: "interrupted", signal: error.signal, childrenLeft: left });
    return error.exitCode;
  } finally {
    await inspection.close();
    reporter.close();
    ledger.close();
  }
}

/** Asks the plugins of the user's own host. */
async function answer(args: readonly string[], { signal }: Interrupts): Promise<number> {
  const options = readAskOptions(args);
  try {
    const { answers, exitCode } = await ask(options, signal);
    write(`${JSON.stringify({ hook: options.hook, answers }, null, 2)}\n`);
    return exitCode;
  } catch (error) {
    if (error instanceof Interruption) return error.exitCode;
    throw error;
  }
}

async function main(): Promise<number> {
  const interrupts = new Interrupts();
  const args = process.argv.slice(2);
  try {
    if (areForAsking(args)) return await answer(args, interrupts);
    const options = readOptions(args);
    if (!options.help) return await start(options, interrupts);
    write(`${helpText}${askHelpText}`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const lines = error.message.split("\n").map(safeText);
    stderr.write(`${lines.join("\n")}\n`);
    return 2;
  } finally {
    interrupts.release();
  }
}

process.exitCode = await main();
