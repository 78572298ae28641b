import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { aProcess, everyBounds } from "../machines/exhaustive/bounds.ts";
import { explore } from "../machines/exhaustive/explore.ts";
import { type Mutant, mutants } from "../machines/exhaustive/mutants.ts";
import { Violation } from "../machines/exhaustive/violation.ts";
import { withServices } from "../machines/support/test-connection.ts";
import { Hunt } from "../model/mutants/hunt.ts";
import { breakBuild, mistakes } from "../simulation/broken-builds.ts";
import { simulate } from "./simulate.ts";

/** What each layer says of a mistake: what gave it away, or `-` where it is not the layer's to see. */
export interface LayersRow {
  readonly mistake: string;
  readonly exhaustive: string;
  readonly paths: string;
  readonly simulation: string;
}

export const missed = "MISSED";

interface Planted {
  readonly mistake: string;
  /** Name of the mutant that makes it in the machine. Missing: only what surrounds the machine can make it */
  readonly inMachine?: string;
  /** Name of the edit that makes it in the build */
  readonly inBuild: string;
}

const planted: readonly Planted[] = [
  {
    mistake: "sent again without looking at what has become of it",
    inMachine: "a call is sent again without asking whether it was processed",
    inBuild: "a lost call is sent again, whatever has become of it",
  },
  {
    mistake: "settled twice",
    inMachine: "the answer of a call whose caller has gone is given to it",
    inBuild: "a call that was given up is settled again by its answer",
  },
  {
    mistake: "a reconnect for each caller",
    inBuild: "each caller of a lost session asks for a new one",
  },
  {
    mistake: "the context merged from a failed call",
    inBuild: "the context is taken before the answer is checked",
  },
  {
    mistake: "a slot freed while the plugin still runs",
    inMachine: "a deadline frees the slot of a call that the plugin is still at work on",
    inBuild: "a slot is free although the plugin is still at work",
  },
];

/** Makes the five mistakes that matter most, and asks each layer that should catch them. */
export async function tryLayers(): Promise<LayersRow[]> {
  const work = mkdtempSync(path.join(tmpdir(), "mcp-tether-layers-"));
  const hunt = new Hunt(everyBounds);
  const rows: LayersRow[] = [];
  for (const { mistake, inMachine, inBuild } of planted) {
    const mutant = inMachine === undefined ? undefined : named(mutants, "what", inMachine);
    rows.push({
      mistake,
      exhaustive: mutant ? byExploration(mutant) : "-",
      paths: mutant ? byPaths(hunt, mutant) : "-",
      simulation: await bySimulation(path.join(work, `${rows.length}`), inBuild),
    });
  }
  rmSync(work, { recursive: true });
  return rows;
}

function named<T, Key extends keyof T>(list: readonly T[], key: Key, name: T[Key]): T {
  const found = list.find((one) => one[key] === name);
  if (!found) throw new Error(`nothing is called "${name}"`);
  return found;
}

function byExploration({ machine, within = aProcess }: Mutant): string {
  try {
    explore(machine(), within);
  } catch (thrown) {
    if (thrown instanceof Violation) return thrown.invariant;
    throw thrown;
  }
  return missed;
}

function byPaths(hunt: Hunt, { what, machine }: Mutant): string {
  const kill = hunt.kill({ id: what, build: () => withServices(machine()) });
  return kill ? `after ${kill.trace.join(", ")}` : missed;
}

async function bySimulation(folder: string, name: string): Promise<string> {
  const mistake = named(mistakes, "name", name);
  const main = breakBuild(process.cwd(), folder, mistake);
  const bounds = ["--seeds", "300", "--calls", "60", "--faults", "20", "--bail"];
  const { failures } = await simulate(bounds, main);
  const problems = failures.flatMap((failure) => failure.problems);
  return problems.find((problem) => mistake.complaint.test(problem)) ?? missed;
}
