import { describe, expect, test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { aProcess, aServer, type Bounds, boundsNamed, oneCall } from "./exhaustive/bounds.ts";
import { everyInvariant, explore } from "./exhaustive/explore.ts";
import { follow } from "./exhaustive/follow.ts";
import { liveness } from "./exhaustive/liveness.ts";
import { idlers, mutants, unmutated } from "./exhaustive/mutants.ts";
import type { Machine } from "./exhaustive/state.ts";
import { Violation } from "./exhaustive/violation.ts";

// `npm run test:model` goes further, and `npm run proof` as far as the large bounds.
const patience = 60_000;

interface Wrong {
  readonly machine: () => Machine;
  readonly within: Bounds;
}

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
  test.each([oneCall, aProcess, aServer])("$name", { timeout: patience }, (each) => {
    const graph = explore(pluginConnectionMachine, each);
    for (const rule of liveness) rule(graph);
    const { vertices, edges, depth } = graph;
    expect({ states: vertices.length, edges, depth }).toEqual(each.size);
  });
});

describe("a machine that is wrong is found out", () => {
  /** A violation, and that the way to it is a test of its own. */
  function expectFound({ machine, within }: Wrong, check: () => unknown, caughtBy: string): void {
    const violation = violationOf(check);
    expect(violation?.invariant).toBe(caughtBy);
    const labels = violation?.way.map(({ label }) => label) ?? [];
    expect(violationOf(() => follow(machine(), within, labels))).toBeInstanceOf(Violation);
  }

  test.each(mutants)("$what", { timeout: patience }, ({ machine, within = aProcess, caughtBy }) => {
    expectFound({ machine, within }, () => explore(machine(), within, [caughtBy]), caughtBy);
  });

  test.each(idlers)("$what", { timeout: patience }, ({ machine, within = oneCall, caughtBy }) => {
    const graph = explore(machine(), within, []);
    const check = () => {
      for (const rule of liveness) rule(graph);
    };
    expectFound({ machine, within }, check, caughtBy);
  });

  test("every invariant finds one", () => {
    const found = new Set(mutants.map(({ caughtBy }) => caughtBy));
    expect([...found].sort()).toEqual([...everyInvariant].sort());
  });

  test("by the shortest way there, event by event, as a test", () => {
    const leaky = mutants.find(({ what }) => what.startsWith("a stop while opening"));
    const violation = violationOf(() => explore(leaky?.machine() as Machine, aProcess));
    expect(violation?.message).toBe(
      [
        "I4 restsEmpty: session 1 is not released",
        "  1. start → spawning",
        "  2. stop → terminated",
        "As a test:",
        '  test("I4 restsEmpty", () => {',
        `    follow(pluginConnectionMachine, boundsNamed("${aProcess.name}"), ["start", "stop"]);`,
        "  });",
      ].join("\n"),
    );
    expect(
      follow(pluginConnectionMachine, boundsNamed(aProcess.name), ["start", "stop"]).leaf,
    ).toBe("stopping");
  });

  test("and one that is right is not", { timeout: patience }, () => {
    const { vertices, edges } = explore(unmutated(), oneCall);
    expect([vertices.length, edges]).toEqual([oneCall.size.states, oneCall.size.edges]);
  });
});
