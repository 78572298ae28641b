import type { Bounds } from "./bounds.ts";
import { type InvariantName, invariants } from "./invariants.ts";
import { type Move, movesOf } from "./moves.ts";
import { keyOf, type Machine, type State, type Step, Stepper } from "./state.ts";
import { Violation, wayTo } from "./violation.ts";

export interface Edge {
  readonly label: string;
  readonly to: Vertex;
}

export interface Vertex {
  readonly state: State;
  /** How it was reached first, which is the shortest way; undefined for the first one */
  readonly by: { readonly from: Vertex; readonly label: string } | undefined;
  readonly edges: readonly Edge[];
}

interface Growing extends Vertex {
  readonly edges: Edge[];
}

export interface Graph {
  readonly bounds: Bounds;
  readonly vertices: readonly Vertex[];
  readonly edges: number;
  /** Steps of the longest of the shortest ways */
  readonly depth: number;
}

export const everyInvariant = Object.keys(invariants) as InvariantName[];

/** Goes every way that the bounds allow, breadth first, and checks every step. Throws the first violation. */
export function explore(
  machine: Machine,
  bounds: Bounds,
  names: readonly InvariantName[] = everyInvariant,
): Graph {
  const stepper = new Stepper(machine, bounds);
  const first: Growing = { state: stepper.first, by: undefined, edges: [] };
  const vertices = [first];
  const known = new Map<string, Vertex>([[keyOf(first.state, bounds), first]]);
  const reach = (state: State, from: Vertex, { label }: Move): Vertex => {
    const key = keyOf(state, bounds);
    const seen = known.get(key);
    if (seen) return seen;
    const vertex: Growing = { state, by: { from, label }, edges: [] };
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
  const last = vertices.at(-1) ?? first;
  return { bounds, vertices, edges, depth: wayTo(last).length };
}

const mostVertices = 400_000;

/** Throws if the step violates one of the invariants. */
export function check(
  step: Step,
  from: Vertex,
  { label }: Move,
  names: readonly InvariantName[],
): void {
  for (const name of names) {
    const what = invariants[name](step);
    if (what === undefined) continue;
    const way = [...wayTo(from), { label, leaf: step.to.leaf }];
    throw new Violation(name, what, step.bounds, way);
  }
}
