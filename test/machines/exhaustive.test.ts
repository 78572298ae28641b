import { describe, expect, test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { aProcess, everyBounds, largeBounds, oneCall } from "./exhaustive/bounds.ts";
import { everyInvariant, explore, Violation } from "./exhaustive/explore.ts";
import { liveness } from "./exhaustive/liveness.ts";
import { idlers, mutants, unmutated } from "./exhaustive/mutants.ts";
import type { Machine } from "./exhaustive/state.ts";

// `EXHAUSTIVE=large` goes further: minutes instead of seconds.
const { EXHAUSTIVE } = process.env;
const patience = 600_000;

function violationOf(check: () => unknown): Violation | undefined {
  try {
    check();
  } catch (thrown) {
    if (thrown instanceof Violation) return thrown;
    throw thrown;
  }
  return undefined;
}

describe("every way through the machine, as far as the bounds go", () => {
  const bounds = EXHAUSTIVE === "large" ? [...everyBounds, ...largeBounds] : everyBounds;

  test.each(bounds)("$name", { timeout: patience }, (each) => {
    const graph = explore(pluginConnectionMachine, each);
    for (const rule of liveness) rule(graph);
    const { vertices, edges, depth } = graph;
    expect({ states: vertices.length, edges, depth }).toEqual(each.size);
  });
});

describe("a machine that is wrong is found out", () => {
  test.each(mutants)("$what", { timeout: patience }, ({ machine, within = aProcess, caughtBy }) => {
    const violation = violationOf(() => explore(machine(), within, [caughtBy]));
    expect(violation?.invariant).toBe(caughtBy);
  });

  test.each(idlers)("$what", { timeout: patience }, ({ machine, caughtBy }) => {
    const graph = explore(machine(), oneCall, []);
    const violation = violationOf(() =>
      liveness.forEach((rule) => {
        rule(graph);
      }),
    );
    expect(violation?.invariant).toBe(caughtBy);
  });

  test("every invariant finds one", () => {
    const found = new Set(mutants.map(({ caughtBy }) => caughtBy));
    expect([...found].sort()).toEqual([...everyInvariant].sort());
  });

  test("by the shortest way there, event by event", () => {
    const leaky = mutants.find(({ what }) => what.startsWith("a stop while opening"));
    const violation = violationOf(() => explore(leaky?.machine() as Machine, aProcess));
    expect(violation?.message).toBe(
      [
        "I4 restsEmpty: session 1 is not released",
        "  1. start → spawning",
        "  2. stop → terminated",
      ].join("\n"),
    );
  });

  test("and one that is right is not", { timeout: patience }, () => {
    const { vertices, edges } = explore(unmutated(), oneCall);
    expect([vertices.length, edges]).toEqual([oneCall.size.states, oneCall.size.edges]);
  });
});
