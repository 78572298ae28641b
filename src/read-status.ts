import type { Connection } from "./actors/connection.ts";
import type { PluginState, PluginStatus } from "./plugin-status.ts";

/** In these nothing is open. */
const withoutSession: ReadonlySet<string> = new Set([
  "idle",
  "reconnecting",
  "coolingDown",
  "dormant",
  "terminated",
]);

export function statusOf(connection: Connection): PluginStatus {
  const { port, context } = connection;
  const { link, traffic } = context;
  const { pid, sessionId } = port.evidence;
  const hasSession = !withoutSession.has(connection.state);
  // A crash leaves the calls in the machine where they were. Their callers have been told all the same.
  const hasCrashed = connection.end?.reason === "crashed";
  return {
    state: connection.state as PluginState,
    generation: link.generation,
    attempt: link.attempt,
    nextRetryAt: hasCrashed ? null : link.retryAt,
    queued: hasCrashed ? 0 : traffic.queue.size,
    inFlight: hasCrashed ? 0 : traffic.out.length,
    lastError: link.fault === null ? null : port.errorOf(link.fault),
    lastExit: port.lastExit,
    pid: hasSession ? pid : null,
    serverInfo: port.handshake?.serverInfo ?? null,
    protocolVersion: port.handshake?.protocolVersion ?? null,
    sessionId: hasSession ? sessionId : null,
    stats: { ...port.stats },
  };
}
