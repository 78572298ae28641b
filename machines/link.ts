/**
 * A failure of the connection, as data. The error with its texts stays outside of the machine: `detail` is opaque, so that
 * no snapshot and no inspection event shows what a plugin wrote.
 */
export interface Fault {
  readonly code: string;
  readonly phase: string;
  /** Of no use to try again, if it happens at a first start */
  readonly fatal: boolean;
  readonly detail: unknown;
}

export type CoolingCause = "RECONNECT_EXHAUSTED" | "CRASH_LOOP";

export interface Backoff {
  readonly kind: "linear" | "exponential";
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

export interface LinkPolicy {
  readonly startAttempts: number;
  /** The wait after attempt n of a first start is n times this */
  readonly startDelayMs: number;
  readonly backoff: Backoff;
  readonly restartLimit: { readonly losses: number; readonly withinMs: number };
  readonly onExhausted: "coolDown" | "terminate";
}

/** Probes of a connection that is cooling down: 1 s × 1.6 up to 30 s, ±20 %. */
const probing = { firstMs: 1_000, factor: 1.6, maxMs: 30_000, jitter: 0.2 } as const;

/** How the connection to the plugin has fared. */
export interface Link {
  /** Number of the current or latest opening; 0 before the first */
  readonly generation: number;
  readonly hasBeenReady: boolean;
  /** Openings since the last proof of life */
  readonly attempt: number;
  /** Why the burst of the current outage has come to nothing; null while it has not, or there is no outage */
  readonly cooled: CoolingCause | null;
  /** Probes made in this outage */
  readonly probes: number;
  /** Times at which ready sessions were lost, within the restart limit's window, and no more of them than count */
  readonly losses: readonly number[];
  /** Wait before the next opening, and when it is over */
  readonly waitMs: number;
  readonly retryAt: number | null;
  /** The latest failure */
  readonly fault: Fault | null;
}

export const newLink: Link = {
  generation: 0,
  hasBeenReady: false,
  attempt: 0,
  cooled: null,
  probes: 0,
  losses: [],
  waitMs: 0,
  retryAt: null,
  fault: null,
};

/** A new opening is under way. */
export const opened = (link: Link): Link => ({
  ...link,
  generation: link.generation + 1,
  attempt: link.attempt + 1,
  probes: link.cooled === null ? 0 : link.probes + 1,
  waitMs: 0,
  retryAt: null,
});

/** A first start has ended well: its attempts do not count for an outage. Later ones count until there is a proof of life. */
export const becameReady = (link: Link): Link =>
  link.hasBeenReady ? link : { ...link, hasBeenReady: true, attempt: 0 };

/** A successful call, or a stable time in ready: the outage is over. */
export const proveAlive = (link: Link): Link =>
  link.attempt === 0 && link.cooled === null
    ? link
    : { ...link, attempt: 0, cooled: null, probes: 0 };

const recentLosses = (link: Link, at: number, { restartLimit }: LinkPolicy): number[] =>
  link.losses.filter((time) => at - time < restartLimit.withinMs);

export function countLoss(link: Link, at: number, policy: LinkPolicy): Link {
  const losses = [...recentLosses(link, at, policy), at];
  const surplus = Math.max(0, losses.length - policy.restartLimit.losses);
  return { ...link, losses: losses.slice(surplus) };
}

export const isFatal = (link: Link): boolean => !link.hasBeenReady && (link.fault?.fatal ?? false);

const isCrashLoop = (link: Link, at: number, policy: LinkPolicy): boolean =>
  recentLosses(link, at, policy).length >= policy.restartLimit.losses;

export function hasAttemptsLeft(link: Link, at: number, policy: LinkPolicy): boolean {
  if (link.cooled !== null || isFatal(link) || isCrashLoop(link, at, policy)) return false;
  const limit = link.hasBeenReady ? policy.backoff.attempts : policy.startAttempts;
  return link.attempt < limit;
}

/** A first start has come to nothing: what is left of it is released, and nothing more follows. No losses count before it. */
export const isStartSpent = (link: Link, policy: LinkPolicy): boolean =>
  !link.hasBeenReady && !hasAttemptsLeft(link, 0, policy);

export function awaitRetry(link: Link, at: number, policy: LinkPolicy): Link {
  const waitMs = link.hasBeenReady
    ? backoffMs(link.attempt + 1, policy.backoff)
    : policy.startDelayMs * link.attempt;
  return { ...link, waitMs, retryAt: at + waitMs };
}

/** The first attempt of a burst is made at once. */
function backoffMs(attempt: number, { kind, delayMs, factor, maxMs }: Backoff): number {
  if (attempt <= 1) return 0;
  const ms = kind === "linear" ? delayMs * (attempt - 1) : delayMs * factor ** (attempt - 2);
  return Math.min(maxMs, ms);
}

/** The burst has come to nothing. */
export const exhausted = (link: Link, at: number, policy: LinkPolicy): Link => ({
  ...link,
  cooled: link.cooled ?? (isCrashLoop(link, at, policy) ? "CRASH_LOOP" : "RECONNECT_EXHAUSTED"),
});

export function coolDown(link: Link, at: number, jitter: number, policy: LinkPolicy): Link {
  const base = Math.min(probing.maxMs, probing.firstMs * probing.factor ** link.probes);
  const waitMs = Math.round(base * (1 + probing.jitter * (2 * jitter - 1)));
  return { ...exhausted(link, at, policy), waitMs, retryAt: at + waitMs };
}
