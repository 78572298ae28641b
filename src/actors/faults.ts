import type { Fault } from "../../machines/index.ts";
import {
  PluginError,
  type PluginErrorCode,
  type PluginErrorInit,
  type PluginPhase,
} from "../errors.ts";

const fatalCodes: ReadonlySet<PluginErrorCode> = new Set([
  "CONFIG_INVALID",
  "TLS_FAILED",
  "UNAUTHORIZED",
  "VERSION_UNSUPPORTED",
  "REDIRECT_REFUSED",
]);

/** A failure of an opening, or the loss of a session, as the machine keeps it. */
export function faultOf(error: PluginError, fatal: boolean = isFatal(error)): Fault {
  return {
    code: error.code,
    phase: error.phase ?? "invoking",
    fatal,
    detail: error,
  };
}

// What will be the same at the next attempt. Of the statuses, 408 and 429 speak of this moment only.
function isFatal({ code, status }: PluginError): boolean {
  if (fatalCodes.has(code)) return true;
  if (code !== "HTTP_STATUS" || status === undefined) return false;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

const codeOfPhase: Partial<Record<PluginPhase, PluginErrorCode>> = {
  spawning: "SPAWN_FAILED",
  connecting: "CONNECT_FAILED",
  initializing: "INITIALIZE_FAILED",
  fetchingConfig: "CONFIG_FETCH_FAILED",
};

/**
 * Before a session is ready, its loss is the failure of the phase that it was in: the same error, with that phase's code and
 * all that is known of the end.
 */
export function asPhaseFailure(error: PluginError, phase: PluginPhase): PluginError {
  const code = error.code === "SESSION_LOST" ? (codeOfPhase[phase] ?? error.code) : error.code;
  return code === error.code && error.phase === phase ? error : restated(error, { code, phase });
}

/** The same failure in other words; whatever is known of it stays. */
export function restated(error: PluginError, changes: Partial<PluginErrorInit>): PluginError {
  return new PluginError({
    code: error.code,
    message: error.message,
    plugin: error.plugin,
    outcome: error.outcome,
    phase: error.phase,
    attempt: error.attempt,
    exit: error.exit,
    stderrTail: error.stderrTail,
    retryAfterMs: error.retryAfterMs,
    status: error.status,
    issues: error.issues,
    cause: error.cause,
    ...changes,
  });
}
