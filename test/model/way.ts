import type { StatePath } from "xstate/graph";
import type { ModelMove, ModelState } from "./model.ts";

/** A path as `xstate/graph` has it. */
export type GraphPath = StatePath<ModelState, ModelMove>;

/** How a path goes on from a state that is known already. */
export interface Way {
  readonly state: ModelState;
  /** Missing at the start */
  readonly move?: ModelMove;
  readonly from?: Way | undefined;
}

export function pathOf(way: Way): GraphPath {
  const steps: GraphPath["steps"] = [];
  for (let at: Way | undefined = way; at; at = at.from) {
    steps.unshift({ state: at.state, event: at.move ?? init });
  }
  return { state: way.state, steps, weight: steps.length - 1 };
}

const init = { type: "xstate.init" } as never;
