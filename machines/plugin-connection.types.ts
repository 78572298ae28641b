import type { HookRequestRef, Settlement } from "./call.ts";
import type { CoolingCause, Fault, Link, LinkPolicy } from "./link.ts";
import type { ReplayPolicy, Traffic, TrafficLimits } from "./traffic.ts";

/** How a connection behaves: numbers and choices only, fixed for its life. All times in ms. */
export interface ConnectionSettings extends LinkPolicy, TrafficLimits {
  readonly transport: "stdio" | "http";
  readonly lazy: boolean;
  readonly replay: ReplayPolicy;
  readonly openMs: number;
  readonly initializeMs: number;
  readonly fetchConfigMs: number;
  readonly stableAfterMs: number;
  /** null: never */
  readonly idleTimeoutMs: number | null;
  readonly abandonGraceMs: number;
  /** How long calls may still be answered after another one has proved the session lost */
  readonly lossGraceMs: number;
  /** How long calls may still be answered before a reconnect that was asked for */
  readonly reconnectDrainMs: number;
  /** The last resort of a stop or a closing, should the release never report its end */
  readonly stopLimitMs: number;
}

export interface ConnectionInput {
  readonly settings: ConnectionSettings;
  /** Whatever the services need to know. Opaque to the machine */
  readonly port: unknown;
}

/** What follows when the session is closed, or its calls have drained. */
export type Intent =
  /** After a failed attempt, or (`lost`) a session that had been ready: by the rules of attempts */
  | { readonly kind: "recover"; readonly lost: boolean }
  /** At once, because somebody asked; `lost` as above */
  | { readonly kind: "reopen"; readonly lost: boolean }
  /** No longer needed for now */
  | { readonly kind: "sleep" }
  | { readonly kind: "stop" };

export interface HookCatalogue {
  /** What the server listed when it was ready for the first time */
  readonly known: readonly string[];
  /** Those of them that it lists no more */
  readonly withdrawn: readonly string[];
}

export type EndReason = "stopped" | "startFailed" | "exhausted";

export interface ConnectionOutput {
  readonly reason: EndReason;
  readonly fault: Fault | null;
}

/** At most twelve members: a larger object would make every step several times dearer. */
export interface ConnectionContext {
  readonly settings: ConnectionSettings;
  readonly port: unknown;
  readonly link: Link;
  readonly traffic: Traffic;
  readonly intent: Intent;
  /** Limit of the current draining */
  readonly drainMs: number;
  readonly hooks: HookCatalogue;
  readonly end: ConnectionOutput | null;
}

/** Commands come from the host, facts from the services. `at` is monotonic ms, `jitter` is from 0 to 1. */
export type ConnectionEvent = HostCommand | CallFact | SessionFact;

export type HostCommand =
  | { readonly type: "plugin.start" }
  | { readonly type: "plugin.stop"; readonly drainMs?: number; readonly at?: number }
  | { readonly type: "plugin.reconnect"; readonly at?: number }
  | {
      readonly type: "hook.invoke";
      readonly requests: readonly HookRequestRef[];
      readonly at?: number;
    }
  | { readonly type: "hook.cancel"; readonly ids: readonly number[]; readonly at?: number };

/** What the timers of calls and of idleness have to say. */
export type CallFact =
  | { readonly type: "hooks.expired"; readonly ids: readonly number[]; readonly at: number }
  /** Abandoned calls have held their slots too long */
  | { readonly type: "hooks.overdue"; readonly ids: readonly number[]; readonly at: number }
  | { readonly type: "plugin.idled"; readonly at: number };

/** Every fact of a session names its generation: that of another one has no effect. */
export type SessionFact =
  | { readonly type: "session.opened"; readonly generation: number }
  | { readonly type: "session.initialized"; readonly generation: number }
  | {
      readonly type: "session.configured";
      readonly generation: number;
      readonly hooks: readonly string[];
      readonly at: number;
    }
  | {
      readonly type: "hooks.answered";
      readonly generation: number;
      readonly ids: readonly number[];
      /** At least one of them is a success, which proves that the plugin lives */
      readonly successful: boolean;
      readonly at: number;
    }
  | {
      readonly type: "session.lost";
      readonly generation: number;
      readonly fault: Fault;
      /** The calls that end with it */
      readonly ended: readonly number[];
      /** Those of them which provably never reached the plugin */
      readonly unsent: readonly number[];
      /** The other calls that are out may still be answered */
      readonly alive: boolean;
      readonly at: number;
    }
  | {
      readonly type: "session.closed";
      readonly generation: number;
      readonly at: number;
      readonly jitter: number;
    };

/** What a session is told. It answers with session facts. */
export type SessionCommand =
  | { readonly type: "session.initialize" }
  | { readonly type: "session.fetchConfig" }
  | {
      readonly type: "session.call";
      readonly calls: readonly { readonly request: HookRequestRef; readonly attempt: number }[];
    }
  | { readonly type: "session.cancel"; readonly ids: readonly number[] }
  | { readonly type: "session.close" };

export interface SessionInput {
  readonly port: unknown;
  readonly generation: number;
}

/** Facts for whoever listens with `actor.on()`. */
export type ConnectionEmitted =
  | { readonly type: "plugin.ready"; readonly generation: number }
  | {
      readonly type: "plugin.reconnecting";
      readonly attempt: number;
      readonly delayMs: number;
      readonly cause: Fault | null;
    }
  | {
      readonly type: "plugin.coolingDown";
      readonly nextProbeAt: number;
      readonly cause: CoolingCause;
    }
  | {
      readonly type: "plugin.terminated";
      readonly reason: EndReason;
      readonly fault: Fault | null;
    };

export interface SettleParams {
  readonly settlements: readonly Settlement[];
  /** The state of affairs that explains a refusal */
  readonly link: Link;
}
