import type { Call, CallOutcome, HookRequestRef, RefusalCode, Settlement } from "./call.ts";
import {
  type CallQueue,
  emptyQueue,
  find,
  fromArray,
  push,
  restore,
  shift,
  take,
  toArray,
} from "./call-queue.ts";

/** All calls of a connection that are not settled, or not yet off the plugin's hands. */
export interface Traffic {
  readonly queue: CallQueue;
  /** With the session, in order of dispatch; abandoned ones too */
  readonly out: readonly Call[];
  /** The next admission number */
  readonly seq: number;
  /** When a call last came or ended */
  readonly activeAt: number;
}

export interface TrafficLimits {
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly maxQueueBytes: number;
}

/** What a step makes of the traffic, and what is to be done about it. */
export interface TrafficStep {
  readonly traffic: Traffic;
  /** Calls to hand to the session, first to last */
  readonly send: readonly Call[];
  readonly settle: readonly Settlement[];
  /** Requests that are now the connection's: it sees to their deadlines */
  readonly admitted: readonly HookRequestRef[];
  /** Calls in flight that have just lost their caller */
  readonly abandon: readonly number[];
}

export const noTraffic: Traffic = { queue: emptyQueue, out: [], seq: 0, activeAt: 0 };

const none: readonly never[] = [];

export const unchanged = (traffic: Traffic): TrafficStep => ({
  traffic,
  send: none,
  settle: none,
  admitted: none,
  abandon: none,
});

const refusal = (
  request: HookRequestRef,
  code: RefusalCode,
  outcome: CallOutcome = "not_processed",
): Settlement => ({ request, status: "failed", code, outcome, waitedMs: 0, ahead: 0, sends: 0 });

const failure = (call: Call, code: RefusalCode, outcome: CallOutcome, at: number): Settlement => ({
  request: call.request,
  status: "failed",
  code,
  // An earlier send that nobody can answer for outweighs what is known of this one.
  outcome: call.ambiguous ? "unknown" : outcome,
  waitedMs: Math.max(0, at - call.admittedAt),
  ahead: call.ahead,
  sends: call.sends,
});

/** The requests of a list that are refused: also one that is named twice has one end. */
class Refusals {
  readonly settlements: Settlement[] = [];
  #ids: Set<number> | undefined;

  add(request: HookRequestRef, code: RefusalCode): void {
    this.#ids ??= new Set();
    if (this.#ids.has(request.id)) return;
    this.#ids.add(request.id);
    this.settlements.push(refusal(request, code));
  }
}

/** Refuses all of a list alike, but for those which are calls already. */
export function refuse(
  traffic: Traffic,
  requests: readonly HookRequestRef[],
  code: RefusalCode,
): TrafficStep {
  const refused = new Refusals();
  for (const request of requests) {
    if (!isHeld(traffic.queue, traffic.out, request.id)) refused.add(request, code);
  }
  return { ...unchanged(traffic), settle: refused.settlements };
}

export interface Admission {
  readonly requests: readonly HookRequestRef[];
  readonly at: number;
  readonly limits: TrafficLimits;
  /** Hooks that the server no longer lists */
  readonly withdrawn: readonly string[];
}

/** Everywhere the same comparison: a deadline that is no number has passed, and not here so and there otherwise. */
export const isInTime = (request: HookRequestRef, at: number): boolean => at < request.deadline;

/** Whether a request may enter at all, apart from there being room for it. */
export const isAdmissible = (request: HookRequestRef, { at, withdrawn }: Admission): boolean =>
  isInTime(request, at) && !withdrawn.includes(request.hookType);

/** A request that is sent twice by mistake is one call. */
const isHeld = (queue: CallQueue, out: readonly Call[], id: number): boolean =>
  find(queue, id) !== undefined || out.some((call) => call.request.id === id);

/** Whether an id is in a list. Lists are short, as a rule: a set of a few would cost more than it saves. */
export function isOneOf(ids: readonly number[]): (id: number) => boolean {
  if (ids.length <= 8) return (id) => ids.includes(id);
  const set = new Set(ids);
  return (id) => set.has(id);
}

/** Queues what there is room for, and refuses the rest. */
export function enqueue(traffic: Traffic, admission: Admission): TrafficStep {
  const { requests, at, limits, withdrawn } = admission;
  let { queue, seq } = traffic;
  const refused = new Refusals();
  const admitted: HookRequestRef[] = [];
  for (const request of requests) {
    if (isHeld(queue, traffic.out, request.id)) continue;
    if (!isInTime(request, at)) refused.add(request, "DEADLINE_EXCEEDED");
    else if (withdrawn.includes(request.hookType)) refused.add(request, "HOOK_UNKNOWN");
    else if (isFull(queue, request, limits)) refused.add(request, "QUEUE_FULL");
    else {
      queue = push(queue, newCall(traffic.out, queue, request, seq++, at));
      admitted.push(request);
    }
  }
  return {
    traffic: { queue, out: traffic.out, seq, activeAt: Math.max(traffic.activeAt, at) },
    send: none,
    settle: refused.settlements,
    admitted,
    abandon: none,
  };
}

// There is no room for a size that is no number: the sum would never be one again.
const isFull = (queue: CallQueue, request: HookRequestRef, limits: TrafficLimits): boolean =>
  queue.size >= limits.maxQueue || !(queue.bytes + request.bytes <= limits.maxQueueBytes);

const newCall = (
  out: readonly Call[],
  queue: CallQueue,
  request: HookRequestRef,
  seq: number,
  at: number,
): Call => ({
  request,
  seq,
  admittedAt: at,
  ahead: queue.size + out.length,
  sends: 0,
  ambiguous: false,
  abandoned: false,
});

/** Hands out what there is a slot for straight away, queues the rest. The way of every call through a ready session. */
export function admit(traffic: Traffic, admission: Admission): TrafficStep {
  const { limits } = admission;
  if (traffic.out.length >= limits.maxInFlight || traffic.queue.size > 0) {
    return enqueue(traffic, admission);
  }
  const out = [...traffic.out];
  const rest: HookRequestRef[] = [];
  let { seq } = traffic;
  for (const request of admission.requests) {
    if (out.length < limits.maxInFlight && isAdmissible(request, admission)) {
      if (isHeld(traffic.queue, out, request.id)) continue;
      out.push({ ...newCall(out, emptyQueue, request, seq++, admission.at), sends: 1 });
    } else rest.push(request);
  }
  const send = out.slice(traffic.out.length);
  const admitted = send.map(({ request }) => request);
  const activeAt = Math.max(traffic.activeAt, admission.at);
  const sent: Traffic = { queue: traffic.queue, out, seq, activeAt };
  if (rest.length === 0) return { ...unchanged(sent), send, admitted };
  const queued = enqueue(sent, { ...admission, requests: rest });
  return { ...queued, send, admitted: [...admitted, ...queued.admitted] };
}

/** Moves waiting calls into free slots. What has expired unnoticed (a host that slept) is failed, not sent. */
export function dispatch(step: TrafficStep, at: number, maxInFlight: number): TrafficStep {
  const { traffic } = step;
  let { queue } = traffic;
  let free = maxInFlight - traffic.out.length;
  if (free <= 0 || queue.size === 0) return step;
  const send: Call[] = [];
  const settle: Settlement[] = [...step.settle];
  while (free > 0) {
    const next = shift(queue);
    if (!next) break;
    queue = next.rest;
    if (!isInTime(next.call.request, at)) {
      settle.push(failure(next.call, "DEADLINE_EXCEEDED", "not_processed", at));
      continue;
    }
    send.push({ ...next.call, sends: next.call.sends + 1 });
    free -= 1;
  }
  return {
    traffic: { ...traffic, queue, out: [...traffic.out, ...send] },
    send: [...step.send, ...send],
    settle,
    admitted: step.admitted,
    abandon: step.abandon,
  };
}

/** The session has an end for these calls. One whose caller has gone only frees its slot. */
export function conclude(traffic: Traffic, ids: readonly number[], at: number): TrafficStep {
  const settle: Settlement[] = [];
  const out: Call[] = [];
  const isEnded = isOneOf(ids);
  for (const call of traffic.out) {
    if (!isEnded(call.request.id)) out.push(call);
    else if (!call.abandoned)
      settle.push({ request: call.request, status: "answered", ambiguous: call.ambiguous });
  }
  return { ...unchanged({ queue: traffic.queue, out, seq: traffic.seq, activeAt: at }), settle };
}

/**
 * The callers have gone (`ABORTED`) or their time is over (`DEADLINE_EXCEEDED`). A waiting call leaves; one in flight is
 * settled, but keeps its slot: the plugin may still be at work on it.
 */
export function release(
  traffic: Traffic,
  ids: readonly number[],
  code: "ABORTED" | "DEADLINE_EXCEEDED",
  at: number,
): TrafficStep {
  let { queue } = traffic;
  const settle: Settlement[] = [];
  const flying = new Map<number, Call>();
  for (const call of traffic.out) if (!call.abandoned) flying.set(call.request.id, call);
  const abandon = new Set<number>();
  for (const id of ids) {
    const waiting = find(queue, id);
    const call = waiting ?? flying.get(id);
    if (call === undefined || abandon.has(id)) continue;
    settle.push(failure(call, code, waiting ? "not_processed" : "unknown", at));
    if (waiting) queue = take(queue, waiting);
    else abandon.add(id);
  }
  const out =
    abandon.size === 0
      ? traffic.out
      : traffic.out.map((call) =>
          abandon.has(call.request.id) ? { ...call, abandoned: true } : call,
        );
  return { ...unchanged({ ...traffic, queue, out }), settle, abandon: [...abandon] };
}

/** Which calls of a lost session are sent again: those provably not processed, also once an ambiguous one, or none. */
export type ReplayPolicy = "provable" | "once" | "never";

export interface Loss {
  /** The calls it is about. null: all that are out, because the session is dead */
  readonly ids: readonly number[] | null;
  /** Those which provably never reached the plugin */
  readonly unsent: readonly number[];
  readonly at: number;
  readonly replay: ReplayPolicy;
  /** How a call fails that is not repeated. A host that stops repeats none */
  readonly code: "SESSION_LOST" | "STOPPED";
}

/** Judges the calls of a lost session: each is repeated, back at the head of the queue, or failed. */
export function lose(traffic: Traffic, loss: Loss): TrafficStep {
  const settle: Settlement[] = [];
  const again: Call[] = [];
  const out: Call[] = [];
  const isLost = loss.ids === null ? () => true : isOneOf(loss.ids);
  const isUnsent = isOneOf(loss.unsent);
  for (const call of traffic.out) {
    const { id } = call.request;
    if (!isLost(id)) out.push(call);
    else if (call.abandoned) continue;
    else if (mayReplay(call, loss, isUnsent(id))) {
      again.push({ ...call, ambiguous: call.ambiguous || !isUnsent(id) });
    } else {
      settle.push(failure(call, loss.code, isUnsent(id) ? "not_processed" : "unknown", loss.at));
    }
  }
  return { ...unchanged({ ...traffic, queue: restore(traffic.queue, again), out }), settle };
}

function mayReplay(call: Call, loss: Loss, isUnsent: boolean): boolean {
  if (loss.code === "STOPPED" || loss.replay === "never") return false;
  if (call.sends >= 2 || !isInTime(call.request, loss.at)) return false;
  return isUnsent || loss.replay === "once";
}

/** Whether calls are out that somebody waits for, besides these. */
export function hasOthers(traffic: Traffic, ids: readonly number[]): boolean {
  const isOne = isOneOf(ids);
  return traffic.out.some((call) => !call.abandoned && !isOne(call.request.id));
}

/** Fails the waiting calls that `which` picks, and keeps the others in their order. */
export function failWaiting(
  traffic: Traffic,
  code: RefusalCode,
  at: number,
  which: (request: HookRequestRef) => boolean = () => true,
): TrafficStep {
  const keep: Call[] = [];
  const settle: Settlement[] = [];
  for (const call of toArray(traffic.queue)) {
    if (which(call.request)) settle.push(failure(call, code, "not_processed", at));
    else keep.push(call);
  }
  if (settle.length === 0) return unchanged(traffic);
  return { ...unchanged({ ...traffic, queue: fromArray(keep) }), settle };
}
