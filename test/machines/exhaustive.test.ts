import { describe, expect, test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { type Bounds, everyBounds, largeBounds } from "./exhaustive/bounds.ts";
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

/** The first bounds in which a machine is found out, since not every fault shows in all of them. */
function firstViolation(check: (bounds: Bounds) => unknown): Violation | undefined {
  for (const bounds of everyBounds) {
    const violation = violationOf(() => check(bounds));
    if (violation) return violation;
  }
  return undefined;
}

describe("a machine that is wrong is found out", () => {
  test.each(mutants)("$what", { timeout: patience }, ({ machine, caughtBy }) => {
    const mutant = machine();
    const violation = firstViolation((bounds) => explore(mutant, bounds, [caughtBy]));
    expect(violation?.invariant).toBe(caughtBy);
  });

  test.each(idlers)("$what", { timeout: patience }, ({ machine, caughtBy }) => {
    const violation = firstViolation((bounds) => {
      const graph = explore(machine(), bounds, []);
      for (const rule of liveness) rule(graph);
    });
    expect(violation?.invariant).toBe(caughtBy);
  });

  test("every invariant finds one", () => {
    const found = new Set(mutants.map(({ caughtBy }) => caughtBy));
    expect([...found].sort()).toEqual([...everyInvariant].sort());
  });

  test("and one that is right is not", { timeout: patience }, () => {
    const [bounds] = everyBounds;
    const explored = (machine: Machine) => explore(machine, bounds as Bounds);
    const own = explored(pluginConnectionMachine);
    const copied = explored(unmutated());
    expect([copied.vertices.length, copied.edges]).toEqual([own.vertices.length, own.edges]);
  });
});
