// npm run bench -- [--quick | --full] [--only <words>] [--contender <module>]… [--json] [--out <file>] [--profile <folder>]
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { full, only, type Plan, quick } from "./plan.ts";
import { type BenchOptions, runBench } from "./run-bench.ts";
import { tableOf } from "./table.ts";

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean" },
    full: { type: "boolean" },
    only: { type: "string" },
    contender: { type: "string", multiple: true },
    json: { type: "boolean" },
    out: { type: "string" },
    profile: { type: "string" },
  },
});

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
