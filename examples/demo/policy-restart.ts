import { setImmediate } from "node:timers/promises";
import type { ExternalPlugin } from "mcp-tether";
import { PolicyServer } from "./policy-server.ts";
import type { Reporter } from "./report.ts";
import { untilAborted } from "./until-aborted.ts";

export interface PolicyRestartOptions {
  readonly guard: ExternalPlugin;
  readonly server: PolicyServer;
  readonly ledger: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Kills the server of the guard between two calls, and starts it again when the guard has noticed. */
export class PolicyRestart {
  readonly #options: PolicyRestartOptions;
  #server: PolicyServer;
  /** Closed while it is set */
  #gate: Promise<void> | undefined;
  #inFlight = 0;
  #onIdle: () => void = () => {};
  #restarted: Promise<void> = Promise.resolve();

  constructor(options: PolicyRestartOptions) {
    this.#options = options;
    this.#server = options.server;
  }

  /** Every call of the guard goes through here, so that it is known when there is none. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    // Nothing may come between seeing that it is open and being counted.
    while (this.#gate !== undefined) await this.#gate;
    this.#inFlight += 1;
    try {
      return await call();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#onIdle();
    }
  }

  /** Resolves when the server is dead. It is started again in the background, when a call has met nobody. */
  async kill(): Promise<void> {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      await this.#untilIdle();
      const { guard, reporter } = this.#options;
      const noticed = new Promise<void>((resolve) => {
        const undo = guard.on("stateChange", ({ to }) => {
          if (to.startsWith("ready.")) return;
          undo();
          resolve();
        });
      });
      await this.#server.kill();
      // The sockets are closed on that side; here it is read with the next events.
      await setImmediate();
      const { pid } = this.#server;
      reporter.report({ type: "process", process: "policy server", event: "killed", pid });
      this.#restarted = this.#startAfter(noticed);
      this.#restarted.catch(() => {});
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /** Resolves when the guard serves again. */
  async finished(): Promise<void> {
    await this.#restarted;
  }

  /** The server that runs, to be stopped. */
  async stop(): Promise<void> {
    await this.#restarted.catch(() => {});
    await this.#server.stop();
  }

  async #startAfter(noticed: Promise<void>): Promise<void> {
    const { guard, ledger, reporter, signal } = this.#options;
    await untilAborted(signal, noticed);
    this.#server = await PolicyServer.start({ ledger, port: this.#server.port, signal });
    const { pid } = this.#server;
    reporter.report({ type: "process", process: "policy server", event: "started", pid });
    await guard.waitForReady({ signal });
  }

  async #untilIdle(): Promise<void> {
    if (this.#inFlight === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    await untilAborted(this.#options.signal, idle);
  }
}
