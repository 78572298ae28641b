import path from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { readArguments } from "../support/arguments.ts";

type Options = NonNullable<ConstructorParameters<typeof Stryker>[0]>;
type Mutant = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const values = readArguments(
  `npm run mutate -- [--json]

Mutates the machine, its queue, the framing and the envelope with Stryker, and prints what survives.`,
  { json: { type: "boolean", default: false } },
);
const startedAt = performance.now();

// Nothing but the report is to be on stdout.
const quiet: Options = { reporters: [], logLevel: "off" as NonNullable<Options["logLevel"]> };
const mutants = await new Stryker(values.json ? quiet : {}).runMutationTest();
const fileOf = ({ fileName }: Mutant): string => path.relative(".", fileName);
const files = [...new Set(mutants.map(fileOf))].sort();
const report = {
  ...countsOf(mutants),
  files: files.map((file) => ({
    file,
    ...countsOf(mutants.filter((mutant) => fileOf(mutant) === file)),
  })),
  seconds: Math.round((performance.now() - startedAt) / 1_000),
};
// Stryker has set the exit code, by the threshold in its configuration.
print(values.json ? JSON.stringify(report, null, 2) : readable());

function countsOf(some: readonly Mutant[]) {
  const count = (status: Mutant["status"]) => some.filter((one) => one.status === status).length;
  const [killed, timeout] = [count("Killed"), count("Timeout")];
  const [survived, noCoverage] = [count("Survived"), count("NoCoverage")];
  const judged = killed + timeout + survived + noCoverage;
  const score = judged === 0 ? 0 : Math.round((10_000 * (killed + timeout)) / judged) / 100;
  return { mutants: some.length, killed, survived, noCoverage, timeout, score };
}

function readable(): string {
  const alive = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  return [
    ...alive.map(describeMutant),
    "",
    ...report.files.map(
      (one) => `${one.file}: ${one.killed + one.timeout} of ${one.mutants}, ${one.score} %`,
    ),
    `${mutants.length} mutants, ${alive.length} of them alive, ${report.score} %, ${report.seconds} s`,
  ].join("\n");
}

function describeMutant(mutant: Mutant): string {
  const { line, column } = mutant.location.start;
  const replacement = mutant.replacement?.replaceAll(/\s+/g, " ");
  return `${fileOf(mutant)}:${line}:${column}: ${mutant.mutatorName}: ${replacement}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
