import type { HookRequestRef } from "../../../machines/index.ts";
import { PluginError } from "../../../src/errors.ts";
import type { ExternalPlugin } from "../../../src/external-plugin.ts";
import { soon } from "./difference.ts";
import type { Timing } from "./timing.ts";

interface Call {
  readonly gone: AbortController;
  /** `answered`, or the code and the outcome of the error */
  end: string | undefined;
}

/** The host of a plugin, and its callers: what they do, and what they are told. */
export class Callers {
  readonly #plugin: ExternalPlugin;
  readonly #calls = new Map<number, Call>();
  /** What was promised to the host */
  readonly #promises: Promise<unknown>[] = [];

  constructor(plugin: ExternalPlugin) {
    this.#plugin = plugin;
  }

  /** The ends of the calls so far, by their numbers */
  get ends(): Record<number, string> {
    const ended = [...this.#calls].filter(([, { end }]) => end !== undefined);
    return Object.fromEntries(ended.map(([id, { end }]) => [id, end ?? ""]));
  }

  start(): void {
    this.#note(this.#plugin.initialize());
  }

  reconnect(): void {
    this.#note(this.#plugin.reconnect());
  }

  stop(drainMs?: number): void {
    this.#note(this.#plugin.shutdown({ drainMs }));
  }

  /** All in one go. */
  invoke(requests: readonly HookRequestRef[], timing: Timing, at: number): void {
    for (const { id, hookType, waitForReady } of requests) {
      const call: Call = { gone: new AbortController(), end: undefined };
      this.#calls.set(id, call);
      const timeoutMs = timing.timeoutMs(id, at);
      const options = { signal: call.gone.signal, timeoutMs, waitForReady };
      this.#invoke(id, hookType, options).then(
        () => {
          call.end = "answered";
        },
        (error: unknown) => {
          call.end = PluginError.is(error) ? `${error.code} ${error.outcome}` : String(error);
        },
      );
    }
  }

  #invoke(
    key: number,
    hookType: string,
    options: { signal: AbortSignal; timeoutMs: number; waitForReady: boolean },
  ): Promise<unknown> {
    const context = {
      state: {},
      metadata: {},
      global_context: { request_id: `request-${key}`, state: {}, metadata: {} },
    };
    // The far end tells the calls apart by their keys.
    const keyed = { key, name: "search" };
    if (hookType === "tool_post_invoke")
      return this.#plugin.invokeHook(hookType, { ...keyed, result: {} }, context, options);
    return this.#plugin.invokeHook("tool_pre_invoke", { ...keyed, args: {} }, context, options);
  }

  cancel(id: number): void {
    this.#calls.get(id)?.gone.abort();
  }

  /** Resolves when everybody has been told. */
  async told(): Promise<void> {
    await soon(Promise.allSettled(this.#promises), () => "the end of what the host has asked for");
  }

  #note(promise: Promise<unknown>): void {
    promise.catch(() => {});
    this.#promises.push(promise);
  }
}
