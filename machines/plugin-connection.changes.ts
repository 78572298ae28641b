import {
  awaitRetry as awaitingRetry,
  becameReady,
  coolDown as cooledDown,
  countLoss as countedLoss,
  exhausted,
  type Fault,
  opened,
  proveAlive as provenAlive,
} from "./link.ts";
import {
  admissionOf,
  closingOf,
  expectEvent,
  hasLost,
  mayOthersBeAnswered,
} from "./plugin-connection.guards.ts";
import type { ConnectionContext, ConnectionEvent, EndReason } from "./plugin-connection.types.ts";
import * as traffic from "./traffic.ts";

/** What an event makes of the context, and of the calls. */
export interface Change {
  readonly set?: Partial<Omit<ConnectionContext, "traffic">>;
  readonly step?: traffic.TrafficStep;
}

/** The computation behind an action of the same name. Pure: everything that a transition decides is decided here. */
type Compute = (context: ConnectionContext, event: ConnectionEvent) => Change;

const isStop = ({ intent }: ConnectionContext): boolean => intent.kind === "stop";

/** An event that does not say when it is belongs before everything. */
const timeOf = (event: ConnectionEvent): number =>
  ("at" in event ? event.at : undefined) ?? Number.NEGATIVE_INFINITY;

export const beginOpening: Compute = ({ link }) => ({
  set: { link: opened(link), intent: { kind: "recover", lost: false } },
});

/** A session is ready: what waited goes out, but for hooks that the server has withdrawn. */
export const becomeReady: Compute = (context, event) => {
  const { hooks, at } = expectEvent(event, "session.configured");
  const listed = new Set(hooks);
  const known = context.link.hasBeenReady ? context.hooks.known : [...listed];
  const withdrawn = known.filter((hook) => !listed.has(hook));
  const kept = traffic.failWaiting(context.traffic, "HOOK_UNKNOWN", at, ({ hookType }) =>
    withdrawn.includes(hookType),
  );
  const fresh = { ...kept, traffic: { ...kept.traffic, activeAt: at } };
  return {
    set: { link: becameReady(context.link), hooks: { known, withdrawn } },
    step: traffic.dispatch(fresh, at, context.settings.maxInFlight),
  };
};

export const admitCalls: Compute = (context, event) => ({
  step: traffic.admit(context.traffic, admissionOf({ context, event })),
});

export const queueCalls: Compute = (context, event) => ({
  step: traffic.enqueue(context.traffic, admissionOf({ context, event })),
});

/** In an outage that has cooled down: who does not wait for its end is told so at once. */
export const queuePatientCalls: Compute = (context, event) => {
  const admission = admissionOf({ context, event });
  const patient = admission.requests.filter((request) => request.waitForReady);
  const others = admission.requests.filter((request) => !request.waitForReady);
  const queued = traffic.enqueue(context.traffic, { ...admission, requests: patient });
  const { settle } = traffic.refuse(queued.traffic, others, "UNAVAILABLE");
  return { step: { ...queued, settle: [...queued.settle, ...settle] } };
};

export const refuseUnstarted: Compute = (context, event) => ({
  step: traffic.refuse(context.traffic, expectEvent(event, "hook.invoke").requests, "NOT_STARTED"),
});

export const refuseStopped: Compute = (context, event) => ({
  step: traffic.refuse(context.traffic, expectEvent(event, "hook.invoke").requests, "STOPPED"),
});

export const releaseCalls: Compute = (context, event) => {
  const { type, ids } = expectEvent(event, "hook.cancel", "hooks.expired");
  const code = type === "hook.cancel" ? "ABORTED" : "DEADLINE_EXCEEDED";
  return { step: traffic.release(context.traffic, ids, code, timeOf(event)) };
};

/** Calls have their end, and their slots go to the next ones. */
export const takeAnswers: Compute = (context, event) => {
  const { at } = expectEvent(event, "hooks.answered");
  const { set, step } = answered(context, event);
  return { set, step: traffic.dispatch(step, at, context.settings.maxInFlight) };
};

/** Calls have their end, and nothing follows them. */
export const takeLastAnswers: Compute = (context, event) => answered(context, event);

function answered(context: ConnectionContext, event: ConnectionEvent) {
  const { ids, successful, at } = expectEvent(event, "hooks.answered");
  const set = successful ? { link: provenAlive(context.link) } : {};
  return { set, step: traffic.conclude(context.traffic, ids, at) };
}

/** A stable time in ready. A session that has proved lost meanwhile proves nothing any more. */
export const proveAlive: Compute = (context) =>
  hasLost(context) ? {} : { set: { link: provenAlive(context.link) } };

/** A ready session has proved lost. Its calls are judged, and the fault is kept for whoever asks why. */
export const loseSession: Compute = (context, event) => ({
  ...loseCalls(context, event),
  set: {
    link: { ...context.link, fault: event.type === "session.lost" ? event.fault : unresponsive },
    intent: "lost" in context.intent ? { ...context.intent, lost: true } : context.intent,
    drainMs: context.settings.lossGraceMs,
  },
});

/** These calls, or all that are still out, will not be answered any more. Only a session can say that one was not sent. */
export const loseCalls: Compute = (context, event) => {
  const lost = event.type === "session.lost" ? event : null;
  return {
    step: traffic.lose(context.traffic, {
      ids: lost && mayOthersBeAnswered({ context, event }) ? lost.ended : null,
      unsent: lost?.unsent ?? [],
      at: timeOf(event),
      replay: context.settings.replay,
      code: isStop(context) ? "STOPPED" : "SESSION_LOST",
    }),
  };
};

/** An abandoned call has kept its slot for too long. */
const unresponsive: Fault = {
  code: "SESSION_LOST",
  phase: "invoking",
  fatal: false,
  detail: "unresponsive",
};

export const noteFault: Compute = ({ link }, event) => ({
  set: { link: { ...link, fault: expectEvent(event, "session.lost").fault } },
});

const timeout =
  (code: string, phase: string): Compute =>
  ({ link }) => ({
    set: { link: { ...link, fault: { code, phase, fatal: false, detail: null } } },
  });

export const noteSpawnTimeout = timeout("SPAWN_FAILED", "spawning");
export const noteConnectTimeout = timeout("CONNECT_FAILED", "connecting");
export const noteInitializeTimeout = timeout("INITIALIZE_FAILED", "initializing");
export const noteFetchConfigTimeout = timeout("CONFIG_FETCH_FAILED", "fetchingConfig");

export const intendReopen: Compute = (context) => ({
  set: {
    intent: { kind: "reopen", lost: hasLost(context) },
    drainMs: context.settings.reconnectDrainMs,
  },
});

export const intendSleep: Compute = () => ({ set: { intent: { kind: "sleep" } } });

/** A longer timer would be over at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A stop has been accepted: nothing more is sent. Calls in flight may get their answers first, if the stop says so. */
export const intendStop: Compute = (context, event) => ({
  set: {
    intent: { kind: "stop" },
    drainMs: Math.min(expectEvent(event, "plugin.stop").drainMs ?? 0, longestTimerMs),
  },
  step: traffic.failWaiting(context.traffic, "STOPPED", timeOf(event)),
});

export const countLoss: Compute = (context, event) => {
  if (!hasLost(context)) return {};
  const { at } = closingOf({ context, event });
  return { set: { link: countedLoss(context.link, at, context.settings) } };
};

export const awaitRetry: Compute = (context, event) => {
  const { at } = closingOf({ context, event });
  return { set: { link: awaitingRetry(context.link, at, context.settings) } };
};

export const coolDown: Compute = (context, event) => {
  const { at, jitter } = closingOf({ context, event });
  const isImpatient = (request: { waitForReady: boolean }) => !request.waitForReady;
  return {
    set: { link: cooledDown(context.link, at, jitter, context.settings) },
    step: traffic.failWaiting(context.traffic, "UNAVAILABLE", at, isImpatient),
  };
};

/** For good. Whoever still waits is told why, also the patient ones. */
export const end: Compute = (context, event) => {
  const reason = endReason(context);
  const isStopped = reason === "stopped";
  const { at } = closingOf({ context, event });
  const link =
    reason === "exhausted" ? exhausted(context.link, at, context.settings) : context.link;
  return {
    set: { link, end: { reason, fault: isStopped ? null : link.fault } },
    step: traffic.failWaiting(context.traffic, isStopped ? "STOPPED" : "UNAVAILABLE", at),
  };
};

function endReason(context: ConnectionContext): EndReason {
  if (isStop(context)) return "stopped";
  return context.link.hasBeenReady ? "exhausted" : "startFailed";
}
