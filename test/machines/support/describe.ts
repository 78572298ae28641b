import type { StateValue } from "xstate";
import { toArray } from "../../../machines/call-queue.ts";
import type {
  Call,
  ConnectionContext,
  ConnectionEmitted,
  SessionCommand,
  Settlement,
} from "../../../machines/index.ts";

// What the tests write out: one short line for each thing that the machine does, and a flat picture of what it knows.

/** `ready.invoking` for `{ ready: "invoking" }`. */
export function leafOf(value: StateValue): string {
  if (typeof value === "string") return value;
  return Object.entries(value)
    .map(([parent, child]) => `${parent}.${child === undefined ? "" : leafOf(child)}`)
    .join("|");
}

/** `call 1 2(2)`: call 1 for the first, call 2 for the second time. */
export function describeCommand(command: SessionCommand): string {
  switch (command.type) {
    case "session.call":
      return `call ${command.calls.map(({ request, attempt }) => (attempt === 1 ? `${request.id}` : `${request.id}(${attempt})`)).join(" ")}`;
    case "session.cancel":
      return `cancel ${command.ids.join(" ")}`;
    case "session.initialize":
      return "initialize";
    case "session.fetchConfig":
      return "fetch config";
    case "session.close":
      return "close";
  }
}

/** `settle 1 STOPPED not_processed`, or `settle 1 answered`. */
export function describeSettlement(settlement: Settlement): string {
  const { id } = settlement.request;
  if (settlement.status === "answered") return `settle ${id} answered`;
  return `settle ${id} ${settlement.code} ${settlement.outcome}`;
}

export function describeEmitted(event: ConnectionEmitted): string {
  switch (event.type) {
    case "plugin.ready":
      return `tell ready ${event.generation}`;
    case "plugin.reconnecting":
      return `tell reconnecting ${event.attempt} after ${event.delayMs}, ${event.cause?.code ?? "no fault"}`;
    case "plugin.coolingDown":
      return `tell cooling down until ${event.nextProbeAt}, ${event.cause}`;
    case "plugin.terminated":
      return `tell terminated ${event.reason}, ${event.fault?.code ?? "no fault"}`;
  }
}

/** `1`, or `1(2)*!` for a call that was sent twice, was abandoned, and may have been processed by an earlier send. */
function describeCall({ request, sends, abandoned, ambiguous }: Call): string {
  return `${request.id}${sends > 1 ? `(${sends})` : ""}${abandoned ? "*" : ""}${ambiguous ? "!" : ""}`;
}

function describeIntent({ intent }: ConnectionContext): string {
  return "lost" in intent && intent.lost ? `${intent.kind} after loss` : intent.kind;
}

/** All that the context holds and that can change. */
export interface Picture {
  readonly generation: number;
  readonly hasBeenReady: boolean;
  readonly attempt: number;
  readonly cooled: string | null;
  readonly probes: number;
  readonly losses: string;
  readonly waitMs: number;
  readonly retryAt: number | null;
  readonly fault: string | null;
  readonly queue: string;
  readonly queueBytes: number;
  readonly out: string;
  readonly seq: number;
  readonly activeAt: number;
  readonly intent: string;
  readonly drainMs: number;
  readonly known: string;
  readonly withdrawn: string;
  readonly end: string | null;
}

export function pictureOf(context: ConnectionContext): Picture {
  const { link, traffic, hooks, end } = context;
  return {
    generation: link.generation,
    hasBeenReady: link.hasBeenReady,
    attempt: link.attempt,
    cooled: link.cooled,
    probes: link.probes,
    losses: link.losses.join(" "),
    waitMs: link.waitMs,
    retryAt: link.retryAt,
    fault: link.fault?.code ?? null,
    queue: toArray(traffic.queue).map(describeCall).join(" "),
    queueBytes: traffic.queue.bytes,
    out: traffic.out.map(describeCall).join(" "),
    seq: traffic.seq,
    activeAt: traffic.activeAt,
    intent: describeIntent(context),
    drainMs: context.drainMs,
    known: hooks.known.join(" "),
    withdrawn: hooks.withdrawn.join(" "),
    end: end && `${end.reason}, ${end.fault?.code ?? "no fault"}`,
  };
}

/** What is different in the second picture, as it is there. */
export function changesOf(before: Picture, after: Picture): Partial<Picture> {
  const old: Readonly<Record<string, unknown>> = { ...before };
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => old[key] !== value));
}
