/** Every failure of this library, by name. The README's error table says what each means and what to do. */
export type PluginErrorCode =
  | "CONFIG_INVALID"
  | "SPAWN_FAILED"
  | "CONNECT_FAILED"
  | "TLS_FAILED"
  | "UNAUTHORIZED"
  | "VERSION_UNSUPPORTED"
  | "INITIALIZE_FAILED"
  | "CONFIG_FETCH_FAILED"
  | "NOT_STARTED"
  | "STOPPED"
  | "UNAVAILABLE"
  | "QUEUE_FULL"
  | "DEADLINE_EXCEEDED"
  | "ABORTED"
  | "SESSION_LOST"
  | "RECONNECT_EXHAUSTED"
  | "CRASH_LOOP"
  | "HTTP_STATUS"
  | "RATE_LIMITED"
  | "REDIRECT_REFUSED"
  | "TOO_LARGE"
  | "SERIALIZE_FAILED"
  | "JSON_DECODE_ERROR"
  | "INVALID_RESPONSE"
  | "RPC_ERROR"
  | "PLUGIN_ERROR"
  | "HOOK_UNKNOWN"
  | "RESOURCE_EXHAUSTED";

/**
 * What is known about the execution of a call that failed.
 * - `not_processed`: the plugin provably never ran it; repeating it is safe.
 * - `unknown`: it may have run; nobody can say.
 * - `answered`: the server answered, and the answer is the failure.
 */
export type CallOutcome = "not_processed" | "unknown" | "answered";

/** The part of a connection's life in which a failure arose. `configuring` is before anything was opened. */
export type PluginPhase =
  | "configuring"
  | "spawning"
  | "connecting"
  | "initializing"
  | "fetchingConfig"
  | "queued"
  | "invoking"
  | "closing";

/** How a child process ended. Exactly one of the two is not null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The reference's `PluginErrorModel`, in the names of the wire. `message` may be the plugin's own text: untrusted. */
export interface PluginErrorModel {
  message: string;
  plugin_name: string;
  code: string | null;
  details: Record<string, unknown> | null;
  mcp_error_code: number;
}

/** One thing that is wrong with an input: where, and what to do about it. */
export interface InputIssue {
  /** Dotted path from the root of the input, such as `mcp.tls.ca_bundle`; empty for the root itself */
  readonly path: string;
  readonly message: string;
  /** Set where the input came from a file; line and column from 1 */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface PluginErrorInit {
  readonly code: PluginErrorCode;
  /** Our own words: no payload, secret or plugin text in it */
  readonly message: string;
  readonly plugin: string;
  readonly outcome?: CallOutcome | undefined;
  readonly phase?: PluginPhase | undefined;
  readonly attempt?: number | undefined;
  readonly exit?: ProcessExit | undefined;
  /** Untrusted: the last bytes that the plugin process wrote to stderr */
  readonly stderrTail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** HTTP status of the answer that is the failure */
  readonly status?: number | undefined;
  readonly issues?: readonly InputIssue[] | undefined;
  /** Untrusted: the error model that the plugin answered with, verbatim */
  readonly remote?: PluginErrorModel | undefined;
  readonly cause?: unknown;
}

const brand = Symbol.for("mcp-tether.PluginError");

/**
 * The one error type of this library. `message` is safe to log; text that came from the plugin is only in
 * {@link PluginError.error} and {@link PluginError.stderrTail}, which no `JSON.stringify` or `console.log` shows.
 */
export class PluginError extends Error {
  override readonly name: string = "PluginError";
  readonly code: PluginErrorCode;
  /** Name of the plugin, as in the host's config */
  readonly plugin: string;
  /** Set on errors of a call */
  declare readonly outcome?: CallOutcome;
  declare readonly phase?: PluginPhase;
  /** Number of the attempt to open or to send, from 1 */
  declare readonly attempt?: number;
  /** Set if a child process ended */
  declare readonly exit?: ProcessExit;
  /** How long the server asked to wait, in milliseconds */
  declare readonly retryAfterMs?: number;
  declare readonly status?: number;
  /** Set on `CONFIG_INVALID` and other refusals of an input: all that is wrong with it */
  declare readonly issues?: readonly InputIssue[];
  readonly #remote: PluginErrorModel | undefined;
  readonly #stderrTail: string | undefined;

  constructor(init: PluginErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    if (init.cause !== undefined) hide(this, "cause");
    this.code = init.code;
    this.plugin = init.plugin;
    for (const key of [
      "outcome",
      "phase",
      "attempt",
      "exit",
      "retryAfterMs",
      "status",
      "issues",
    ] as const) {
      if (init[key] !== undefined)
        Object.defineProperty(this, key, { value: init[key], enumerable: true });
    }
    this.#remote = init.remote;
    this.#stderrTail = init.stderrTail;
    Object.defineProperty(this, brand, { value: true });
    hide(this, "name");
  }

  /** The reference's error model: the plugin's own one where it answered with it (untrusted), else built from this error. */
  get error(): PluginErrorModel {
    return (
      this.#remote ?? {
        message: this.message,
        plugin_name: this.plugin,
        code: this.code,
        details: this.outcome === undefined ? {} : { outcome: this.outcome },
        mcp_error_code: -32603,
      }
    );
  }

  /** Untrusted: the end of what the plugin process wrote to stderr, if there is any. */
  get stderrTail(): string | undefined {
    return this.#stderrTail;
  }

  /** Whether a value is a PluginError, also one of another copy of this library. */
  static is(value: unknown): value is PluginError {
    return typeof value === "object" && value !== null && brand in value;
  }

  /** What may be logged: never plugin text. */
  toJSON(): Record<string, unknown> {
    const {
      name,
      message,
      code,
      plugin,
      outcome,
      phase,
      attempt,
      exit,
      retryAfterMs,
      status,
      issues,
    } = this;
    const stderrBytes =
      this.#stderrTail === undefined ? undefined : Buffer.byteLength(this.#stderrTail);
    return {
      name,
      message,
      code,
      plugin,
      outcome,
      phase,
      attempt,
      exit,
      retryAfterMs,
      status,
      issues,
      stderrBytes,
    };
  }
}

function hide(target: object, key: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  if (descriptor) Object.defineProperty(target, key, { ...descriptor, enumerable: false });
}
