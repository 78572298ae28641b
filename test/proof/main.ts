import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { everyBounds, largeBounds } from "../machines/exhaustive/bounds.ts";
import { doJobs } from "../model/jobs.ts";
import { readArguments } from "../support/arguments.ts";
import { judgeMutants } from "./judge-mutants.ts";
import { tryLayers } from "./layers.ts";
import { type ProofReport, problemsOf, readable } from "./report.ts";
import { simulate } from "./simulate.ts";

const values = readArguments(
  `npm run proof -- [--json] [--out <path>] [--dirty]

Explores larger bounds, hunts mutants, plants mistakes and simulates a million calls twice. Takes some minutes.

  --out <path>  where the report goes, as .json and .md (default: test/proof/report)
  --dirty       prove a tree that is not what its commit says
  --json        print the report as JSON`,
  {
    json: { type: "boolean", default: false },
    out: { type: "string", default: "test/proof/report" },
    dirty: { type: "boolean", default: false },
  },
);
const startedAt = performance.now();
const git = (...args: readonly string[]): string =>
  execFileSync("git", args, { encoding: "utf8" }).trim();

if (!values.dirty && git("status", "--porcelain", "--", ".", ":!test/proof/report*") !== "") {
  throw new Error("a proof is of a commit: commit your changes first, or say --dirty");
}

const simulated = ["--seeds", "1000", "--calls", "1000", "--faults", "10"];
const threads = availableParallelism();

say("exploring");
const names = [...largeBounds, ...everyBounds].map(({ name }) => name);
const explored = await doJobs(names.map((bounds) => ({ kind: "explore" as const, bounds })));
say("hunting mutants");
const rests = Array.from({ length: threads }, (_, rest) => ({
  kind: "mutants" as const,
  rest,
  of: threads,
}));
const mutants = judgeMutants(await doJobs(rests));
say("planting mistakes");
const layers = await tryLayers();
say("simulating");
const first = await simulate(simulated);
say("simulating again");
const again = await simulate(simulated);

const report: ProofReport = {
  commit: git("rev-parse", "HEAD"),
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  explored: names.map((bounds, n) => ({ bounds, ...(explored[n] ?? missing(bounds)) })),
  mutants,
  layers,
  simulation: { ...first, again: again.hash },
  seconds: Math.round((performance.now() - startedAt) / 1_000),
};
mkdirSync(path.dirname(values.out), { recursive: true });
writeFileSync(`${values.out}.json`, `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(`${values.out}.md`, readable(report));
process.stdout.write(values.json ? JSON.stringify(report, null, 2) : readable(report));
process.exitCode = problemsOf(report).length === 0 ? 0 : 1;

function missing(bounds: string): never {
  throw new Error(`${bounds} was not explored`);
}

function say(what: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${seconds} s: ${what}\n`);
}
