import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import type { Clock } from "../../clock.ts";
import { packageVersion } from "../../package-version.ts";
import type { JsonObject } from "../message.ts";
import type { Connector } from "./connector.ts";
import { type Ending, unusable } from "./ending.ts";
import type { Endpoint } from "./endpoint.ts";
import { Errand, type ErrandSite, type Order } from "./errand.ts";
import { Lingering } from "./lingering.ts";
import type { UserHeaders } from "./user-headers.ts";

const legalId = /^[\x21-\x7e]{1,1024}$/;

export interface HttpSessionSpec {
  readonly endpoint: Endpoint;
  readonly connector: Connector;
  readonly headers: UserHeaders;
  readonly maxMessageBytes: number;
  readonly maxConnections: number | undefined;
  readonly keepAliveMs: number | undefined;
  readonly clock: Clock;
  /** Aborted when the channel closes */
  readonly signal: AbortSignal;
  /** The server has explained a refusal */
  readonly refused: (status: number, text: string) => void;
  /** A message of the server that is not the answer it came with */
  readonly receive: (message: JsonObject) => void;
}

/** One session with a server: its id, its protocol version, and the requests in it. */
export class HttpSession implements ErrandSite {
  readonly path: string;
  readonly maxMessageBytes: number;
  readonly lingering: Lingering;
  readonly clock: Clock;
  readonly #spec: HttpSessionSpec;
  readonly #pool: Pool;
  #id: string | null = null;
  #version: string | undefined;
  #isDisowned = false;
  #hasResponse = false;
  /** Names and values in turn, for requests with a body; made anew after a change */
  #headers: string[] | undefined;

  constructor(spec: HttpSessionSpec) {
    this.#spec = spec;
    this.path = spec.endpoint.path;
    this.maxMessageBytes = spec.maxMessageBytes;
    this.clock = spec.clock;
    this.lingering = new Lingering(spec.clock);
    this.#pool = new Pool(spec.endpoint.url.origin, {
      connect: spec.connector.provide,
      pipelining: 1,
      connections: spec.maxConnections ?? null,
      ...(spec.keepAliveMs !== undefined && { keepAliveTimeout: spec.keepAliveMs }),
      // Calls have deadlines, which are not known here.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  get id(): string | null {
    return this.#id;
  }

  get hasSession(): boolean {
    return this.#id !== null;
  }

  /** The server has said that it does not know the session. */
  get isDisowned(): boolean {
    return this.#isDisowned;
  }

  /** Whether the server has ever answered over HTTP */
  get hasResponse(): boolean {
    return this.#hasResponse;
  }

  get headersVersion(): number {
    return this.#spec.headers.version;
  }

  get canRefreshHeaders(): boolean {
    return this.#spec.headers.canRefresh;
  }

  /** Sends a message. */
  run(order: Order): Errand {
    const errand = new Errand(this, order);
    errand.send();
    return errand;
  }

  /** Takes the session's id from the head of a successful answer to `initialize`. */
  adopt(headers: IncomingHttpHeaders): Ending | undefined {
    const id = headers["mcp-session-id"];
    if (id === undefined) return undefined;
    if (typeof id !== "string" || !legalId.test(id))
      return unusable("The server's session id is not 1 to 1024 visible ASCII characters");
    this.#id = id;
    this.#headers = undefined;
    return undefined;
  }

  setProtocolVersion(version: string): void {
    this.#version = version;
    this.#headers = undefined;
  }

  disown(): void {
    this.#isDisowned = true;
  }

  /** Whether a refusal means that the server does not know the session. */
  isGone(status: number, blamesSession: boolean | undefined): boolean {
    return this.hasSession && (status === 404 || (status === 400 && blamesSession === true));
  }

  dispatch(path: string, order: Order, handler: Dispatcher.DispatchHandler): void {
    const { method, text: body, lastEventId } = order;
    const headers = body === null ? this.#bareHeaders(lastEventId) : this.#bodyHeaders();
    this.#pool.dispatch({ path, method, headers, body }, handler);
  }

  async refreshHeaders(): Promise<void> {
    await this.#spec.headers.refresh(this.#spec.signal);
    this.#headers = undefined;
  }

  redirectedPath(from: string, location: string | undefined): string | undefined {
    return this.#spec.endpoint.redirectedPath(from, location);
  }

  noteResponse(): void {
    this.#hasResponse = true;
  }

  noteRefusal(status: number, text: string): void {
    this.#spec.refused(status, text);
  }

  receive(message: JsonObject): void {
    this.#spec.receive(message);
  }

  /** Closes all connections at once, and waits until they are gone. */
  async destroy(): Promise<void> {
    this.lingering.clear();
    await Promise.all([this.#pool.destroy(), this.#spec.connector.destroy()]);
  }

  #bareHeaders(lastEventId: string | undefined): string[] {
    const own = this.#ownHeaders();
    if (lastEventId === undefined) return own;
    return ["accept", "text/event-stream", "last-event-id", lastEventId, ...own];
  }

  #bodyHeaders(): string[] {
    this.#headers ??= [
      "accept",
      "application/json, text/event-stream",
      // What comes compressed all the same is read.
      "accept-encoding",
      "identity",
      "content-type",
      "application/json",
      ...this.#ownHeaders(),
    ];
    return this.#headers;
  }

  #ownHeaders(): string[] {
    const { headers } = this.#spec;
    return [
      ...(headers.has("user-agent") ? [] : ["user-agent", `mcp-tether/${packageVersion}`]),
      ...(this.#id === null ? [] : ["mcp-session-id", this.#id]),
      ...(this.#version === undefined ? [] : ["mcp-protocol-version", this.#version]),
      ...headers.pairs,
    ];
  }
}
