import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readArguments, wholeNumber } from "../support/arguments.ts";
import type { Bounds } from "./plan.ts";
import { addTally, hashOf, newTally, runSeeds, type Tally } from "./report.ts";
import { impossibleCodes, missing } from "./sightings.ts";

/** From so many seeds on, everything that can happen must have happened. */
const seedsForAll = 100;

const values = readArguments(
  `npm run simulate -- [options]

Runs the client in a simulated world, and has an independent checker judge what happened. Exit codes: 0 everything held,
1 it did not, 2 wrong options.

  --seeds <number>   how many worlds (default: 20)
  --seed <number>    this world alone
  --calls <number>   in each world (default: 1000)
  --faults <number>  in each world (default: 10)
  --bail             end with the first world in which something does not hold
  --json             print the report as JSON`,
  {
    seeds: { type: "string", default: "20" },
    calls: { type: "string", default: "1000" },
    faults: { type: "string", default: "10" },
    seed: { type: "string" },
    bail: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
);
const first = values.seed === undefined ? 1 : wholeNumber(values, "seed");
const many = values.seed === undefined ? wholeNumber(values, "seeds") : 1;
const bounds: Bounds = {
  calls: wholeNumber(values, "calls"),
  faults: wholeNumber(values, "faults", 0),
};
const startedAt = performance.now();

const tally = await simulate();
const unseen = tally.seeds < seedsForAll ? [] : missing(tally.sightings);
const hasFailed = tally.failures.length > 0 || unseen.length > 0;
print(values.json ? JSON.stringify(report(), null, 2) : readable());
process.exitCode = hasFailed ? 1 : 0;

async function simulate(): Promise<Tally> {
  const seeds = Array.from({ length: many }, (_, index) => first + index);
  if (values.bail || many === 1) return await runSeeds(seeds, bounds, values.bail);
  const threads = Math.min(availableParallelism(), many);
  const parts = Array.from({ length: threads }, (_, thread) =>
    seeds.filter((_, index) => index % threads === thread),
  );
  const all = newTally();
  for (const part of await Promise.all(parts.map(runInThread))) addTally(all, part);
  return all;
}

function runInThread(seeds: readonly number[]): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: { seeds, bounds },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread has ended with code ${code}`)));
  });
}

function report(): object {
  const { seeds, calls, faults, simulatedMs, runTwice, failures, sightings } = tally;
  return {
    seeds,
    calls,
    faults,
    runTwice,
    violations: failures.flatMap(({ problems }) => problems).length,
    failures: failures.map((failure) => ({ ...failure, replay: replayOf(failure.seed) })),
    hash: hashOf(tally),
    seen: sightings,
    unseen,
    impossible: impossibleCodes,
    simulatedSeconds: Math.round(simulatedMs / 1_000),
    seconds: seconds(),
  };
}

function readable(): string {
  const { seeds, calls, faults, simulatedMs, runTwice, failures } = tally;
  const lines = failures.flatMap(({ seed, problems }) => [
    `seed ${seed}:`,
    ...problems.map((problem) => `  ${problem}`),
    `  again: ${replayOf(seed)}`,
  ]);
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  return [
    ...lines,
    ...unseen.map((what) => `never seen: ${what}`),
    `${seeds} seeds, ${calls} calls, ${faults} faults, ${hours} simulated hours in ${seconds()} s`,
    `${failures.length} seeds have failed; ${runTwice} were run twice; all together ${hashOf(tally)}`,
  ].join("\n");
}

function replayOf(seed: number): string {
  return `npm run simulate -- --seed ${seed} --calls ${bounds.calls} --faults ${bounds.faults}`;
}

function seconds(): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
