import { createHash } from "node:crypto";
import type { Bounds } from "./plan.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";
import { addSightings, noSightings, type Sightings } from "./sightings.ts";

/** Every so many seeds one is run twice, to see that it does the same again. */
const sampleEvery = 20;
const shownProblems = 5;

/** A seed that has shown something wrong. */
export interface Failure {
  readonly seed: number;
  readonly problems: readonly string[];
}

/** What came of some seeds. */
export interface Tally {
  seeds: number;
  calls: number;
  faults: number;
  simulatedMs: number;
  runTwice: number;
  readonly failures: Failure[];
  readonly hashes: [seed: number, hash: string][];
  readonly sightings: Sightings;
}

export function newTally(): Tally {
  return {
    seeds: 0,
    calls: 0,
    faults: 0,
    simulatedMs: 0,
    runTwice: 0,
    failures: [],
    hashes: [],
    sightings: noSightings(),
  };
}

/** @param bails whether the first seed that fails is the last */
export async function runSeeds(
  seeds: Iterable<number>,
  bounds: Bounds,
  bails = false,
): Promise<Tally> {
  const tally = newTally();
  for (const seed of seeds) {
    if (bails && tally.failures.length > 0) break;
    const result = await runSafely(seed, bounds);
    count(tally, result);
    if (seed % sampleEvery !== 0) continue;
    tally.runTwice += 1;
    const { hash } = await runSafely(seed, bounds);
    if (hash !== result.hash)
      tally.failures.push({ seed, problems: [`it came to ${result.hash}, and then to ${hash}`] });
  }
  return tally;
}

/** A run that breaks off is a failure of its seed, not of all. */
async function runSafely(seed: number, bounds: Bounds): Promise<SeedResult> {
  try {
    return await runSeed(seed, bounds);
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const nothing = { calls: 0, struck: 0, simulatedMs: 0, entries: [] };
    const problems = [`the run broke off: ${problem}`];
    return { seed, hash: "", problems, sightings: noSightings(), ...nothing };
  }
}

function count(tally: Tally, result: SeedResult): void {
  const { seed, hash, problems, sightings, calls, struck, simulatedMs } = result;
  tally.seeds += 1;
  tally.calls += calls;
  tally.faults += struck;
  tally.simulatedMs += simulatedMs;
  tally.hashes.push([seed, hash]);
  addSightings(tally.sightings, sightings);
  if (problems.length > 0)
    tally.failures.push({ seed, problems: problems.slice(0, shownProblems) });
}

export function addTally(to: Tally, from: Tally): void {
  to.seeds += from.seeds;
  to.calls += from.calls;
  to.faults += from.faults;
  to.simulatedMs += from.simulatedMs;
  to.runTwice += from.runTwice;
  to.failures.push(...from.failures);
  to.hashes.push(...from.hashes);
  addSightings(to.sightings, from.sightings);
}

/** One hash for all seeds, in their order. */
export function hashOf({ hashes }: Tally): string {
  const hash = createHash("sha256");
  for (const [seed, own] of hashes.toSorted(([a], [b]) => a - b)) hash.update(`${seed} ${own}\n`);
  return hash.digest("hex").slice(0, 16);
}
