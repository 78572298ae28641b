import type { IncomingMessage, ServerResponse } from "node:http";
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { errorText } from "../json-rpc.ts";

type Headers = Readonly<Record<string, string>>;

/** Answers with a text. A connection on which the rest of a body is still to come is closed, so that nobody reads it. */
export function answerText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Headers = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    ...(request.complete ? {} : { connection: "close" }),
    ...headers,
  });
  response.end(text);
}

/** Refuses with plain text. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers?: Headers,
): void {
  answerText(request, response, status, "text/plain; charset=utf-8", text, headers);
}

/** Refuses with the JSON-RPC error that the reference sends where it has no request to answer. */
export function refuseJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
  code: number = ErrorCode.InvalidRequest,
  headers?: Headers,
): void {
  const text = errorText("server-error", code, message);
  answerText(request, response, status, "application/json", text, headers);
}

export function acceptsBoth(accept: string | undefined): boolean {
  return accepts(accept, "application/json") && accepts(accept, "text/event-stream");
}

export function accepts(accept: string | undefined, type: string): boolean {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  return (accept ?? "").split(",").some((item) => {
    const asked = item.split(";", 1)[0]?.trim().toLowerCase();
    return asked === type || asked === family || asked === "*/*";
  });
}
