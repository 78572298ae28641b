import type { IncomingMessage, ServerResponse } from "node:http";
import { ErrorCode, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import type { InFlight, Share } from "../in-flight.ts";
import { callMethod, type Incoming, type IncomingRequest, readMessage } from "../json-rpc.ts";
import type { HostPolicy } from "./host-policy.ts";
import { accepts, acceptsBoth, answerText, refuse, refuseJson } from "./http-answers.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { HttpSession } from "./http-session.ts";
import type { HttpSessions } from "./http-sessions.ts";
import { readBody } from "./request-body.ts";
import { isConnected, whenOver } from "./when-over.ts";

export interface HttpEndpointOptions {
  readonly path: string;
  readonly policy: HostPolicy;
  /** Answer with one JSON document instead of an event stream */
  readonly jsonResponse: boolean;
  readonly stateless: boolean;
  readonly maxMessageBytes: number;
  readonly sessions: HttpSessions;
  /** Counts the requests that wait for their answer */
  readonly exchanges: InFlight;
  /** Counts the hooks that run, also those whose client has left */
  readonly runs: InFlight;
}

const methods = "GET, POST, DELETE";

/** Where a server says whether it takes calls. Not for the endpoint itself. */
export const healthPath = "/health";

/** The streamable HTTP endpoint of the protocol, with the reference's statuses and bodies. */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  #closing = false;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
  }

  /** From now on nothing new is run. */
  stopAccepting(): void {
    this.#closing = true;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#closing) response.setHeader("connection", "close");
    const path = (request.url ?? "").split("?", 1)[0];
    if (path === healthPath) this.#sayHealth(request, response);
    else if (path !== this.#options.path && path !== `${this.#options.path}/`) {
      refuse(request, response, 404, "Not Found");
    } else if (this.#isFromHere(request, response)) {
      await this.#dispatch(request, response);
    }
  }

  #sayHealth(request: IncomingMessage, response: ServerResponse): void {
    if (/^(GET|HEAD)$/.test(request.method ?? "")) {
      const text = JSON.stringify({ status: this.#closing ? "closing" : "healthy" });
      answerText(request, response, this.#closing ? 503 : 200, "application/json", text);
    } else refuse(request, response, 405, "Method Not Allowed", { allow: "GET, HEAD" });
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
    else if (request.method === "DELETE" && !stateless) this.#delete(request, response);
    else {
      const allow = stateless ? "POST" : methods;
      refuseJson(request, response, 405, "Method Not Allowed", ErrorCode.InvalidRequest, { allow });
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { exchanges, jsonResponse } = this.#options;
    if (exchanges.isFull) return this.#refuseBusy(request, response);
    if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
      return refuse(request, response, 400, "Invalid Content-Type header");
    const share = exchanges.begin();
    whenOver(request, response, () => share.end());
    // The whole body is read before anything is refused, so that the connection stays usable.
    const body = await this.#read(request, response, share);
    if (body === undefined) return;
    const named = this.#namedSession(request, response);
    if (named === "refused") return;
    const { accept } = request.headers;
    if (!(jsonResponse ? accepts(accept, "application/json") : acceptsBoth(accept))) {
      const wanted = jsonResponse
        ? "application/json"
        : "both application/json and text/event-stream";
      return refuseJson(request, response, 406, `Not Acceptable: Client must accept ${wanted}`);
    }
    this.#receive(request, response, body, named);
  }

  /** The body of a request; undefined if it was refused, or never came. */
  async #read(
    request: IncomingMessage,
    response: ServerResponse,
    share: Share,
  ): Promise<Buffer | undefined> {
    const body = await readBody(request, this.#options.maxMessageBytes, share.hold);
    switch (body) {
      case "aborted":
        return undefined;
      case "busy":
        this.#refuseBusy(request, response);
        return undefined;
      case "too_large":
        refuse(request, response, 413, "Request body too large", { connection: "close" });
        return undefined;
      default:
        return body;
    }
  }

  #receive(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    named: HttpSession | undefined,
  ): void {
    const incoming = readMessage(body);
    if (incoming.kind === "invalid")
      refuseJson(request, response, 400, incoming.reason, incoming.code);
    else if (named === undefined && isInitialize(incoming)) this.#open(request, response, incoming);
    else if (!this.#isKnownVersion(request, response, named)) return;
    else if (named === undefined && !this.#options.stateless)
      refuseJson(request, response, 400, "Bad Request: Missing session ID");
    else if (incoming.kind === "request") this.#ask(request, response, incoming, named);
    else {
      if (incoming.kind === "notification") named?.notify(incoming);
      answerText(request, response, 202, "application/json", "", named?.headers);
    }
  }

  #open(request: IncomingMessage, response: ServerResponse, incoming: IncomingRequest): void {
    const { sessions, stateless } = this.#options;
    if (this.#closing) this.#refuseClosing(request, response);
    else if (stateless) this.#ask(request, response, incoming, undefined);
    else if (sessions.isFull)
      refuseJson(request, response, 503, "Too many open sessions", ErrorCode.InternalError);
    else this.#ask(request, response, incoming, sessions.create());
  }

  #ask(
    request: IncomingMessage,
    response: ServerResponse,
    incoming: IncomingRequest,
    named: HttpSession | undefined,
  ): void {
    const { jsonResponse, runs, sessions } = this.#options;
    const { id, method } = incoming.message;
    if (method === callMethod && runs.isFull) this.#refuseBusy(request, response);
    else if (named?.isAnswering(id))
      refuseJson(request, response, 400, "Bad Request: This request id is in use");
    else if (isConnected(request, response)) {
      const session = named ?? sessions.createUnnamed();
      const exchange = new HttpExchange(request, response, jsonResponse);
      exchange.onOver(() => this.#endIfUnnamed(session));
      session.take(incoming, exchange);
    } else if (named !== undefined) this.#endIfUnnamed(named);
  }

  // A session whose `initialize` failed never got a name, and ends like one made for a single request.
  #endIfUnnamed(session: HttpSession): void {
    const { sessions } = this.#options;
    if (session.id === undefined || sessions.get(session.id) !== session) sessions.end(session);
  }

  // Clients know from the status and the header that the call was not run, and when to try again.
  #refuseBusy(request: IncomingMessage, response: ServerResponse): void {
    const headers = { "retry-after": "1" };
    refuseJson(request, response, 503, "Too many calls", ErrorCode.InternalError, headers);
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

  #delete(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#namedSession(request, response);
    if (session === "refused") return;
    if (session === undefined)
      refuseJson(request, response, 400, "Bad Request: Missing session ID");
    else if (this.#isKnownVersion(request, response, session)) {
      this.#options.sessions.end(session);
      answerText(request, response, 200, "application/json", "", session.headers);
    }
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

function isInitialize(incoming: Incoming): incoming is IncomingRequest {
  return incoming.kind === "request" && incoming.message.method === "initialize";
}
