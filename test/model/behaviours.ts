import type { ActorLogic } from "xstate";
import { adjacencyMapToArray, getAdjacencyMap, type TraversalOptions } from "xstate/graph";
import { changesOf, pictureOf } from "../machines/support/describe.ts";
import type { ModelMove, ModelState } from "./model.ts";
import { doneIn } from "./observation.ts";
import { type GraphPath, pathOf, type Way } from "./way.ts";

/**
 * For everything that the machine does anywhere within the bounds, the shortest path on which it does it. One path for each
 * state would be more, and would show less: most states differ in what they remember, not in what is done next.
 */
export function behaviourPaths(
  logic: ActorLogic<ModelState, ModelMove, undefined>,
  options: TraversalOptions<ModelState, ModelMove, undefined>,
): GraphPath[] {
  const { serializeState } = options;
  if (!serializeState) throw new Error("the model needs a key for its states");
  const first = logic.getInitialSnapshot({} as never, undefined);
  const ways = new Map<ModelState, Way>([[first, { state: first }]]);
  const reached = new Set([serializeState(first, undefined)]);
  const shown = new Set<string>();
  const paths: GraphPath[] = [];
  // Breadth first, as they come: the first way to a state is the shortest, and is gone on from.
  for (const edge of adjacencyMapToArray(getAdjacencyMap(logic, options))) {
    const { state, event: move, nextState } = edge;
    const way: Way = { state: nextState, move, from: ways.get(state) };
    const key = serializeState(nextState, move, state);
    if (!reached.has(key)) ways.set(nextState, way);
    reached.add(key);
    const behaviour = behaviourOf(move, nextState);
    if (shown.has(behaviour)) continue;
    shown.add(behaviour);
    paths.push(pathOf(way));
  }
  return paths;
}

/** What is done and what changes, in which state, by which transition. Not when, nor in which generation. */
function behaviourOf({ type }: ModelMove, state: ModelState): string {
  const { arrival, snapshot } = state;
  if (!arrival) return "";
  const { from, taken } = arrival;
  const { generation, retryAt, activeAt, seq, ...changes } = changesOf(
    pictureOf(from.snapshot.context),
    pictureOf(snapshot.context),
  );
  const does = doneIn(state).map((line) => line.replace(/^(session|tell ready) \d+/, "$1"));
  return JSON.stringify([from.leaf, type, taken, does, changes]);
}
