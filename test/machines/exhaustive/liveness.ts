import { componentsOf } from "./components.ts";
import type { Graph, Vertex } from "./explore.ts";
import { isHeld } from "./state.ts";
import { type Leg, Violation, wayTo } from "./violation.ts";

// What must come, where the invariants say what must not. Services and timers are taken to do their part in the end.

const follow = (vertex: Vertex, ...labels: readonly string[]): Vertex | undefined => {
  const isOne = (label: string): boolean => labels.some((start) => label.startsWith(start));
  return vertex.edges.find(({ label }) => isOne(label))?.to;
};

const fail = (rule: string, what: string, { bounds }: Graph, vertex: Vertex): never => {
  throw new Violation(rule, what, bounds, wayTo(vertex));
};

/** L1: a stop leads to the end from everywhere: by the release of the session, and also if that never reports its end. */
function stopEnds(graph: Graph): void {
  for (const vertex of graph.vertices) {
    if (vertex.state.leaf === "terminated") continue;
    const stopped = follow(vertex, "stop") ?? vertex;
    expectEnd(graph, vertex, stopped);
    const drained = follow(vertex, "stop, draining") ?? vertex;
    expectEnd(graph, vertex, follow(drained, "after drainLimit") ?? drained);
  }
}

function expectEnd(graph: Graph, from: Vertex, stopped: Vertex): void {
  if (stopped.state.leaf === "terminated") return;
  for (const label of ["closed", "after stopLimit"]) {
    const end = follow(stopped, label);
    if (stopped.state.leaf !== "stopping" || end?.state.leaf !== "terminated")
      fail("L1 stopEnds", `a stop, and then "${label}", leads to ${end?.state.leaf}`, graph, from);
  }
}

/** What a plugin does that is well, and whoever waits for it. */
const wellBeing: Readonly<Record<string, readonly string[]>> = {
  idle: ["start"],
  spawning: ["opened"],
  connecting: ["opened"],
  initializing: ["initialized"],
  fetchingConfig: ["configured"],
  "ready.invoking": ["answered"],
  "ready.draining": ["answered"],
  closing: ["closed"],
  stopping: ["closed"],
  reconnecting: ["after backoffDelay"],
  coolingDown: ["after probeDelay"],
};

const isAtRest = ({ state: { leaf, history } }: Vertex): boolean =>
  leaf === "terminated" || leaf === "dormant" || (leaf === "ready.waiting" && !history.isStopped);

/**
 * L2 to L4: where the faults end, every call has its end before long, an outage ends in ready, and a connection ends only
 * where it was stopped or its attempts were spent already.
 */
function wellBeingHeals(graph: Graph): void {
  for (const vertex of graph.vertices) {
    const { state } = vertex;
    const end = rest(graph, vertex);
    if (end.state.history.calls.some(isHeld))
      fail("L2 wellBeingHeals", "a call has no end", graph, vertex);
    const { leaf, history } = state;
    const isFailing = leaf === "closing" || leaf === "terminated" || history.isDoubted;
    const mayEnd = history.isStopped || isFailing;
    if (end.state.leaf === "terminated" && !mayEnd)
      fail("L3 wellBeingHeals", "it has ended for no reason", graph, vertex);
  }
}

function rest(graph: Graph, from: Vertex): Vertex {
  let at = from;
  for (let steps = 0; !isAtRest(at); steps += 1) {
    const next = follow(at, ...(wellBeing[at.state.leaf] ?? []));
    if (!next || steps > 100)
      return fail("L4 wellBeingHeals", `stuck in ${at.state.leaf}`, graph, from);
    at = next;
  }
  return at;
}

/** No state but the end is a trap. */
function nothingTraps(graph: Graph): void {
  for (const vertex of graph.vertices) {
    if (vertex.state.leaf === "terminated") continue;
    if (vertex.edges.every(({ to }) => to === vertex))
      fail("nothingTraps", "nothing leads out", graph, vertex);
  }
}

/** Moves that a plugin makes which is well, in whatever order, and the waits that end by themselves. */
export const isFaultless = (label: string): boolean =>
  /^(opened|initialized|configured|answered|closed|idle|after (backoff|probe)Delay|after stableTime)/.test(
    label,
  ) && !label.endsWith("(stale)");

/** L5: without a fault nothing goes round in circles while a call waits for its end. */
function callsAdvance(graph: Graph): void {
  const numbers = new Map(graph.vertices.map((vertex, n) => [vertex, n]));
  const faultless = graph.vertices.map(({ edges }) =>
    edges.filter(({ label }) => isFaultless(label)).flatMap(({ to }) => numbers.get(to) ?? []),
  );
  for (const component of componentsOf(faultless)) {
    const [first = 0] = component;
    const vertex = graph.vertices[first];
    if (component.length === 1 || !vertex?.state.history.calls.some(isHeld)) continue;
    const round = roundFrom(vertex, new Set(component.map((n) => graph.vertices[n])));
    throw new Violation("L5 callsAdvance", "a call goes round in circles", graph.bounds, [
      ...wayTo(vertex),
      ...round,
    ]);
  }
}

/** The shortest way from a vertex back to itself, which does not leave the component. */
function roundFrom(start: Vertex, component: ReadonlySet<Vertex | undefined>): Leg[] {
  const ways = new Map<Vertex, Leg[]>([[start, []]]);
  for (const [at, way] of ways) {
    for (const { label, to } of at.edges) {
      if (!isFaultless(label) || !component.has(to) || to === at) continue;
      const onward = [...way, { label, leaf: to.state.leaf }];
      if (to === start) return onward;
      if (!ways.has(to)) ways.set(to, onward);
    }
  }
  return [];
}

export const liveness = [stopEnds, wellBeingHeals, nothingTraps, callsAdvance];
