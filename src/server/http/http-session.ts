import type { ServerResponse } from "node:http";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { isAnswer } from "../json-rpc.ts";
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
export class HttpSession implements Transport {
  readonly id: string | undefined;
  onmessage?: NonNullable<Transport["onmessage"]>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Called when the client's `initialize` has succeeded: from now on others may name the session */
  onEstablished: (() => void) | undefined;
  readonly #protocol: ProtocolSession;
  readonly #headers: Headers;
  readonly #exchanges = new Map<RequestId, HttpExchange>();
  #stream: ServerResponse | undefined;
  #usedAt = performance.now();

  constructor(plugins: PluginSet, id?: string) {
    this.id = id;
    this.#headers = id === undefined ? {} : { "mcp-session-id": id };
    this.#protocol = new ProtocolSession(plugins);
  }

  get headers(): Headers {
    return this.#headers;
  }

  /** For how long nobody has used the session, in milliseconds; 0 while it is in use. */
  idleMs(now: number): number {
    return this.#exchanges.size > 0 || this.#stream !== undefined ? 0 : now - this.#usedAt;
  }

  open(): Promise<void> {
    return this.#protocol.connect(this);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  isAnswering(id: RequestId): boolean {
    return this.#exchanges.has(id);
  }

  /** Takes a request, to be answered in the exchange. Its id must not be in use. */
  take(request: JSONRPCRequest, exchange: HttpExchange): void {
    this.#exchanges.set(request.id, exchange);
    exchange.onOver((answered) => {
      this.#exchanges.delete(request.id);
      this.#usedAt = performance.now();
      if (!answered) this.#protocol.cancel(request.id);
    });
    this.onmessage?.(request);
  }

  notify(notification: JSONRPCNotification): void {
    this.#usedAt = performance.now();
    this.onmessage?.(notification);
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

  // Nothing but answers is ever sent: there is nobody to send the rest to.
  send(message: JSONRPCMessage): Promise<void> {
    if (isAnswer(message) && message.id !== undefined) {
      const failed = "error" in message && this.onEstablished !== undefined;
      this.#exchanges.get(message.id)?.answer(message, failed ? {} : this.#headers);
      if (!failed) this.onEstablished?.();
      this.onEstablished = undefined;
    }
    return Promise.resolve();
  }

  /** Ends the session: hooks that still run are told by their signal, and what they would answer is dropped. */
  close(): Promise<void> {
    for (const exchange of this.#exchanges.values()) exchange.drop();
    this.#stream?.end();
    this.onclose?.();
    return Promise.resolve();
  }
}
