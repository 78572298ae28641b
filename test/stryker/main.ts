import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

type Options = NonNullable<ConstructorParameters<typeof Stryker>[0]>;
type Mutant = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    /** Only what has changed since the last run, as far as Stryker can tell: helpers of tests it does not look at */
    incremental: { type: "boolean", default: false },
  },
});
const startedAt = performance.now();

const stryker = new Stryker({
  force: !values.incremental,
  ...(values.json && { reporters: [], logLevel: "off" as NonNullable<Options["logLevel"]> }),
});
const mutants = await stryker.runMutationTest();
// Stryker has set the exit code, by the threshold in its configuration.
print(values.json ? JSON.stringify(summaryOf(mutants), null, 2) : readable());

function summaryOf(some: readonly Mutant[]) {
  const count = (status: Mutant["status"]) => some.filter((one) => one.status === status).length;
  const [killed, timeout] = [count("Killed"), count("Timeout")];
  const [survived, noCoverage] = [count("Survived"), count("NoCoverage")];
  const judged = killed + timeout + survived + noCoverage;
  return {
    mutants: some.length,
    killed,
    survived,
    noCoverage,
    timeout,
    score: judged === 0 ? 0 : Math.round((10_000 * (killed + timeout)) / judged) / 100,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

function readable(): string {
  const alive = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  const files = [...new Set(mutants.map(({ fileName }) => fileName))].sort();
  const { score, seconds } = summaryOf(mutants);
  return [
    ...alive.map(describeMutant),
    "",
    ...files.map((file) => {
      const one = summaryOf(mutants.filter(({ fileName }) => fileName === file));
      return `${file}: ${one.killed + one.timeout} of ${one.mutants}, ${one.score} %`;
    }),
    `${mutants.length} mutants, ${alive.length} of them alive, ${score} %, ${seconds} s`,
  ].join("\n");
}

function describeMutant({ fileName, location, mutatorName, replacement }: Mutant): string {
  const { line, column } = location.start;
  return `${fileName}:${line}:${column}: ${mutatorName}: ${replacement?.replaceAll(/\s+/g, " ")}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
