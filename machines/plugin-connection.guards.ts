import { some } from "./call-queue.ts";
import { hasAttemptsLeft as attemptsLeft, countLoss, isFatal } from "./link.ts";
import type { ConnectionContext, ConnectionEvent } from "./plugin-connection.types.ts";
import { type Admission, hasOthers, isAdmissible, isInTime, isOneOf } from "./traffic.ts";

/** Questions about the machine's context and the event at hand. Pure. */
export interface Question {
  readonly context: ConnectionContext;
  readonly event: ConnectionEvent;
}

type EventOf<T extends ConnectionEvent["type"]> = Extract<ConnectionEvent, { type: T }>;

/** The event as what the transition says it is. A wrong wiring is an error of the chart, not of the caller. */
export function expectEvent<T extends ConnectionEvent["type"]>(
  event: ConnectionEvent,
  ...types: T[]
): EventOf<T> {
  if ((types as string[]).includes(event.type)) return event as EventOf<T>;
  throw new Error(`${event.type} where ${types.join(" or ")} was expected`);
}

export const isCurrent = ({ context, event }: Question): boolean =>
  "generation" in event && event.generation === context.link.generation;

export const isStale = (question: Question): boolean => !isCurrent(question);

export const isStdio = ({ context }: Question): boolean => context.settings.transport === "stdio";

export const admissionOf = ({ context, event }: Question): Admission => {
  const { requests, at } = expectEvent(event, "hook.invoke");
  const createdAt = requests[0]?.createdAt ?? 0;
  const { withdrawn } = context.hooks;
  return { requests, at: at ?? createdAt, limits: context.settings, withdrawn };
};

export const hasAdmissibleCall = (question: Question): boolean => {
  const admission = admissionOf(question);
  return admission.requests.some((request) => isAdmissible(request, admission));
};

export const isWakingCall = (question: Question): boolean =>
  question.context.intent.kind === "sleep" && hasAdmissibleCall(question);

export const isLazyCall = (question: Question): boolean =>
  question.context.settings.lazy && hasAdmissibleCall(question);

/** In an outage that has cooled down only those calls wait that ask for it. */
export const isCooled = ({ context }: Question): boolean => context.link.cooled !== null;

/** After these answers nothing is out, and nothing that could be sent is waiting. */
export const leavesNothing = (question: Question): boolean => {
  if (!leavesNothingOut(question)) return false;
  const { at } = expectEvent(question.event, "hooks.answered");
  return !some(question.context.traffic.queue, ({ request }) => isInTime(request, at));
};

export const leavesNothingOut = ({ context, event }: Question): boolean => {
  const { ids } = expectEvent(event, "hooks.answered");
  const isEnded = isOneOf(ids);
  return context.traffic.out.every((call) => isEnded(call.request.id));
};

/** The new session has something to do at once. */
export const hasWaitingCalls = ({ context, event }: Question): boolean => {
  const { hooks, at } = expectEvent(event, "session.configured");
  const isListed = (hook: string) => hooks.includes(hook) || !context.hooks.known.includes(hook);
  return some(
    context.traffic.queue,
    ({ request }) => isInTime(request, at) && isListed(request.hookType),
  );
};

/** One call has proved the session lost, but on its transport others may still be answered, and somebody waits for them. */
export const mayOthersBeAnswered = ({ context, event }: Question): boolean =>
  event.type === "session.lost" && event.alive && hasOthers(context.traffic, event.ended);

/** The time for this draining is longer than what is left once the session has proved lost. A stop has a time of its own. */
export const isPatientDraining = ({ context: { intent, drainMs, settings } }: Question): boolean =>
  intent.kind === "reopen" && drainMs > settings.lossGraceMs;

export const isOverdue = ({ context, event }: Question): boolean => {
  const { ids } = expectEvent(event, "hooks.overdue");
  return context.traffic.out.some((call) => call.abandoned && ids.includes(call.request.id));
};

/** A stop that lets the calls in flight be answered first. Asked only where there are some. */
export const isGracefulStop = ({ event }: Question): boolean =>
  (expectEvent(event, "plugin.stop").drainMs ?? 0) > 0;

export const isStopping = ({ context }: Question): boolean => context.intent.kind === "stop";

export const isReopening = ({ context }: Question): boolean => context.intent.kind === "reopen";

export const isFallingAsleep = ({ context }: Question): boolean => context.intent.kind === "sleep";

export const hasBeenIdle = ({ context, event }: Question): boolean => {
  const { at } = expectEvent(event, "plugin.idled");
  const { idleTimeoutMs } = context.settings;
  return idleTimeoutMs !== null && at - context.traffic.activeAt >= idleTimeoutMs;
};

/** When the session was closed, and a chance. Of a release that never reported its end the latest activity is all that is known. */
export const closingOf = ({ context, event }: Question): { at: number; jitter: number } =>
  event.type === "session.closed" ? event : { at: context.traffic.activeAt, jitter: 0.5 };

/** Also with the loss that is being closed, there is another attempt in this burst. */
export const hasAttemptsLeft = ({ context, event }: Question): boolean => {
  const { at } = closingOf({ context, event });
  const { link, settings } = context;
  return attemptsLeft(hasLost(context) ? countLoss(link, at, settings) : link, at, settings);
};

/** A session that had been ready has proved lost, and is not released yet. */
export const hasLost = ({ intent }: ConnectionContext): boolean => "lost" in intent && intent.lost;

/** Nothing is left to try: a first start has failed for good, or the host wants no probing. */
export const isFinal = ({ context }: Question): boolean =>
  isFatal(context.link) ||
  !context.link.hasBeenReady ||
  context.settings.onExhausted === "terminate";
