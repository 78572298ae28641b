import type { Bounds } from "./bounds.ts";
import type { Vertex } from "./explore.ts";

/** One move of a way, and the state of the machine that it led to. */
export interface Leg {
  readonly label: string;
  readonly leaf: string;
}

/** A property that does not hold, the shortest way there, and a test that goes it. */
export class Violation extends Error {
  readonly invariant: string;
  readonly way: readonly Leg[];

  constructor(invariant: string, what: string, bounds: Bounds, way: readonly Leg[]) {
    const steps = way.map(({ label, leaf }, n) => `  ${n + 1}. ${label} → ${leaf}`);
    super(
      [`${invariant}: ${what}`, ...steps, "As a test:", asTest(invariant, bounds, way)].join("\n"),
    );
    this.name = "Violation";
    this.invariant = invariant;
    this.way = way;
  }
}

/** The way to a vertex, first to last. */
export function wayTo(vertex: Vertex): Leg[] {
  const legs: Leg[] = [];
  for (let at: Vertex | undefined = vertex; at?.by; at = at.by.from) {
    legs.unshift({ label: at.by.label, leaf: at.state.leaf });
  }
  return legs;
}

function asTest(invariant: string, { name }: Bounds, way: readonly Leg[]): string {
  const labels = way.map(({ label }) => JSON.stringify(label)).join(", ");
  return [
    `  test(${JSON.stringify(invariant)}, () => {`,
    `    follow(pluginConnectionMachine, boundsNamed(${JSON.stringify(name)}), [${labels}]);`,
    "  });",
  ].join("\n");
}
