import { initialTransition, type SnapshotFrom, transition } from "xstate";
import { toArray } from "../../../machines/call-queue.ts";
import type { Call, pluginConnectionMachine } from "../../../machines/index.ts";
import { leafOf } from "../support/describe.ts";
import type { Bounds } from "./bounds.ts";
import { type Effects, effectsOf } from "./effects.ts";
import {
  type CallHistory,
  type History,
  newHistory,
  type StepEvent,
  withEffects,
  withEvent,
} from "./history.ts";

export type Machine = typeof pluginConnectionMachine;
export type Snapshot = SnapshotFrom<Machine>;

/** Where a run can be: the machine's snapshot, and what led to it. */
export interface State {
  readonly leaf: string;
  readonly snapshot: Snapshot;
  readonly history: History;
}

export interface Step {
  readonly bounds: Bounds;
  readonly from: State;
  readonly event: StepEvent;
  readonly effects: Effects;
  /** The history with the event, and without the effects: what there was to go by */
  readonly told: History;
  readonly to: State;
}

/** A machine whose steps are computed one by one, without an actor. */
export class Stepper {
  readonly #machine: Machine;
  readonly #bounds: Bounds;
  readonly first: State;

  constructor(machine: Machine, bounds: Bounds) {
    const { settings, requests } = bounds;
    const [snapshot, actions] = initialTransition(machine, { settings, port: null });
    const history = newHistory(requests, effectsOf(actions));
    this.first = { leaf: leafOf(snapshot.value), snapshot, history };
    this.#bounds = bounds;
    // With each step XState computes a first snapshot and throws it away, which takes longer than the step.
    this.#machine = Object.create(machine, { getInitialSnapshot: { value: () => snapshot } });
  }

  take(from: State, event: StepEvent): Step {
    const told = withEvent(from.history, from.leaf, event);
    const [snapshot, actions] = transition(this.#machine, from.snapshot, event as never);
    const effects = effectsOf(actions);
    const history = actions.length === 0 ? told : withEffects(told, effects);
    const isSame = history === from.history && snapshot === from.snapshot;
    const to = isSame ? from : { leaf: leafOf(snapshot.value), snapshot, history };
    return { bounds: this.#bounds, from, event, effects, told, to };
  }
}

export const waitingCalls = ({ snapshot }: State): Call[] =>
  toArray(snapshot.context.traffic.queue);

export const callsOut = ({ snapshot }: State): readonly Call[] => snapshot.context.traffic.out;

export const isHeld = ({ entry, ends }: CallHistory): boolean => entry > 0 && ends.length === 0;

/**
 * What of a state decides about its future, as text: two states with the same key have the same runs before them. Numbers
 * that only grow (generations, admission numbers, attempts beyond their limit) are left out or cut off where they stop to
 * matter, and so is what a state of the machine does not look at any more: there are finitely many keys, and few.
 */
export function keyOf(state: State, { settings }: Bounds): string {
  const { leaf, snapshot, history } = state;
  const { intent, drainMs, hooks, end, traffic } = snapshot.context;
  const hasPlans = leaf === "closing" || leaf.startsWith("ready.");
  return [
    leaf,
    hasPlans && intent.kind + ("lost" in intent && intent.lost),
    leaf === "ready.draining" && drainMs > settings.lossGraceMs,
    waitingCalls(state).map(callKey).join(),
    callsOut(state).map(callKey).join(),
    settings.idleTimeoutMs !== null && traffic.activeAt,
    hooks.known.length,
    hooks.withdrawn.length,
    end?.reason,
    history.calls.map((call) => historyKey(call, history)).join(),
    history.live.length,
    history.isClosing,
    history.ready !== null,
    history.isStopped || attemptsKey(state, settings),
    history.timers.join(),
  ].join("|");
}

/** Of no interest after a stop. */
function attemptsKey({ leaf, snapshot, history }: State, settings: Bounds["settings"]): string {
  const { link } = snapshot.context;
  const limit = 1 + Math.max(settings.startAttempts, settings.backoff.attempts);
  const isFatal = leaf === "closing" && !link.hasBeenReady && link.fault?.fatal;
  return [
    link.hasBeenReady,
    Math.min(link.attempt, limit),
    link.cooled,
    link.losses.join("+"),
    isFatal,
    Math.min(history.openings, limit),
    history.isDoubted,
  ].join();
}

const callKey = ({ request, sends, ambiguous, abandoned }: Call): string =>
  `${request.id}.${sends}${ambiguous ? "!" : ""}${abandoned ? "*" : ""}`;

function historyKey(call: CallHistory, { generation }: History): string {
  if (call.entry === 0) return "-";
  if (!isHeld(call)) return call.isOut ? "gone" : "ended";
  const isSentNow = call.sends.at(-1) === generation;
  return `${call.sends.length}${isSentNow ? "now" : ""}${call.isOut ? "out" : ""}${call.mayHaveRun ? "!" : ""}`;
}
