import { createHash } from "node:crypto";

/** What a run was about, as far as its judgement depends on it. All times in simulated ms. */
export interface Rules {
  readonly seed: number;
  readonly transport: "stdio" | "http";
  readonly maxInFlight: number;
  readonly replay: "provable" | "once" | "never";
  /** Whether a plugin that cannot be reached is given up, in place of being looked for */
  readonly mayGiveUp: boolean;
  /** Infinity: never */
  readonly idleTimeoutMs: number;
  /** Longest time that a stop may take, besides its draining */
  readonly stopLimitMs: number;
}

/** The host has made a call. `key` names it from here on. */
export interface Invoked {
  readonly ev: "invoke";
  readonly key: string;
  readonly by: "plugin" | "actor";
  readonly timeoutMs: number;
}

/** Bytes of a call have left the client, for the first time or again. */
export interface Sent {
  readonly ev: "send" | "retry";
  readonly key: string;
  readonly attempt: number;
  readonly gen: number;
}

/** The plugin's own log: a hook was run. `stamp` is of this run alone. */
export interface Ran {
  readonly ev: "run";
  readonly key: string;
  readonly stamp: string;
  readonly allows: boolean;
}

/** As the plugin sees it, a run goes on from here … */
export interface Begun {
  readonly ev: "begun";
  readonly run: number;
  readonly key: string;
  readonly attempt: number;
}

/** … to here. */
export interface Over {
  readonly ev: "over";
  readonly run: number;
  readonly how: string;
}

/** The caller has a result. */
export interface Succeeded {
  readonly ev: "ok";
  readonly key: string;
  readonly allows: boolean;
  readonly stamp: string;
}

/** The caller has an error. `outcome` is empty where it has none. */
export interface Failed {
  readonly ev: "fail" | "unknown";
  readonly key: string;
  readonly code: string;
  readonly outcome: string;
}

/** The actor has told its asker, apart from the promise. */
export interface Told {
  readonly ev: "told";
  readonly key: string;
  readonly status: string;
  readonly code: string;
}

/** The caller's context is another one: the stamps in its three parts. */
export interface Merged {
  readonly ev: "merge";
  readonly key: string;
  readonly stamps: readonly string[];
}

/** The state of the connection, which is the `life`-th one of its plugin. */
export interface Stated {
  readonly ev: "state";
  readonly state: string;
  readonly gen: number;
  readonly life: number;
}

/** A process, a connection or a session of the server is there, or is gone. */
export interface Lived {
  readonly ev: "opened" | "closed";
  readonly what: string;
  readonly id: number;
}

/** What the connection counted, if it was the only one. */
export interface Counted {
  readonly ev: "stats";
  readonly succeeded: number;
  readonly unknown: number;
  readonly failed: number;
  readonly sent: number;
  readonly replayed: number;
}

/** What is left long after the stop. */
export interface Left {
  readonly ev: "left";
  readonly processes: number;
  readonly connections: number;
  readonly calls: number;
  readonly timers: number;
}

export type Happening =
  | Invoked
  | { readonly ev: "cancel"; readonly key: string }
  | Sent
  | Ran
  | Begun
  | Over
  | Succeeded
  | Failed
  | Told
  | Merged
  | Stated
  | Lived
  | { readonly ev: "struck"; readonly fault: string; readonly lastsMs: number }
  /** The host has asked for a new session */
  | { readonly ev: "reconnect" }
  /** Nothing goes wrong any more; the plugin is ready again, or was given up; nobody waits any more */
  | { readonly ev: "calm" | "ready" | "givenUp" | "drained" }
  | { readonly ev: "stop"; readonly drainMs: number }
  | { readonly ev: "stopped"; readonly how: string }
  | Counted
  | Left;

export type At<T> = T & { readonly t: number };
export type Entry = At<Happening>;

/** Collects what happens in one run. */
export class History {
  readonly entries: Entry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(happening: Happening): void {
    this.entries.push({ t: this.#now(), ...happening });
  }

  /** The same for the same course of events. */
  hash(): string {
    const hash = createHash("sha256");
    for (const entry of this.entries) hash.update(`${JSON.stringify(entry)}\n`);
    return hash.digest("hex").slice(0, 16);
  }
}
