import { callsOut } from "../../machines/exhaustive/state.ts";
import type { ModelMove, ModelState } from "../model.ts";
import type { Transport } from "./bounds.ts";

/**
 * How long a closing takes:
 * - `short`: nothing can hold it back, it is over at once
 * - `free`: as it suits, by the way in which the session was lost
 * - `long`: until the far end is let go
 */
type Closing = "short" | "free" | "long";

/** What the model's state does not tell about the far end, and what decides about what can come next. */
export interface FarEndFacts {
  /** While there is a closing, or a stopping */
  readonly closing: Closing;
  /** The server does not know the session any more, or is not there */
  readonly isGone: boolean;
  /** A call is out which has just been sent, and is the only one: over HTTP it may be that nobody could be reached */
  readonly isFresh: boolean;
  /** Generations for whose end the connection does not wait any more: it comes when it comes */
  readonly orphans: readonly number[];
}

export const noFacts: FarEndFacts = {
  closing: "short",
  isGone: false,
  isFresh: false,
  orphans: [],
};

export const isClosing = ({ leaf }: { readonly leaf: string }): boolean =>
  leaf === "closing" || leaf === "stopping";

const isOpening = (leaf: string): boolean => leaf === "spawning" || leaf === "connecting";

/** What a move makes of the far end. */
export function factsAfter(
  before: FarEndFacts,
  from: ModelState,
  move: ModelMove,
  to: ModelState,
  transport: Transport,
): FarEndFacts {
  const isGivenUp = isClosing(from) && !isClosing(to) && move.type !== "session.closed";
  const orphans = isGivenUp ? [...before.orphans, from.history.generation] : before.orphans;
  const isGone =
    !isOpening(to.leaf) && (before.isGone || (transport === "http" && isSessionGone(move)));
  const isFresh = transport === "http" && isFirstCall(from, to);
  if (!isClosing(to)) return { closing: "short", isGone, isFresh, orphans };
  const closing = isClosing(from) ? "long" : closingFrom(from.leaf, move, isGone, transport);
  return { closing, isGone, isFresh, orphans };
}

/** A server that has lost its sessions answers 404, and so provably did not process the call. One that has ended answers nothing. */
const isSessionGone = ({ event }: ModelMove): boolean =>
  event.type === "session.lost" && event.unsent.length > 0;

const isFirstCall = (from: ModelState, to: ModelState): boolean =>
  from.leaf === "ready.waiting" && to.leaf === "ready.invoking" && callsOut(to).length === 1;

/** The server is not there any more, which the connection finds out with this call. */
export const isRefusal = ({ label }: ModelMove): boolean => label === "lost, nothing sent";

function closingFrom(
  leaf: string,
  { event }: ModelMove,
  isGone: boolean,
  transport: Transport,
): Closing {
  // There is no process yet, and no session.
  if (isOpening(leaf) || isGone) return "short";
  // The session begins in the middle of the handshake.
  if (transport === "http") return leaf === "initializing" ? "free" : "long";
  // A process can die, or break the protocol.
  return event.type === "session.lost" && !event.fault.fatal ? "free" : "long";
}

/** Whether a move can be brought about from outside: by a process, a socket, a timer or a caller. */
export function canCome(
  state: ModelState,
  move: ModelMove,
  facts: FarEndFacts,
  transport: Transport,
): boolean {
  const { event } = move;
  if (isClosing(state)) {
    // What the far end says otherwise is not heard any more.
    if ("generation" in event) return event.type === "session.closed";
    if (facts.closing === "short") return false;
  }
  if (transport === "http" && mustAnswer(state)) return move.label === "answered badly";
  switch (event.type) {
    case "hook.invoke":
      return event.requests.some((request) => isNew(state, request));
    case "session.lost":
      return isRefusal(move) ? facts.isFresh : canBeLost(state, move, transport);
    case "hooks.answered":
      return canBeAnswered(state, move, transport);
    case "hook.cancel":
      return canBeGivenUp(state, event.ids, transport);
    case "hooks.expired":
      return !isDueNow(state) && canBeGivenUp(state, event.ids, transport);
    case "plugin.idled":
      return canIdle(state, move);
    default:
      return true;
  }
}

/** The model also names again what is there already. */
export const isNew = ({ history }: ModelState, { id }: { readonly id: number }): boolean =>
  history.calls.some(({ request, entry, ends }) => request.id === id && entry + ends.length === 0);

/** Over HTTP the request of a caller that has gone is aborted, which is the end of it. */
export const mustAnswer = (state: ModelState): boolean =>
  callsOut(state).some(({ abandoned }) => abandoned);

const idsOut = (state: ModelState): number[] => callsOut(state).map(({ request }) => request.id);

function canBeLost(state: ModelState, { label }: ModelMove, transport: Transport): boolean {
  if (!state.leaf.startsWith("ready.")) return true;
  if (transport === "stdio") return label === "lost";
  const count = idsOut(state).length;
  // Two connections that break at the same time can be told of one by one, or together.
  if (label === "lost") return count === 1;
  return label.startsWith("lost, alive") && (label.endsWith("not sent") || count > 1);
}

function canBeAnswered(
  state: ModelState,
  { label, event }: ModelMove,
  transport: Transport,
): boolean {
  // Two responses can be read one by one, or together.
  if (label === "answered all" && transport === "http") return false;
  if (event.type !== "hooks.answered" || !event.successful) return true;
  // Answers that nobody waits for are none that count as a success.
  const isAwaited = (id: number): boolean =>
    callsOut(state).some(({ request, abandoned }) => request.id === id && !abandoned);
  return event.ids.some(isAwaited);
}

/** The model lets only the first of the calls that are out be answered badly. */
function canBeGivenUp(state: ModelState, ids: readonly number[], transport: Transport): boolean {
  const place = idsOut(state).findIndex((id) => ids.includes(id));
  return transport === "stdio" || place <= 0;
}

/** A wait of no time is over before anything else can be due. */
const isDueNow = ({ waits }: ModelState): boolean => Object.values(waits).includes(0);

/** The alarm was set when the session became ready. If there was a call since, it finds that out, and nothing else. */
function canIdle({ leaf, history }: ModelState, { label }: ModelMove): boolean {
  if (leaf !== "ready.waiting") return true;
  const hasCalled = history.calls.some(({ sends }) => sends.at(-1) === history.generation);
  return (label === "idle, but not for long") === hasCalled;
}
