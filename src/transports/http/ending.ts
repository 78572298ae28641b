import type { CallOutcome, PluginErrorCode } from "../../errors.ts";
import type { WireAnswer } from "../channel.ts";

/** How the sending of one message has ended. */
export type Ending = Answered | Accepted | Refused | Unusable | Cut;

/** With a JSON-RPC answer to the request. */
export interface Answered {
  readonly kind: "answered";
  readonly body: WireAnswer["body"];
}

/** A message that asks for no answer was taken. */
export interface Accepted {
  readonly kind: "accepted";
}

/** With a status that is no success. */
export interface Refused {
  readonly kind: "refused";
  readonly status: number;
  readonly retryAfterMs?: number | undefined;
  /** The text of a 400 complains about the session */
  readonly blamesSession?: boolean | undefined;
  readonly cause?: unknown;
}

/** With something that no answer can be got from, or that is not accepted. */
export interface Unusable {
  readonly kind: "unusable";
  readonly code: PluginErrorCode;
  readonly outcome: CallOutcome;
  readonly message: string;
  readonly status?: number | undefined;
}

/** The connection failed. */
export interface Cut {
  readonly kind: "cut";
  /** The error code of the operating system, of Node or of undici */
  readonly systemCode: string;
  /** The server may have got the message, or a part of it */
  readonly isSent: boolean;
}

/** The stream of an answer has ended before the answer, and can be asked for its rest. */
export interface Interrupted {
  readonly kind: "interrupted";
  readonly lastEventId: string;
  /** How long the server wants to be left alone before; undefined if it has not said */
  readonly retryMs: number | undefined;
}

export function unusable(
  message: string,
  outcome: CallOutcome = "unknown",
  code: PluginErrorCode = "INVALID_RESPONSE",
): Unusable {
  return { kind: "unusable", code, outcome, message };
}

export function tooLarge(maxBytes: number): Unusable {
  const message = `The server's answer is larger than ${maxBytes} bytes (option maxMessageBytes)`;
  return unusable(message, "unknown", "TOO_LARGE");
}
