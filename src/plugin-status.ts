import type { PluginError, ProcessExit } from "./errors.ts";

/** A leaf of the statechart. These names are part of the public API. */
export type PluginState =
  | "idle"
  | "spawning"
  | "connecting"
  | "initializing"
  | "fetchingConfig"
  | "ready.waiting"
  | "ready.invoking"
  | "ready.draining"
  | "closing"
  | "reconnecting"
  | "coolingDown"
  | "dormant"
  | "stopping"
  | "terminated";

export interface PluginStats {
  /** Calls that have their result */
  readonly succeeded: number;
  /** Calls that failed, whatever their outcome */
  readonly failed: number;
  /** Those of the failed calls of which nobody can say whether they were processed */
  readonly unknown: number;
  /** Requests that were handed to a session, second sends included */
  readonly sent: number;
  /** Second sends */
  readonly replayed: number;
}

/** What a plugin is doing, at one moment. */
export interface PluginStatus {
  readonly state: PluginState;
  /** Number of the current or latest opening; 0 before the first */
  readonly generation: number;
  /** Openings since the last proof of life */
  readonly attempt: number;
  /** When the next opening is tried, in monotonic ms as `performance.now()` counts them; null if none is waited for */
  readonly nextRetryAt: number | null;
  readonly queued: number;
  /** Calls that are with the plugin, those included which their callers have given up */
  readonly inFlight: number;
  /** Why the latest opening failed, or the latest session was lost */
  readonly lastError: PluginError | null;
  /** How the latest child process ended that has ended; null over HTTP */
  readonly lastExit: ProcessExit | null;
  /** Of the child process; null over HTTP, and while none is wanted */
  readonly pid: number | null;
  /** What the server says of itself. Untrusted */
  readonly serverInfo: { readonly name: string; readonly version: string } | null;
  readonly protocolVersion: string | null;
  /** A credential: do not log it. Null over stdio, and while there is no session */
  readonly sessionId: string | null;
  readonly stats: PluginStats;
}
