import { randomBytes } from "node:crypto";
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
  readonly #limits: HttpSessionLimits;
  readonly #live = new Set<HttpSession>();
  readonly #named = new Map<string, HttpSession>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(plugins: PluginSet, limits: HttpSessionLimits) {
    this.#plugins = plugins;
    this.#limits = limits;
  }

  get(id: string): HttpSession | undefined {
    return this.#named.get(id);
  }

  get isFull(): boolean {
    return this.#named.size >= this.#limits.maxSessions;
  }

  /** A session that others can name once its `initialize` has succeeded. */
  async create(): Promise<HttpSession> {
    const id = randomBytes(16).toString("hex");
    const session = new HttpSession(this.#plugins, id);
    session.onEstablished = () => {
      // Its client may have left while it was being opened.
      if (this.#live.has(session)) this.#named.set(id, session);
    };
    return await this.#add(session);
  }

  /** A session for one request, which nobody can name. */
  async createUnnamed(): Promise<HttpSession> {
    return await this.#add(new HttpSession(this.#plugins));
  }

  async end(session: HttpSession): Promise<void> {
    if (!this.#live.delete(session)) return;
    if (session.id !== undefined) this.#named.delete(session.id);
    if (this.#live.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    await session.close();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#live].map((session) => this.end(session)));
  }

  async #add(session: HttpSession): Promise<HttpSession> {
    this.#live.add(session);
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs).unref();
    await session.open();
    return session;
  }

  #sweep(): void {
    const now = performance.now();
    for (const session of this.#live) {
      if (session.idleMs(now) > this.#limits.sessionIdleMs) void this.end(session);
      else session.keepAlive();
    }
  }
}
