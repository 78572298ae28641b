import type { IncomingMessage, ServerResponse } from "node:http";
import {
  ErrorCode,
  type JSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import type { InFlight } from "../in-flight.ts";
import { type Incoming, readMessage } from "../json-rpc.ts";
import type { HostPolicy } from "./host-policy.ts";
import { accepts, acceptsBoth, answerText, refuse, refuseJson } from "./http-answers.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { HttpSession } from "./http-session.ts";
import type { HttpSessions } from "./http-sessions.ts";
import { readBody } from "./request-body.ts";

export interface HttpEndpointOptions {
  readonly path: string;
  readonly policy: HostPolicy;
  /** Answer with one JSON document instead of an event stream */
  readonly jsonResponse: boolean;
  readonly stateless: boolean;
  readonly maxMessageBytes: number;
  readonly sessions: HttpSessions;
  readonly inFlight: InFlight;
}

const methods = "GET, POST, DELETE";

/** The streamable HTTP endpoint of the protocol, with the reference's statuses and bodies. */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  #closing = false;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
  }

  /** From now on nothing new is begun. */
  stopAccepting(): void {
    this.#closing = true;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#closing) response.setHeader("connection", "close");
    const path = (request.url ?? "").split("?", 1)[0];
    if (path === "/health" && request.method === "GET") {
      const text = JSON.stringify({ status: this.#closing ? "closing" : "healthy" });
      answerText(request, response, this.#closing ? 503 : 200, "application/json", text);
    } else if (path !== this.#options.path && path !== `${this.#options.path}/`) {
      refuse(request, response, 404, "Not Found");
    } else if (this.#isFromHere(request, response)) {
      await this.#dispatch(request, response);
    }
  }

  #isFromHere(request: IncomingMessage, response: ServerResponse): boolean {
    const { host, origin } = request.headers;
    if (!this.#options.policy.allowsHost(host))
      refuse(request, response, 421, "Invalid Host header");
    else if (!this.#options.policy.allowsOrigin(origin, host))
      refuse(request, response, 403, "Invalid Origin header");
    else return true;
    return false;
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { stateless } = this.#options;
    if (stateless && this.#closing) this.#refuseClosing(request, response);
    else if (request.method === "POST") await this.#post(request, response);
    else if (request.method === "GET" && !stateless) this.#get(request, response);
    else if (request.method === "DELETE" && !stateless) await this.#delete(request, response);
    else {
      const allow = stateless ? "POST" : methods;
      refuseJson(request, response, 405, "Method Not Allowed", ErrorCode.InvalidRequest, { allow });
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { jsonResponse, maxMessageBytes } = this.#options;
    if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
      return refuse(request, response, 400, "Invalid Content-Type header");
    // The whole body is read before anything is refused, so that the connection stays usable.
    const body = await readBody(request, maxMessageBytes);
    if (body === "aborted") return;
    if (body === "too_large")
      return refuse(request, response, 413, "Request body too large", { connection: "close" });
    const named = this.#namedSession(request, response);
    if (named === "refused") return;
    const { accept } = request.headers;
    if (!(jsonResponse ? accepts(accept, "application/json") : acceptsBoth(accept))) {
      const wanted = jsonResponse
        ? "application/json"
        : "both application/json and text/event-stream";
      return refuseJson(request, response, 406, `Not Acceptable: Client must accept ${wanted}`);
    }
    await this.#receive(request, response, readMessage(body), named);
  }

  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    incoming: Incoming,
    named: HttpSession | undefined,
  ): Promise<void> {
    if (incoming.kind === "invalid")
      return refuseJson(request, response, 400, incoming.reason, incoming.code);
    if (incoming.kind === "request" && incoming.message.method === "initialize" && !named)
      return await this.#open(request, response, incoming.message);
    if (!this.#isKnownVersion(request, response, named)) return;
    if (named === undefined && !this.#options.stateless)
      return refuseJson(request, response, 400, "Bad Request: Missing session ID");
    if (incoming.kind !== "request") {
      if (incoming.kind === "notification") named?.notify(incoming.message);
      return answerText(request, response, 202, "application/json", "", named?.headers);
    }
    if (named?.isAnswering(incoming.message.id))
      return refuseJson(request, response, 400, "Bad Request: This request id is in use");
    const session = named ?? (await this.#options.sessions.createUnnamed());
    await this.#answer(response, incoming.message, session);
  }

  async #open(
    request: IncomingMessage,
    response: ServerResponse,
    message: JSONRPCRequest,
  ): Promise<void> {
    const { sessions, stateless } = this.#options;
    if (this.#closing) return this.#refuseClosing(request, response);
    if (!stateless && sessions.isFull)
      return refuseJson(request, response, 503, "Too many open sessions", ErrorCode.InternalError);
    const session = await (stateless ? sessions.createUnnamed() : sessions.create());
    await this.#answer(response, message, session);
  }

  // Nothing may be awaited between the look at the response and the listeners for its end.
  async #answer(
    response: ServerResponse,
    message: JSONRPCRequest,
    session: HttpSession,
  ): Promise<void> {
    if (response.destroyed) return await this.#endIfUnnamed(session);
    const exchange = new HttpExchange(response, this.#options.jsonResponse, this.#options.inFlight);
    exchange.onOver(() => void this.#endIfUnnamed(session));
    session.take(message, exchange);
  }

  // A session whose `initialize` failed never got a name, and ends like one made for a single request.
  async #endIfUnnamed(session: HttpSession): Promise<void> {
    const { sessions } = this.#options;
    if (session.id === undefined || sessions.get(session.id) !== session)
      await sessions.end(session);
  }

  #refuseClosing(request: IncomingMessage, response: ServerResponse): void {
    refuseJson(request, response, 503, "Server is closing", ErrorCode.InternalError);
  }

  #get(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#namedSession(request, response);
    if (session === "refused") return;
    if (!accepts(request.headers.accept, "text/event-stream"))
      refuseJson(request, response, 406, "Not Acceptable: Client must accept text/event-stream");
    else if (session === undefined)
      refuseJson(request, response, 400, "Bad Request: Missing session ID");
    else if (this.#isKnownVersion(request, response, session) && !session.openStream(response)) {
      const reason = "Conflict: Only one SSE stream is allowed per session";
      refuseJson(request, response, 409, reason, ErrorCode.InvalidRequest, session.headers);
    }
  }

  async #delete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.#namedSession(request, response);
    if (session === "refused") return;
    if (session === undefined)
      return refuseJson(request, response, 400, "Bad Request: Missing session ID");
    if (!this.#isKnownVersion(request, response, session)) return;
    await this.#options.sessions.end(session);
    answerText(request, response, 200, "application/json", "", session.headers);
  }

  // An ending server disowns its sessions for new calls: a client then knows that a call was not run, and opens a new
  // session, with whatever runs here next.
  #namedSession(
    request: IncomingMessage,
    response: ServerResponse,
  ): HttpSession | undefined | "refused" {
    const id = request.headers["mcp-session-id"];
    if (id === undefined || this.#options.stateless) return undefined;
    const session = this.#options.sessions.get(String(id));
    if (session !== undefined && (!this.#closing || request.method === "DELETE")) return session;
    refuseJson(request, response, 404, "Session not found");
    return "refused";
  }

  #isKnownVersion(
    request: IncomingMessage,
    response: ServerResponse,
    session: HttpSession | undefined,
  ): boolean {
    const version = request.headers["mcp-protocol-version"];
    if (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) return true;
    const known = SUPPORTED_PROTOCOL_VERSIONS.toSorted().join(", ");
    const reason = `Bad Request: Unsupported protocol version: ${version}. Supported versions: ${known}`;
    refuseJson(request, response, 400, reason, ErrorCode.InvalidRequest, session?.headers);
    return false;
  }
}
