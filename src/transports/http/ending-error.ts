import { type CallOutcome, PluginError, type PluginPhase } from "../../errors.ts";
import { certificateHint } from "./connect-error.ts";
import type { Cut, Refused, Unusable } from "./ending.ts";
import { meaningOf } from "./status-error.ts";

/** What is known of the connection that a message was sent on. */
export interface EndingFacts {
  readonly plugin: string;
  readonly phase: PluginPhase;
  /** Whether the message belongs to a call, whose error says what has become of it */
  readonly isCall: boolean;
  /** The server, as messages show it */
  readonly server: string;
  /** The server has asked for a client certificate, and has never answered over HTTP */
  readonly mayWantCertificate: boolean;
  readonly hasCertificate: boolean;
}

/** The error for a status that is about this message only. */
export function refusedError(refused: Refused, facts: EndingFacts): PluginError {
  const { code, outcome, message } = meaningOf(refused);
  return new PluginError({
    code,
    message,
    ...common(facts, outcome),
    status: refused.status,
    retryAfterMs: code === "RATE_LIMITED" ? refused.retryAfterMs : undefined,
    cause: refused.cause,
  });
}

export function unusableError(ending: Unusable, facts: EndingFacts): PluginError {
  const { code, outcome, message, status } = ending;
  return new PluginError({ code, message, ...common(facts, outcome), status });
}

/** The server does not know the session any more. */
export function sessionGoneError(status: number, facts: EndingFacts): PluginError {
  return new PluginError({
    code: "SESSION_LOST",
    message: `Session terminated: the server does not know it any more (HTTP status ${status})`,
    plugin: facts.plugin,
    phase: facts.phase,
    status,
  });
}

/** The connection failed. */
export function cutError({ systemCode, isSent }: Cut, facts: EndingFacts): PluginError {
  const { plugin, phase, server, mayWantCertificate, hasCertificate } = facts;
  const cause = Object.assign(new Error(`request ${systemCode}`), { code: systemCode });
  if (mayWantCertificate || /^ERR_SSL_.*ALERT/.test(systemCode)) {
    const message = `${server} closed the TLS connection (${systemCode}): ${certificateHint(hasCertificate)}`;
    return new PluginError({ code: "TLS_FAILED", message, plugin, phase, cause });
  }
  const message = isSent
    ? `The connection to ${server} was lost before the answer came (${systemCode})`
    : `External plugin '${plugin}' connection failed: ${server} is not reachable any more (${systemCode})`;
  return new PluginError({ code: "SESSION_LOST", message, plugin, phase, cause });
}

function common(
  { plugin, phase, isCall }: EndingFacts,
  outcome: CallOutcome,
): { plugin: string; phase: PluginPhase; outcome: CallOutcome | undefined } {
  return { plugin, phase, outcome: isCall ? outcome : undefined };
}
