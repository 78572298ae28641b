import type { ConnectionSettings } from "../../machines/index.ts";
import type { McpConfig } from "../models/plugin-config.ts";
import type { ResolvedOptions } from "../read-options.ts";

// The reference waits 1 s and 2 s between its attempts of a first start over HTTP.
const startDelayMs = 1_000;
const lossGraceMs = 1_000;
// SIGKILL and the sweeps of what is left in the group take effect at once, or never.
const killMs = 2_000;

/** What the machine needs to know of a configuration and its options. */
export function connectionSettings(mcp: McpConfig, options: ResolvedOptions): ConnectionSettings {
  const transport = mcp.proto === "STDIO" ? "stdio" : "http";
  const { backoff, stopGraceMs } = options;
  return {
    transport,
    lazy: options.lazy,
    replay: options.replay,
    openMs: options.openMs,
    initializeMs: options.initializeMs,
    fetchConfigMs: options.fetchConfigMs,
    stableAfterMs: options.stableAfterMs,
    idleTimeoutMs: options.idleTimeoutMs,
    abandonGraceMs: options.abandonGraceMs,
    lossGraceMs,
    // A reconnect that was asked for waits as long for its calls as calls wait for their answers.
    reconnectDrainMs: options.callMs,
    // The end of input and SIGTERM have their time; only a process that nothing ends takes longer.
    stopLimitMs: 2 * stopGraceMs + killMs,
    startAttempts: options.startAttempts ?? (transport === "http" ? 3 : 1),
    startDelayMs,
    backoff: {
      kind: backoff?.kind ?? "linear",
      attempts: Math.max(0, backoff?.attempts ?? mcp.reconnect_attempts),
      delayMs: Math.max(0, backoff?.delayMs ?? mcp.reconnect_delay * 1_000),
      factor: backoff?.factor ?? 1.6,
      maxMs: backoff?.maxMs ?? 30_000,
    },
    restartLimit: options.restartLimit,
    onExhausted: options.onExhausted,
    maxInFlight: options.maxInFlight,
    maxQueue: options.maxQueue,
    maxQueueBytes: options.maxQueueBytes,
  };
}
