import { connectionSettings } from "../../../src/actors/connection-settings.ts";
import { parsePluginConfig } from "../../../src/models/parse-plugin-config.ts";
import type { McpInput } from "../../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../../src/options.ts";
import { readOptions } from "../../../src/read-options.ts";
import type { Bounds } from "../../machines/exhaustive/bounds.ts";
import { requestOf } from "../../machines/support/fixtures.ts";

export type Transport = "stdio" | "http";

export const pluginName = "Guard";
const hooks: readonly ["tool_pre_invoke", "tool_post_invoke"] = [
  "tool_pre_invoke",
  "tool_post_invoke",
];

/** How far real paths go: what a host says of its connection, and what the model makes of the same. */
export interface RealBounds {
  readonly transport: Transport;
  /** All but times: those are chosen path by path */
  readonly options: PluginOptions;
  readonly model: Bounds;
}

const burst: PluginOptions = {
  startAttempts: 2,
  backoff: { kind: "linear", attempts: 1, delayMs: 100 },
  restartLimit: { losses: 2, withinMs: 10_000 },
};

const anyMcp: Record<Transport, McpInput> = {
  stdio: { proto: "STDIO", cmd: ["plugin"] },
  http: { proto: "STREAMABLEHTTP", url: "http://127.0.0.1/mcp" },
};

function boundsOf(
  transport: Transport,
  name: string,
  options: PluginOptions,
  model: Partial<Bounds>,
): RealBounds {
  const { config } = parsePluginConfig({
    name: pluginName,
    kind: "external",
    mcp: anyMcp[transport],
  });
  return {
    transport,
    options,
    model: {
      name: `${transport}: ${name}`,
      // Made by the same code as for a connection, so that the model cannot be about another one.
      settings: connectionSettings(config.mcp, readOptions(pluginName, options)),
      requests: [],
      batches: false,
      withdraws: false,
      oversleeps: false,
      hasGhosts: false,
      forgets: false,
      size: { states: 0, edges: 0, depth: 0 },
      ...model,
    },
  };
}

const request = (id: number, overrides: { hookType?: string; waitForReady?: boolean } = {}) =>
  requestOf(id, { hookType: hooks[0], deadline: 1_000, ...overrides });

/** Together they are enough for everything that a process, a socket, a timer or a caller can cause. */
export const realBounds = (transport: Transport): readonly RealBounds[] => [
  boundsOf(
    transport,
    "two calls at a time, and no second try before it is cooling down",
    { ...burst, backoff: { kind: "linear", attempts: 0 }, maxInFlight: 2 },
    { requests: [request(1), request(2, { waitForReady: true })], batches: true },
  ),
  boundsOf(
    transport,
    "started by a call, asleep when idle, without a hook that there was, and ended by an outage",
    { ...burst, lazy: true, idleTimeoutMs: 500, onExhausted: "terminate" },
    { requests: [request(1), request(2, { hookType: hooks[1] })], withdraws: true },
  ),
  boundsOf(
    transport,
    "one call at a time, each worth a second try",
    { ...burst, replay: "once" },
    { requests: [request(1), request(2, { waitForReady: true })] },
  ),
];

/** The least in which everything can go on. */
export const smallBounds = (transport: Transport): RealBounds =>
  boundsOf(transport, "one call", burst, { requests: [request(1)] });
