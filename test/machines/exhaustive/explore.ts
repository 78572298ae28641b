import type { Bounds } from "./bounds.ts";
import { type InvariantName, invariants } from "./invariants.ts";
import { type Move, movesOf } from "./moves.ts";
import { keyOf, type Machine, type State, type Step, Stepper } from "./state.ts";

export interface Edge {
  /** Of the move */
  readonly label: string;
  readonly to: Vertex;
}

export interface Vertex {
  readonly state: State;
  /** How it was reached first, which is the shortest way; undefined for the first one */
  readonly by: { readonly from: Vertex; readonly label: string } | undefined;
  readonly edges: Edge[];
}

export interface Graph {
  readonly vertices: readonly Vertex[];
  readonly edges: number;
  /** Steps of the longest of the shortest ways */
  readonly depth: number;
}

/** A property that does not hold, and the shortest way there. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, what: string, trace: readonly string[]) {
    super([`${invariant}: ${what}`, ...trace.map((line, n) => `  ${n + 1}. ${line}`)].join("\n"));
    this.name = "Violation";
    this.invariant = invariant;
  }
}

/** The way to a vertex: each event, and the state that it led to. */
export function traceOf(vertex: Vertex): string[] {
  const lines: string[] = [];
  for (let at: Vertex | undefined = vertex; at?.by; at = at.by.from) {
    lines.unshift(`${at.by.label} → ${at.state.leaf}`);
  }
  return lines;
}

export const everyInvariant = Object.keys(invariants) as InvariantName[];

/** Goes every way that the bounds allow, breadth first, and checks every step. Throws the first violation. */
export function explore(
  machine: Machine,
  bounds: Bounds,
  names: readonly InvariantName[] = everyInvariant,
): Graph {
  const stepper = new Stepper(machine, bounds);
  const first: Vertex = { state: stepper.first, by: undefined, edges: [] };
  const vertices: Vertex[] = [first];
  const known = new Map<string, Vertex>([[keyOf(first.state, bounds), first]]);
  const reach = (state: State, from: Vertex, { label }: Move): Vertex => {
    const key = keyOf(state, bounds);
    const seen = known.get(key);
    if (seen) return seen;
    const vertex: Vertex = { state, by: { from, label }, edges: [] };
    known.set(key, vertex);
    vertices.push(vertex);
    return vertex;
  };
  let edges = 0;
  for (const vertex of vertices) {
    for (const move of movesOf(vertex.state, bounds)) {
      const step = stepper.take(vertex.state, move.event);
      check(step, vertex, move, names);
      const to = step.to === vertex.state ? vertex : reach(step.to, vertex, move);
      vertex.edges.push({ label: move.label, to });
      edges += 1;
    }
    if (vertices.length > mostVertices) throw new Error(`${bounds.name}: the space is not finite`);
  }
  return { vertices, edges, depth: Math.max(...vertices.slice(-1).map((v) => traceOf(v).length)) };
}

const mostVertices = 200_000;

function check(step: Step, from: Vertex, { label }: Move, names: readonly InvariantName[]): void {
  for (const name of names) {
    const what = invariants[name](step);
    if (what === undefined) continue;
    throw new Violation(name, what, [...traceOf(from), `${label} → ${step.to.leaf}`]);
  }
}
