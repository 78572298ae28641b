import type { ServerResponse } from "node:http";

export const eventStreamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

/** A JSON text as one event. JSON has no raw line ends, so one `data` line holds it. */
export function eventOf(text: string): string {
  return `event: message\r\ndata: ${text}\r\n\r\n`;
}

/** Sends the head, if it is still to be sent, and a comment that clients skip. */
export function keepStreamAlive(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.destroyed || response.writableEnded) return;
  if (!response.headersSent) response.writeHead(200, { ...eventStreamHeaders, ...headers });
  response.write(": keepalive\r\n\r\n");
}
