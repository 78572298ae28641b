import type { IncomingMessage, ServerResponse } from "node:http";
import { eventOf, eventStreamHeaders, keepStreamAlive } from "./event-stream.ts";
import { whenOver } from "./when-over.ts";

type Headers = Readonly<Record<string, string>>;

/** How long a client may take none of its answer, in milliseconds, before its connection is closed. */
const stalledMs = 60_000;

/**
 * One POST that waits for its answer. Quick answers leave in one piece; the head of an event stream is sent early only
 * if the answer takes so long that the client, or something in between, could lose patience.
 */
export class HttpExchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #json: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, json: boolean) {
    this.#request = request;
    this.#response = response;
    this.#json = json;
  }

  /** Calls back once, when the exchange is over: answered in full, or the client has left. */
  onOver(listener: (answered: boolean) => void): void {
    whenOver(this.#request, this.#response, listener);
  }

  answer(answer: string, headers: Headers): void {
    const response = this.#response;
    if (response.destroyed) return;
    const text = this.#json ? answer : eventOf(answer);
    if (!response.headersSent) {
      response.writeHead(200, {
        ...(this.#json ? { "content-type": "application/json" } : eventStreamHeaders),
        "content-length": Buffer.byteLength(text),
        ...headers,
      });
    }
    response.end(text);
    // A client that does not read must not keep its answer, and its place among the calls in flight, for ever.
    if (response.writableLength > 0) response.setTimeout(stalledMs, () => response.destroy());
  }

  keepAlive(headers: Headers): void {
    if (!this.#json) keepStreamAlive(this.#response, headers);
  }

  /** Gives up without an answer: the client sees its connection break, and knows no more than that. */
  drop(): void {
    this.#response.destroy();
  }
}
