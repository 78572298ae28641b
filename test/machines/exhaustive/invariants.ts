import { sentCalls } from "./effects.ts";
import type { CallHistory, StepEvent } from "./history.ts";
import { isDelay, isStaleFact } from "./history.ts";
import { callsOut, isHeld, type State, type Step, waitingCalls } from "./state.ts";

/** Says what is wrong with a step, or with the state that it leads to; undefined if nothing is. */
export type Invariant = (step: Step) => string | undefined;

const idsOf = (calls: readonly { readonly request: { readonly id: number } }[]): number[] =>
  calls.map(({ request }) => request.id);

const held = ({ history }: State): CallHistory[] => history.calls.filter(isHeld);

const timeOf = (event: StepEvent): number | undefined => ("at" in event ? event.at : undefined);

/** The calls whose end this step is. */
const ended = ({ told, to }: Step): { before: CallHistory; after: CallHistory }[] =>
  told.calls.flatMap((before, index) => {
    const after = to.history.calls[index];
    return after && after.ends.length > before.ends.length ? [{ before, after }] : [];
  });

const changesNothing = ({ from, to, effects }: Step): boolean =>
  from.leaf === to.leaf &&
  from.snapshot.context === to.snapshot.context &&
  Object.values(effects).every((some) => some === 0 || some.length === 0);

/** I1: an accepted call is settled exactly once, and until then it is held in exactly one place. */
function settlesOnce({ to }: Step): string | undefined {
  const twice = to.history.calls.filter(({ ends }) => ends.length > 1);
  if (twice.length > 0) return `settled twice: ${idsOf(twice)}`;
  const inMachine = [...waitingCalls(to), ...callsOut(to).filter(({ abandoned }) => !abandoned)];
  const expected = to.leaf === "terminated" ? [] : idsOf(held(to));
  const actual = idsOf(inMachine).sort((a, b) => a - b);
  if (expected.join() !== actual.join()) return `held ${actual}, unsettled ${expected}`;
  if (to.leaf === "terminated" && held(to).length > 0) return `forgotten: ${idsOf(held(to))}`;
  return undefined;
}

/** I2: at most `maxInFlight` calls are with the plugin, those whose callers have gone included. */
function boundsFlight({ bounds, to }: Step): string | undefined {
  const out = to.history.calls.filter(({ isOut }) => isOut);
  const limit = bounds.settings.maxInFlight;
  if (out.length > limit || callsOut(to).length > limit)
    return `${out.length} with the plugin, ${callsOut(to).length} in the machine, ${limit} allowed`;
  if (to.leaf.startsWith("ready.") && idsOf(out).join() !== idsOf(callsOut(to)).sort().join())
    return `${idsOf(out)} with the plugin, ${idsOf(callsOut(to))} in the machine`;
  return undefined;
}

/** I3: calls are sent in the order of their admission; one that is repeated goes first. */
function keepsOrder({ effects, to }: Step): string | undefined {
  const entryOf = (id: number): number =>
    to.history.calls.find(({ request }) => request.id === id)?.entry ?? 0;
  const isSorted = (ids: readonly number[]): boolean =>
    ids.every((id, index) => index === 0 || entryOf(ids[index - 1] ?? 0) < entryOf(id));
  const sent = idsOf(sentCalls(effects));
  if (!isSorted(sent)) return `sent in the order ${sent}`;
  if (!isSorted(idsOf(waitingCalls(to)))) return `queued in the order ${idsOf(waitingCalls(to))}`;
  const left = held(to).filter(({ isOut }) => !isOut);
  const overtaken = left.filter(({ entry }) => sent.some((id) => entry < entryOf(id)));
  return overtaken.length > 0 ? `${sent} overtook ${idsOf(overtaken)}` : undefined;
}

const timersAtRest: Readonly<Record<string, readonly string[]>> = {
  idle: [],
  dormant: [],
  terminated: [],
  reconnecting: ["backoffDelay"],
  coolingDown: ["probeDelay"],
};

/** I4: where nothing is open, there is no session, and no timer but the one that is waited for. */
function restsEmpty({ to }: Step): string | undefined {
  const expected = timersAtRest[to.leaf];
  if (expected === undefined) return undefined;
  const { live, timers } = to.history;
  if (live.length > 0) return `session ${live} is not released`;
  if ("session" in to.snapshot.children) return "the session's actor is still there";
  const isExpected =
    timers.length === expected.length &&
    expected.every((delay) => timers.some((timer) => timer.startsWith(`xstate.after.${delay}.`)));
  return isExpected ? undefined : `timers: ${timers}`;
}

/** I5: there is at most one session; the one before is released before another is opened, and not dropped before that. */
function opensOne({ told, effects, to }: Step): string | undefined {
  if (effects.spawned.length > 0 && told.live.length > 0) return `opened beside ${told.live}`;
  if (effects.dropped > 0 && told.live.length > 0) return `dropped ${told.live} unreleased`;
  return to.history.live.length > 1 ? `live: ${to.history.live}` : undefined;
}

/** I6: generations count up one by one, and the facts of another one have no effect. */
function countsGenerations(step: Step): string | undefined {
  const { from, event, effects, to } = step;
  const { generation } = to.history;
  if (to.snapshot.context.link.generation !== generation) return "the machine has lost count";
  if (effects.spawned.some((spawned) => spawned !== generation)) return "opened out of turn";
  if (isStaleFact(from.history, event) && !changesNothing(step))
    return "a stale fact had an effect";
  return undefined;
}

/** I7: a call is sent twice at most, the second time only where the policy allows it, and never after its end. */
function repeatsWithReason({ bounds, told, effects }: Step): string | undefined {
  for (const { request, attempt } of sentCalls(effects)) {
    const call = told.calls.find((known) => known.request.id === request.id);
    if (!call || !isHeld(call)) return `sent ${request.id} without need`;
    if (attempt !== call.sends.length + 1) return `send ${call.sends.length + 1} as ${attempt}`;
    if (attempt === 1) continue;
    if (attempt > 2) return `sent ${request.id} for the third time`;
    const { replay } = bounds.settings;
    if (replay === "never" || (replay === "provable" && call.mayHaveRun))
      return `repeated ${request.id} against the policy`;
  }
  return undefined;
}

/** I8: calls are sent to a session that is ready, and to no other. */
function sendsWhenReady({ told, effects, to }: Step): string | undefined {
  if (sentCalls(effects).length === 0) return undefined;
  if (told.ready !== to.history.generation) return "sent to a session that is not ready";
  return to.leaf === "ready.invoking" ? undefined : `sent on the way to ${to.leaf}`;
}

/** I9: attempts are limited, and given back only after a proof of life. */
function boundsAttempts({ bounds, from, event, effects, to }: Step): string | undefined {
  const { attempts } = bounds.settings.backoff;
  const limit = from.history.hasBeenReady ? attempts : bounds.settings.startAttempts;
  if (isDelay(event, "backoffDelay") && effects.spawned.length > 0) {
    if (from.history.openings >= limit) return `attempt ${from.history.openings + 1} of ${limit}`;
  }
  const { attempt } = to.snapshot.context.link;
  if (attempt !== to.history.openings) return `${to.history.openings} openings, ${attempt} counted`;
  return undefined;
}

const openers = ["plugin.start", "plugin.reconnect", "hook.invoke", "session.closed"];
const openingDelays = ["backoffDelay", "probeDelay", "closeLimit"];

/** I10: a loss leads to one opening, and it is the only way that is being pursued. */
function opensForOneReason({ event, effects, to }: Step): string | undefined {
  if (effects.spawned.length > 1) return "opened twice";
  const isOpener =
    openers.includes(event.type) || openingDelays.some((delay) => isDelay(event, delay));
  if (effects.spawned.length > 0 && !isOpener) return `opened because of ${event.type}`;
  const pursued = to.history.timers.filter((timer) => /backoffDelay|probeDelay/.test(timer));
  if (pursued.length > 1 || (pursued.length > 0 && to.history.live.length > 0))
    return `waits for ${pursued} with ${to.history.live} live`;
  return undefined;
}

/** I11: a result is given once, and only to a caller that still waits. */
function answersOnce(step: Step): string | undefined {
  for (const { before, after } of ended(step)) {
    const answers = after.ends.filter(({ outcome }) => outcome === "answered");
    if (answers.length > 1) return `answered ${after.request.id} twice`;
    if (answers.length > 0 && !isHeld(before))
      return `answered ${after.request.id}, which had ended`;
  }
  return undefined;
}

/** I12: a result comes from the session that has the call, and from nothing else. */
function inventsNothing(step: Step): string | undefined {
  const { from, event } = step;
  for (const { after } of ended(step)) {
    if (after.ends.at(-1)?.outcome !== "answered") continue;
    const { id } = after.request;
    const isNamed = event.type === "hooks.answered" && event.ids.includes(id);
    const had = from.history.calls.find(({ request }) => request.id === id);
    if (!isNamed || isStaleFact(from.history, event) || !had?.isOut) return `invented ${id}`;
  }
  return undefined;
}

const stopStates = ["ready.draining", "stopping", "terminated"];

/** I13: after a stop nothing is sent or opened any more. */
function stopsForGood({ effects, to }: Step): string | undefined {
  if (!to.history.isStopped) return undefined;
  if (!stopStates.includes(to.leaf)) return `in ${to.leaf} after a stop`;
  if (effects.spawned.length > 0) return "opened after a stop";
  return sentCalls(effects).length > 0 ? "sent after a stop" : undefined;
}

/** I14: the end is the end. */
function staysTerminated({ from, effects, to }: Step): string | undefined {
  if (from.leaf !== "terminated") return undefined;
  if (to.leaf !== "terminated" || to.snapshot.status !== "done") return `came back to ${to.leaf}`;
  const { commands, settlements, spawned, timersSet, emitted } = effects;
  const done = [commands, settlements, spawned, timersSet, emitted].flat();
  return done.length > 0 ? "did something after the end" : undefined;
}

/** I15: nobody waits beyond a deadline: each is watched, none is sent after it, and its end is the call's. */
function keepsDeadlines({ event, effects, to }: Step): string | undefined {
  const at = timeOf(event);
  const late = sentCalls(effects).filter(
    ({ request }) => at !== undefined && at >= request.deadline,
  );
  if (late.length > 0) return `sent ${idsOf(late)} too late`;
  const unwatched = held(to).filter(({ watched }) => watched !== 1);
  if (to.leaf !== "terminated" && unwatched.length > 0) return `unwatched: ${idsOf(unwatched)}`;
  if (event.type !== "hooks.expired" || to.leaf === "terminated") return undefined;
  const kept = held(to).filter(({ request }) => event.ids.includes(request.id));
  return kept.length > 0 ? `kept ${idsOf(kept)} beyond the deadline` : undefined;
}

/** I16: within a generation a call is sent once. */
function sendsOncePerSession({ to }: Step): string | undefined {
  const again = to.history.calls.filter(({ sends }) => new Set(sends).size !== sends.length);
  return again.length > 0 ? `sent ${idsOf(again)} twice to one session` : undefined;
}

/** I17: both sends are of the very same request, and so is the settlement. */
function keepsIdentity({ bounds, effects }: Step): string | undefined {
  const handled = [...sentCalls(effects), ...effects.settlements].map(({ request }) => request);
  const strange = handled.filter((request) => !bounds.requests.includes(request));
  return strange.length > 0 ? "another request than the caller's" : undefined;
}

/** I18: the queue keeps within its limits; only calls that are repeated may come on top. */
function boundsQueue({ bounds, from, to }: Step): string | undefined {
  const { maxQueue, maxQueueBytes, maxInFlight } = bounds.settings;
  const { queue } = to.snapshot.context.traffic;
  const before = from.snapshot.context.traffic.queue;
  const calls = waitingCalls(to);
  const bytes = calls.reduce((sum, { request }) => sum + request.bytes, 0);
  if (queue.size !== calls.length || queue.bytes !== bytes) return "the queue has lost count";
  if (queue.size > maxQueue + maxInFlight) return `${queue.size} are queued`;
  const repeated = calls.filter(({ sends }) => sends > 0);
  const limit = Math.max(maxQueue, before.size) + repeated.length;
  if (queue.size > limit) return `${queue.size} are queued, ${repeated.length} of them again`;
  if (queue.bytes > maxQueueBytes && queue.bytes > before.bytes && repeated.length === 0)
    return `${queue.bytes} bytes are queued`;
  return undefined;
}

/** I22: an error says what is known: "not processed" only of a call that no plugin can have run. */
function tellsOutcome(step: Step): string | undefined {
  for (const { before, after } of ended(step)) {
    const { id } = after.request;
    const end = after.ends.at(-1);
    if (end?.outcome === "not_processed" && (before.mayHaveRun || before.isOut))
      return `${id} may have been processed`;
    if (end?.outcome === "unknown" && after.sends.length === 0) return `${id} was never sent`;
  }
  return undefined;
}

/** Every slot that a gone caller's call keeps is watched, and the session is told. */
function watchesSlots({ from, effects, to }: Step): string | undefined {
  const kept = (state: State): number[] => idsOf(callsOut(state).filter((call) => call.abandoned));
  const fresh = kept(to).filter((id) => !kept(from).includes(id));
  const told = effects.commands.flatMap((command) =>
    command.type === "session.cancel" ? command.ids : [],
  );
  const isTold = fresh.join() === effects.abandoned.join() && fresh.join() === told.join();
  return isTold ? undefined : `kept ${fresh}, watched ${effects.abandoned}, cancelled ${told}`;
}

/** What a state stands for: says what is wrong with being in it. */
const meanings: Readonly<Record<string, (to: State, step: Step) => string | undefined>> = {
  "ready.waiting": (to) =>
    waitingCalls(to).length + callsOut(to).length > 0 ? "calls are there" : undefined,
  "ready.invoking": (to, { bounds }) => {
    const out = callsOut(to).length;
    if (out === 0) return "nothing is out";
    const hasFreeSlot = out < bounds.settings.maxInFlight;
    return hasFreeSlot && waitingCalls(to).length > 0
      ? "a call waits beside a free slot"
      : undefined;
  },
  "ready.draining": (to) => (callsOut(to).length === 0 ? "nothing is out" : undefined),
  closing: ({ snapshot }) =>
    snapshot.context.intent.kind === "stop" ? "a stop has a state of its own" : undefined,
  coolingDown: (to) =>
    waitingCalls(to).some(({ request }) => !request.waitForReady)
      ? "a call waits that has not asked to"
      : undefined,
  dormant: (to) => (waitingCalls(to).length > 0 ? "calls wait, and nobody opens" : undefined),
  stopping: (to) =>
    waitingCalls(to).length + callsOut(to).length > 0 ? "calls wait for what ends" : undefined,
};

/** Each state means what its name says, and the machine never fails. */
function meansItsState(step: Step): string | undefined {
  const { to } = step;
  if (to.snapshot.status === "error") return `the machine has failed: ${to.snapshot.error}`;
  return meanings[to.leaf]?.(to, step);
}

/** By the names of the specification. I19 has none, I20 and I21 are about sessions on the wire. */
export const invariants = {
  "I1 settlesOnce": settlesOnce,
  "I2 boundsFlight": boundsFlight,
  "I3 keepsOrder": keepsOrder,
  "I4 restsEmpty": restsEmpty,
  "I5 opensOne": opensOne,
  "I6 countsGenerations": countsGenerations,
  "I7 repeatsWithReason": repeatsWithReason,
  "I8 sendsWhenReady": sendsWhenReady,
  "I9 boundsAttempts": boundsAttempts,
  "I10 opensForOneReason": opensForOneReason,
  "I11 answersOnce": answersOnce,
  "I12 inventsNothing": inventsNothing,
  "I13 stopsForGood": stopsForGood,
  "I14 staysTerminated": staysTerminated,
  "I15 keepsDeadlines": keepsDeadlines,
  "I16 sendsOncePerSession": sendsOncePerSession,
  "I17 keepsIdentity": keepsIdentity,
  "I18 boundsQueue": boundsQueue,
  "I22 tellsOutcome": tellsOutcome,
  watchesSlots,
  meansItsState,
} as const satisfies Readonly<Record<string, Invariant>>;

export type InvariantName = keyof typeof invariants;
