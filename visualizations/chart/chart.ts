import type { Delay } from "./delays.ts";

/** A statechart as plain data: all that the pictures are drawn from. */
export interface Chart {
  readonly id: string;
  /** Around all others; its path is empty */
  readonly root: ChartState;
  readonly delays: readonly Delay[];
}

export type StateKind = "atomic" | "compound" | "parallel" | "final" | "history";

export interface ChartState {
  /** Dotted, as in `status().state`; empty for the root */
  readonly path: string;
  /** The last part of the path; the machine's id for the root */
  readonly name: string;
  readonly kind: StateKind;
  /** Path of the state that is entered with this one */
  readonly initial: string | null;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invokes: readonly Actor[];
  /** Ids of the spawned actors that live in this state, whatever way led here */
  readonly actors: readonly string[];
  /** In the order in which they are tried */
  readonly transitions: readonly Transition[];
  readonly states: readonly ChartState[];
}

export interface Actor {
  readonly id: string;
  readonly src: string;
}

export type Trigger = "event" | "after" | "always" | "done" | "error";

export interface Transition {
  /** Unique and stable: see `transitionKey` */
  readonly key: string;
  readonly source: string;
  readonly trigger: Trigger;
  /** Of the event, of the delay, or of the actor that is done or has failed; empty for `always` */
  readonly name: string;
  /** The guards that must all hold */
  readonly guards: readonly string[];
  /** Tried only when those before it, for the same event, do not hold */
  readonly isElse: boolean;
  readonly actions: readonly string[];
  /** Empty: the state stays */
  readonly targets: readonly string[];
  /** A state that is entered anew by its own transition */
  readonly reenters: boolean;
}

/** A state and all within it, from the outside in. */
export function statesOf(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(statesOf)];
}

export function transitionsOf(chart: Chart): readonly Transition[] {
  return statesOf(chart.root).flatMap(({ transitions }) => transitions);
}

/** The leaf that is entered when this state is. */
export function entered(chart: Chart, path: string): string {
  const state = statesOf(chart.root).find((other) => other.path === path);
  return state?.initial == null ? path : entered(chart, state.initial);
}
