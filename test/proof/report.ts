import type { ExploredReport } from "../model/explored.ts";
import type { MutantsReport } from "./judge-mutants.ts";
import { type LayersRow, missed } from "./layers.ts";
import type { Simulation } from "./simulate.ts";

export interface ProofReport {
  readonly commit: string;
  readonly date: string;
  readonly node: string;
  readonly explored: readonly (ExploredReport & { readonly bounds: string })[];
  readonly mutants: MutantsReport;
  readonly layers: readonly LayersRow[];
  readonly simulation: Simulation & { readonly again: string };
  readonly seconds: number;
}

/** Of all mutants, so many must be found out. */
const leastKilled = 0.97;

/** All that does not hold. */
export function problemsOf({ explored, mutants, layers, simulation }: ProofReport): string[] {
  const { survivors, notEquivalent } = mutants;
  const unexplained = survivors.filter(({ because }) => because === undefined);
  return [
    ...explored.flatMap(({ violations }) => violations),
    ...unexplained.map(({ mutant }) => `a mutant survives, and nobody knows why: ${mutant}`),
    ...notEquivalent.map((mutant) => `not equivalent after all: ${mutant}`),
    ...(killedShare(mutants) < leastKilled ? ["too many mutants survive"] : []),
    ...layers.flatMap(({ mistake, ...layer }) =>
      Object.entries(layer)
        .filter(([, verdict]) => verdict === missed)
        .map(([name]) => `${name} does not see: ${mistake}`),
    ),
    ...simulation.failures.flatMap(({ problems, replay }) => [...problems, replay]),
    ...simulation.unseen.map((what) => `never seen in the simulation: ${what}`),
    ...(simulation.again === simulation.hash ? [] : ["a second simulation came to another hash"]),
  ];
}

const killedShare = ({ made, killed }: MutantsReport): number => killed / made;

/** The report as Markdown. */
export function readable(report: ProofReport): string {
  const { commit, date, node, explored, mutants, layers, simulation, seconds } = report;
  const problems = problemsOf(report);
  const sum = (member: "states" | "edges"): string =>
    number(explored.reduce((total, one) => total + one[member], 0));
  return `# Proof

Of commit ${commit}, on ${date}, with Node ${node}, in ${seconds} s. Made by \`npm run proof\`.

${problems.length === 0 ? "Everything holds." : problems.map((problem) => `- ${problem}`).join("\n")}

## Every way

${sum("states")} states and ${sum("edges")} edges of the machine, breadth first, with every invariant checked on every edge.

${table(
  ["within", "states", "edges", "depth"],
  explored.map(({ bounds, states, edges, depth }) => [
    bounds,
    number(states),
    number(edges),
    depth,
  ]),
)}

## Mutants

Of ${number(mutants.made)} machines that differ in one place, ${number(mutants.killed)} do something else on a path of the machine that ships
(${(100 * killedShare(mutants)).toFixed(1)} %), half of them within ${mutants.stepsToKill.median} steps, all within ${mutants.stepsToKill.most}. The others are the same machine in other words:

${table(
  ["mutant", "why nothing shows", "as on"],
  mutants.survivors.map(({ mutant, because, trace }) => [mutant, because ?? "?", trace.join(", ")]),
)}

## Mistakes

Five mistakes, and what gives them away in each layer that should see them.

${table(
  ["mistake", "exhaustive check", "paths", "simulation"],
  layers.map((row) => [row.mistake, row.exhaustive, row.paths, row.simulation]),
)}

## Simulation

${number(simulation.seeds)} seeds, ${number(simulation.calls)} calls, ${number(simulation.faults)} faults: ${simulation.violations} violations. All histories together come to ${simulation.hash}, and
the second time to ${simulation.again}.
`;
}

const number = (n: number): string => n.toLocaleString("en").replaceAll(",", " ");

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
