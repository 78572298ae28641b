import { PluginError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { PluginConfig } from "./models/plugin-config.ts";
import { tellHost } from "./tell-host.ts";

/** What `on()` reports, by the event's name. Times are monotonic ms, as `performance.now()` counts them. */
export interface PluginEvents {
  stateChange: { readonly from: string; readonly to: string; readonly generation: number };
  ready: { readonly generation: number };
  /** An attempt to open a session again is made after `delayMs` */
  reconnecting: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly cause: PluginError | null;
  };
  /** A burst of attempts has come to nothing. The plugin is looked for again at `nextProbeAt` */
  coolingDown: { readonly nextProbeAt: number; readonly cause: PluginError | null };
  /** After a reconnect the server says something else of its plugin. What counts is in the plugin's `config` */
  configChanged: { readonly before: PluginConfig; readonly after: PluginConfig };
  terminated: {
    readonly reason: "stopped" | "startFailed" | "exhausted" | "crashed";
    readonly error: PluginError | null;
  };
}

export type PluginEventName = keyof PluginEvents;

const eventNames: readonly PluginEventName[] = [
  "stateChange",
  "ready",
  "reconnecting",
  "coolingDown",
  "configChanged",
  "terminated",
];

export type PluginListener<E extends PluginEventName> = (event: PluginEvents[E]) => void;

/** Tells listeners. One that throws, or an asynchronous one that rejects, harms nobody. */
export class PluginEmitter {
  readonly #listeners = new Map<PluginEventName, Set<(event: never) => void>>();
  readonly #plugin: string;
  readonly #logger: Logger;

  constructor(plugin: string, logger: Logger) {
    this.#plugin = plugin;
    this.#logger = logger;
  }

  /** @throws PluginError `CONFIG_INVALID`: a listener that is never called would not be missed */
  on<E extends PluginEventName>(event: E, listener: PluginListener<E>): () => void {
    if (!eventNames.includes(event))
      throw this.#invalid("event", `must be one of ${eventNames.join(", ")}`);
    if (typeof listener !== "function") throw this.#invalid("listener", "must be a function");
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // The same function may listen twice, and each undo undoes its own.
    const own: PluginListener<E> = (value) => listener(value);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit<E extends PluginEventName>(event: E, value: PluginEvents[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      tellHost(
        () => (listener as PluginListener<E>)(value),
        () => this.#logger.error("a listener has thrown", { event }),
      );
    }
  }

  #invalid(path: string, message: string): PluginError {
    return new PluginError({
      code: "CONFIG_INVALID",
      message: `on() of plugin ${this.#plugin}: ${path} ${message}`,
      plugin: this.#plugin,
      phase: "configuring",
      issues: [{ path, message }],
    });
  }
}
