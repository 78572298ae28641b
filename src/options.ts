import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** Why the `headers` function is asked: for a new opening, or because the server answered 401. */
export interface HeadersContext {
  readonly reason: "connect" | "unauthorized";
  readonly signal: AbortSignal;
}

export type HeadersOption =
  | Readonly<Record<string, string>>
  | ((context: HeadersContext) => Promise<Record<string, string>> | Record<string, string>);

/**
 * Decides whether a command may be run. Called before every spawn; throw, or return false, to refuse. Whatever is neither
 * true nor undefined refuses.
 */
export type CommandPolicy = (
  command: string,
  args: readonly string[],
  cwd: string | undefined,
) => boolean | undefined | Promise<boolean | undefined>;

/**
 * Decides whether a URL may be connected to. Called before every opening; throw, or return false, to refuse. Whatever is
 * neither true nor undefined refuses.
 */
export type UrlPolicy = (url: URL) => boolean | undefined | Promise<boolean | undefined>;

/** A method's parameters are compared both ways: so a listener that names the types of XState's events is one as well. */
type InspectListener = { listener(event: unknown): void }["listener"];

/** An XState inspection observer. Typed by structure, so that the main entry does not need xstate's types. */
export type InspectObserver = InspectListener | { readonly next?: InspectListener | undefined };

/** Times in milliseconds after which a phase fails, each with its own error code. */
export interface PhaseTimeouts {
  /** Spawning the process, or connecting with TLS: `SPAWN_FAILED`, `CONNECT_FAILED`. Default 10 000 */
  readonly openMs?: number;
  /** The MCP handshake: `INITIALIZE_FAILED`. Default 30 000 */
  readonly initializeMs?: number;
  /** `get_plugin_config`: `CONFIG_FETCH_FAILED`. Default 10 000 */
  readonly fetchConfigMs?: number;
  /** One call over queue, reconnection and both sends: `DEADLINE_EXCEEDED`. Default 30 000 */
  readonly callMs?: number;
}

/**
 * Which failed calls are sent a second time.
 * - `provable`: only those which the plugin provably did not process
 * - `once`: also one whose outcome is unknown after a lost session (the reference's rule; may run a hook twice)
 * - `never`: none
 */
export type ReplayPolicy = "provable" | "once" | "never";

/** Wait before attempt n is `delayMs × (n - 1)` (linear) or `delayMs × factor^(n - 2)` (exponential), at most `maxMs`. */
export interface BackoffOption {
  readonly kind: "linear" | "exponential";
  /** Attempts in a burst. Default: the config's `reconnect_attempts` */
  readonly attempts?: number;
  /** Default: the config's `reconnect_delay` */
  readonly delayMs?: number;
  /** Only for `exponential`. Default 1.6 */
  readonly factor?: number;
  /** Default 30 000 */
  readonly maxMs?: number;
}

/** Of the connections to one server over HTTP. */
export interface HttpOptions {
  /** How long one may take to be made, TLS included, in milliseconds: `CONNECT_FAILED`. Default 10 000 */
  readonly connectMs?: number;
  /** How many there may be at a time. A call waits for a free one. Default: as many as calls in flight need */
  readonly maxConnections?: number;
  /** How long one is kept that nothing uses, in milliseconds, unless the server says otherwise. Default 4 000 */
  readonly keepAliveMs?: number;
}

export interface PluginOptions {
  /** Calls that may be with the plugin at a time. Default 1: plugins of this kind are often serial */
  readonly maxInFlight?: number;
  /** Calls that may wait. One more is refused with `QUEUE_FULL`. Default 1 000 */
  readonly maxQueue?: number;
  /** Bytes of payload and context that may wait. Default 64 MiB */
  readonly maxQueueBytes?: number;
  /** Largest answer, after decompression: `TOO_LARGE`. Default 16 MiB, at most about 512 MiB (the longest text of Node) */
  readonly maxMessageBytes?: number;
  readonly timeouts?: PhaseTimeouts;
  readonly http?: HttpOptions;
  /** Attempts of a first start. Default 3 over HTTP (with waits of 1 s and 2 s), 1 over stdio */
  readonly startAttempts?: number;
  readonly backoff?: BackoffOption;
  /** More losses than this within the time lead to `coolingDown`, cause `CRASH_LOOP`. Default 5 in 10 000 ms */
  readonly restartLimit?: { readonly losses: number; readonly withinMs: number };
  /** Time in ready that proves that a plugin lives, and gives its attempts back. Default 10 000 */
  readonly stableAfterMs?: number;
  /** What follows a burst without success. Default `coolDown`: probe for ever, further and further apart */
  readonly onExhausted?: "coolDown" | "terminate";
  /** Time that each step of stopping a process gets: end of stdin, SIGTERM, SIGKILL. Default 1 500 */
  readonly stopGraceMs?: number;
  /** How long a call whose caller has gone keeps its slot before the session counts as lost. Default 5 000 */
  readonly abandonGraceMs?: number;
  /** Close the session after this time without a call; the next call opens it again. Default: never */
  readonly idleTimeoutMs?: number;
  /** A call starts the connection, instead of failing with `NOT_STARTED`. Default false */
  readonly lazy?: boolean;
  readonly replay?: ReplayPolicy;
  /** `reference` overlooks what the reference client overlooks, but for wrong types, and warns. Default `strict` */
  readonly validation?: "strict" | "reference";
  /** What a changed config of the server does after a reconnect. Default `pin`: it is reported and changes nothing */
  readonly configUpdates?: "pin" | "accept";
  /** What an integer beyond 2^53 in an answer does. Default `reject` */
  readonly unsafeNumbers?: "reject" | "round";
  /** Give the child the whole environment of this process, as the reference does. Default false */
  readonly inheritEnv?: boolean;
  /** Names of further environment variables that the child gets */
  readonly envAllow?: readonly string[];
  /** Interpreter of `.py` scripts. Default `python3` */
  readonly python?: string;
  readonly headers?: HeadersOption;
  readonly commandPolicy?: CommandPolicy;
  readonly urlPolicy?: UrlPolicy;
  /** Untrusted text, as it comes */
  readonly onStderr?: (text: string) => void;
  /** Let plugin text (stderr, remote messages) into logs. Default false */
  readonly exposePluginText?: boolean;
  readonly logger?: Logger;
  readonly inspect?: InspectObserver;
  readonly clock?: Clock;
  /** A number from 0 (inclusive) to 1 (exclusive) */
  readonly random?: () => number;
}
