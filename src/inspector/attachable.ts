import type { ExternalPlugin } from "../external-plugin.ts";

/** What the inspector needs of a connection's actor: XState's own has it, whoever has made it. */
export interface ObservedActor {
  readonly id: string;
  readonly system: {
    inspect(observer: (event: unknown) => void): { unsubscribe(): void };
  };
  getSnapshot(): unknown;
  send(event: ConnectionCommand): void;
}

export type ConnectionCommand =
  | { readonly type: "plugin.start" }
  | { readonly type: "plugin.stop"; readonly drainMs?: number }
  | { readonly type: "plugin.reconnect" };

/** What can be attached: a plugin, or the actor of a connection, wherever it was spawned. */
export type Attachable = ExternalPlugin | ObservedActor;
