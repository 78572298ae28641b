import { randomBytes } from "node:crypto";
import type { InFlight } from "../in-flight.ts";
import type { PluginSet } from "../plugin-set.ts";
import { HttpSession } from "./http-session.ts";

const sweepMs = 15_000;

export interface HttpSessionLimits {
  /** How long a session may be unused before it ends, in milliseconds */
  readonly sessionIdleMs: number;
  readonly maxSessions: number;
}

/** All sessions of a server. Those that nobody uses end by themselves; clients that crash never say goodbye. */
export class HttpSessions {
  readonly #plugins: PluginSet;
  readonly #runs: InFlight;
  readonly #limits: HttpSessionLimits;
  readonly #live = new Set<HttpSession>();
  readonly #named = new Map<string, HttpSession>();
  #sweeping: NodeJS.Timeout | undefined;

  /** @param runs counts the calls of all sessions */
  constructor(plugins: PluginSet, runs: InFlight, limits: HttpSessionLimits) {
    this.#plugins = plugins;
    this.#runs = runs;
    this.#limits = limits;
  }

  get(id: string): HttpSession | undefined {
    return this.#named.get(id);
  }

  get isFull(): boolean {
    return this.#named.size >= this.#limits.maxSessions;
  }

  /** A session that others can name once its `initialize` has succeeded. */
  create(): HttpSession {
    const id = randomBytes(16).toString("hex");
    const session = new HttpSession(this.#plugins, this.#runs, id);
    session.onEstablished = () => {
      // Its client may have left while it was being opened.
      if (this.#live.has(session)) this.#named.set(id, session);
    };
    return this.#add(session);
  }

  /** A session for one request, which nobody can name. */
  createUnnamed(): HttpSession {
    return this.#add(new HttpSession(this.#plugins, this.#runs));
  }

  end(session: HttpSession): void {
    if (!this.#live.delete(session)) return;
    if (session.id !== undefined) this.#named.delete(session.id);
    if (this.#live.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    session.close();
  }

  endAll(): void {
    for (const session of [...this.#live]) this.end(session);
  }

  #add(session: HttpSession): HttpSession {
    this.#live.add(session);
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs).unref();
    return session;
  }

  #sweep(): void {
    const now = performance.now();
    for (const session of this.#live) {
      if (session.idleMs(now) > this.#limits.sessionIdleMs) this.end(session);
      else session.keepAlive();
    }
  }
}
