import { type Chart, type ChartState, entered, statesOf, type Transition } from "./chart.ts";
import type { Effects } from "./effects.ts";

/**
 * Which spawned actors live in which leaf, by following every transition from the start until nothing changes. An actor
 * that lives in a state on one way and not on another would be a leak, or a command to nobody: that is an error.
 */
export function actorLives(chart: Chart, effects: Effects): ReadonlyMap<string, readonly string[]> {
  const states = new Map(statesOf(chart.root).map((state) => [state.path, state]));
  const lives = new Map<string, readonly string[]>();
  const enter = (path: string, before: readonly string[]): void => {
    const leaf = entered(chart, path);
    const living = withEntries(around(leaf, states), before, effects);
    const known = lives.get(leaf);
    if (known === undefined) {
      lives.set(leaf, living);
      for (const transition of around(leaf, states).flatMap((state) => state.transitions))
        follow(leaf, transition, living);
    } else if (known.join() !== living.join()) {
      throw new Error(`'${leaf}' has the actors '${known.join()}' or '${living.join()}'`);
    }
  };
  const follow = (
    leaf: string,
    { actions, targets }: Transition,
    living: readonly string[],
  ): void => {
    const stopped = new Set(actions.flatMap((action) => effects.stops.get(action) ?? []));
    const left = living.filter((id) => !stopped.has(id));
    for (const target of targets.length > 0 ? targets : [leaf]) enter(target, left);
  };
  enter("", []);
  return lives;
}

/** The states that are active with this leaf, the leaf last. */
function around(leaf: string, states: ReadonlyMap<string, ChartState>): readonly ChartState[] {
  const parts = leaf.split(".");
  const paths = ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("."))];
  return paths.flatMap((path) => states.get(path) ?? []);
}

/** Entry actions of a state that was active already do not run again, but what they spawn lives already. */
function withEntries(
  states: readonly ChartState[],
  before: readonly string[],
  { spawns }: Effects,
): readonly string[] {
  const spawned = states.flatMap(({ entry }) => entry).flatMap((name) => spawns.get(name) ?? []);
  return [...new Set([...before, ...spawned])].sort();
}
