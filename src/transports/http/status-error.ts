import type { CallOutcome, PluginErrorCode } from "../../errors.ts";
import type { Refused } from "./ending.ts";

/** What a status means for the message that it answers. */
export interface StatusMeaning {
  readonly code: PluginErrorCode;
  readonly outcome: CallOutcome;
  readonly message: string;
}

/** The meaning of a status, unless it is that the session is gone. */
export function meaningOf({ status, retryAfterMs }: Refused): StatusMeaning {
  const said = `The server answered with HTTP status ${status}`;
  if (status < 400) return refusal("REDIRECT_REFUSED", "not_processed", `${said}: ${texts.moved}`);
  switch (status) {
    case 401:
    case 403:
      return refusal("UNAUTHORIZED", "answered", `${said}: ${texts.denied}`);
    case 404:
    case 405:
      return refusal("HTTP_STATUS", "answered", `${said}: ${texts.noEndpoint}`);
    case 408:
      return refusal("HTTP_STATUS", "unknown", said);
    case 413:
    case 431:
      return refusal("TOO_LARGE", "answered", `${said}: the request is too large for it`);
    case 429:
      return refusal("RATE_LIMITED", "not_processed", `${said}: ${texts.busy}`);
    case 503:
      if (retryAfterMs !== undefined)
        return refusal("RATE_LIMITED", "not_processed", `${said}: ${texts.busy}`);
  }
  return refusal("HTTP_STATUS", status < 500 ? "answered" : "unknown", said);
}

function refusal(code: PluginErrorCode, outcome: CallOutcome, message: string): StatusMeaning {
  return { code, outcome, message };
}

const texts = {
  moved: "a redirect of this kind is not followed",
  denied: "it does not accept the credentials (option headers)",
  noEndpoint: "there is no MCP endpoint at this URL; correct mcp.url",
  busy: "it takes no further requests for now",
} as const;
