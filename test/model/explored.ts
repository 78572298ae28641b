import { pluginConnectionMachine } from "../../machines/index.ts";
import type { Bounds } from "../machines/exhaustive/bounds.ts";
import { explore } from "../machines/exhaustive/explore.ts";
import { liveness } from "../machines/exhaustive/liveness.ts";
import { Violation } from "../machines/exhaustive/violation.ts";

export interface ExploredReport {
  readonly states: number;
  readonly edges: number;
  /** Steps of the longest of the shortest ways */
  readonly depth: number;
  readonly violations: readonly string[];
}

/** Goes every way within the bounds, and says what does not hold. */
export function exploreAll(bounds: Bounds): ExploredReport {
  try {
    const graph = explore(pluginConnectionMachine, bounds);
    for (const rule of liveness) rule(graph);
    const { vertices, edges, depth } = graph;
    const found = { states: vertices.length, edges, depth };
    return { ...found, violations: describeSize(bounds, found) };
  } catch (thrown) {
    if (!(thrown instanceof Violation)) throw thrown;
    return { states: 0, edges: 0, depth: 0, violations: [`${bounds.name}: ${thrown.message}`] };
  }
}

/** A space that has become smaller unnoticed would prove less. */
function describeSize({ name, size }: Bounds, found: Bounds["size"]): string[] {
  const [expected, actual] = [size, found].map(({ states, edges, depth }) =>
    [states, edges, depth].join(" / "),
  );
  if (expected === actual) return [];
  return [`${name}: states / edges / depth are ${actual}, recorded are ${expected}`];
}
