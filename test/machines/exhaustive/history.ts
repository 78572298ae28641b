import type { ConnectionEvent, HookRequestRef } from "../../../machines/index.ts";
import { type Effects, sentCalls } from "./effects.ts";

/** A delay of the machine that is over. */
export interface DelayEvent {
  readonly type: `xstate.after.${string}`;
}

export type StepEvent = ConnectionEvent | DelayEvent;

/** The end of a call, as its caller sees it. */
export interface CallEnd {
  readonly code: string;
  readonly outcome: "answered" | "not_processed" | "unknown";
}

/** What has become of one request so far. */
export interface CallHistory {
  readonly request: HookRequestRef;
  /** Its place in the order of admission, from 1; 0 before */
  readonly entry: number;
  readonly watched: number;
  readonly ends: readonly CallEnd[];
  /** Generations of the sessions that it was handed to, in order */
  readonly sends: readonly number[];
  /** A session has it, as far as the plugin's side knows */
  readonly isOut: boolean;
  /** One of its sends may have been processed */
  readonly mayHaveRun: boolean;
}

/**
 * What a run has seen so far. It is told from outside, by the events and the effects alone, and shares no code with the
 * machine: so the machine is not judged by what it believes of itself.
 */
export interface History {
  readonly calls: readonly CallHistory[];
  readonly entries: number;
  readonly generation: number;
  /** Sessions that are not released */
  readonly live: readonly number[];
  /** Of the sessions that are live: told to close */
  readonly isClosing: boolean;
  /** The session that has been configured, and not been told to close or lost since */
  readonly ready: number | null;
  /** Openings since the latest proof of life */
  readonly openings: number;
  readonly hasBeenReady: boolean;
  /** A part of the current session's calls has proved it lost */
  readonly isDoubted: boolean;
  readonly isStopped: boolean;
  readonly timers: readonly string[];
}

export const newHistory = (requests: readonly HookRequestRef[], first: Effects): History => ({
  calls: requests.map((request) => ({
    request,
    entry: 0,
    watched: 0,
    ends: [],
    sends: [],
    isOut: false,
    mayHaveRun: false,
  })),
  entries: 0,
  generation: 0,
  live: first.spawned,
  isClosing: false,
  ready: null,
  openings: 0,
  hasBeenReady: false,
  isDoubted: false,
  isStopped: false,
  timers: first.timersSet.map(({ id }) => id),
});

/** Whether an event speaks of a session, and not of the current one. */
export const isStaleFact = (history: History, event: StepEvent): boolean =>
  "generation" in event && event.generation !== history.generation;

export const isDelay = (event: StepEvent, delay: string): boolean =>
  event.type.startsWith(`xstate.after.${delay}.`);

/** What an event says, before the machine has done anything about it. `leaf` is the state in which it comes. */
export function withEvent(history: History, leaf: string, event: StepEvent): History {
  if (leaf === "terminated" || isStaleFact(history, event)) return history;
  switch (event.type) {
    case "hook.invoke":
      return enter(history, event.requests);
    case "plugin.stop":
      return { ...history, isStopped: true };
    case "session.configured":
      return {
        ...history,
        ready: event.generation,
        hasBeenReady: true,
        isDoubted: false,
        // The attempts of a first start are its own.
        openings: history.hasBeenReady ? history.openings : 0,
      };
    case "hooks.answered":
      return {
        ...history,
        calls: history.calls.map((call) =>
          event.ids.includes(call.request.id) ? { ...call, isOut: false, mayHaveRun: true } : call,
        ),
        openings: event.successful && leaf.startsWith("ready.") ? 0 : history.openings,
      };
    case "session.lost":
      return lose(history, leaf, event);
    case "session.closed":
      return release(history);
    default:
      return withDelay(history, event);
  }
}

function withDelay(before: History, event: StepEvent): History {
  if (!before.timers.includes(event.type)) return before;
  const history = { ...before, timers: before.timers.filter((timer) => timer !== event.type) };
  if (isDelay(event, "stableTime") && !history.isDoubted) return { ...history, openings: 0 };
  if (isDelay(event, "closeLimit") || isDelay(event, "stopLimit")) return release(history);
  return history;
}

function enter(history: History, requests: readonly HookRequestRef[]): History {
  let { entries } = history;
  const calls = history.calls.map((call) => {
    const isNew = call.entry === 0 && requests.some(({ id }) => id === call.request.id);
    return isNew ? { ...call, entry: ++entries } : call;
  });
  return { ...history, calls, entries };
}

type Loss = Extract<ConnectionEvent, { type: "session.lost" }>;

function lose(history: History, leaf: string, { alive, ended, unsent }: Loss): History {
  const isOver = (id: number): boolean => !alive || ended.includes(id);
  const calls = history.calls.map((call) => {
    const { id } = call.request;
    if (!call.isOut || !isOver(id)) return call;
    return { ...call, isOut: false, mayHaveRun: call.mayHaveRun || !unsent.includes(id) };
  });
  return { ...history, calls, isDoubted: history.isDoubted || leaf.startsWith("ready.") };
}

/** Nothing is left of the session. What was with it may have run. */
function release(history: History): History {
  const calls = history.calls.map((call) =>
    call.isOut ? { ...call, isOut: false, mayHaveRun: true } : call,
  );
  return { ...history, calls, live: [], isClosing: false, ready: null, isDoubted: false };
}

/** What the machine has done, after the event that made it do so. */
export function withEffects(history: History, effects: Effects): History {
  const { spawned, commands, timersSet, timersCleared } = effects;
  const isClosing = commands.some(({ type }) => type === "session.close");
  const timers = history.timers.filter((timer) => !timersCleared.includes(timer));
  const { settlements, watched } = effects;
  const isCalls = settlements.length + watched.length + commands.length > 0;
  return {
    ...history,
    calls: isCalls
      ? history.calls.map((call) => callAfter(call, effects, history.generation))
      : history.calls,
    generation: history.generation + spawned.length,
    live: [...history.live, ...spawned],
    isClosing: history.isClosing || isClosing,
    ready: isClosing ? null : history.ready,
    openings: history.openings + spawned.length,
    timers: [...timers, ...timersSet.map(({ id }) => id)].sort(),
  };
}

function callAfter(call: CallHistory, effects: Effects, generation: number): CallHistory {
  const { id } = call.request;
  const sends = sentCalls(effects).filter(({ request }) => request.id === id);
  const ends = effects.settlements
    .filter(({ request }) => request.id === id)
    .map(
      (settlement): CallEnd =>
        settlement.status === "answered"
          ? { code: "-", outcome: "answered" }
          : { code: settlement.code, outcome: settlement.outcome },
    );
  const watched = effects.watched.filter((other) => other === id);
  if (sends.length + ends.length + watched.length === 0) return call;
  return {
    ...call,
    watched: call.watched + watched.length,
    ends: [...call.ends, ...ends],
    sends: [...call.sends, ...sends.map(() => generation)],
    isOut: call.isOut || sends.length > 0,
  };
}
