import type { Link, Settlement } from "../../machines/index.ts";
import { PluginError, type PluginErrorInit, type PluginPhase } from "../errors.ts";
import type { ConnectionPort } from "./connection-port.ts";
import type { LiveRequest } from "./hook-request.ts";

type FailedSettlement = Extract<Settlement, { readonly status: "failed" }>;

/** What a caller is told of a call that the machine failed. */
export function callFailure(
  port: ConnectionPort,
  request: LiveRequest,
  settlement: FailedSettlement,
  link: Link,
): PluginError {
  const { code, outcome, sends } = settlement;
  return new PluginError({
    code,
    plugin: port.plugin,
    outcome,
    phase: phaseOf(settlement),
    attempt: sends > 0 ? sends : undefined,
    ...explain(port, request, settlement, link),
  });
}

const phaseOf = ({ sends }: FailedSettlement): PluginPhase => (sends > 0 ? "invoking" : "queued");

type Explanation = Pick<PluginErrorInit, "message"> & Partial<PluginErrorInit>;

function explain(
  port: ConnectionPort,
  request: LiveRequest,
  settlement: FailedSettlement,
  link: Link,
): Explanation {
  const { plugin, options } = port;
  switch (settlement.code) {
    case "NOT_STARTED":
      return {
        message: `Plugin session not initialized: call initialize() before the hooks of plugin ${plugin}, or set the option lazy`,
      };
    case "STOPPED":
      return { message: `Plugin ${plugin} was stopped${whileOut(settlement)}` };
    case "QUEUE_FULL":
      return {
        message: `The queue of plugin ${plugin} is full: it holds ${options.maxQueue} calls or ${options.maxQueueBytes} bytes (options maxQueue, maxQueueBytes). Call later, or less often`,
      };
    case "HOOK_UNKNOWN":
      return {
        message: `The server of plugin ${plugin} no longer lists the hook ${request.hookType}`,
      };
    case "ABORTED":
      return {
        message: `The call of plugin ${plugin} was aborted by its caller${whileOut(settlement)}`,
        cause: request.abortReason,
      };
    case "DEADLINE_EXCEEDED":
      return { message: lateMessage(port, request, settlement) };
    case "SESSION_LOST":
      return lossExplanation(port, link);
    case "UNAVAILABLE":
      return unavailability(port, link);
  }
}

const whileOut = ({ outcome }: FailedSettlement): string =>
  outcome === "unknown" ? ", while the plugin may have been at work on the call" : "";

function lateMessage(
  { plugin, options }: ConnectionPort,
  request: LiveRequest,
  { waitedMs, ahead, sends }: FailedSettlement,
): string {
  const limit = seconds(request.deadline - request.createdAt);
  const start = `Plugin ${plugin} did not answer ${request.hookType} within ${limit}`;
  if (sends > 0) return `${start}: the call was with the plugin`;
  const calls = ahead === 1 ? "1 call" : `${ahead} calls`;
  return `${start}: queued ${seconds(waitedMs)} behind ${calls}; maxInFlight is ${options.maxInFlight}`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function lossExplanation(port: ConnectionPort, { fault }: Link): Explanation {
  const loss = fault === null ? undefined : port.errorOf(fault);
  return {
    message: `The session of plugin ${port.plugin} was lost while the call was with it${loss ? `: ${loss.message}` : ""}`,
    exit: loss?.exit,
    stderrTail: loss?.stderrTail,
    status: loss?.status,
    cause: loss,
  };
}

/** Why a plugin cannot be called now, and when it is looked for again. */
function unavailability(port: ConnectionPort, link: Link): Explanation {
  const cause = outageError(port, link);
  const probe =
    link.retryAt === null
      ? ""
      : `; the next probe is in ${seconds(Math.max(0, link.retryAt - port.now()))}`;
  return {
    message: `Plugin ${port.plugin} is unavailable: ${cause?.message ?? "it is being looked for"}${probe}`,
    exit: cause?.exit,
    stderrTail: cause?.stderrTail,
    cause,
  };
}

/** Why an outage lasts: what the attempts came to, and the latest of their failures. */
export function outageError(port: ConnectionPort, link: Link): PluginError | undefined {
  const last = link.fault === null ? undefined : port.errorOf(link.fault);
  if (link.cooled === null) return last;
  const { losses, withinMs } = port.options.restartLimit;
  const message =
    link.cooled === "CRASH_LOOP"
      ? `its session was lost ${losses} times within ${seconds(withinMs)} (option restartLimit)`
      : `Failed to reconnect after ${link.attempt} attempts`;
  return new PluginError({
    code: link.cooled,
    message: last ? `${message}: ${last.message}` : message,
    plugin: port.plugin,
    phase: last?.phase,
    attempt: link.attempt,
    exit: last?.exit,
    stderrTail: last?.stderrTail,
    cause: last,
  });
}
