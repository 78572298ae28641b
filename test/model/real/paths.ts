import type { ActorLogic } from "xstate";
import { adjacencyMapToArray, getAdjacencyMap, type TraversalOptions } from "xstate/graph";
import { type Effects, sentCalls } from "../../machines/exhaustive/effects.ts";
import { movesOf } from "../../machines/exhaustive/moves.ts";
import { keyOf } from "../../machines/exhaustive/state.ts";
import { type ModelMove, type ModelState, modelOf } from "../model.ts";
import { type GraphPath, pathOf, type Way } from "../way.ts";
import type { RealBounds } from "./bounds.ts";
import { canCome, type FarEndFacts, factsAfter, isClosing, noFacts } from "./causes.ts";
import { isPassing } from "./timing.ts";

export interface RealStep {
  readonly move: ModelMove;
  readonly from: ModelState;
  readonly to: ModelState;
  readonly facts: FarEndFacts;
}

/** A way of the model that can be gone in reality. */
export interface RealPath {
  readonly bounds: RealBounds;
  readonly steps: readonly RealStep[];
}

type Logic = ActorLogic<ModelState, ModelMove, undefined>;
type Options = TraversalOptions<ModelState, ModelMove, undefined>;

/**
 * The shortest path for each way in which a transition can be caused, as far as `shown` does not have it yet; with
 * `isThorough` also for each different thing that then is done.
 */
export function realPaths(bounds: RealBounds, shown: Set<string>, isThorough: boolean): RealPath[] {
  const { transport, model } = bounds;
  const facts = new WeakMap<ModelState, FarEndFacts>();
  const factsOf = (state: ModelState): FarEndFacts => facts.get(state) ?? noFacts;
  const noting = (logic: Logic): Logic => ({
    ...logic,
    transition: (state, move, scope) => {
      const next = logic.transition(state, move, scope);
      facts.set(next, factsAfter(factsOf(state), state, move, next, transport));
      return next;
    },
  });
  const chosen = modelOf(model).getPaths(
    (logic, options) => causedPaths(noting(logic), options, shown, isThorough),
    {
      events: (state) => {
        const moves = movesOf(state, model).map((move) => ({ ...move, type: move.event.type }));
        // So that of ways of the same length that one comes first on which all goes well.
        return moves.sort((a, b) => Number(isPassing(a)) - Number(isPassing(b)));
      },
      // What comes with the third session has come with the first two.
      stopWhen: ({ history }) => history.generation > 2,
      filterEvents: (state, move) =>
        state.status === "active" && canCome(state, move, factsOf(state), transport),
      serializeState: (state) => {
        const { closing, isGone, isFresh } = factsOf(state);
        return [keyOf(state, model), isClosing(state) && closing, isGone, isFresh].join("|");
      },
    },
  );
  return chosen.map(({ steps }) => ({
    bounds,
    steps: steps.slice(1).map(({ event: move, state: to }, n): RealStep => {
      const from = steps[n]?.state;
      if (!from) throw new Error("a step without a state before it");
      return { move, from, to, facts: factsOf(to) };
    }),
  }));
}

function causedPaths(
  logic: Logic,
  options: Options,
  shown: Set<string>,
  isThorough: boolean,
): GraphPath[] {
  const { serializeState } = options;
  if (!serializeState) throw new Error("the model needs a key for its states");
  const first = logic.getInitialSnapshot({} as never, undefined);
  const ways = new Map<ModelState, Way>([[first, { state: first }]]);
  const reached = new Set([serializeState(first, undefined)]);
  const paths: GraphPath[] = [];
  // Breadth first, as they come: the first way to a state is the shortest, and is gone on from.
  for (const edge of adjacencyMapToArray(getAdjacencyMap(logic, options))) {
    const { state, event: move, nextState } = edge;
    const way: Way = { state: nextState, move, from: ways.get(state) };
    const key = serializeState(nextState, move, state);
    if (!reached.has(key)) ways.set(nextState, way);
    reached.add(key);
    const goals = goalsOf(move, nextState, isThorough).filter((goal) => !shown.has(goal));
    if (goals.length === 0) continue;
    for (const goal of goals) shown.add(goal);
    paths.push(pathOf(settled(way, logic, options)));
  }
  return paths;
}

/** Each transition that is taken, by what causes it and where, and whether a call goes out again; or by all that it does. */
function goalsOf({ label }: ModelMove, { arrival }: ModelState, isThorough: boolean): string[] {
  if (!arrival) return [];
  const cause = label.replaceAll(/ \d+/g, "");
  const isRepeat = sentCalls(arrival.effects).some(({ attempt }) => attempt > 1);
  const does = isThorough ? effectsIn(arrival.effects) : isRepeat;
  return arrival.taken.map((id) => `${arrival.from.leaf}: ${id}, ${cause}: ${does}`);
}

/** How calls end, and what the session is told. */
function effectsIn({ settlements, commands }: Effects): string {
  const ends = settlements.map((end) =>
    end.status === "answered" ? "answered" : `${end.code} ${end.outcome}`,
  );
  const told = commands.map((command) =>
    command.type === "session.call"
      ? command.calls.map(({ attempt }) => `call for time ${attempt}`).join()
      : command.type,
  );
  return [...ends, ...told].join();
}

/** With what follows by itself, whatever is done. */
function settled(way: Way, logic: Logic, options: Options): Way {
  const { state } = way;
  const { events, filterEvents } = options;
  const moves = typeof events === "function" ? events(state) : [];
  const possible = moves.filter((move) => filterEvents?.(state, move) ?? true);
  const [only] = possible;
  if (!only || possible.length > 1 || !("generation" in only.event)) return way;
  const next = { state: logic.transition(state, only, noScope), move: only, from: way };
  return settled(next, logic, options);
}

/** The model's logic makes no use of it. */
const noScope = {} as never;
