import { writeFileSync } from "node:fs";
import path from "node:path";
import { readArguments } from "../support/arguments.ts";
import { full, only, type Plan, quick } from "./plan.ts";
import { type BenchOptions, runBench } from "./run-bench.ts";
import { tableOf } from "./table.ts";

const given = readArguments(
  `npm run bench -- [options]

Measures what a call costs, next to the raw MCP SDK and the bare transports.

  --full                a cell for everything (default: a few)
  --only <words>        cells that have all these words in their name
  --contender <module>  another client to be measured, as often as you like
  --profile <folder>    write CPU profiles there
  --out <file>          write the report there, as JSON
  --json                print the report as JSON`,
  {
    full: { type: "boolean", default: false },
    only: { type: "string" },
    contender: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    out: { type: "string" },
    profile: { type: "string" },
  },
);

const report = await runBench(choosePlan(), benchOptions());
const json = `${JSON.stringify(report, null, 1)}\n`;
if (given.out !== undefined) writeFileSync(given.out, json);
process.stdout.write(given.json ? json : tableOf(report));

function choosePlan(): Plan {
  const plan = given.full ? full : quick;
  const chosen = only(plan, given.only ?? "");
  if (chosen.cells.length > 0) return chosen;
  throw new Error(`no cell has all the words "${given.only}"; --full has more cells`);
}

function benchOptions(): BenchOptions {
  const options: BenchOptions = {
    contenders: (given.contender ?? []).map((module) => path.resolve(module)),
    onCell: (done, of) => process.stderr.isTTY && process.stderr.write(`\r${done}/${of}\r`),
  };
  if (given.profile === undefined) return options;
  return {
    ...options,
    nodeOptions: ["--cpu-prof", `--cpu-prof-dir=${path.resolve(given.profile)}`],
  };
}
