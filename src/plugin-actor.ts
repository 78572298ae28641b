import type { HookRequestRef } from "../machines/call.ts";

/** What a connection's actor may be told. Everything else it hears from its own services. */
export type PluginCommand =
  | { readonly type: "plugin.start" }
  | { readonly type: "plugin.stop"; readonly drainMs?: number }
  | { readonly type: "plugin.reconnect" }
  | { readonly type: "hook.invoke"; readonly requests: readonly HookRequestRef[] }
  | { readonly type: "hook.cancel"; readonly ids: readonly number[] };

/** The XState actor behind a plugin, described by its shape, so that nobody needs XState's types who does not use XState. */
export interface PluginActor {
  readonly id: string;
  /** Lets an XState inspection observer join an actor that is running already. It must not throw */
  readonly system: {
    inspect(observer: (event: unknown) => void): { unsubscribe(): void };
  };
  send(command: PluginCommand): void;
  getSnapshot(): {
    readonly status: "active" | "done" | "error" | "stopped";
    /** A leaf's name, or `{ ready: … }` */
    readonly value: unknown;
  };
  subscribe(observer: {
    next?: (snapshot: unknown) => void;
    error?: (error: unknown) => void;
    complete?: () => void;
  }): { unsubscribe(): void };
}
