import { equivalences } from "../model/mutants/equivalent.ts";
import type { Findings } from "../model/mutants/hunt.ts";

export interface Survivor {
  readonly mutant: string;
  /** Why it does all that the machine does; missing: nobody knows */
  readonly because?: string | undefined;
  /** The shortest way through the place that was changed */
  readonly trace: readonly string[];
}

export interface MutantsReport {
  readonly made: number;
  readonly killed: number;
  readonly survivors: readonly Survivor[];
  /** Said to be equivalent, and found out all the same */
  readonly notEquivalent: readonly string[];
  /** Killed mutants by the number of steps after which they showed */
  readonly stepsToKill: { readonly median: number; readonly most: number };
}

export function judgeMutants(findings: readonly Findings[]): MutantsReport {
  const kills = findings.flatMap((found) => found.kills);
  const survivors = findings.flatMap((found) => found.survivors);
  const steps = kills.map(({ trace }) => trace.length).sort((a, b) => a - b);
  return {
    made: kills.length + survivors.length,
    killed: kills.length,
    survivors: survivors.sort().map((mutant) => {
      const known = equivalences.find((one) => one.mutant === mutant);
      return { mutant, because: known?.because, trace: known?.trace ?? [] };
    }),
    notEquivalent: equivalences.map(({ mutant }) => mutant).filter((id) => !survivors.includes(id)),
    stepsToKill: { median: steps[steps.length >> 1] ?? 0, most: steps.at(-1) ?? 0 },
  };
}
