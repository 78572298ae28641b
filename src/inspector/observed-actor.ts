import type { ConnectionContext, HookRequestRef, Settlement } from "../../machines/index.ts";
import type { LeafState } from "./trace/record.ts";

export interface ObservedSnapshot {
  readonly status: "active" | "done" | "error" | "stopped";
  readonly value: string | { readonly ready: string };
  readonly context: ConnectionContext;
}

export interface ObservedTransition {
  readonly eventType: string;
  readonly source: {
    readonly path: readonly string[];
    readonly transitions: ReadonlyMap<string, readonly unknown[]>;
  };
}

/** What XState reports of one actor, as far as it counts here. */
export type Inspected =
  | {
      readonly type: "@xstate.action";
      readonly actorRef: unknown;
      readonly action: NamedAction;
    }
  | {
      readonly type: "@xstate.microstep";
      readonly actorRef: unknown;
      readonly event: { readonly type: string };
      readonly snapshot: ObservedSnapshot;
      readonly _transitions: readonly ObservedTransition[];
    }
  | {
      readonly type: "@xstate.snapshot";
      readonly actorRef: unknown;
      readonly event: { readonly type: string };
      readonly snapshot: ObservedSnapshot;
    }
  | { readonly type: "@xstate.actor" | "@xstate.event"; readonly actorRef: unknown };

/** The actions of the connection's machine that say what becomes of calls. */
export type NamedAction =
  | {
      readonly type: "settleCalls";
      readonly params: { readonly settlements: readonly Settlement[] };
    }
  | {
      readonly type: "watchDeadlines";
      readonly params: { readonly requests: readonly HookRequestRef[] };
    }
  | { readonly type: "other"; readonly params: unknown };

/** A leaf of the statechart, dotted. What has ended otherwise than by its final state has terminated all the same. */
export function leafOf({ status, value }: ObservedSnapshot): LeafState {
  if (status !== "active") return "terminated";
  return (typeof value === "string" ? value : `ready.${value.ready}`) as LeafState;
}
