import { everyBounds } from "../machines/exhaustive/bounds.ts";
import { everyInvariant } from "../machines/exhaustive/explore.ts";
import { liveness } from "../machines/exhaustive/liveness.ts";
import { readArguments } from "../support/arguments.ts";
import { Coverage, gapsOf } from "./coverage.ts";
import type { ExploredReport } from "./explored.ts";
import { doJobs } from "./jobs.ts";
import type { PathsReport } from "./paths.ts";
import { type RealReport, runRealPaths } from "./real/run.ts";
import { everyState, everyTransition } from "./transitions.ts";

const values = readArguments(
  `npm run test:model -- [--json]

Drives the machine along every path of its model, alone and with real processes, and explores it within bounds.`,
  { json: { type: "boolean", default: false } },
);
const startedAt = performance.now();

const names = everyBounds.map(({ name }) => name);
// The real paths first: what they need is mostly patience, and both cores are free for it.
const real = await runRealPaths();
const paths = await doJobs(names.map((bounds) => ({ kind: "paths" as const, bounds })));
const explored = await doJobs(names.map((bounds) => ({ kind: "explore" as const, bounds })));
const report = summaryOf(real, paths, explored);
print(values.json ? JSON.stringify(report, null, 2) : readable());
process.exitCode = report.violations > 0 ? 1 : 0;

function summaryOf(
  real: RealReport,
  paths: readonly PathsReport[],
  explored: readonly ExploredReport[],
) {
  const all = new Coverage();
  for (const { coverage } of paths) all.add(coverage);
  const coverage = all.report;
  const problems = [
    ...paths.flatMap(({ differences }) => differences),
    ...gapsOf(coverage).map((gap) => `never gone through: ${gap}`),
    ...real.problems,
    ...explored.flatMap(({ violations }) => violations),
  ];
  const cells = coverage.cells.map(([, how]) => how);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  return {
    states: everyState.length,
    transitions: everyTransition.length,
    coveredStates: everyState.filter((id) => coverage.states.includes(id)).length,
    coveredTransitions: everyTransition.filter((id) => (coverage.taken[id] ?? 0) > 0).length,
    cells: {
      taken: cells.filter((how) => how === "taken").length,
      refused: cells.filter((how) => how === "refused").length,
    },
    paths: sum(paths.map((one) => one.paths)),
    steps: sum(paths.map((one) => one.steps)),
    realPaths: real.paths,
    realSteps: real.steps,
    realTransitions: real.transitions.length,
    /** Transitions that nothing real can cause, with the reason */
    realExceptions: real.exceptions,
    bounds: names.map((name, n) => ({ name, ...explored[n], violations: undefined })),
    exploredStates: sum(explored.map(({ states }) => states)),
    exploredEdges: sum(explored.map(({ edges }) => edges)),
    invariants: everyInvariant.length + liveness.length,
    violations: problems.length,
    problems,
    /** How often the paths have taken each transition */
    taken: coverage.taken,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

function readable(): string {
  const { bounds, cells, problems, realExceptions } = report;
  return [
    ...problems,
    ...bounds.map(({ name, states, edges }) => `${name}: ${states} states, ${edges} edges`),
    `${report.exploredStates} states and ${report.exploredEdges} edges explored, ${report.invariants} invariants`,
    `${report.paths} paths with ${report.steps} steps have taken ${report.coveredTransitions} of ${report.transitions} transitions and ${report.coveredStates} of ${report.states} states`,
    `cells of the table: ${cells.taken} taken, ${cells.refused} refused`,
    `${report.realPaths} paths with ${report.realSteps} steps, through real processes and servers, have taken ${report.realTransitions}; what nothing real can cause:`,
    ...Object.entries(realExceptions).map(([transition, reason]) => `  ${transition}: ${reason}`),
    `${report.violations} violations, ${report.seconds} s`,
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
