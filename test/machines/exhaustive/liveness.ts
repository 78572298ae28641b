import { type Graph, traceOf, type Vertex, Violation } from "./explore.ts";
import { isHeld } from "./state.ts";

// What must come, where the invariants say what must not. Services and timers are taken to do their part in the end.

const follow = (vertex: Vertex, ...labels: readonly string[]): Vertex | undefined => {
  const isOne = (label: string): boolean => labels.some((start) => label.startsWith(start));
  return vertex.edges.find(({ label }) => isOne(label))?.to;
};

const fail = (rule: string, what: string, vertex: Vertex): never => {
  throw new Violation(rule, what, [...traceOf(vertex), `in ${vertex.state.leaf}`]);
};

/** L1: a stop leads to the end from everywhere: by the release of the session, and also if that never reports its end. */
function stopEnds({ vertices }: Graph): void {
  for (const vertex of vertices) {
    if (vertex.state.leaf === "terminated") continue;
    const stopped = follow(vertex, "stop") ?? vertex;
    expectEnd(vertex, stopped);
    const drained = follow(vertex, "stop, draining") ?? vertex;
    expectEnd(vertex, follow(drained, "after drainLimit") ?? drained);
  }
}

function expectEnd(from: Vertex, stopped: Vertex): void {
  if (stopped.state.leaf === "terminated") return;
  for (const label of ["closed", "after stopLimit"]) {
    const end = follow(stopped, label);
    if (stopped.state.leaf !== "stopping" || end?.state.leaf !== "terminated")
      fail("L1 stopEnds", `a stop, and then "${label}", leads to ${end?.state.leaf}`, from);
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
function wellBeingHeals({ vertices }: Graph): void {
  for (const vertex of vertices) {
    const { state } = vertex;
    const end = rest(vertex);
    if (end.state.history.calls.some(isHeld))
      fail("L2 wellBeingHeals", "a call has no end", vertex);
    const { leaf, history } = state;
    const isFailing = leaf === "closing" || leaf === "terminated" || history.isDoubted;
    const mayEnd = history.isStopped || isFailing;
    if (end.state.leaf === "terminated" && !mayEnd)
      fail("L3 wellBeingHeals", "it has ended for no reason", vertex);
  }
}

function rest(from: Vertex): Vertex {
  let at = from;
  for (let steps = 0; !isAtRest(at); steps += 1) {
    const next = follow(at, ...(wellBeing[at.state.leaf] ?? []));
    if (!next || steps > 100) return fail("L4 wellBeingHeals", `stuck in ${at.state.leaf}`, from);
    at = next;
  }
  return at;
}

/** No state but the end is a trap. */
function nothingTraps({ vertices }: Graph): void {
  for (const vertex of vertices) {
    if (vertex.state.leaf === "terminated") continue;
    if (vertex.edges.every(({ to }) => to === vertex))
      fail("nothingTraps", "nothing leads out", vertex);
  }
}

export const liveness = [stopEnds, wellBeingHeals, nothingTraps];
