// Everything in trace/ also runs in the inspector's page, so it uses the language only: no Node, no DOM.

/** The leaves of the statechart, as `status().state` names them. */
export const leafStates = [
  "idle",
  "spawning",
  "connecting",
  "initializing",
  "fetchingConfig",
  "ready.waiting",
  "ready.invoking",
  "ready.draining",
  "closing",
  "reconnecting",
  "coolingDown",
  "dormant",
  "stopping",
  "terminated",
] as const;

export type LeafState = (typeof leafStates)[number];

export const callOutcomes = ["not_processed", "unknown", "answered"] as const;

/** How the connection has fared. `retryAt` is when the next opening is tried, in ms of the trace. */
export interface LinkNote {
  readonly generation: number;
  readonly attempt: number;
  readonly retryAt: number | null;
  /** Why the burst of this outage has come to nothing */
  readonly cooled: string | null;
  /** Code and phase of the latest failure */
  readonly fault: { readonly code: string; readonly phase: string } | null;
}

/** Of a plugin over stdio. */
export interface ProcessNote {
  readonly pid: number | null;
  /** How the latest process ended that has ended */
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
}

/** A call that has been admitted and has no end yet, or one whose caller has gone while the plugin is at work on it. */
export interface OpenCall {
  readonly id: number;
  readonly hook: string;
  /** Of payload and context together */
  readonly bytes: number;
  readonly queuedAt: number;
  /** When it was handed to the session the last time; null while it waits */
  readonly sentAt: number | null;
  readonly sends: number;
  readonly abandoned: boolean;
}

export interface SettledCall {
  readonly id: number;
  readonly hook: string;
  readonly bytes: number;
  /** null: it was refused at the door */
  readonly queuedAt: number | null;
  /** null: it was never sent, or is back in the queue */
  readonly sentAt: number | null;
  readonly sends: number;
  readonly ok: boolean;
  readonly code?: string;
  readonly outcome?: (typeof callOutcomes)[number];
}

/** What went wrong. `during` is a phase of the connection, or the hook of a call. */
export interface ErrorNote {
  /** Ms of the trace; null if it was before anybody looked on */
  readonly at: number | null;
  readonly code: string;
  readonly during: string;
}

export interface CallCounts {
  readonly ok: number;
  readonly failed: number;
  /** Those of the failed ones of which nobody can say whether they were processed */
  readonly unknown: number;
}

/** A connection comes into view, or is shown anew: all that has to be known of it from here on. */
export interface AttachedRecord {
  readonly kind: "attached";
  readonly at: number;
  readonly connection: number;
  readonly name: string;
  readonly transport: "stdio" | "http";
  readonly state: LeafState;
  readonly queued: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly link: LinkNote;
  readonly process: ProcessNote;
  readonly calls: readonly OpenCall[];
  readonly counts: CallCounts;
  /** Of the latest calls that were answered, from admission to answer, in ms */
  readonly latencies: readonly number[];
  /** The latest, if there has been one */
  readonly lastError?: ErrorNote;
}

/** One step of a connection's machine, and all that it has changed. */
export interface StepRecord {
  readonly kind: "step";
  readonly at: number;
  readonly connection: number;
  /** The machine's event */
  readonly event: string;
  /** The transitions that were taken. None: the event had no effect */
  readonly edges: readonly string[];
  readonly state: LeafState;
  readonly queued: number;
  readonly inFlight: number;
  /** The following are there if they have changed, or have happened */
  readonly link?: LinkNote;
  readonly process?: ProcessNote;
  readonly admitted?: readonly Pick<OpenCall, "id" | "hook" | "bytes">[];
  readonly sent?: readonly Pick<OpenCall, "id" | "sends">[];
  /** Calls that are no longer with the session */
  readonly left?: readonly number[];
  readonly settled?: readonly SettledCall[];
}

/** Nothing more is told of a connection. */
export interface DetachedRecord {
  readonly kind: "detached";
  readonly at: number;
  readonly connection: number;
}

/** What a trace is made of: on the wire, in a file, and in memory. Times are ms since the trace's beginning. */
export type TraceRecord = AttachedRecord | StepRecord | DetachedRecord;

/** The first line of a trace. */
export interface TraceHeader {
  readonly format: "mcp-tether-trace";
  readonly version: 1;
  /** Wall-clock time of `at` 0, as an ISO date */
  readonly startedAt: string;
}
