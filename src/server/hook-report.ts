import type { Logger } from "../logger.ts";
import { tellHost } from "../tell-host.ts";

/** Which hook of which plugin. */
export interface HookName {
  readonly plugin: string;
  readonly hook: string;
}

export type HookErrorListener = (error: unknown, at: HookName) => void;

/** Tells whoever runs the server what its clients do not learn. */
export class HookReport {
  readonly #log: Logger;
  readonly #onHookError: HookErrorListener | undefined;

  constructor(log: Logger, onHookError?: HookErrorListener) {
    this.#log = log;
    this.#onHookError = onHookError;
  }

  failed(at: HookName, error: unknown): void {
    this.#log.warn("a hook failed", { ...at });
    // The answer to the client, and the life of the process, do not depend on who listens here.
    tellHost(() => this.#onHookError?.(error, at));
  }

  suppressed(at: HookName): void {
    this.#log.warn("a block was suppressed, because the plugin is permissive", { ...at });
  }
}
