/** A hook invocation as the machine sees it: who and how much, never what. Made by `createHookRequest`. */
export interface HookRequestRef {
  /** Unique in the process */
  readonly id: number;
  readonly hookType: string;
  /** Of payload and context together */
  readonly bytes: number;
  /** Monotonic ms, as all times of the machine */
  readonly createdAt: number;
  readonly deadline: number;
  /** Stay queued while the connection is cooling down, until the deadline */
  readonly waitForReady: boolean;
}

/** A request that the machine has admitted. */
export interface Call {
  readonly request: HookRequestRef;
  /** Admission number: the order of dispatch, also after a replay */
  readonly seq: number;
  readonly admittedAt: number;
  /** Calls that were before it when it was admitted */
  readonly ahead: number;
  /** How often it was handed to a session: at most 2 */
  readonly sends: number;
  /** An earlier send may have been processed: nothing can be said of it with certainty any more */
  readonly ambiguous: boolean;
  /** Its caller has been settled, but the plugin may still be at work: it keeps its slot */
  readonly abandoned: boolean;
}

/** What is known of a failed call's execution. */
export type CallOutcome = "not_processed" | "unknown";

/** Why the machine itself fails a call. */
export type RefusalCode =
  | "NOT_STARTED"
  | "STOPPED"
  | "UNAVAILABLE"
  | "QUEUE_FULL"
  | "HOOK_UNKNOWN"
  | "DEADLINE_EXCEEDED"
  | "ABORTED"
  | "SESSION_LOST";

/**
 * The one end of a call. `answered`: the session holds the answer (a result, or a failure of this call alone), the
 * request's owner takes it from there. `failed`: there is none, and this is why.
 */
export type Settlement =
  | {
      readonly request: HookRequestRef;
      readonly status: "answered";
      /** An earlier send may have been processed, whatever this answer says of its own */
      readonly ambiguous: boolean;
    }
  | {
      readonly request: HookRequestRef;
      readonly status: "failed";
      readonly code: RefusalCode;
      readonly outcome: CallOutcome;
      /** Time in the queue so far, in ms, and the calls before it at admission */
      readonly waitedMs: number;
      readonly ahead: number;
      readonly sends: number;
    };
