import type { ServerResponse } from "node:http";
import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { InFlight } from "../in-flight.ts";
import type { AnswerText, IncomingNotification, IncomingRequest } from "../json-rpc.ts";
import type { PluginSet } from "../plugin-set.ts";
import { ProtocolSession } from "../protocol-session.ts";
import { eventStreamHeaders, keepStreamAlive } from "./event-stream.ts";
import type { HttpExchange } from "./http-exchange.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * One client's session, or one request of a client without sessions. Used in place of the SDK's transport, which hides
 * that a client has left, leaves a cancelled request open for ever, and converts every request and answer to web
 * streams and back.
 */
export class HttpSession {
  readonly id: string | undefined;
  /** Called when the client's `initialize` has succeeded: from now on others may name the session */
  onEstablished: (() => void) | undefined;
  readonly #protocol: ProtocolSession;
  readonly #headers: Headers;
  /** The requests that have not been answered yet, also if their client has left */
  readonly #exchanges = new Map<RequestId, HttpExchange>();
  #stream: ServerResponse | undefined;
  #usedAt = performance.now();

  constructor(plugins: PluginSet, runs: InFlight, id?: string) {
    this.id = id;
    this.#headers = id === undefined ? {} : { "mcp-session-id": id };
    this.#protocol = new ProtocolSession(plugins, runs, (answer) => this.#answer(answer));
  }

  get headers(): Headers {
    return this.#headers;
  }

  /** For how long nobody has used the session, in milliseconds; 0 while it is in use. */
  idleMs(now: number): number {
    return this.#exchanges.size > 0 || this.#stream !== undefined ? 0 : now - this.#usedAt;
  }

  isAnswering(id: RequestId): boolean {
    return this.#exchanges.has(id);
  }

  /** Takes a request, to be answered in the exchange. Its id must not be in use. */
  take(request: IncomingRequest, exchange: HttpExchange): void {
    const { id } = request.message;
    this.#exchanges.set(id, exchange);
    exchange.onOver((answered) => {
      this.#usedAt = performance.now();
      // Its hook is told, but until that has ended the id stays in use: its answer must not become another request's.
      if (!answered) this.#protocol.cancel(id);
    });
    this.#protocol.receive(request);
  }

  notify(notification: IncomingNotification): void {
    this.#usedAt = performance.now();
    this.#protocol.receive(notification);
  }

  /** Opens the stream on which a server may speak unasked. This one never does. False if there is one already. */
  openStream(response: ServerResponse): boolean {
    if (this.#stream !== undefined) return false;
    this.#stream = response;
    response.once("close", () => {
      this.#stream = undefined;
      this.#usedAt = performance.now();
    });
    response.writeHead(200, { ...eventStreamHeaders, ...this.#headers });
    response.flushHeaders();
    return true;
  }

  keepAlive(): void {
    for (const exchange of this.#exchanges.values()) exchange.keepAlive(this.#headers);
    if (this.#stream !== undefined) keepStreamAlive(this.#stream, this.#headers);
  }

  /** Ends the session: hooks that still run are told by their signal, and what they would answer is dropped. */
  close(): void {
    this.#protocol.close();
    for (const exchange of this.#exchanges.values()) exchange.drop();
    this.#stream?.end();
  }

  #answer({ id, text, isError }: AnswerText): void {
    const failed = isError && this.onEstablished !== undefined;
    this.#exchanges.get(id)?.answer(text, failed ? {} : this.#headers);
    this.#exchanges.delete(id);
    this.#usedAt = performance.now();
    if (!failed) this.onEstablished?.();
    this.onEstablished = undefined;
  }
}
