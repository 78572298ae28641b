import { execFileSync } from "node:child_process";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { newTally, runSeeds, type Tally } from "./report.ts";
import { runSeed } from "./run-seed.ts";
import { impossibleCodes, missing } from "./sightings.ts";

const bounds = { calls: 120, faults: 12 };

describe("sixteen seeds", () => {
  let tally: Tally = newTally();

  beforeAll(async () => {
    tally = await runSeeds(
      Array.from({ length: 16 }, (_, index) => index + 1),
      bounds,
    );
  }, 60_000);

  test("break no rule", () => {
    expect(tally.failures).toEqual([]);
  });

  test("make all their calls, and have faults of many kinds", () => {
    expect(tally.calls).toBeGreaterThanOrEqual(16 * bounds.calls);
    expect(tally.faults).toBeGreaterThan(60);
    expect(Object.keys(tally.sightings.faults).length).toBeGreaterThan(12);
  });

  test("go through every state", () => {
    const states = missing(tally.sightings).filter((what) => /^[a-z]/.test(what));
    expect(states.filter((state) => !state.includes(":"))).toEqual([]);
  });

  test("come to different histories", () => {
    expect(new Set(tally.hashes.map(([, hash]) => hash)).size).toBe(16);
  });
});

test.each([3, 4, 7])("seed %i does the same again, entry by entry", async (seed) => {
  const first = await runSeed(seed, bounds);
  const second = await runSeed(seed, bounds);
  expect(second.entries).toEqual(first.entries);
  expect(second.hash).toBe(first.hash);
});

test("what a large simulation has to see is all that there is", () => {
  const unseen = missing(newTally().sightings);
  expect(unseen).toContain("DEADLINE_EXCEEDED");
  expect(unseen).toContain("ready.draining");
  expect(unseen).toContain("once: a call that may have run is repeated");
  expect(unseen.filter((code) => code in impossibleCodes)).toEqual([]);
});

describe("the command", () => {
  beforeAll(expectBuilt);

  test("reports as JSON, the same in one thread as in several", () => {
    const all = simulate("--seeds", "6");
    expect(all).toMatchObject({ seeds: 6, violations: 0, failures: [], unseen: [] });
    expect(simulate("--seeds", "6", "--bail").hash).toBe(all.hash);
    expect(simulate("--seed", "5")).toMatchObject({ seeds: 1, violations: 0 });
  }, 60_000);
});

function simulate(...args: readonly string[]): { readonly hash: string } {
  const main = path.join(projectRoot, "dist/test/simulation/main.js");
  const command = [main, ...args, "--calls", "40", "--faults", "6", "--json"];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" }));
}
